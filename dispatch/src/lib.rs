//! The dispatcher.

pub mod delivery;
pub mod event;
