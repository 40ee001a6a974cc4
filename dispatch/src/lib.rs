//! The dispatcher.

pub mod workflow;
