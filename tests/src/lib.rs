//! The lab.

#[cfg(feature = "dynamodb")]
pub mod aws;
pub mod conformance;
pub mod installation;
pub mod lambda;
pub mod simulator;
