//! An installation whose function is a process.

use std::time::Duration;

use dispatch::record::Record;
use dispatch::store::{DynamoDbStore, Store};
use serde_json::Value;
use tests::aws::Lab;
use tests::lambda::{Answer, FunctionProcess, Program, RuntimeApi, event};

pub(crate) const SECRET: &str = "secret-hunter2";
pub(crate) const TOKEN: &str = "token-hunter3";

/// One function and its table.
pub(crate) struct Installed {
    pub(crate) api: RuntimeApi,
    pub(crate) function: FunctionProcess,
    table: String,
}

/// The variables of a function without a file, as in docs/deploy-aws.md.
pub(crate) fn variables(table: &str) -> Vec<(&'static str, String)> {
    let own = |value: &str| value.to_owned();
    vec![
        // Nobody listens there: what is told here needs no forge.
        ("GITEA_URL", own("http://127.0.0.1:9/")),
        ("GITEA_TOKEN", own(TOKEN)),
        ("WEBHOOK_SECRET", own(SECRET)),
        ("RUNNER_AMI", own("ami-0123")),
        ("SUBNET", own("subnet-0123")),
        ("SECURITY_GROUP", own("sg-0123")),
        ("INSTANCE_PROFILE", own("machine")),
        ("INSTANCE_ROLE_ID", own("AROAEXAMPLEID12345678")),
        ("DDB_TABLE", own(table)),
    ]
}

impl Installed {
    /// With the environment alone, in this role (empty for both).
    pub(crate) async fn new(table: &str, role: &str) -> Self {
        Self::with(table, variables(table), &[("DISPATCH_ROLE", role)], &[]).await
    }

    /// With other variables and files.
    pub(crate) async fn with(
        table: &str,
        mut environment: Vec<(&'static str, String)>,
        more: &[(&'static str, &str)],
        files: &[(&str, &str)],
    ) -> Self {
        let api = RuntimeApi::start(Duration::from_secs(55)).await;
        environment.extend(Lab::shared().environment());
        environment.extend(more.iter().map(|(name, value)| (*name, (*value).to_owned())));
        let function = FunctionProcess::start(&Program::of_lab(env!("CARGO_BIN_EXE_tests")), &api, &environment, files);
        Self { api, function, table: table.to_owned() }
    }

    /// Makes the table.
    pub(crate) fn with_table(self) -> Self {
        Lab::shared().create_table(&self.table);
        self
    }

    /// What the function answers to an HTTP request.
    pub(crate) async fn request(&self, event: Value) -> (u64, String) {
        match self.api.invoke(event).await {
            Answer::Response(answer) => (answer["statusCode"].as_u64().unwrap(), answer["body"].as_str().unwrap().to_owned()),
            Answer::Error { kind, message } => panic!("{kind}: {message}"),
        }
    }

    /// Names of the jobs with an open record.
    pub(crate) async fn open_jobs(&self) -> Vec<u64> {
        let store = DynamoDbStore::new(&Lab::shared().settings().await, &self.table);
        let open = store.open_records().await.unwrap().into_iter();
        open.filter_map(|(_, stored)| if let Record::Job(job) = stored.record { Some(job.key.job) } else { None }).collect()
    }
}

pub(crate) fn sign(body: &str) -> String {
    event::sign(SECRET, body.as_bytes())
}

/// A signed delivery about a job.
pub(crate) fn delivery(path: &str, body: &str) -> Value {
    event::delivery(SECRET, path, "workflow_job", body)
}

/// The body of a job that a forge has queued, with bytes that must not change on the way.
pub(crate) fn queued(id: u64) -> String {
    format!(
        r#"{{ "action" : "queued", "workflow_job": {{"id": {id}, "run_id": 1, "name": "b\u00fcild ü", "labels": ["go"], "status": "queued", "head_sha": "1"}}, "repository": {{"id": 1, "owner": {{"id": 2, "login": "acme"}}, "name": "tour", "full_name": "acme/tour"}}, "sender": {{"id": 1, "login": "ada"}} }}"#
    )
}
