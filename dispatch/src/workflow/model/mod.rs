//! A workflow file as the forge sees it after reading: what it is called, what starts it, and its jobs as written.
//!
//! What the forge accepts is accepted here, and what it refuses is refused with the same consequence ([`Effect`]). The
//! forge fills typed structures from YAML; [`schema`] holds them and [`shape`] the rules of filling. The body of a job
//! stays a [`Node`](crate::yaml::Node), because what `runs-on` or `strategy` mean is decided where jobs are expanded.

mod fault;
mod jobs;
mod merge;
mod on;
mod read;
mod schema;
mod shape;
mod types;

#[cfg(test)]
mod tests;

pub(super) use merge::entries;

pub use fault::{Effect, Fault};
pub use read::read;
pub use types::{Cron, Filter, Job, Trigger, Workflow};
