//! The seam to a forge: its queue, its runners, and nothing else.
//!
//! Contract, checked by `tests::conformance::forge`:
//! - [`Forge::queue`] lists every job that waits or runs within the watched scopes; a job that left while pages were
//!   read may be missing or present, one that stayed is present.
//!   Of a queue of more than some 5000 jobs the oldest are listed, as a forge hands them out in that order.
//! - Absence from the queue proves nothing; [`Forge::job`] asks for one job afresh. Forgejo has no route for one job: its
//!   repository's list is read again, so there a job that is over, or blocked, is [`JobState::Unknown`].
//! - Whose place in the queue cannot be seen at all (no such organisation or repository) has no jobs; it is an error only
//!   when that holds for everything that is watched.
//! - [`Forge::register`] is not idempotent: a lost answer leaves a registration whose credential nobody has. It is
//!   named after the machine, so the next pass finds and removes it.
//! - [`Forge::disable`] and [`Forge::deregister`] are idempotent; what is gone already is a success.

mod ability;
mod capabilities;
pub mod client;
mod connect;
mod content;
mod error;
mod forgejo;
mod gitea;
pub(crate) mod http;
mod memory;
mod paging;
mod register;
mod route;
mod rows;
mod secret;
mod traces;
mod version;

use async_trait::async_trait;
use secrecy::SecretString;
use serde::{Deserialize, Serialize};

pub use capabilities::{Capabilities, ForgeKind, Version};
pub use connect::connect;
pub use error::{ForgeError, ForgeErrorKind};
pub use memory::MemoryForge;
pub use traces::{JobPage, Status, StatusState, Task, Traces};

use crate::identifier::{RepositoryName, Scope};
use crate::label::LabelSet;

/// One forge, seen with one API token.
#[async_trait]
pub trait Forge: Send + Sync {
    /// What this version of the forge can do; asked once and remembered, until it is asked with `afresh`.
    async fn capabilities(&self, afresh: bool) -> Result<Capabilities, ForgeError>;

    /// The jobs that wait or run, in all watched scopes.
    async fn queue(&self) -> Result<Vec<ForgeJob>, ForgeError>;

    /// One job, asked for now.
    async fn job(&self, repository: &RepositoryName, job: u64) -> Result<JobState, ForgeError>;

    /// Whether a job runs code of a fork.
    async fn trust(&self, job: &ForgeJob) -> Result<Trust, ForgeError>;

    /// The registrations of one scope.
    async fn registrations(&self, scope: &Scope) -> Result<Vec<Registration>, ForgeError>;

    /// Registers an ephemeral runner.
    async fn register(&self, scope: &Scope, runner: &NewRunner) -> Result<Credential, ForgeError>;

    /// Tells the forge to give a runner no more jobs (Gitea from 1.26).
    async fn disable(&self, scope: &Scope, registration: u64) -> Result<(), ForgeError>;

    /// Removes a registration.
    async fn deregister(&self, scope: &Scope, registration: u64) -> Result<(), ForgeError>;

    /// What jobs leave behind, for a forge that lists no jobs; one that does needs no traces.
    fn traces(&self) -> Option<&dyn Traces> {
        None
    }
}

/// One job as the forge's queue shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ForgeJob {
    /// Unique on the forge.
    pub id: u64,
    /// Whose it is.
    pub repository: RepositoryName,
    /// As shown to people.
    pub name: String,
    /// Its `runs-on`; empty for rows that no runner is meant to take.
    pub labels: LabelSet,
    /// Where it stands.
    pub state: JobState,
    /// The workflow run that it belongs to, where the API tells (Gitea from 1.25, Forgejo from 16).
    pub run: Option<u64>,
    /// What binds a runner to this one attempt (Forgejo from 15).
    pub handle: Option<String>,
}

/// Where a job stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "snake_case")]
pub enum JobState {
    /// A runner can take it now. (Gitea says `queued`, Forgejo `waiting`.)
    Queued,
    /// It exists, but no runner can take it yet. (Gitea says `waiting`, Forgejo `blocked`.)
    Blocked,
    /// A runner works on it.
    Running {
        /// Which, where the API tells; Forgejo tells only through the handle.
        registration: Option<u64>,
    },
    /// It is over.
    Over {
        /// In the forge's word, such as `success` or `cancelled`.
        conclusion: String,
        /// Which runner had it, where the API tells.
        registration: Option<u64>,
    },
    /// The forge does not know it, or no longer.
    Unknown,
}

/// Whose code a job runs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "snake_case")]
pub enum Trust {
    /// The repository's own.
    Own,
    /// A fork's.
    Fork,
    /// The forge does not say.
    Unknown {
        /// What is missing, as part of a sentence.
        cause: String,
    },
}

/// The forge's record of a runner.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Registration {
    /// Unique on the forge.
    pub id: u64,
    /// The name that we gave it: the machine's.
    pub name: String,
    /// Whether it has reported within the last minute.
    pub online: bool,
    /// Whether it gets no more jobs.
    pub disabled: bool,
}

/// What a runner is registered as.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewRunner {
    /// The machine's name.
    pub name: String,
    /// Label names, without the runner's suffix.
    pub labels: LabelSet,
}

/// What lets a runner act as itself; the forge tells it once.
#[derive(Clone, Debug)]
pub struct Credential {
    /// The forge's id of the registration.
    pub registration: u64,
    /// The runner's public half.
    pub uuid: String,
    /// The secret half.
    pub token: SecretString,
}
