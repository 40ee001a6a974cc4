//! `${{ … }}` as the forge's server evaluates it before a job starts.
//!
//! The grammar comes from `github-actions-expressions`; the meaning is our own, because the forges follow the act library
//! (Go's numbers, its own coercions, its own errors) and not the platform that the grammar was made for. An error is part of
//! the answer: a label becomes empty, a name becomes empty, a file is lost.

mod coerce;
mod compare;
mod condition;
mod contexts;
mod evaluate;
mod failure;
mod format;
mod functions;
mod json;
mod number;
mod parentheses;
mod parse;
mod template;
mod value;

#[cfg(test)]
mod tests;

pub use coerce::{go_print, is_truthy, to_text};
pub use condition::holds;
pub use contexts::{Contexts, Outcome};
pub use evaluate::evaluate;
pub use failure::Failure;
pub use template::{evaluate_scalar, holds_expression, interpolate};
pub use value::Value;
