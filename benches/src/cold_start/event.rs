//! The events: what a function URL makes of a delivery.

use hmac::{Hmac, KeyInit, Mac};
use serde_json::{Value, json};

/// Webhook secret of the contestants.
pub(crate) const SECRET: &str = "a-secret-for-the-bench";

const BODY: &str = r#"{"action":"queued","workflow_job":{"id":7,"run_id":1,"name":"build","labels":["go"],"status":"queued","head_sha":"1"},"repository":{"id":1,"owner":{"id":2,"login":"acme"},"name":"tour","full_name":"acme/tour"},"sender":{"id":1,"login":"ada"}}"#;

/// `claimed`: a job is queued and signed for. `refused`: the signature is wrong.
pub(crate) fn named(name: &str) -> Value {
    let signed = if name == "refused" { "something else" } else { BODY };
    json!({
        "version": "2.0", "routeKey": "$default", "rawPath": "/", "rawQueryString": "",
        "headers": {
            "content-type": "application/json", "x-gitea-delivery": "d-1", "x-gitea-event": "workflow_job",
            "x-gitea-event-type": "workflow_job", "x-gitea-signature": signature(signed.as_bytes())
        },
        "requestContext": { "http": { "method": "POST", "path": "/", "protocol": "HTTP/1.1", "sourceIp": "192.0.2.1" }, "stage": "$default" },
        "body": BODY, "isBase64Encoded": false
    })
}

fn signature(body: &[u8]) -> String {
    Hmac::<sha2::Sha256>::new_from_slice(SECRET.as_bytes()).map_or_else(
        |_| String::new(),
        |mut mac| {
            mac.update(body);
            hex::encode(mac.finalize().into_bytes())
        },
    )
}
