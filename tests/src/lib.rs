//! The lab.

pub mod conformance;
