//! What is wrong with a workflow file in the eyes of the forge, and what that leads to.

use crate::yaml::{Error, Span};

/// Something that the forge cannot digest.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {}, column {}: {message}", span.line, span.column)]
pub struct Fault {
    /// Where.
    pub span: Span,
    /// What is wrong, as a lower-case fragment without the place.
    pub message: String,
    /// What the forge does about it.
    pub effect: Effect,
}

/// What the forge does about a [`Fault`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    /// The file is not used: ignored silently, or (Forgejo ≥ 13) turned into a run that has failed before it began.
    Refused,
    /// The forge's own code panics, and other files of the same event are lost with this one.
    Panics,
    /// The file exceeds what this program reads; what the forge does is not known.
    Unknown,
}

impl Fault {
    /// The file is refused because of what stands at `span`.
    pub fn refused(span: Span, message: impl Into<String>) -> Self {
        Self::new(span, message, Effect::Refused)
    }

    /// What stands at `span` makes the forge panic.
    pub fn panics(span: Span, message: impl Into<String>) -> Self {
        Self::new(span, message, Effect::Panics)
    }

    fn new(span: Span, message: impl Into<String>, effect: Effect) -> Self {
        Self { span, message: message.into(), effect }
    }
}

impl From<Error> for Fault {
    fn from(error: Error) -> Self {
        let effect = if error.is_limit { Effect::Unknown } else { Effect::Refused };
        Self::new(error.span, error.message, effect)
    }
}
