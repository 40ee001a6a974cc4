//! A stand-in for a runner: speaks the runner protocol of Gitea and Forgejo, runs nothing, and reports what it is told to.
//!
//! Used by the tests and by the child process of `dispatch try`.

use std::time::Duration;

use serde_json::{Value, json};

use crate::json::Fields as _;

/// Who the runner is, and where.
#[derive(Clone)]
pub struct Identity {
    /// Root of the forge, without a slash at its end.
    pub forge_url: String,
    /// Public half of the registration.
    pub uuid: String,
    /// Secret half.
    pub token: String,
    /// Label names.
    pub labels: Vec<String>,
    /// Take only the job with this handle (Forgejo 15).
    pub handle: Option<String>,
}

impl std::fmt::Debug for Identity {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("Identity")
            .field("forge_url", &self.forge_url)
            .field("uuid", &self.uuid)
            .field("labels", &self.labels)
            .finish_non_exhaustive()
    }
}

/// How it behaves.
#[derive(Clone, Copy, Debug)]
pub struct Habits {
    /// Time between two questions for work.
    pub poll_interval: Duration,
    /// Questions before it gives up.
    pub polls: u32,
    /// Does its job succeed?
    pub succeeds: bool,
}

impl Default for Habits {
    fn default() -> Self {
        Self { poll_interval: Duration::from_secs(2), polls: 30, succeeds: true }
    }
}

/// How its life ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It had this task and reported it; the server's word for the result.
    Ran {
        /// Row id of the task.
        task: i64,
        /// `RESULT_SUCCESS`, `RESULT_FAILURE` or `RESULT_CANCELLED`.
        result: String,
    },
    /// Nothing came.
    NoTask,
}

/// Why it stopped early.
#[derive(Debug, thiserror::Error)]
pub enum StandInError {
    /// The forge could not be asked.
    #[error("the forge did not answer")]
    Unreachable(#[from] reqwest::Error),
    /// The forge refused.
    #[error("the forge answered {status} to {call}: {message}")]
    Refused {
        /// The procedure called.
        call: &'static str,
        /// HTTP status.
        status: u16,
        /// The forge's words.
        message: String,
    },
}

/// Declares itself, waits for one job, reports it, and ends.
pub async fn run(identity: &Identity, habits: Habits) -> Result<Outcome, StandInError> {
    let runner = Connection::new(identity)?;
    let labels = &identity.labels;
    runner.call("Declare", &json!({ "version": "stand-in", "labels": labels })).await?;
    match runner.wait_for_task(habits).await? {
        Some(task) => runner.report(&task, habits.succeeds).await,
        None => Ok(Outcome::NoTask),
    }
}

/// Declares itself and takes a job, which it works at for as long as anybody looks; whether there was one.
pub async fn begin(identity: &Identity) -> Result<bool, StandInError> {
    let runner = Connection::new(identity)?;
    runner.call("Declare", &json!({ "version": "stand-in", "labels": identity.labels })).await?;
    let once = Habits { polls: 1, ..Habits::default() };
    Ok(runner.wait_for_task(once).await?.is_some())
}

struct Connection<'a> {
    identity: &'a Identity,
    client: reqwest::Client,
}

impl<'a> Connection<'a> {
    fn new(identity: &'a Identity) -> Result<Self, StandInError> {
        // Somebody else may have installed it first; any provider will do.
        _ = rustls::crypto::ring::default_provider().install_default();
        let client = reqwest::Client::builder().timeout(Duration::from_secs(10)).build()?;
        Ok(Self { identity, client })
    }

    async fn call(&self, procedure: &'static str, body: &Value) -> Result<Value, StandInError> {
        let url = format!("{}/api/actions/runner.v1.RunnerService/{procedure}", self.identity.forge_url);
        let request = self
            .client
            .post(url)
            .header("x-runner-uuid", &self.identity.uuid)
            .header("x-runner-token", &self.identity.token)
            .json(body);
        let response = request.send().await?;
        let status = response.status();
        let answer: Value = response.json().await.unwrap_or_default();
        if status.is_success() {
            return Ok(answer);
        }
        Err(StandInError::Refused {
            call: procedure,
            status: status.as_u16(),
            message: answer.field("message").as_str().unwrap_or_default().to_owned(),
        })
    }

    /// Asks until there is a task. Like the real runners it sends back the counter it was told,
    /// except with a handle, which needs none.
    async fn wait_for_task(&self, habits: Habits) -> Result<Option<Value>, StandInError> {
        let mut version = json!("0");
        for poll in 0..habits.polls {
            if poll > 0 {
                tokio::time::sleep(habits.poll_interval).await;
            }
            let answer = match &self.identity.handle {
                Some(handle) => self.call("FetchSingleTask", &json!({ "handle": handle })).await?,
                None => self.call("FetchTask", &json!({ "tasksVersion": version })).await?,
            };
            let task = answer.field("task");
            if task.is_object() {
                return Ok(Some(task.clone()));
            }
            version = answer.field("tasksVersion").clone();
        }
        Ok(None)
    }

    /// Starts, logs a line and ends; a cancellation that the server reports wins.
    async fn report(&self, task: &Value, succeeds: bool) -> Result<Outcome, StandInError> {
        let id = task.field("id");
        let begun = json!({ "state": { "id": id, "result": "RESULT_UNSPECIFIED", "steps": [] } });
        let state = self.call("UpdateTask", &begun).await?;
        let rows = json!([{ "time": "2026-01-01T00:00:00Z", "content": "a stand-in ran this job" }]);
        self.call("UpdateLog", &json!({ "taskId": id, "index": "0", "rows": rows, "noMore": true })).await?;
        let result = match (state.field("state").field("result").as_str(), succeeds) {
            (Some(already), _) => already,
            (None, true) => "RESULT_SUCCESS",
            (None, false) => "RESULT_FAILURE",
        };
        let step = json!({ "id": "0", "result": result });
        let ended = json!({ "state": { "id": id, "result": result, "steps": [step] } });
        let state = self.call("UpdateTask", &ended).await?;
        Ok(Outcome::Ran {
            task: id.as_str().and_then(|id| id.parse().ok()).unwrap_or(0),
            result: state.field("state").field("result").as_str().unwrap_or(result).to_owned(),
        })
    }
}
