//! The lab.

pub mod conformance;
pub mod simulator;
