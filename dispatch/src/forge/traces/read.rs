//! Tasks and statuses as both forges write them.

use jiff::Timestamp;
use reqwest::Method;
use serde::Deserialize;
use serde_json::Value;

use super::{JobPage, Status, StatusState, Task};
use crate::forge::JobState;
use crate::forge::capabilities::ForgeKind::Gitea;
use crate::forge::error::ForgeError;
use crate::forge::http::{Answer, Call, Http, Missing};
use crate::forge::route::{self, Group};
use crate::identifier::{RepositoryName, Scope};

/// Rows of one answer, and answers read: enough for every job that can be open at a time, newest first.
const LIMIT: usize = 50;
const MOST_PAGES: usize = 4;

#[derive(Deserialize)]
struct Tasks {
    workflow_runs: Option<Vec<Value>>,
}

#[derive(Deserialize)]
struct TaskRow {
    name: String,
    run_number: u64,
    head_sha: String,
    workflow_id: String,
    #[serde(default)]
    event: String,
    status: String,
    created_at: Option<String>,
}

/// Gitea and Forgejo call the state `status`.
#[derive(Deserialize)]
struct StatusRow {
    #[serde(default)]
    id: u64,
    status: String,
    context: String,
    #[serde(default)]
    target_url: String,
    updated_at: Option<String>,
}

/// The newest tasks of a repository. A row that is not understood costs only itself.
pub(in crate::forge) async fn tasks(http: &Http, repository: &RepositoryName) -> Result<Vec<Task>, ForgeError> {
    let call = route::repository(Gitea, repository, &["actions", "tasks"]);
    let rows = |answer: &Answer| Ok(answer.read::<Tasks>()?.workflow_runs.unwrap_or_default());
    let answers = newest(http, &call, rows).await?;
    let read = |(row, now)| serde_json::from_value::<TaskRow>(row).ok()?.into_task(now);
    Ok(answers.into_iter().filter_map(read).collect())
}

/// The statuses of a commit, newest first.
pub(in crate::forge) async fn statuses(
    http: &Http,
    repository: &RepositoryName,
    commit: &str,
) -> Result<Vec<Status>, ForgeError> {
    let call = route::at(Gitea, &Scope::Repository(repository.clone()), Group::Reading, Method::GET, &["statuses", commit]);
    let rows = |answer: &Answer| Ok(answer.read::<Option<Vec<Value>>>()?.unwrap_or_default());
    let answers = newest(http, &call.query("sort", "recentupdate"), rows).await?;
    let read = |(row, now)| Some((serde_json::from_value::<StatusRow>(row).ok()?, now));
    Ok(in_order(answers.into_iter().filter_map(read).collect()))
}

/// The forge sorts by seconds, in which a job can begin and be skipped; its numbers only rise.
fn in_order(mut rows: Vec<(StatusRow, Option<Timestamp>)>) -> Vec<Status> {
    rows.sort_by_key(|(row, _)| std::cmp::Reverse(row.id));
    rows.into_iter().map(|(row, now)| row.into_status(now)).collect()
}

/// The first pages of a list, each row with the forge's time; what is not there has no rows.
async fn newest(
    http: &Http,
    call: &Call,
    rows: impl Fn(&Answer) -> Result<Vec<Value>, ForgeError>,
) -> Result<Vec<(Value, Option<Timestamp>)>, ForgeError> {
    let mut found = Vec::new();
    for page in 1..=MOST_PAGES {
        let answer = http.ask(&call.clone().query("page", &page).query("limit", &LIMIT)).await?;
        if answer.missing() == Some(Missing::Object) {
            break;
        }
        let rows = rows(&answer)?;
        let is_last = rows.len() < LIMIT;
        found.extend(rows.into_iter().map(|row| (row, answer.date())));
        if is_last {
            break;
        }
    }
    Ok(found)
}

impl TaskRow {
    fn into_task(self, now: Option<Timestamp>) -> Option<Task> {
        let state = match self.status.as_str() {
            "running" => JobState::Running { registration: None },
            "success" | "failure" | "cancelled" | "skipped" => JobState::Over { conclusion: self.status, registration: None },
            _ => return None,
        };
        let age_s = age_s(now, self.created_at.as_deref());
        let Self { run_number: run, name, head_sha: commit, workflow_id: workflow, event, .. } = self;
        Some(Task { run, name, commit, workflow, event, age_s, state })
    }
}

/// By the forge's own clock.
fn age_s(now: Option<Timestamp>, then: Option<&str>) -> Option<u64> {
    let then = then?.parse::<Timestamp>().ok()?;
    Some(now?.duration_since(then).as_secs().max(0).unsigned_abs())
}

impl StatusRow {
    fn into_status(self, now: Option<Timestamp>) -> Status {
        let age_s = age_s(now, self.updated_at.as_deref());
        let state = if self.status == "pending" { StatusState::Pending } else { StatusState::Over(self.status) };
        Status { context: self.context, state, page: JobPage::of(&self.target_url), age_s }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// As Gitea 1.24 writes it in deliveries of statuses, but for the state's name, which is `status` in its API.
    #[test]
    fn a_status_has_a_page_and_an_age() {
        let row = json!({"context": "CI / build (push)", "status": "failure", "description": "Has been cancelled",
            "target_url": "http://forge.test:3000/acme/tour/actions/runs/2/jobs/0", "updated_at": "2026-11-21T10:04:07Z"});
        let row: StatusRow = serde_json::from_value(row).unwrap();
        let status = row.into_status(Some("2026-11-21T10:04:09Z".parse().unwrap()));
        assert_eq!(status.state, StatusState::Over("failure".to_owned()));
        assert_eq!((status.page, status.age_s), (Some(JobPage { run: 2, place: 0 }), Some(2)));
    }

    #[test]
    fn of_two_statuses_of_one_second_the_later_is_the_newer() {
        let row = |id: u64, state: &str| {
            let row = json!({"id": id, "context": "c", "status": state, "updated_at": "2026-11-21T10:04:07Z"});
            (serde_json::from_value(row).unwrap(), None)
        };
        let ordered = in_order(vec![row(7, "pending"), row(8, "success")]);
        assert_eq!(ordered[0].state, StatusState::Over("success".to_owned()));
    }

    #[test]
    fn a_task_that_is_not_understood_says_nothing() {
        let task = |status: &str| {
            let row = json!({"name": "build", "run_number": 1, "head_sha": "c", "workflow_id": "ci.yml", "status": status});
            serde_json::from_value::<TaskRow>(row).unwrap().into_task(None).map(|task| task.state)
        };
        assert_eq!(task("running"), Some(JobState::Running { registration: None }));
        assert_eq!(task("success"), Some(JobState::Over { conclusion: "success".to_owned(), registration: None }));
        assert_eq!(task("dreaming"), None);
    }
}
