//! What live servers answered while one tour went through the life of a repository, served again.
//!
//! `recorded/*.json.gz` holds calls with their answers byte for byte in meaning; tokens are replaced. A pull request and
//! a repository are as the webhooks carried them, which is the form in which the API gives them.
//!
//! The tour asked for whole lists (`?limit=50`, or no parameter). Where a client asks for some statuses, the recorded list
//! is cut down to them, and a single run is the row of the recorded list of runs.

use std::io::Read;

use serde::Deserialize;
use serde_json::{Value, json};

use crate::server::{Reply, Seen, Server};

/// One recorded call.
#[derive(Clone, Deserialize)]
pub(crate) struct Record {
    stage: String,
    method: String,
    path: String,
    pub(crate) request: Value,
    status: u16,
    headers: Vec<(String, String)>,
    pub(crate) body: Value,
}

/// All that was recorded of one release.
#[derive(Clone)]
pub(crate) struct Recording(Vec<Record>);

impl Recording {
    pub(crate) fn of(release: &str) -> Self {
        let file = format!("{}/tests/forge/recorded/{release}.json.gz", env!("CARGO_MANIFEST_DIR"));
        let mut json = String::new();
        flate2::read::GzDecoder::new(std::fs::File::open(file).unwrap()).read_to_string(&mut json).unwrap();
        Self(serde_json::from_str(&json).unwrap())
    }

    /// Serves the calls of one stage, and those that belong to none.
    pub(crate) async fn serve(self, stage: &'static str) -> Server {
        Server::start(move |request| self.answer(stage, request)).await
    }

    /// Changes the recorded rows of a list before it is served.
    pub(crate) fn change(mut self, stage: &str, path: &str, change: impl Fn(&mut Value)) -> Self {
        let mut changed = 0;
        for record in self.0.iter_mut().filter(|record| record.stage == stage && record.route() == path) {
            change(&mut record.body);
            changed += 1;
        }
        assert!(changed > 0, "nothing recorded at {path} in stage {stage}");
        self
    }

    /// The recorded call of this method and path, outside all stages.
    pub(crate) fn find(&self, method: &str, path: &str) -> &Record {
        self.0.iter().find(|record| record.is(method, path)).unwrap()
    }

    /// What came back when the same was asked once more.
    pub(crate) fn second(&self, method: &str, path: &str) -> Reply {
        self.0.iter().filter(|record| record.is(method, path)).nth(1).unwrap().reply(&[])
    }

    pub(crate) fn answer(&self, stage: &str, request: &Seen) -> Reply {
        if let Some(rest) = request.path.strip_prefix("/api/v1/repos/-/-/") {
            return self.of_no_repository(&request.method, rest);
        }
        let of_stage = |record: &&Record| record.stage == stage || record.stage.is_empty();
        let labels = request.parameter("labels");
        let same = |record: &&Record| record.is(&request.method, &request.path) && record.labels() == labels;
        let mut found = self.0.iter().filter(of_stage).filter(same);
        match found.next() {
            Some(record) => record.reply(&request.query),
            None => self.one_run(stage, request).unwrap_or_else(Reply::no_route),
        }
    }

    /// What the router knows shows in what it said for the tour's repository. The tour never asked for attempts, which
    /// came with 1.27 and show in a run as `previous_attempt_url`.
    fn of_no_repository(&self, method: &str, rest: &str) -> Reply {
        let known = |record: &&Record| record.method == method && record.has_shape(rest);
        match self.0.iter().find(known) {
            Some(record) if !record.no_route() => Reply::json(404, &json!({ "message": "not found" })),
            None if rest.contains("/attempts/")
                && self.0.iter().any(|record| record.body.to_string().contains("previous_attempt_url")) =>
            {
                Reply::json(404, &json!({ "message": "not found" }))
            }
            Some(record) => record.reply(&[]),
            None => Reply::no_route(),
        }
    }

    /// `GET …/actions/runs/11` out of the list of runs.
    fn one_run(&self, stage: &str, request: &Seen) -> Option<Reply> {
        let (list, id) = request.path.rsplit_once('/')?;
        let id: u64 = id.parse().ok()?;
        let runs = self.0.iter().find(|record| record.stage == stage && record.route() == list)?;
        let run = runs.body.get("workflow_runs")?.as_array()?.iter().find(|run| run["id"] == id)?;
        Some(Reply::json(200, run))
    }
}

impl Record {
    fn is(&self, method: &str, path: &str) -> bool {
        self.method == method && self.route() == path
    }

    fn route(&self) -> &str {
        self.path.split('?').next().unwrap()
    }

    /// Whether this is `rest` of the tour's repository, whatever the ids.
    fn has_shape(&self, rest: &str) -> bool {
        let shape = |path: &str| -> Vec<String> {
            path.split('/').map(|part| if part.parse::<u64>().is_ok() { "0".to_owned() } else { part.to_owned() }).collect()
        };
        self.route().strip_prefix("/api/v1/repos/acme/tour/").is_some_and(|own| shape(own) == shape(rest))
    }

    fn no_route(&self) -> bool {
        let json = self.headers.iter().any(|(_, value)| value.starts_with("application/json"));
        self.status == 405 || (self.status == 404 && !json)
    }

    fn labels(&self) -> Option<&str> {
        self.path.split_once("?labels=").map(|(_, labels)| labels)
    }

    fn reply(&self, query: &[(String, String)]) -> Reply {
        let wanted: Vec<&str> = query.iter().filter(|(name, _)| name == "status").map(|(_, value)| value.as_str()).collect();
        let mut body = self.body.clone();
        if let (false, Some(object)) = (wanted.is_empty(), body.as_object_mut()) {
            let mut left = 0;
            for rows in object.values_mut().filter_map(Value::as_array_mut) {
                rows.retain(|row| wanted.iter().any(|status| row["status"] == *status));
                left = rows.len();
            }
            object.insert("total_count".to_owned(), json!(left));
        }
        let mut reply = Reply { status: self.status, headers: self.headers.clone(), body: body.to_string() };
        if self.headers.iter().all(|(_, value)| !value.starts_with("application/json")) {
            self.body.as_str().unwrap_or_default().clone_into(&mut reply.body);
        }
        reply
    }
}
