//! The dispatcher.

pub mod yaml;
