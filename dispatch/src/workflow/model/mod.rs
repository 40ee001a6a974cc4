//! A workflow file as the forge sees it after reading: what it is called, what starts it, and its jobs as written.
//!
//! Nothing here is interpreted further than all versions agree on. In particular the body of a job stays a
//! [`Node`](crate::yaml::Node), because what `runs-on` or `strategy` may look like differs between forges.

mod fault;
mod types;

pub use fault::{Effect, Fault};
pub use types::{Job, Workflow};
