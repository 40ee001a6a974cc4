//! The web side of `serve`: bytes in, the answer of the [page](crate::page) out.

use std::sync::Arc;

use axum::Router;
use axum::extract::{Request, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use tokio::sync::Notify;

use super::body;
use super::pulse::Pulse;
use super::schedule::ring_later;
use crate::edge::Ring;
use crate::identifier::ForgeName;
use crate::page::{Answer, Page};
use crate::service::Service;

#[derive(Clone)]
struct Web {
    service: Arc<Service>,
    bell: Arc<Notify>,
    pulse: Arc<Pulse>,
}

/// `POST /hook/{forge}`, `POST /` where there is one forge, `GET /health`.
pub(super) fn router(service: Arc<Service>, bell: Arc<Notify>, pulse: Arc<Pulse>) -> Router {
    Router::new().fallback(answer).with_state(Web { service, bell, pulse })
}

async fn answer(State(web): State<Web>, request: Request) -> Response {
    match web.service.page(request.method(), request.uri().path()) {
        Page::Hook(forge) => web.receive(&forge, request).await,
        Page::Health => web.health().await.into_response(),
        Page::Nothing(answer) => answer.into_response(),
    }
}

impl Web {
    /// 503 with a sentence, too, while the worker is stuck or cannot write.
    async fn health(&self) -> Answer {
        match self.pulse.trouble(self.service.clock.now()) {
            Some(trouble) => Answer::text(StatusCode::SERVICE_UNAVAILABLE, &trouble),
            None => self.service.health().await,
        }
    }

    async fn receive(&self, forge: &ForgeName, request: Request) -> Response {
        let (parts, body) = request.into_parts();
        match body::read(&parts.headers, body, self.service.config.serve.body_limit).await {
            Ok(bytes) => {
                let reply = self.service.receive(forge, &parts.headers, bytes).await;
                self.ring(reply.ring);
                Answer::from(&reply).into_response()
            }
            Err(unread) => Answer::text(unread.status(), &unread.to_string()).into_response(),
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

impl IntoResponse for Answer {
    fn into_response(self) -> Response {
        let mut response = (self.status, [(header::CONTENT_TYPE, self.content_type)], self.body).into_response();
        if let Some(method) = self.allow {
            response.headers_mut().insert(header::ALLOW, HeaderValue::from_static(method));
        }
        response
    }
}
