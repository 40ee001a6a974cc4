//! A runner whose part a story plays: it takes its job and reports its end when the story says so.

use std::fs;
use std::path::PathBuf;

use serde_json::{Value, json};

use crate::stage::Stage;

/// The runner of the only machine.
pub(crate) struct ByHand {
    client: reqwest::Client,
    identity: Value,
}

impl ByHand {
    /// Waits until the machine has its identity.
    pub(crate) async fn appears(stage: &Stage) -> Self {
        let file = || -> Option<PathBuf> { Some(stage.machines().first()?.join("work/.runner")) };
        let read = || -> Option<Value> { serde_json::from_slice(&fs::read(file()?).ok()?).ok() };
        stage.until("a machine with an identity", async || read().is_some()).await;
        let client = reqwest::Client::builder().no_proxy().build().unwrap();
        Self { client, identity: read().unwrap() }
    }

    /// Takes the job that waits; the id of its task.
    pub(crate) async fn take(&self) -> String {
        self.call("Declare", &json!({ "version": "by hand", "labels": ["go"] })).await;
        let answer = self.call("FetchTask", &json!({ "tasksVersion": "0" })).await;
        answer["task"]["id"].as_str().unwrap_or_else(|| panic!("no task came: {answer}")).to_owned()
    }

    /// Says that the job has succeeded.
    pub(crate) async fn report(&self, task: &str) {
        let state = json!({ "id": task, "result": "RESULT_SUCCESS", "steps": [] });
        self.call("UpdateTask", &json!({ "state": state })).await;
    }

    async fn call(&self, procedure: &str, body: &Value) -> Value {
        let word = |name: &str| self.identity[name].as_str().unwrap().to_owned();
        let url = format!("{}/api/actions/runner.v1.RunnerService/{procedure}", word("address").trim_end_matches('/'));
        let request = self.client.post(url).header("x-runner-uuid", word("uuid")).header("x-runner-token", word("token"));
        let response = request.json(body).send().await.unwrap();
        assert!(response.status().is_success(), "{procedure}: {}", response.status());
        response.json().await.unwrap()
    }
}
