//! The lab.

pub mod simulator;
