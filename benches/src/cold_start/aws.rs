//! A DynamoDB that says yes: an empty table, answered at once, with a list of what was asked.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, header};
use axum::response::IntoResponse;

/// Calls by operation.
pub(crate) type Calls = BTreeMap<String, usize>;

/// Listens on the loopback until the bench ends.
pub(crate) struct Aws {
    endpoint: String,
    calls: Arc<Mutex<Calls>>,
}

impl Aws {
    pub(crate) async fn start() -> std::io::Result<Self> {
        let calls = Arc::new(Mutex::new(Calls::new()));
        let listener = tokio::net::TcpListener::bind(("127.0.0.1", 0)).await?;
        let endpoint = format!("http://{}", listener.local_addr()?);
        let router = Router::new().fallback(answer).with_state(calls.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        Ok(Self { endpoint, calls })
    }

    pub(crate) fn endpoint(&self) -> &str {
        &self.endpoint
    }

    /// What was asked since the last time.
    pub(crate) fn take_calls(&self) -> Calls {
        std::mem::take(&mut *self.calls.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

async fn answer(State(calls): State<Arc<Mutex<Calls>>>, headers: HeaderMap) -> impl IntoResponse {
    let target = headers.get("x-amz-target").and_then(|target| target.to_str().ok()).unwrap_or("something else");
    let operation = target.rsplit('.').next().unwrap_or(target).to_owned();
    *calls.lock().unwrap_or_else(PoisonError::into_inner).entry(operation).or_default() += 1;
    ([(header::CONTENT_TYPE, "application/x-amz-json-1.0")], "{}")
}
