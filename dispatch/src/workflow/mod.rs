//! What the forge makes of workflow files: which of them start, and which jobs they consist of.
//!
//! [`decide`] answers for one event and all files of a tree, without I/O. A forge and its version are a [`Dialect`]; what
//! differs between them is said where it is decided.

mod changed;
mod cron;
mod decide;
mod dialect;
pub mod event;
pub mod jobs;
pub mod model;
pub mod pattern;
mod settings;
mod snapshot;
#[cfg(test)]
mod story;
mod trigger;
mod why;

pub use decide::{Decided, Decision, Outcome, Scene, decide};
pub use dialect::{Dialect, Forge, NotADialect, Version};
pub use settings::Settings;
pub use snapshot::{Folder, Snapshot, Tree};
pub use why::{Inputs, Why};
