//! What a live server did: calls and deliveries, one JSON line each, compressed.

use std::io::Read as _;

use flate2::read::GzDecoder;
use serde_json::Value;

/// One HTTP call: `NNN-when.what`, the request and the answer.
pub(crate) struct Call {
    pub(crate) name: String,
    pub(crate) request: Value,
    pub(crate) status: u16,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Value,
}

/// One webhook delivery, and the step of the tour that caused it.
pub(crate) struct Delivery {
    pub(crate) name: String,
    pub(crate) step: String,
    pub(crate) event_type: String,
    pub(crate) body: Value,
}

/// A whole tour.
pub(crate) struct Recording {
    pub(crate) calls: Vec<Call>,
    pub(crate) deliveries: Vec<Delivery>,
}

/// Loads `recordings/NAME.jsonl.gz`.
pub(crate) fn load(name: &str) -> Recording {
    let path = format!("{}/recordings/{name}.jsonl.gz", env!("CARGO_MANIFEST_DIR"));
    let mut text = String::new();
    GzDecoder::new(std::fs::File::open(&path).expect("a recording")).read_to_string(&mut text).expect("compressed text");
    let mut recording = Recording { calls: Vec::new(), deliveries: Vec::new() };
    for line in text.lines() {
        let line: Value = serde_json::from_str(line).expect("JSON lines");
        match line["call"].as_str() {
            Some(name) => recording.calls.push(call(name, &line)),
            None => recording.deliveries.push(delivery(&line)),
        }
    }
    recording
}

fn pairs(value: &Value) -> Vec<(String, String)> {
    serde_json::from_value(value.clone()).expect("header pairs")
}

fn call(name: &str, line: &Value) -> Call {
    Call {
        name: name.to_owned(),
        request: line["request"].clone(),
        status: u16::try_from(line["status"].as_u64().expect("a status")).expect("a status"),
        headers: pairs(&line["headers"]),
        body: line["body"].clone(),
    }
}

fn delivery(line: &Value) -> Delivery {
    let body = line["body"].as_str().expect("a body");
    let headers = pairs(&line["headers"]);
    let fine = headers.iter().find(|(name, _)| name == "X-Gitea-Event-Type");
    Delivery {
        name: line["delivery"].as_str().expect("a name").to_owned(),
        step: line["step"].as_str().expect("a step").to_owned(),
        event_type: fine.expect("an event type").1.clone(),
        body: serde_json::from_str(body).expect("a JSON body"),
    }
}
