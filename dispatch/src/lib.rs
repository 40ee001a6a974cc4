//! The dispatcher.

pub mod explain;
pub mod expression;
pub mod workflow;
pub mod yaml;
