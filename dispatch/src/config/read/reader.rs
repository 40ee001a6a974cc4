//! What is collected while the file is read.

use std::collections::BTreeSet;

use super::{Places, answer};
use crate::config::Environment;
use crate::config::keys::{Key, Kind};
use crate::config::values::Refusal;
use crate::diagnostic::{Finding, Source, looks_secret};
use crate::yaml::{Node, Span, Value};

/// One reading of one text: findings, places, and what must not be shown.
#[derive(Debug)]
pub(in crate::config) struct Reader<'a> {
    text: &'a str,
    pub(super) environment: &'a Environment,
    findings: Vec<Finding>,
    places: Places,
    secrets: Vec<Span>,
    secret_texts: BTreeSet<String>,
    secret_variables: BTreeSet<String>,
}

impl<'a> Reader<'a> {
    pub(in crate::config) fn new(text: &'a str, environment: &'a Environment) -> Self {
        Self {
            text,
            environment,
            findings: Vec::new(),
            places: Places::default(),
            secrets: Vec::new(),
            secret_texts: BTreeSet::new(),
            secret_variables: BTreeSet::new(),
        }
    }

    /// Hides every value of the tree that looks like a credential, wherever it stands.
    pub(in crate::config) fn hide_credentials(&mut self, node: &Node) {
        match &node.value {
            Value::Sequence(items) => items.iter().for_each(|item| self.hide_credentials(item)),
            Value::Mapping(entries) => entries.iter().for_each(|(key, value)| {
                self.hide_credentials(key);
                self.hide_credentials(value);
            }),
            _ if node.text().is_some_and(looks_secret) => self.hide(node),
            _ => {}
        }
    }

    /// Hides what was written here from every report, and the same text wherever else it stands: in a comment, or
    /// where an alias took it from.
    pub(super) fn hide(&mut self, node: &Node) {
        self.secrets.push(node.span);
        self.secret_texts.extend(node.text().map(str::to_owned));
    }

    pub(super) fn push(&mut self, finding: Finding) {
        self.findings.push(finding);
    }

    pub(super) fn extend(&mut self, findings: Vec<Finding>) {
        self.findings.extend(findings);
    }

    /// A value that is not accepted.
    pub(super) fn refuse(&mut self, route: &str, node: &Node, refusal: Refusal) {
        if refusal.secret {
            self.hide(node);
        }
        self.push(Finding::error(route, refusal.message).help(refusal.help).at(self.first_line(node.span)));
    }

    /// A value of the wrong shape.
    pub(super) fn wrong_shape(&mut self, route: &str, key: &Key, kind: &Kind, node: &Node, span: Span) {
        if answer::holds_secret(key) {
            self.hide(node);
        }
        let phrase = kind.phrase();
        let finding = match node.value {
            Value::Null => Finding::error(route, format!("`{}` has no value; it takes {phrase}", key.name))
                .help(format!("write a value, such as `{}: {}`, or remove the key", key.name, key.example)),
            _ => Finding::error(route, format!("`{}` takes {phrase}, not {}", key.name, node.kind()))
                .help(format!("write it like `{}: {}`", key.name, key.example)),
        };
        self.push(finding.at(span));
    }

    /// Remembers where a key was written, and says where: at its value, or at the key if the value is a block.
    pub(super) fn remember(&mut self, route: &str, key: Span, value: Span) -> Span {
        let is_block = value.slice(self.text).is_none_or(|text| text.is_empty() || text.contains('\n'));
        let span = if is_block { key } else { value };
        self.places.remember(route, span);
        span
    }

    /// Remembers where an item of a list was written.
    pub(super) fn remember_item(&mut self, route: &str, item: Span) {
        self.places.remember(route, self.first_line(item));
    }

    /// Remembers that a variable holds a secret, so that no pool hands it to a job.
    pub(super) fn remember_secret_variable(&mut self, name: &str) {
        self.secret_variables.insert(name.to_owned());
    }

    fn first_line(&self, span: Span) -> Span {
        let length = span.slice(self.text).and_then(|text| text.find('\n'));
        Span { end: length.map_or(span.end, |length| span.start + length), ..span }
    }

    /// What was collected: findings, places, the names of variables with secrets, and the text without secrets.
    pub(in crate::config) fn finish(self, name: &str) -> (Vec<Finding>, Places, BTreeSet<String>, Source) {
        let source = self.secrets.into_iter().fold(Source::new(name, self.text), Source::redact);
        let source = self.secret_texts.iter().fold(source, |source, text| source.redact_text(text));
        (self.findings, self.places, self.secret_variables, source)
    }
}
