//! Forgejo's JSON, as far as we read it.

use secrecy::SecretString;
use serde::Deserialize;

use crate::forge::{ForgeJob, JobState, Registration, secret};
use crate::identifier::RepositoryName;

/// A job of `GET …/actions/runners/jobs`.
#[derive(Deserialize)]
pub(super) struct Job {
    pub(super) id: u64,
    pub(super) repo_id: u64,
    name: String,
    runs_on: Option<Vec<String>>,
    #[serde(default)]
    task_id: u64,
    status: String,
    /// From 15.
    handle: Option<String>,
    /// From 16.
    run_id: Option<u64>,
}

/// `GET /repositories/{id}`.
#[derive(Deserialize)]
pub(super) struct Repository {
    pub(super) full_name: String,
}

/// A runner of `GET …/actions/runners` (from 15).
#[derive(Deserialize)]
pub(super) struct Runner {
    id: u64,
    name: String,
    status: String,
}

/// The answer to `POST …/actions/runners` (from 15).
#[derive(Deserialize)]
pub(super) struct Created {
    pub(super) id: u64,
    pub(super) uuid: String,
    #[serde(deserialize_with = "secret::string")]
    pub(super) token: SecretString,
}

/// `GET …/actions/runs` (from 12).
#[derive(Deserialize)]
pub(super) struct Runs {
    pub(super) workflow_runs: Option<Vec<Run>>,
    pub(super) total_count: Option<u64>,
}

/// A run.
#[derive(Clone, Deserialize)]
pub(super) struct Run {
    pub(super) id: u64,
    pub(super) is_fork_pull_request: bool,
    #[serde(default)]
    pub(super) need_approval: bool,
    /// The name under `on:`, such as `pull_request`.
    pub(super) trigger_event: String,
    pub(super) status: String,
    pub(super) updated: Option<String>,
}

impl Job {
    /// Where it stands; nothing for a word that no release so far uses.
    pub(super) fn state(&self) -> Option<JobState> {
        Some(match self.status.as_str() {
            "waiting" if self.task_id == 0 => JobState::Queued,
            // With a task it has been given to somebody, and will show as running.
            "waiting" | "blocked" => JobState::Blocked,
            "running" => JobState::Running { registration: None },
            "success" | "failure" | "cancelled" | "skipped" => {
                JobState::Over { conclusion: self.status.clone(), registration: None }
            }
            _ => return None,
        })
    }

    /// The job in our words.
    pub(super) fn into_forge_job(self, repository: RepositoryName) -> Result<ForgeJob, String> {
        let state = self.state().ok_or_else(|| format!("job {} has the unknown status `{}`", self.id, self.status))?;
        Ok(ForgeJob {
            id: self.id,
            repository,
            name: self.name,
            labels: self.runs_on.into_iter().flatten().collect(),
            state,
            run: self.run_id,
            handle: self.handle,
        })
    }
}

impl From<Runner> for Registration {
    fn from(runner: Runner) -> Self {
        let online = matches!(runner.status.as_str(), "idle" | "active");
        Self { id: runner.id, name: runner.name, online, disabled: false }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn state(status: &str, task_id: u64) -> Option<JobState> {
        let row =
            serde_json::json!({"id": 1, "repo_id": 1, "name": "build", "runs_on": null, "task_id": task_id, "status": status});
        serde_json::from_value::<Job>(row).unwrap().state()
    }

    #[test]
    fn a_waiting_job_without_a_task_can_be_taken() {
        assert_eq!(state("waiting", 0), Some(JobState::Queued));
        assert_eq!(state("waiting", 9), Some(JobState::Blocked));
        assert_eq!(state("blocked", 0), Some(JobState::Blocked));
        assert_eq!(state("running", 9), Some(JobState::Running { registration: None }));
        assert_eq!(state("dreaming", 0), None);
    }
}
