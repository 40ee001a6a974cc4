//! What jobs leave behind on a forge that cannot list them: tasks, commit statuses, and the commits themselves.
//!
//! A second, narrower seam beside [`Forge`](super::Forge), with the same routes in every release of both forges. Facts
//! that hold for all of them (read in the sources of Gitea 1.19 to 1.24 and Forgejo 7 to 11, seen on Gitea 1.24):
//! - A *task* is an attempt of a job in the hands of a runner. A job that waits has none.
//! - A commit status is written for events `push` and `pull_request` only. A new one is written only when its state
//!   changes, and waiting, blocked and running are all `pending`: its description is that of the first moment.
//! - Jobs of different runs share a status when workflow, job and event have the same names, so the page that it points
//!   to is what tells whose it is; and a status in the state of the last one of that name is not written, whosever it is.
//!   Where the workflow has no name every status is written, the same one several times.

mod origin;
mod read;

pub(super) use origin::origin;
pub(super) use read::{statuses, tasks};

use async_trait::async_trait;

use super::{ForgeError, JobState, Trust};
use crate::identifier::RepositoryName;
use crate::repository::Repository;

/// What a forge without a list of jobs still tells.
#[async_trait]
pub trait Traces: Send + Sync {
    /// The newest tasks of a repository, newest first; the oldest of many are left out.
    async fn tasks(&self, repository: &RepositoryName) -> Result<Vec<Task>, ForgeError>;

    /// The statuses of a commit, newest first; of very many the oldest are left out.
    async fn statuses(&self, repository: &RepositoryName, commit: &str) -> Result<Vec<Status>, ForgeError>;

    /// The commits of a repository, for predictions.
    fn repository<'a>(&'a self, name: &'a RepositoryName) -> Box<dyn Repository + 'a>;

    /// Whether a commit is only in a fork. For runs of pull requests and tags, whose deliveries name no branch.
    async fn origin(&self, repository: &RepositoryName, commit: &str) -> Result<Trust, ForgeError>;
}

/// A job's page: the run's number in its repository, and the job's place in the run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
pub struct JobPage {
    /// From 1.
    pub run: u64,
    /// From 0.
    pub place: u64,
}

impl JobPage {
    /// Read from the end of an address: `…/actions/runs/3/jobs/0`. Its beginning may be any of the forge's names.
    pub fn of(address: &str) -> Option<Self> {
        let (_, end) = address.rsplit_once("/actions/runs/")?;
        let (run, place) = end.split_once("/jobs/")?;
        Some(Self { run: run.parse().ok()?, place: place.parse().ok()? })
    }
}

/// One attempt of a job in the hands of a runner.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Task {
    /// The run's number in its repository.
    pub run: u64,
    /// The job's name, which others of the run may share.
    pub name: String,
    /// The commit that it runs on.
    pub commit: String,
    /// The workflow's path below its folder.
    pub workflow: String,
    /// The entry of `on` that began its run; empty where the forge does not tell.
    pub event: String,
    /// How many seconds before the answer a runner got it, by the forge's own clock; nothing if that cannot be told.
    pub age_s: Option<u64>,
    /// [`JobState::Running`] or [`JobState::Over`].
    pub state: JobState,
}

/// A commit status.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Status {
    /// `Workflow / job (event)`.
    pub context: String,
    /// What it says.
    pub state: StatusState,
    /// The job's page, for a status that Actions wrote.
    pub page: Option<JobPage>,
    /// How many seconds before the answer it was written, by the forge's own clock; nothing if that cannot be told.
    pub age_s: Option<u64>,
}

/// Whether something is still to come.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StatusState {
    /// Waiting, blocked or running.
    Pending,
    /// Over, in the forge's word: `success`, `failure`, …
    Over(String),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_is_read_from_the_end_of_an_address() {
        let page = Some(JobPage { run: 12, place: 3 });
        assert_eq!(JobPage::of("http://forge.test:3000/acme/tour/actions/runs/12/jobs/3"), page);
        assert_eq!(JobPage::of("/actions/runs/9/acme/tour/actions/runs/12/jobs/3"), page);
        for address in ["", "/acme/tour/actions/runs/12", "/acme/tour/actions/runs/x/jobs/3", "https://ci.example.com/12/jobs/3"]
        {
            assert_eq!(JobPage::of(address), None, "{address}");
        }
    }
}
