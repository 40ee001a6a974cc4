//! The dispatcher.

pub mod expression;
pub mod workflow;
pub mod yaml;
