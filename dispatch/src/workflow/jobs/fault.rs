//! From a failed expression to the fault of a file.

use crate::expression::Failure;
use crate::yaml::Span;

use super::super::model::{Effect, Fault};

/// The fault that a failed expression at `span` is, where the forge does not just take it for an empty text.
pub(super) fn of_expression(failure: &Failure, span: Span) -> Fault {
    let effect = match failure {
        Failure::Panics(_) => Effect::Panics,
        Failure::TooLarge | Failure::Depends { .. } => Effect::Unknown,
        _ => Effect::Refused,
    };
    Fault { span, message: failure.to_string(), effect }
}

/// Beyond what this program expands.
pub(super) fn too_large(span: Span, message: impl Into<String>) -> Fault {
    Fault { span, message: message.into(), effect: Effect::Unknown }
}
