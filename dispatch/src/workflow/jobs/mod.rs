//! From a workflow that starts to the jobs that the forge puts into its queue.
//!
//! [`expand`] makes rows as the forge does: one for each combination of a job's [`matrix`], with its [`name`](names), its
//! [`labels`], its [`needs`], and the status in which it is stored. Reusable workflows are expanded where the forge's server
//! does that ([`call`]); `if` is not looked at before a row exists, by no forge known here.

mod anchors;
mod call;
mod combination;
mod concurrency;
mod context;
mod decode;
mod environment;
mod exactly;
mod expand;
mod fault;
mod github;
mod grid;
mod job;
mod labels;
mod matrix;
mod names;
mod needs;
mod status;
mod truncate;

#[cfg(test)]
mod tests;

pub use call::{Callee, Callees, NoCallees};
pub use concurrency::{Exclusion, exclusion};
pub use context::ExpandContext;
pub use expand::{expand, validate};
pub use github::{Occasion, github_context};
pub use job::{ExpandedJob, JobStatus};
pub use truncate::truncated;
