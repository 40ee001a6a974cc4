//! The real function as a process, in front of a Runtime API like Lambda's, with AWS's emulator behind it.
//!
//! `BOOTSTRAP=target/lambda/bootstrap/bootstrap cargo test …` tests the program of an archive instead.
#![expect(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a story that does not go as told has failed")]

mod installed;
mod refused;
mod served;
