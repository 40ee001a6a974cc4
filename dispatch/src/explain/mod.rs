//! Explaining decisions: for recordings and for people.
//!
//! A [`Question`] is one event, where it comes from: a delivery in a file ([`delivery`]), a push or pull request that the
//! work tree on this computer would make ([`work_tree`]), or one that a forge is asked about ([`at_forge`]). [`explain`]
//! decides it and puts the answer into an [`Explanation`], which is printed for people or for programs.

mod account;
pub mod at_forge;
pub mod delivery;
mod explanation;
mod question;
pub mod recorded;
pub mod work_tree;

pub use account::explain;
pub use explanation::{Explanation, JobAnswer, Place, WorkflowAnswer};
pub use question::{Question, Unanswerable};
