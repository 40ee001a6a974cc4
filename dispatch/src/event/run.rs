//! What the forge says about a run: `workflow_run` of Gitea ≥ 1.25, `action_run_*` of Forgejo ≥ 12.

use jiff::Timestamp;
use serde::Deserialize;

use super::job::{Conclusion, JobStatus};
use super::{Repository, User, wire};

/// A run was created, runs, or ended. Not every change is told; 1.25 tells only of files that are on the default branch.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct WorkflowRun {
    /// What it became.
    pub action: RunAction,
    /// The run.
    #[serde(rename = "workflow_run")]
    pub run: Run,
    /// The workflow that it is a run of.
    pub workflow: Option<Workflow>,
    /// Where.
    pub repository: Repository,
    /// The user who triggered it.
    pub sender: Option<User>,
}

/// What a run became.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RunAction {
    /// It was created, and some job waits or can run.
    Requested,
    /// A job runs (Gitea ≥ 1.26).
    InProgress,
    /// All jobs ended.
    Completed,
    /// Nothing (a run that is being cancelled) or a word that this version does not know.
    #[serde(other)]
    Unknown,
}

/// A run, as Gitea's webhook shows it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Run {
    /// The run's id.
    pub id: u64,
    /// Its number in the repository, the one in its page's address.
    pub run_number: u64,
    /// The attempt, from 1; 0 before the first on Gitea ≤ 1.26.
    #[serde(default)]
    pub run_attempt: u64,
    /// The entry of `on:` that started it.
    pub event: String,
    /// `file@ref`, such as `ci.yml@refs/heads/main`.
    pub path: String,
    /// The commit that it runs on.
    pub head_sha: String,
    /// The branch that it runs for.
    #[serde(default, deserialize_with = "wire::non_empty")]
    pub head_branch: Option<String>,
    /// Where it stands.
    pub status: JobStatus,
    /// How it ended.
    #[serde(default, deserialize_with = "wire::conclusion")]
    pub conclusion: Option<Conclusion>,
    /// When it started.
    #[serde(default, deserialize_with = "wire::time")]
    pub started_at: Option<Timestamp>,
    /// When it ended.
    #[serde(default, deserialize_with = "wire::time")]
    pub completed_at: Option<Timestamp>,
}

/// A workflow file.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Workflow {
    /// The name that `on: workflow_run: workflows:` filters by.
    pub name: String,
    /// The file, from the root of the repository.
    pub path: String,
}

/// A run ended. A reason to look at the queue again (concurrency groups are free), never one to launch.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct ActionRun {
    /// `success`, `failure` or `recover`.
    pub action: String,
    /// The run.
    pub run: ForgejoRun,
}

/// A run, as Forgejo's webhook shows it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct ForgejoRun {
    /// The run's id.
    pub id: u64,
    /// Its number in the repository, the one in its page's address.
    #[serde(rename = "index_in_repo")]
    pub number: u64,
    /// The workflow's file name.
    #[serde(rename = "workflow_id")]
    pub workflow: String,
    /// The entry of `on:` that started it.
    #[serde(rename = "trigger_event")]
    pub event: String,
    /// The commit that it ran on.
    #[serde(rename = "commit_sha")]
    pub head_sha: String,
    /// How it ended: `success`, `failure`, `cancelled` or `skipped`.
    #[serde(default, rename = "status", deserialize_with = "wire::conclusion")]
    pub conclusion: Option<Conclusion>,
    /// Where.
    pub repository: Repository,
    /// The user who triggered it.
    pub trigger_user: Option<User>,
    /// When it started; `None` if it never did.
    #[serde(default, deserialize_with = "wire::time")]
    pub started: Option<Timestamp>,
    /// When it ended.
    #[serde(default, deserialize_with = "wire::time")]
    pub stopped: Option<Timestamp>,
}
