//! Explaining decisions: for recordings and for people.

pub mod recorded;
