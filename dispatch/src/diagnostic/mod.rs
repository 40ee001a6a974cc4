//! What is wrong with a text, told to a person and to a program.
//!
//! A [`Finding`] says what is wrong, where, and what to do next. A [`Report`] holds all findings about one
//! [`Source`] and shows them with the lines that they are about, or as JSON. Nothing that looks like a credential is
//! shown in either form.

mod finding;
mod redact;
mod render;
mod report;
mod source;
mod suggest;

pub use finding::{Finding, Related, Severity};
pub use redact::{looks_secret, quoted};
pub use render::{Colour, underlined};
pub use report::Report;
pub use source::Source;
pub use suggest::{closest, listed};
