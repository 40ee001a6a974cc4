//! The events: what a function URL makes of a delivery.

use serde_json::Value;
use tests::lambda::event::{headers, request, sign};

/// Webhook secret of the contestants.
pub(crate) const SECRET: &str = "a-secret-for-the-bench";

const BODY: &str = r#"{"action":"queued","workflow_job":{"id":7,"run_id":1,"name":"build","labels":["go"],"status":"queued","head_sha":"1"},"repository":{"id":1,"owner":{"id":2,"login":"acme"},"name":"tour","full_name":"acme/tour"},"sender":{"id":1,"login":"ada"}}"#;

/// `claimed`: a job is queued and signed for. `refused`: the signature is wrong.
pub(crate) fn named(name: &str) -> Value {
    let signed = if name == "refused" { "something else" } else { BODY };
    request("POST", "/", &headers("workflow_job", Some(&sign(SECRET, signed.as_bytes()))), BODY, false)
}
