//! The dispatcher.

pub mod workflow;
pub mod yaml;
