//! The pattern lists of `branches`, `tags` and `paths`, as the forge reads them.
//!
//! Two dialects of one small language are in use ([`Dialect`]). Each is a front end that writes the regular expression
//! which that forge writes ([`act`], [`gitea_glob`]); [`go_regex`] then reads it with Go's rules and says the same to Rust's
//! `regex`, which matches in linear time. How a *list* of patterns is combined is the same everywhere: [`Patterns`].

mod act;
mod compiled;
mod gitea_glob;
mod go_class;
mod go_escape;
mod go_regex;
mod invalid;
mod linear;
mod list;
mod verdict;

pub use compiled::Dialect;
pub use invalid::{Fault, Invalid};
pub use list::Patterns;
pub use verdict::{Because, Verdict};
