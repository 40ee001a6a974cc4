//! From the socket to the routes and back, with faults in between.

use std::sync::Arc;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract;
use http::request::Parts;
use http::{HeaderMap, Response, StatusCode};
use serde_json::{Value, json};
use tokio::net::TcpListener;

use super::state::{State, lock};
use crate::faults::Fault;
use crate::request_log::Served;
use crate::routes::{self, Answer, Call};
use crate::world::RunnerIdentity;

/// Bodies above this are refused.
const LARGEST_BODY: usize = 4 << 20;

pub(super) async fn serve(listener: TcpListener, state: Arc<State>) {
    let router = Router::new().fallback(handle).with_state(state);
    // It only ends when the handle is dropped and the task aborted.
    _ = axum::serve(listener, router).await;
}

async fn handle(extract::State(state): extract::State<Arc<State>>, request: extract::Request) -> Response<Body> {
    let (parts, body) = request.into_parts();
    let Ok(body) = axum::body::to_bytes(body, LARGEST_BODY).await else {
        return plain(StatusCode::PAYLOAD_TOO_LARGE, "text/plain", "too large");
    };
    let path = parts.uri.path_and_query().map_or_else(String::new, ToString::to_string);
    let served = Served { method: parts.method.to_string(), path, status: None };
    let fault = lock(&state.faults).strike(&served);
    let place = state.note_request(served);
    let response = respond(&state, &parts, &body, fault).await;
    let status = response.as_ref().map(Response::status);
    state.note_status(place, status);
    match response {
        Some(response) => response,
        None => broken_connection(),
    }
}

/// The response, or `None` when the connection shall break.
async fn respond(state: &State, parts: &Parts, body: &Bytes, fault: Option<Fault>) -> Option<Response<Body>> {
    let refusal = |status, message: &str| state.act(|world| Some(written(&Answer::refusal(world, status, message))));
    match fault {
        None => Some(written(&answered(state, parts, body))),
        Some(Fault::Slow(delay)) => {
            tokio::time::sleep(delay).await;
            Some(written(&answered(state, parts, body)))
        }
        Some(Fault::LostAnswer) => {
            answered(state, parts, body);
            None
        }
        Some(Fault::Hang) => std::future::pending().await,
        Some(Fault::Status(status)) => refusal(status, "Internal Server Error"),
        Some(Fault::Unauthorized) => refusal(401, "invalid username, password or token"),
        Some(Fault::MissingScope(scope)) => {
            let message = format!("token does not have at least one of required scope(s), required=[{scope}], token scope=");
            refusal(403, &message)
        }
        Some(Fault::TooManyRequests(seconds)) => {
            let answer = Answer::text(429, "Too Many Requests\n").with("Retry-After", &seconds);
            Some(written(&answer))
        }
        Some(Fault::HtmlPage) => Some(plain(
            StatusCode::BAD_GATEWAY,
            "text/html",
            "<html><head><title>502 Bad Gateway</title></head><body>nginx</body></html>",
        )),
        Some(Fault::Garbage) => Some(plain(StatusCode::OK, "application/json", "{\"jobs\": [{\"id\": 1, \"na")),
    }
}

fn answered(state: &State, parts: &Parts, body: &Bytes) -> Answer {
    let call = call_of(parts, body);
    state.act(|world| routes::answer(world, call))
}

fn call_of(parts: &Parts, body: &Bytes) -> Call {
    let query = parts.uri.query().unwrap_or_default();
    let decoded = percent_decoded(parts.uri.path());
    Call {
        method: parts.method.clone(),
        path: decoded,
        query: form_urlencoded::parse(query.as_bytes()).into_owned().collect(),
        body: serde_json::from_slice(body).unwrap_or(Value::Null),
        host: header(&parts.headers, "host"),
        token: api_token(&parts.headers),
        runner: RunnerIdentity {
            uuid: header(&parts.headers, "x-runner-uuid").unwrap_or_default(),
            token: header(&parts.headers, "x-runner-token").unwrap_or_default(),
        },
        request_key: header(&parts.headers, "x-runner-request-key"),
        parameters: Vec::new(),
        user: None,
    }
}

fn header(headers: &HeaderMap, name: &str) -> Option<String> {
    Some(headers.get(name)?.to_str().ok()?.to_owned())
}

/// `Authorization: token x` or `Bearer x`.
fn api_token(headers: &HeaderMap) -> Option<String> {
    let value = header(headers, "authorization")?;
    let (kind, token) = value.split_once(' ')?;
    ["token", "bearer"].contains(&kind.to_ascii_lowercase().as_str()).then(|| token.to_owned())
}

/// `%2F` and friends; a plus sign stays one.
fn percent_decoded(path: &str) -> String {
    let query = format!("p={}", path.replace('+', "%2B").replace('&', "%26").replace(';', "%3B"));
    form_urlencoded::parse(query.as_bytes()).next().map_or_else(String::new, |(_, value)| value.into_owned())
}

fn written(answer: &Answer) -> Response<Body> {
    let mut response = Response::builder().status(answer.status);
    if let Some(kind) = answer.content_type() {
        response = response.header("Content-Type", kind);
    }
    for (name, value) in &answer.headers {
        response = response.header(*name, value);
    }
    response
        .body(Body::from(answer.body_text()))
        .unwrap_or_else(|error| plain(StatusCode::INTERNAL_SERVER_ERROR, "text/plain", &json!(error.to_string()).to_string()))
}

fn plain(status: StatusCode, kind: &'static str, text: &str) -> Response<Body> {
    let mut response = Response::new(Body::from(text.to_owned()));
    *response.status_mut() = status;
    response.headers_mut().insert("Content-Type", http::HeaderValue::from_static(kind));
    response
}

/// A response whose body fails at once: the connection closes before anything was written.
fn broken_connection() -> Response<Body> {
    let broken = std::io::Error::from(std::io::ErrorKind::ConnectionReset);
    Response::new(Body::from_stream(futures_util::stream::once(async move { Err::<Bytes, _>(broken) })))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_decoded_but_plus_signs_stay() {
        assert_eq!(percent_decoded("/raw/a%20b+c&d"), "/raw/a b+c&d");
    }

    #[test]
    fn both_spellings_of_the_token_header_count() {
        let headers =
            |value: &'static str| HeaderMap::from_iter([(http::header::AUTHORIZATION, http::HeaderValue::from_static(value))]);
        assert_eq!(api_token(&headers("token abc")).as_deref(), Some("abc"));
        assert_eq!(api_token(&headers("Bearer abc")).as_deref(), Some("abc"));
        assert_eq!(api_token(&headers("Basic abc")), None);
    }
}
