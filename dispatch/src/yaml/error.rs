//! Why a text could not be read.

use super::Span;

/// A place in a YAML text and what is wrong there.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {}, column {}: {message}", span.line, span.column)]
pub struct Error {
    /// Where; an empty range where the parser names a point only.
    pub span: Span,
    /// What is wrong, as a lower-case fragment without the place.
    pub message: String,
    /// The text may be fine, but it exceeds one of our [`Limits`](super::Limits).
    pub is_limit: bool,
}

impl Error {
    /// Says what is wrong with the text at `span`.
    pub fn new(span: Span, message: impl Into<String>) -> Self {
        Self { span, message: message.into(), is_limit: false }
    }

    /// Says which of our limits the text exceeds.
    pub fn limit(span: Span, message: impl Into<String>) -> Self {
        Self { is_limit: true, ..Self::new(span, message) }
    }
}
