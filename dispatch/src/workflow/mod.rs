//! What the forge makes of workflow files: which of them start, and which jobs they consist of.

mod dialect;
pub mod jobs;
pub mod model;
pub mod pattern;

pub use dialect::{Dialect, Forge, Version};
