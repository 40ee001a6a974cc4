//! Gitea's JSON, as far as we read it.

use serde::Deserialize;
use serde_json::Value;

use crate::forge::{ForgeJob, JobState, Registration};
use crate::identifier::RepositoryName;

/// `GET …/actions/jobs`. The jobs are read one by one, so that a strange one costs only itself.
#[derive(Deserialize)]
pub(super) struct Jobs {
    pub(super) jobs: Option<Vec<Value>>,
    pub(super) total_count: Option<u64>,
}

/// A job: no workflow, no needs, and no repository but in its address.
#[derive(Deserialize)]
pub(super) struct Job {
    id: u64,
    url: String,
    run_id: u64,
    name: String,
    labels: Option<Vec<String>>,
    status: String,
    conclusion: Option<String>,
    #[serde(default)]
    runner_id: u64,
}

/// `GET …/actions/runners`.
#[derive(Deserialize)]
pub(super) struct Runners {
    pub(super) runners: Option<Vec<Runner>>,
    pub(super) total_count: Option<u64>,
}

/// A runner; `disabled` came with 1.26.
#[derive(Deserialize)]
pub(super) struct Runner {
    id: u64,
    name: String,
    status: String,
    #[serde(default)]
    disabled: bool,
}

/// `GET …/actions/runs/{id}`.
#[derive(Deserialize)]
pub(super) struct Run {
    /// The name under `on:`, such as `pull_request`.
    pub(super) event: String,
    /// `ci.yml@refs/pull/4/head`.
    pub(super) path: String,
}

/// `GET …/pulls/{number}`.
#[derive(Deserialize)]
pub(in crate::forge) struct PullRequest {
    #[serde(default)]
    pub(in crate::forge) number: u64,
    pub(in crate::forge) head: Branch,
    pub(in crate::forge) base: Branch,
}

/// One side of a pull request.
#[derive(Deserialize)]
pub(in crate::forge) struct Branch {
    /// The branch, or `refs/pull/4/head` when there is none.
    #[serde(rename = "ref")]
    pub(super) reference: String,
    /// -1 when the repository is gone.
    pub(super) repo_id: i64,
    /// Its last commit.
    #[serde(default, rename = "sha")]
    pub(in crate::forge) commit: String,
}

impl Job {
    /// Where it stands; nothing for a word that no release so far uses.
    pub(super) fn state(&self) -> Option<JobState> {
        let registration = Some(self.runner_id).filter(|id| *id != 0);
        let conclusion = self.conclusion.clone().unwrap_or_default();
        Some(match self.status.as_str() {
            "queued" => JobState::Queued,
            "waiting" | "pending" | "requested" => JobState::Blocked,
            "in_progress" => JobState::Running { registration },
            // Cancelling (from 1.27): the runner has been told, but works on.
            "completed" if conclusion.is_empty() && registration.is_some() => JobState::Running { registration },
            "completed" => JobState::Over { conclusion, registration },
            _ => return None,
        })
    }

    /// The job in our words.
    pub(super) fn into_forge_job(self) -> Result<ForgeJob, String> {
        let state = self.state().ok_or_else(|| format!("job {} has the unknown status `{}`", self.id, self.status))?;
        let repository = repository_of(&self.url).ok_or_else(|| format!("job {} has an address without repository", self.id))?;
        Ok(ForgeJob {
            id: self.id,
            repository,
            name: self.name,
            labels: self.labels.into_iter().flatten().collect(),
            state,
            run: Some(self.run_id),
            handle: None,
        })
    }
}

/// The repository in `…/repos/{owner}/{name}/actions/jobs/{id}`. The host before it is whatever `Host` header the
/// request that made the job happened to carry (from 1.26), so it is not looked at.
fn repository_of(url: &str) -> Option<RepositoryName> {
    let segments: Vec<&str> = url.split('/').collect();
    match segments.as_slice() {
        [.., "repos", owner, name, "actions", "jobs", _] => format!("{owner}/{name}").parse().ok(),
        _ => None,
    }
}

impl From<Runner> for Registration {
    fn from(runner: Runner) -> Self {
        let online = runner.status == "online";
        Self { id: runner.id, name: runner.name, online, disabled: runner.disabled }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn job(change: &Value) -> Result<ForgeJob, String> {
        let mut row = json!({
            "id": 7, "url": "http://evil.example/api/v1/repos/acme/tour/actions/jobs/7", "run_id": 3, "name": "build",
            "labels": ["go"], "status": "queued", "runner_id": 0,
        });
        row.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
        serde_json::from_value::<Job>(row).unwrap().into_forge_job()
    }

    #[test]
    fn the_words_mean_the_opposite_of_githubs() {
        assert_eq!(job(&json!({"status": "queued"})).unwrap().state, JobState::Queued);
        assert_eq!(job(&json!({"status": "waiting"})).unwrap().state, JobState::Blocked);
    }

    #[test]
    fn a_job_that_is_being_cancelled_still_runs() {
        let cancelling = job(&json!({"status": "completed", "runner_id": 5})).unwrap();
        assert_eq!(cancelling.state, JobState::Running { registration: Some(5) });
        let skipped = job(&json!({"status": "completed"})).unwrap();
        assert_eq!(skipped.state, JobState::Over { conclusion: String::new(), registration: None });
    }

    #[test]
    fn a_row_that_calls_a_workflow_has_no_labels() {
        assert!(job(&json!({"labels": null})).unwrap().labels.is_empty());
        assert!(job(&json!({"labels": []})).unwrap().labels.is_empty());
    }

    #[test]
    fn the_repository_is_read_from_the_end_of_the_address_only() {
        for (url, expected) in [
            ("http://a/api/v1/repos/acme/tour/actions/jobs/7", Some("acme/tour")),
            ("http://a/repos/x/y/api/v1/repos/acme/tour/actions/jobs/7", Some("acme/tour")),
            ("http://a/api/v1/repos/acme/../actions/jobs/7", None),
            ("http://a/api/v1/repos/acme/tour/actions/runs/7", None),
            ("", None),
        ] {
            assert_eq!(repository_of(url).map(|name| name.to_string()).as_deref(), expected, "{url}");
        }
    }

    #[test]
    fn an_unknown_word_is_a_reason() {
        assert_eq!(job(&json!({"status": "dreaming"})), Err("job 7 has the unknown status `dreaming`".to_owned()));
    }
}
