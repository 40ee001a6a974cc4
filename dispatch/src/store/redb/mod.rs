//! Records in one embedded file, for an installation on one computer.
//!
//! `store` answers, `tables` knows what is kept where, `file` opens and reopens, `encoding` is the form of one record, and
//! `failure` turns the engine's errors into ours. For tests, `disk` can be full, lose power and be damaged.

#[cfg(test)]
mod disk;
mod encoding;
mod failure;
#[cfg(test)]
mod faults;
mod file;
#[cfg(test)]
mod model;
mod store;
mod tables;

pub use store::RedbStore;
