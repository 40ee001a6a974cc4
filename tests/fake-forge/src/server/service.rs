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
use crate::protobuf;
use crate::request_log::Served;
use crate::routes::{self, Answer, Call};
use crate::world::{RunnerIdentity, World};

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
        Some(mut response) => {
            response.headers_mut().extend(state.date().map(|date| (http::header::DATE, date)));
            response
        }
        None => broken_connection(),
    }
}

/// The response, or `None` when the connection shall break.
async fn respond(state: &State, parts: &Parts, body: &Bytes, fault: Option<Fault>) -> Option<Response<Body>> {
    let refusal = |status, message: &str| state.act(|world| Some(written(Answer::refusal(world, status, message))));
    match fault {
        None => Some(written(answered(state, parts, body))),
        Some(Fault::Slow(delay)) => {
            tokio::time::sleep(delay).await;
            Some(written(answered(state, parts, body)))
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
            Some(written(answer))
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
    state.act(|world| answer_to(world, parts, body))
}

fn answer_to(world: &mut World, parts: &Parts, body: &[u8]) -> Answer {
    if header(&parts.headers, "content-type").as_deref() == Some("application/proto") {
        return answer_in_protobuf(world, parts, body);
    }
    let body = serde_json::from_slice(body).unwrap_or(Value::Null);
    routes::answer(world, call_of(parts, body))
}

/// The same calls as in JSON, in the encoding that the runners people use speak.
fn answer_in_protobuf(world: &mut World, parts: &Parts, body: &[u8]) -> Answer {
    let name = parts.uri.path().strip_prefix("/api/actions/");
    let Some(procedure) = name.and_then(protobuf::procedure) else {
        return Answer::empty(415).with("Accept-Post", "application/json");
    };
    match protobuf::decode(procedure.request, body) {
        Ok(body) => routes::answer(world, call_of(parts, body)).in_protobuf(procedure.response),
        Err(malformed) => Answer::connect(400, json!({ "code": "invalid_argument", "message": malformed.to_string() })),
    }
}

fn call_of(parts: &Parts, body: Value) -> Call {
    let query = parts.uri.query().unwrap_or_default();
    let decoded = percent_decoded(parts.uri.path());
    Call {
        method: parts.method.clone(),
        path: decoded,
        query: form_urlencoded::parse(query.as_bytes()).into_owned().collect(),
        body,
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

fn written(answer: Answer) -> Response<Body> {
    let mut response = Response::builder().status(answer.status);
    if let Some(kind) = answer.content_type() {
        response = response.header("Content-Type", kind);
    }
    for (name, value) in &answer.headers {
        response = response.header(*name, value);
    }
    response
        .body(Body::from(answer.into_body()))
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
    use crate::Flavour;
    use crate::json::Fields as _;
    use crate::world::JobSpec;
    use crate::world::fixture::{Actor, Stage};

    /// One runner's whole life: what it calls, and with what.
    fn life() -> Vec<(&'static str, Value)> {
        let at = "2026-11-21T09:54:50Z";
        let state = |result: &str, steps: Value| json!({ "state": { "id": "1", "result": result, "steps": steps } });
        let row = json!({ "time": at, "content": "hello" });
        let step = json!({ "result": "RESULT_SUCCESS", "startedAt": at, "stoppedAt": at, "logLength": "1" });
        vec![
            ("Declare", json!({ "version": "v1.0.8", "labels": ["go"] })),
            ("FetchTask", json!({})),
            ("UpdateTask", state("RESULT_UNSPECIFIED", json!([]))),
            ("UpdateLog", json!({ "taskId": "1", "rows": [row], "noMore": true })),
            ("UpdateTask", state("RESULT_SUCCESS", json!([step]))),
            ("FetchTask", json!({ "tasksVersion": "1" })),
            ("Register", json!({ "name": "i-2", "token": "wrong", "labels": ["go"], "ephemeral": true })),
        ]
    }

    /// A forge whose only job waits, and the ephemeral runner for it.
    fn stage(flavour: Flavour) -> (World, Actor) {
        let mut stage = Stage::new(flavour);
        stage.push(vec![JobSpec::new("build", &["go"])]);
        let runner = stage.runner(&["go"], true);
        (stage.world, runner)
    }

    fn parts(runner: &Actor, procedure: &str, content_type: &str) -> Parts {
        let request = http::Request::post(format!("/api/actions/runner.v1.RunnerService/{procedure}"))
            .header("Content-Type", content_type)
            .header("x-runner-uuid", &runner.who.uuid)
            .header("x-runner-token", &runner.who.token);
        request.body(()).unwrap().into_parts().0
    }

    /// Protobuf does not write what has its default value, JSON may.
    fn without_defaults(value: &Value) -> Value {
        let is_default = |value: &Value| [json!("0"), json!(""), json!(false), json!(null)].contains(value);
        let mut value = value.clone();
        if let Some(fields) = value.as_object_mut() {
            fields.retain(|_, value| !is_default(value));
        }
        value
    }

    #[test]
    fn both_encodings_of_a_call_do_and_answer_the_same() {
        for flavour in Flavour::ALL {
            let ((mut spoken, runner), (mut written, _)) = (stage(flavour), stage(flavour));
            for (name, body) in life() {
                let json = answer_to(&mut spoken, &parts(&runner, name, "application/json"), body.to_string().as_bytes());
                let procedure = protobuf::procedure(&format!("runner.v1.RunnerService/{name}")).unwrap();
                let bytes = protobuf::encode(procedure.request, &body);
                let binary = answer_to(&mut written, &parts(&runner, name, "application/proto"), &bytes);
                assert_eq!(binary.status, json.status, "{flavour:?} {name}");
                if json.status == 200 {
                    assert_eq!(binary.content_type(), Some("application/proto"));
                    let (json, binary): (Value, Vec<u8>) =
                        (serde_json::from_slice(&json.into_body()).unwrap(), binary.into_body());
                    let binary = protobuf::decode(procedure.response, &binary).unwrap();
                    assert_eq!(binary, without_defaults(&json), "{flavour:?} {name}");
                } else {
                    assert_eq!(binary, json, "a refusal is JSON either way: {flavour:?} {name}");
                }
            }
            let (spoken, written) = (spoken.task(1).unwrap(), written.task(1).unwrap());
            assert_eq!(spoken.log_lines, ["hello"]);
            assert_eq!(format!("{spoken:?}"), format!("{written:?}"), "{flavour:?}");
        }
    }

    #[test]
    fn bytes_that_are_no_message_and_calls_without_a_table_are_refused() {
        let (mut world, runner) = stage(Flavour::Forgejo15);
        let answer = answer_to(&mut world, &parts(&runner, "FetchTask", "application/proto"), &[0x0b]);
        assert_eq!(answer.status, 400);
        let refusal: Value = serde_json::from_slice(&answer.into_body()).unwrap();
        assert_eq!(refusal.field("code"), "invalid_argument");
        let answer = answer_to(&mut world, &parts(&runner, "FetchSingleTask", "application/proto"), &[]);
        assert_eq!(answer.status, 415);
    }

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
