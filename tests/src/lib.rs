//! The lab.

pub mod conformance;
pub mod installation;
pub mod simulator;
