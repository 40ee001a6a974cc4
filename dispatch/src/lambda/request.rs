//! Requests of a function URL (payload format 2.0), and the answers that it takes.

use std::collections::BTreeMap;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::Failure;
use crate::page::{Answer, TooLarge};

/// One request; its body as it came.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Request {
    /// How it asks.
    pub(super) method: Method,
    /// For what.
    pub(super) path: String,
    /// Repeated ones were joined by commas on the way.
    pub(super) headers: HeaderMap,
    body: String,
    is_base64: bool,
}

/// The parts of the event that are used.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Wire {
    raw_path: String,
    #[serde(default)]
    headers: BTreeMap<String, String>,
    #[serde(default)]
    body: Option<String>,
    #[serde(default)]
    is_base64_encoded: bool,
    request_context: WireContext,
}

#[derive(Deserialize)]
struct WireContext {
    http: WireHttp,
}

#[derive(Deserialize)]
struct WireHttp {
    method: String,
}

impl Request {
    pub(super) fn read(event: Value) -> Result<Self, Failure> {
        let unreadable =
            |problem: &dyn std::fmt::Display| Failure::UnknownEvent(format!("this request cannot be read: {problem}"));
        let wire = Wire::deserialize(event).map_err(|error| unreadable(&error))?;
        let method = wire.request_context.http.method.parse().map_err(|error| unreadable(&error))?;
        Ok(Self {
            method,
            path: wire.raw_path,
            headers: headers(&wire.headers),
            body: wire.body.unwrap_or_default(),
            is_base64: wire.is_base64_encoded,
        })
    }

    /// The bytes that the forge sent and signed. What is certainly too large is not even decoded.
    pub(super) fn into_body(self, limit_bytes: usize) -> Result<Bytes, Answer> {
        let least_bytes =
            if self.is_base64 { (self.body.len() / 4).saturating_mul(3).saturating_sub(2) } else { self.body.len() };
        if least_bytes > limit_bytes {
            return Err(TooLarge { limit_bytes }.into());
        }
        if !self.is_base64 {
            return Ok(self.body.into());
        }
        let decoded = STANDARD.decode(self.body).map_err(|_| {
            Answer::text(
                StatusCode::BAD_REQUEST,
                "the body is not base64, though it is marked so: look at what stands before the function",
            )
        })?;
        if decoded.len() > limit_bytes { Err(TooLarge { limit_bytes }.into()) } else { Ok(decoded.into()) }
    }
}

/// Bodies of private repositories and signatures do not belong in a log.
impl std::fmt::Debug for Request {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Request").field("method", &self.method).field("path", &self.path).finish_non_exhaustive()
    }
}

/// What no HTTP client could have sent is left out.
fn headers(wire: &BTreeMap<String, String>) -> HeaderMap {
    let header = |(name, value): (&String, &String)| {
        Some((HeaderName::from_bytes(name.as_bytes()).ok()?, HeaderValue::from_bytes(value.as_bytes()).ok()?))
    };
    wire.iter().filter_map(header).collect()
}

/// What the function URL makes an HTTP response of.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Response {
    status_code: u16,
    headers: BTreeMap<&'static str, &'static str>,
    body: String,
    is_base64_encoded: bool,
}

impl From<Answer> for Response {
    fn from(answer: Answer) -> Self {
        let mut headers = BTreeMap::from([("content-type", answer.content_type)]);
        headers.extend(answer.allow.map(|method| ("allow", method)));
        Self { status_code: answer.status.as_u16(), headers, body: answer.body, is_base64_encoded: false }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn request(body: &str, is_base64: bool) -> Request {
        let event = json!({
            "version": "2.0", "routeKey": "$default", "rawPath": "/hook/home", "rawQueryString": "",
            "headers": { "X-Gitea-Event": "push", "bad name": "x", "x-ünicode": "y" },
            "requestContext": { "http": { "method": "POST", "path": "/hook/home" }, "stage": "$default" },
            "body": body, "isBase64Encoded": is_base64
        });
        Request::read(event).unwrap()
    }

    fn body(request: Request, limit_bytes: usize) -> Result<Vec<u8>, u16> {
        request.into_body(limit_bytes).map(Vec::from).map_err(|answer| answer.status.as_u16())
    }

    #[test]
    fn names_of_headers_have_no_case() {
        let request = request("", false);
        assert_eq!(request.headers.get("x-gitea-event").unwrap(), "push");
        assert_eq!(request.headers.len(), 1);
    }

    #[test]
    fn the_bytes_are_those_that_were_sent() {
        assert_eq!(body(request("{\"ü\":\"\\u0000\"}", false), 100), Ok("{\"ü\":\"\\u0000\"}".into()));
        assert_eq!(body(request("/wD+e30=", true), 100), Ok(b"\xff\x00\xfe{}".to_vec()));
    }

    #[test]
    fn the_limit_counts_the_bytes_behind_the_encoding() {
        for (text, is_base64) in [("abcd", false), ("YWJjZA==", true)] {
            assert_eq!(body(request(text, is_base64), 4), Ok(b"abcd".to_vec()));
            assert_eq!(body(request(text, is_base64), 3), Err(413));
        }
        assert_eq!(body(request(&"!".repeat(100), true), 10), Err(413), "too large is said before anything is decoded");
    }

    #[test]
    fn what_is_not_base64_is_told() {
        assert_eq!(body(request("not base64!", true), 100), Err(400));
    }

    #[test]
    fn a_request_may_have_no_body_and_no_headers() {
        let event = json!({ "rawPath": "/", "requestContext": { "http": { "method": "GET" } } });
        assert_eq!(body(Request::read(event).unwrap(), 0), Ok(Vec::new()));
    }

    #[test]
    fn a_request_without_a_path_or_with_half_a_method_is_refused() {
        for event in [
            json!({ "requestContext": { "http": { "method": "GET" } } }),
            json!({ "rawPath": "/", "requestContext": { "http": { "method": "G T" } } }),
            json!({ "rawPath": "/", "requestContext": { "http": 7 } }),
        ] {
            let sentence = Request::read(event).unwrap_err().to_string();
            assert!(sentence.contains("this request cannot be read: "), "{sentence}");
        }
    }

    #[test]
    fn nothing_of_the_content_is_shown() {
        assert_eq!(format!("{:?}", request("hunter2", false)), r#"Request { method: POST, path: "/hook/home", .. }"#);
    }
}
