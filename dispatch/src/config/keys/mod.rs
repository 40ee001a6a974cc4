//! The keys of the configuration, in one table.
//!
//! A new key is a row in `table` and a line in `read`. The table drives what an unknown or missing key is answered,
//! which default holds, the JSON Schema and the reference; tests hold the generated files to it.

mod kind;
mod reference;
mod schema;
mod section;
mod table;

#[cfg(test)]
mod tests;

pub(super) use kind::Kind;
pub use reference::reference;
pub use schema::schema;
pub(super) use section::{Key, Presence, Section};
pub(super) use table::{AWS, FORGE, LIMITS, POOL, ROOT, SECRET, SERVE, WATCH, all_sections};
