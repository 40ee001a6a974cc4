//! An installation whose function is a process.

use std::time::Duration;

use aws_sdk_dynamodb::Client;
use dispatch::record::Record;
use dispatch::store::dynamodb::create_table;
use dispatch::store::{DynamoDbStore, Store};
use serde_json::{Value, json};
use tests::aws::Lab;
use tests::lambda::{Answer, FunctionProcess, RuntimeApi, program};

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
        let function = FunctionProcess::start(&program(env!("CARGO_BIN_EXE_function")), &api, &environment, files);
        Self { api, function, table: table.to_owned() }
    }

    /// Makes the table.
    pub(crate) async fn with_table(self) -> Self {
        create_table(&Client::new(&Lab::shared().settings().await), &self.table).await.unwrap();
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

/// A request of the function URL.
pub(crate) fn request(method: &str, path: &str, headers: &Value, body: &str, is_base64: bool) -> Value {
    json!({
        "version": "2.0", "routeKey": "$default", "rawPath": path, "rawQueryString": "", "headers": headers,
        "requestContext": {
            "accountId": "anonymous", "apiId": "id", "domainName": "id.lambda-url.eu-central-1.on.aws", "requestId": "r",
            "http": { "method": method, "path": path, "protocol": "HTTP/1.1", "sourceIp": "192.0.2.1", "userAgent": "Gitea" },
            "stage": "$default", "time": "01/Jan/2026:00:00:00 +0000", "timeEpoch": 1_767_225_600_000_u64
        },
        "body": body, "isBase64Encoded": is_base64
    })
}

/// Headers as a function URL passes them on: in lower case.
pub(crate) fn headers(event: &str, signature: Option<&str>) -> Value {
    let mut headers = json!({
        "content-type": "application/json", "x-gitea-delivery": "d-1", "x-gitea-event": event, "x-gitea-event-type": event
    });
    if let Some(signature) = signature {
        headers["x-gitea-signature"] = json!(signature);
    }
    headers
}

pub(crate) fn sign(body: &[u8]) -> String {
    use hmac::{Hmac, KeyInit, Mac};
    let mut mac = Hmac::<sha2::Sha256>::new_from_slice(SECRET.as_bytes()).unwrap();
    mac.update(body);
    hex::encode(mac.finalize().into_bytes())
}

/// The body of a job that a forge has queued, with bytes that must not change on the way.
pub(crate) fn queued(id: u64) -> String {
    format!(
        r#"{{ "action" : "queued", "workflow_job": {{"id": {id}, "run_id": 1, "name": "b\u00fcild ü", "labels": ["go"], "status": "queued", "head_sha": "1"}}, "repository": {{"id": 1, "owner": {{"id": 2, "login": "acme"}}, "name": "tour", "full_name": "acme/tour"}}, "sender": {{"id": 1, "login": "ada"}} }}"#
    )
}
