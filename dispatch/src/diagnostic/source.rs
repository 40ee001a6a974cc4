//! The text that findings are about, without its secrets.

use std::fmt;
use std::ops::Range;

use super::redact;
use crate::yaml::Span;

/// A named text of which everything may be shown: what is secret has been overwritten.
#[derive(Clone, PartialEq, Eq)]
pub struct Source {
    name: String,
    text: String,
}

impl Source {
    /// The text of a file; `name` is how the user calls it.
    ///
    /// Long runs of letters and digits are taken for credentials and overwritten at once.
    pub fn new(name: impl Into<String>, text: &str) -> Self {
        let mut source = Self { name: name.into(), text: text.to_owned() };
        source.overwrite(redact::runs(text));
        source
    }

    /// The same for a text that is no valid YAML, so that nobody can say which value is a secret: everything that a
    /// word such as `token` announces is overwritten too.
    pub fn broken(name: impl Into<String>, text: &str) -> Self {
        let mut source = Self::new(name, text);
        source.overwrite(redact::announced(text));
        source
    }

    /// A file whose text cannot be shown at all.
    pub fn unreadable(name: impl Into<String>) -> Self {
        Self { name: name.into(), text: String::new() }
    }

    /// Overwrites what was written at `span` with asterisks, so that all other places stay where they are.
    #[must_use]
    pub fn redact(mut self, span: Span) -> Self {
        self.overwrite(std::iter::once(span.start..span.end));
        self
    }

    /// Overwrites every occurrence of a text; one of less than four bytes says nothing and would hide too much.
    #[must_use]
    pub fn redact_text(mut self, secret: &str) -> Self {
        if secret.len() >= 4 {
            self.text = self.text.replace(secret, &asterisks(secret));
        }
        self
    }

    /// How the user calls it.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The text, with asterisks for secrets.
    pub fn text(&self) -> &str {
        &self.text
    }

    fn overwrite(&mut self, ranges: impl IntoIterator<Item = Range<usize>>) {
        for range in ranges {
            let stars = self.text.get(range.clone()).map(asterisks);
            if let Some(stars) = stars {
                self.text.replace_range(range, &stars);
            }
        }
    }
}

/// As many bytes, on as many lines.
fn asterisks(secret: &str) -> String {
    secret.bytes().map(|byte| if byte.is_ascii_whitespace() { char::from(byte) } else { '*' }).collect()
}

impl fmt::Debug for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Source").field(&self.name).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_overwritten_and_nothing_moves() {
        let text = "token: hé y\nnext: 1";
        let source = Source::new("f", text).redact(Span { start: 7, end: 12, line: 1, column: 8 });
        assert_eq!(source.text(), "token: *** *\nnext: 1");
        assert_eq!(source.text().len(), text.len());
    }

    #[test]
    fn a_secret_that_was_copied_is_overwritten_everywhere() {
        assert_eq!(Source::new("f", "a: hunter2 # hunter2").redact_text("hunter2").text(), "a: ******* # *******");
        assert_eq!(Source::new("f", "a: b").redact_text("a").text(), "a: b");
    }

    #[test]
    fn a_span_outside_the_text_does_no_harm() {
        let source = Source::new("f", "é").redact(Span { start: 1, end: 9, line: 1, column: 2 });
        assert_eq!(source.text(), "é");
    }

    #[test]
    fn what_looks_like_a_token_is_overwritten_without_being_asked() {
        let text = format!("# the old one was {}", "0a".repeat(20));
        assert_eq!(Source::new("f", &text).text(), format!("# the old one was {}", "*".repeat(40)));
    }
}
