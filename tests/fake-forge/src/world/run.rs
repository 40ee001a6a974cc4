//! Rows of runs, jobs and tasks: one run per workflow and event, one task per job handed to a runner.

use serde_json::Value;

use super::account::AccountId;
use super::repository::RepositoryId;
use super::runner::RunnerId;
use super::status::Status;
use super::workflow::{JobSpec, Workflow};

/// Row id of a run.
pub type RunId = i64;
/// Row id of a job.
pub type JobId = i64;
/// Row id of a task.
pub type TaskId = i64;

/// One execution of a workflow for one event.
#[derive(Clone, Debug)]
pub struct Run {
    /// Row id.
    pub id: RunId,
    /// Its repository.
    pub repository: RepositoryId,
    /// Number within the repository.
    pub number: i64,
    /// Full reference: `refs/heads/main`, `refs/pull/4/head`.
    pub reference: String,
    /// Commit id.
    pub head_id: String,
    /// `push`, `pull_request`, `workflow_dispatch`.
    pub event: String,
    /// State, derived from the jobs.
    pub status: Status,
    /// Rises with each re-run; 1 at first.
    pub attempt: i64,
    /// From a fork by an outsider, and nobody has approved it.
    pub needs_approval: bool,
    pub(crate) title: String,
    pub(crate) actor: AccountId,
    pub(crate) workflow: Workflow,
    pub(crate) pull_request: Option<i64>,
    pub(crate) from_fork: bool,
    pub(crate) event_payload: Value,
    pub(crate) created_s: i64,
    pub(crate) updated_s: i64,
    pub(crate) started_s: i64,
    pub(crate) stopped_s: i64,
}

impl Run {
    /// The branch's name; `None` for tags and pull requests.
    pub(crate) fn branch(&self) -> Option<&str> {
        self.reference.strip_prefix("refs/heads/")
    }

    /// The reference as people write it: branch, tag or `#4`.
    pub(crate) fn pretty_reference(&self) -> String {
        let number = self.reference.strip_prefix("refs/pull/").and_then(|rest| rest.strip_suffix("/head"));
        match number {
            Some(number) => format!("#{number}"),
            None => self.reference.trim_start_matches("refs/heads/").trim_start_matches("refs/tags/").to_owned(),
        }
    }
}

/// One job of a run.
#[derive(Clone, Debug)]
pub struct Job {
    /// Row id.
    pub id: JobId,
    /// Its run.
    pub run: RunId,
    /// What the workflow says about it.
    pub spec: JobSpec,
    /// State.
    pub status: Status,
    /// Which attempt of the run it belongs to, or (older Giteas) how often a runner took it.
    pub attempt: i64,
    /// Forgejo's name for this attempt of this job: a UUID.
    pub handle: String,
    /// The task, once a runner has it.
    pub task: Option<TaskId>,
    pub(crate) created_s: i64,
    pub(crate) updated_s: i64,
    pub(crate) started_s: i64,
    pub(crate) stopped_s: i64,
}

/// A job in the hands of a runner.
#[derive(Clone, Debug)]
pub struct Task {
    /// Row id.
    pub id: TaskId,
    /// The job.
    pub job: JobId,
    /// Who has it.
    pub runner: RunnerId,
    /// State; the runner learns of a cancellation from it.
    pub status: Status,
    /// Log lines received.
    pub log_lines: Vec<String>,
    pub(crate) steps: Vec<Step>,
    pub(crate) request_key: Option<String>,
    pub(crate) created_s: i64,
    pub(crate) updated_s: i64,
    pub(crate) stopped_s: i64,
}

/// A step of a task as the server knows it.
#[derive(Clone, Debug)]
pub(crate) struct Step {
    pub(crate) command: String,
    pub(crate) status: Status,
    pub(crate) started_s: i64,
    pub(crate) stopped_s: i64,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_are_shown_as_people_write_them() {
        let run = |reference: &str| Run {
            id: 1,
            repository: 1,
            number: 1,
            reference: reference.to_owned(),
            head_id: String::new(),
            event: "push".to_owned(),
            status: Status::Waiting,
            attempt: 1,
            needs_approval: false,
            title: String::new(),
            actor: 1,
            workflow: Workflow::new("ci.yml"),
            pull_request: None,
            from_fork: false,
            event_payload: Value::Null,
            created_s: 0,
            updated_s: 0,
            started_s: 0,
            stopped_s: 0,
        };
        assert_eq!(run("refs/heads/main").pretty_reference(), "main");
        assert_eq!(run("refs/tags/v3").pretty_reference(), "v3");
        assert_eq!(run("refs/pull/4/head").pretty_reference(), "#4");
        assert_eq!(run("refs/tags/v3").branch(), None);
    }
}
