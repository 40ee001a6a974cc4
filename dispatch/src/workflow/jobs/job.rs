//! One row of the forge's table of jobs.

use crate::yaml::Span;

/// A job as the forge stores it when a run is created.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExpandedJob {
    /// The key in `jobs`. Forgejo names the jobs of a called workflow `caller.inner`.
    pub job_id: String,
    /// The name that people see, and that commit statuses carry.
    pub name: String,
    /// The labels that a runner must have.
    pub runs_on: Vec<String>,
    /// The ids of the jobs it waits for.
    pub needs: Vec<String>,
    /// The status in which it is stored, or a moment later when the forge has looked once more by itself.
    pub status: JobStatus,
    /// The row stands for a call of a reusable workflow and is never handed to a runner.
    pub is_caller: bool,
    /// What the row's labels, name or matrix depend on and what nobody knows yet: `needs.plan.outputs.os`.
    /// The forge replaces the row later, or this program lacks a fact that the forge has.
    pub depends_on: Option<String>,
    /// Where the job is written. For a job of a called workflow this is a place in that file.
    pub span: Span,
}

/// The status of a job that has not run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum JobStatus {
    /// Queued: the next fitting runner takes it.
    Waiting,
    /// It waits for other jobs, for an approval, or for its turn in a concurrency group.
    Blocked,
    /// Its `if` was evaluated on the server and is false.
    Skipped,
    /// The forge failed it before it began.
    Failure,
    /// A newer member of its concurrency group has displaced it.
    Cancelled,
}

impl JobStatus {
    /// Whether nothing more will come of the job.
    pub fn has_ended(self) -> bool {
        !matches!(self, Self::Waiting | Self::Blocked)
    }

    /// The forge's word for it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Blocked => "blocked",
            Self::Skipped => "skipped",
            Self::Failure => "failure",
            Self::Cancelled => "cancelled",
        }
    }
}

impl std::fmt::Display for JobStatus {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}
