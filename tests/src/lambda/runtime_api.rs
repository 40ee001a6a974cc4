//! Lambda's Runtime API (2018-06-01) as a function sees it: the next event, its answer, and errors.
//!
//! Like Lambda's it gives one event at a time and only to who asks; unlike Lambda's it never freezes anybody.
#![expect(clippy::expect_used, clippy::missing_panics_doc, reason = "without it the test fails")]

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use bytes::Bytes;
use serde_json::Value;
use tokio::net::TcpListener;
use tokio::sync::{mpsc, oneshot, watch};

/// How long the lab waits for a function before it calls the test failed.
const PATIENCE: Duration = Duration::from_mins(1);

/// A Runtime API for one function.
pub struct RuntimeApi {
    address: SocketAddr,
    desk: Arc<Desk>,
    events: mpsc::UnboundedSender<Invocation>,
    failed_init: tokio::sync::Mutex<mpsc::UnboundedReceiver<Answer>>,
    timeout: Duration,
}

/// What a function says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// To `/response`.
    Response(Value),
    /// To `/error`.
    Error {
        /// `errorType`.
        kind: String,
        /// `errorMessage`.
        message: String,
    },
}

struct Invocation {
    id: String,
    event: Value,
    deadline_ms: u128,
}

struct Desk {
    pending: tokio::sync::Mutex<mpsc::UnboundedReceiver<Invocation>>,
    waiting: Mutex<BTreeMap<String, oneshot::Sender<Answer>>>,
    /// Rises with each question for an event.
    asked: watch::Sender<usize>,
    init_errors: mpsc::UnboundedSender<Answer>,
}

impl RuntimeApi {
    /// Starts one, for a function with this time-out.
    pub async fn start(timeout: Duration) -> Self {
        let (events, pending) = mpsc::unbounded_channel();
        let (init_errors, failed_init) = mpsc::unbounded_channel();
        let (pending, failed_init) = (tokio::sync::Mutex::new(pending), tokio::sync::Mutex::new(failed_init));
        let desk = Arc::new(Desk { pending, waiting: Mutex::default(), asked: watch::Sender::new(0), init_errors });
        let router = Router::new()
            .route("/2018-06-01/runtime/invocation/next", get(next))
            .route("/2018-06-01/runtime/invocation/{id}/response", post(response))
            .route("/2018-06-01/runtime/invocation/{id}/error", post(error))
            .route("/2018-06-01/runtime/init/error", post(init_error))
            .with_state(desk.clone());
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("a port");
        let address = listener.local_addr().expect("an address");
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { address, desk, events, failed_init, timeout }
    }

    /// As in `AWS_LAMBDA_RUNTIME_API`.
    pub fn address(&self) -> String {
        self.address.to_string()
    }

    /// Hands the function an event and waits for what it says.
    pub async fn invoke(&self, event: Value) -> Answer {
        let (answer, answered) = oneshot::channel();
        let id = {
            let mut waiting = self.desk.waiting();
            let id = format!("00000000-0000-0000-0000-{:012}", waiting.len() + *self.desk.asked.borrow());
            waiting.insert(id.clone(), answer);
            id
        };
        let deadline_ms = since_epoch_ms() + self.timeout.as_millis();
        self.events.send(Invocation { id, event, deadline_ms }).expect("the desk is open");
        tokio::time::timeout(PATIENCE, answered).await.expect("the function answers in time").expect("the desk is open")
    }

    /// The same, and waits until the function asks for the next event: what it did after its answer is done.
    pub async fn invoke_to_the_end(&self, event: Value) -> Answer {
        self.at_rest().await;
        let mut asked = self.desk.asked.subscribe();
        let before = *asked.borrow_and_update();
        let answer = self.invoke(event).await;
        let again = asked.wait_for(|count| *count > before);
        tokio::time::timeout(PATIENCE, again).await.expect("the function goes on in time").expect("the desk is open");
        answer
    }

    /// Waits until the function has asked for its first event.
    pub async fn at_rest(&self) {
        let mut asked = self.desk.asked.subscribe();
        let first = asked.wait_for(|count| *count > 0);
        tokio::time::timeout(PATIENCE, first).await.expect("the function starts in time").expect("the desk is open");
    }

    /// What a function says that cannot start.
    pub async fn init_error(&self) -> Answer {
        let mut failed = self.failed_init.lock().await;
        tokio::time::timeout(PATIENCE, failed.recv()).await.expect("the function ends in time").expect("the desk is open")
    }
}

impl Desk {
    fn waiting(&self) -> std::sync::MutexGuard<'_, BTreeMap<String, oneshot::Sender<Answer>>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn answered(&self, id: &str, answer: Answer) -> StatusCode {
        match self.waiting().remove(id) {
            Some(waiting) => {
                let _nobody_waits_any_more = waiting.send(answer);
                StatusCode::ACCEPTED
            }
            None => StatusCode::BAD_REQUEST,
        }
    }
}

async fn next(State(desk): State<Arc<Desk>>) -> Response {
    let mut pending = desk.pending.lock().await;
    desk.asked.send_modify(|count| *count += 1);
    let Some(invocation) = pending.recv().await else { return StatusCode::INTERNAL_SERVER_ERROR.into_response() };
    let headers = [
        ("lambda-runtime-aws-request-id", invocation.id),
        ("lambda-runtime-deadline-ms", invocation.deadline_ms.to_string()),
        ("lambda-runtime-invoked-function-arn", "arn:aws:lambda:eu-central-1:123456789012:function:dispatch".to_owned()),
        ("lambda-runtime-trace-id", "Root=1-5759e988-bd862e3fe1be46a994272793;Sampled=0".to_owned()),
    ];
    (headers, Json(invocation.event)).into_response()
}

async fn response(State(desk): State<Arc<Desk>>, Path(id): Path<String>, body: Bytes) -> StatusCode {
    desk.answered(&id, Answer::Response(json(&body)))
}

async fn error(State(desk): State<Arc<Desk>>, Path(id): Path<String>, body: Bytes) -> StatusCode {
    desk.answered(&id, refusal(&body))
}

async fn init_error(State(desk): State<Arc<Desk>>, body: Bytes) -> StatusCode {
    let _nobody_waits_for_it = desk.init_errors.send(refusal(&body));
    StatusCode::ACCEPTED
}

/// Runtimes do not say that it is JSON, and Lambda does not ask.
fn json(body: &[u8]) -> Value {
    serde_json::from_slice(body).unwrap_or_default()
}

fn refusal(body: &[u8]) -> Answer {
    let body = json(body);
    let text = |name| body.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
    Answer::Error { kind: text("errorType"), message: text("errorMessage") }
}

#[expect(clippy::disallowed_methods, reason = "deadlines are told in the time of day")]
fn since_epoch_ms() -> u128 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_millis()
}
