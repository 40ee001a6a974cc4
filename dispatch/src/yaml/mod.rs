//! YAML as a tree that remembers where everything was written.
//!
//! Two readers share it. Workflow files are read the way the forge reads them ([`Options::forge`]): what a scalar
//! is follows go-yaml, every duplicate and every `<<` stays visible, and aliases are marked, because the forge
//! treats each of these differently from place to place. Our own configuration ([`Options::strict`]) refuses all
//! that is ambiguous. Every node knows its bytes, line and column, so that any message can point at its cause.
//!
//! The parser underneath is `granit-parser`, the one inside `serde-saphyr`: serde's data model has no room for
//! aliases, quoting and spans, on which the forges' answers depend.

mod build;
mod decode;
mod entries;
mod error;
mod node;
mod options;
mod scalar;
mod span;

#[cfg(test)]
mod tests;

pub use build::parse;
pub use decode::decode;
pub use error::Error;
pub use node::{Node, Style, Value};
pub use options::{Documents, DuplicateKeys, Limits, Options, Schema};
pub use span::Span;
