//! Why a value is not accepted.

use std::fmt;

use crate::diagnostic::looks_secret;

/// Why a value is not accepted, and what to write instead.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::config) struct Refusal {
    /// What is wrong.
    pub(in crate::config) message: String,
    /// What to do about it.
    pub(in crate::config) help: String,
    /// The value holds a credential, so that it must not be shown.
    pub(in crate::config) secret: bool,
}

impl Refusal {
    pub(in crate::config) fn new(message: impl Into<String>, help: impl Into<String>) -> Self {
        Self { message: message.into(), help: help.into(), secret: false }
    }

    /// The value is a credential in a place where everybody reads it.
    pub(in crate::config) fn credential(message: impl Into<String>, help: impl Into<String>) -> Self {
        Self { secret: true, ..Self::new(message, help) }
    }

    /// A sentence of another module, `what is wrong: what to write`, about `text`.
    pub(in crate::config) fn sentence(text: &str, sentence: &str) -> Self {
        if looks_secret(text) {
            return Self::credential(
                "this value looks like a credential",
                "a credential is given as `{ env: NAME }` or `{ file: PATH }` only",
            );
        }
        match sentence.rsplit_once(": ") {
            Some((message, help)) => Self::new(message, help),
            None => Self::new(sentence, "correct it"),
        }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.message, self.help)
    }
}
