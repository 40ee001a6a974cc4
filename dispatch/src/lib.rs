//! The dispatcher.

pub mod explain;
pub mod workflow;
pub mod yaml;
