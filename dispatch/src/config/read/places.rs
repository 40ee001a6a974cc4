//! Where each key was written, so that a finding can name a key alone.

use std::collections::BTreeMap;

use crate::diagnostic::Finding;
use crate::yaml::Span;

/// From keys such as `pools.go.labels[0]` to their places in the file.
#[derive(Clone, Debug, Default)]
pub(in crate::config) struct Places(BTreeMap<String, Span>);

impl Places {
    /// Remembers a place; the first one of a key stays.
    pub(super) fn remember(&mut self, key: &str, span: Span) {
        self.0.entry(key.to_owned()).or_insert(span);
    }

    /// The finding with the place of its key, or of the nearest key around it.
    pub(in crate::config) fn locate(&self, finding: Finding) -> Finding {
        match finding.span.or_else(|| self.nearest(&finding.key)) {
            Some(span) => finding.at(span),
            None => finding,
        }
    }

    fn nearest(&self, key: &str) -> Option<Span> {
        let around = |key: &str| key.rfind(['.', '[']).and_then(|end| key.get(..end)).map(str::to_owned);
        std::iter::successors(Some(key.to_owned()), |key| around(key)).find_map(|key| self.0.get(&key).copied())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(line: usize) -> Span {
        Span { line, ..Span::default() }
    }

    #[test]
    fn a_finding_gets_the_place_of_the_nearest_key() {
        let mut places = Places::default();
        places.remember("pools", line(1));
        places.remember("pools.go", line(2));
        places.remember("pools.go.labels", line(3));
        let found = |key: &str| places.locate(Finding::error(key, "")).span.map(|span| span.line);
        assert_eq!(found("pools.go.labels[4]"), Some(3));
        assert_eq!(found("pools.go.limit"), Some(2));
        assert_eq!(found("serve.data"), None);
        assert_eq!(places.locate(Finding::error("pools", "").at(line(9))).span, Some(line(9)));
    }
}
