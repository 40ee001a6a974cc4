//! The state of a forge, without sockets, clock or randomness.
//!
//! `story` is what people do, `registration`, `pick` and `report` are what runners do, `announce` is what the forge tells its webhooks.

mod account;
mod announce;
pub(crate) mod clock;
#[cfg(test)]
pub(crate) mod fixture;
pub(crate) mod git;
mod hook;
mod pick;
mod registration;
pub(crate) mod report;
mod repository;
mod resolve;
mod run;
mod runner;
mod runs;
pub(crate) mod status;
mod story;
mod table;
mod versions;
mod workflow;

pub use account::{Account, AccountId};
pub use git::{Commit, ZERO_ID};
pub use hook::{Delivery, HookId, Webhook};
pub use registration::Refusal;
pub use repository::{PullRequest, Repository, RepositoryId};
pub use run::{Job, JobId, Run, RunId, Task, TaskId};
pub use runner::{Runner, RunnerId, Scope};
pub use status::Status;
pub use story::{NewPullRequest, Push};
pub use table::{Leftovers, World};
pub use workflow::{JobSpec, Workflow};

pub(crate) use pick::{Ask, Fetched};
pub(crate) use registration::RunnerIdentity;
pub(crate) use repository::DEFAULT_BRANCH;
pub(crate) use story::Moved;
