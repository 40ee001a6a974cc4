//! `workflow_job`: what Gitea ≥ 1.24 says about one job.

use jiff::Timestamp;
use serde::Deserialize;

use super::{Repository, User, wire};

/// More labels than any job has; one with more is refused as a whole.
const MAX_LABELS: usize = 256;

/// A job was created, can run, runs, or ended.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct WorkflowJob {
    /// What it became. Only [`JobStatus::Queued`] wants a machine.
    pub action: JobStatus,
    /// The job.
    #[serde(rename = "workflow_job")]
    pub job: Job,
    /// Where.
    pub repository: Repository,
    /// The run's trigger user; `gitea-actions` for scheduled runs, so no reason to ignore the event.
    pub sender: Option<User>,
}

/// The state of a job in a webhook, both `action` and `status`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum JobStatus {
    /// A runner can take it now.
    Queued,
    /// It waits for other jobs, an approval or a concurrency group. The reverse of GitHub's use of the two words.
    Waiting,
    /// A runner has it.
    InProgress,
    /// It ended, or (Gitea ≥ 1.27) is being cancelled: then without a conclusion, and a second event follows.
    Completed,
    /// A word that this version does not know.
    #[serde(other)]
    Unknown,
}

/// How a job or run ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Conclusion {
    /// All went well.
    Success,
    /// A step failed, or the runner was lost.
    Failure,
    /// Somebody or a concurrency group ended it.
    Cancelled,
    /// It was never to run.
    Skipped,
    /// A word that this version does not know.
    #[serde(other)]
    Unknown,
}

/// One job, as its webhook shows it. Neither its key in the workflow file nor its `needs` are told.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Job {
    /// The job's id. Gitea ≤ 1.26 uses it again when the job is run again.
    pub id: u64,
    /// The run that it belongs to.
    pub run_id: u64,
    /// The attempt, from 1; 0 or the attempt before in a `queued` event of Gitea ≤ 1.26.
    #[serde(default)]
    pub run_attempt: u64,
    /// The name shown to people.
    pub name: String,
    /// The labels of `runs-on`; empty (or null on the wire) for a caller of a reusable workflow.
    #[serde(default, deserialize_with = "wire::at_most::<MAX_LABELS, _, _>")]
    pub labels: Vec<String>,
    /// The same as the event's action.
    pub status: JobStatus,
    /// How it ended. Gitea 1.24 leaves it out for a skipped job.
    #[serde(default, deserialize_with = "wire::conclusion")]
    pub conclusion: Option<Conclusion>,
    /// The runner that took it.
    #[serde(default, deserialize_with = "wire::positive")]
    pub runner_id: Option<u64>,
    /// The name of that runner. A forge that has already deleted an ephemeral runner may leave it out of `completed`: go by the id.
    #[serde(default, deserialize_with = "wire::non_empty")]
    pub runner_name: Option<String>,
    /// Where the API has it; only Gitea 1.24 puts it below its run.
    #[serde(default, deserialize_with = "wire::non_empty")]
    pub url: Option<String>,
    /// Its page.
    #[serde(default, deserialize_with = "wire::non_empty")]
    pub html_url: Option<String>,
    /// The commit that it runs on.
    pub head_sha: String,
    /// The branch that it runs for; `None` for tags and pull requests.
    #[serde(default, deserialize_with = "wire::non_empty")]
    pub head_branch: Option<String>,
    /// When it was created.
    #[serde(default, deserialize_with = "wire::time")]
    pub created_at: Option<Timestamp>,
    /// When a runner took it.
    #[serde(default, deserialize_with = "wire::time")]
    pub started_at: Option<Timestamp>,
    /// When it ended.
    #[serde(default, deserialize_with = "wire::time")]
    pub completed_at: Option<Timestamp>,
}
