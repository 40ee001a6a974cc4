//! Whether one entry of `on` is started by an event.

mod entry;
mod filter;
mod keys;
mod types;

pub(super) use entry::{Answer, Facts, answer};
