//! The web side of `serve`: the hook paths and the health page.

use std::sync::Arc;

use axum::Router;
use axum::extract::{Path, Request, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{any, get};
use tokio::sync::Notify;

use super::body;
use super::pulse::Pulse;
use super::schedule::ring_later;
use crate::delivery::Refusal;
use crate::edge::{Reply, Ring};
use crate::identifier::ForgeName;
use crate::service::Service;

#[derive(Clone)]
struct Web {
    service: Arc<Service>,
    bell: Arc<Notify>,
    pulse: Arc<Pulse>,
}

/// `POST /hook/{forge}`, `POST /` where there is one forge, `GET /health`.
pub(super) fn router(service: Arc<Service>, bell: Arc<Notify>, pulse: Arc<Pulse>) -> Router {
    Router::new()
        .route("/hook/{forge}", any(hook))
        .route("/", any(only_hook))
        .route("/health", get(health))
        .fallback(elsewhere)
        .with_state(Web { service, bell, pulse })
}

async fn hook(State(web): State<Web>, Path(forge): Path<String>, request: Request) -> Response {
    web.receive(&ForgeName::new(forge), request).await
}

/// The bare path means the forge, if there is only one.
async fn only_hook(State(web): State<Web>, request: Request) -> Response {
    let mut forges = web.service.config.forges.keys();
    match (forges.next().cloned(), forges.next()) {
        (Some(only), None) => web.receive(&only, request).await,
        _ => (StatusCode::NOT_FOUND, "there are several forges: send each one's webhook to /hook/NAME\n").into_response(),
    }
}

/// Mistyped paths end here, and the forge's delivery log shows the answer.
async fn elsewhere() -> Response {
    (StatusCode::NOT_FOUND, "nothing is here: webhooks are sent to /hook/NAME, NAME being the forge's in the configuration\n")
        .into_response()
}

/// 200 with the switch while all is well, 503 with a sentence while the worker is stuck or cannot write.
async fn health(State(web): State<Web>) -> Response {
    if let Some(trouble) = web.pulse.trouble(web.service.clock.now()) {
        return (StatusCode::SERVICE_UNAVAILABLE, format!("{trouble}\n")).into_response();
    }
    match web.service.ledger().control().await {
        Ok(control) => axum::Json(serde_json::json!({ "status": "ok", "mode": control.mode })).into_response(),
        Err(error) => (StatusCode::SERVICE_UNAVAILABLE, format!("{error}\n")).into_response(),
    }
}

impl Web {
    async fn receive(&self, forge: &ForgeName, request: Request) -> Response {
        if request.method() != axum::http::Method::POST {
            let refusal = Refusal::NotPost;
            return (refusal.status(), [(header::ALLOW, "POST")], format!("{refusal}\n")).into_response();
        }
        let (parts, body) = request.into_parts();
        match body::read(&parts.headers, body, self.service.config.serve.body_limit).await {
            Ok(bytes) => {
                let reply = self.service.receive(forge, &parts.headers, bytes).await;
                self.ring(reply.ring);
                answer(&reply)
            }
            Err(unread) => (unread.status(), format!("{unread}\n")).into_response(),
        }
    }

    fn ring(&self, ring: Ring) {
        match ring {
            Ring::No => {}
            Ring::Now => self.bell.notify_one(),
            Ring::NowAndLater => {
                self.bell.notify_one();
                ring_later(&self.bell);
            }
        }
    }
}

fn answer(reply: &Reply) -> Response {
    (reply.status, format!("{}\n", reply.text)).into_response()
}
