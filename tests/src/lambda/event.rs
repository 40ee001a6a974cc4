//! Events as Lambda hands them to a function.
#![expect(clippy::expect_used, clippy::missing_panics_doc, reason = "a MAC takes a key of any length")]

use hmac::{Hmac, KeyInit, Mac};
use serde_json::{Value, json};

/// A request of a function URL, in payload format 2.0.
pub fn request(method: &str, path: &str, headers: &Value, body: &str, is_base64: bool) -> Value {
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

/// The headers of a delivery as a function URL passes them on: in lower case.
pub fn headers(event: &str, signature: Option<&str>) -> Value {
    let mut headers = json!({
        "content-type": "application/json", "x-gitea-delivery": "d-1", "x-gitea-event": event, "x-gitea-event-type": event
    });
    if let (Some(signature), Some(headers)) = (signature, headers.as_object_mut()) {
        headers.insert("x-gitea-signature".to_owned(), json!(signature));
    }
    headers
}

/// How a forge signs a body.
pub fn sign(secret: &str, body: &[u8]) -> String {
    let mut mac = Hmac::<sha2::Sha256>::new_from_slice(secret.as_bytes()).expect("a key");
    mac.update(body);
    hex::encode(mac.finalize().into_bytes())
}

/// A signed delivery.
pub fn delivery(secret: &str, path: &str, event: &str, body: &str) -> Value {
    request("POST", path, &headers(event, Some(&sign(secret, body.as_bytes()))), body, false)
}

/// The schedule, by a rule of `EventBridge`.
pub fn schedule() -> Value {
    json!({ "version": "0", "id": "1", "detail-type": "Scheduled Event", "source": "aws.events", "resources": [], "detail": {} })
}

/// The stream's word of items with these keys, newly written.
pub fn written<K: AsRef<str>>(keys: &[K]) -> Value {
    let record = |(number, key): (usize, &K)| {
        json!({
            "eventName": "INSERT", "eventSource": "aws:dynamodb",
            "dynamodb": { "Keys": { "pk": { "S": key.as_ref() } }, "SequenceNumber": number.to_string() }
        })
    };
    json!({ "Records": keys.iter().enumerate().map(record).collect::<Vec<_>>() })
}
