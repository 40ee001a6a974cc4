//! The public pages, whatever carries HTTP to us: from a method and a path to what is asked for, and the answers.
//!
//! `serve` and the Lambda function differ in how bytes arrive; what is said about them is said here.

use http::{Method, StatusCode};
use serde_json::json;

use crate::delivery::Refusal;
use crate::edge::Reply;
use crate::identifier::ForgeName;
use crate::service::Service;

/// What a request is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Page {
    /// A delivery for this forge: `POST /hook/{forge}`, or `POST /` where there is one forge.
    Hook(ForgeName),
    /// `GET /health`.
    Health,
    /// Nothing that we have; the answer says what to do instead.
    Nothing(Answer),
}

/// An answer that any HTTP server can give.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// The status.
    pub status: StatusCode,
    /// The method that would have been right, if the method was wrong.
    pub allow: Option<&'static str>,
    /// The media type of the body.
    pub content_type: &'static str,
    /// A sentence and a line break, or JSON.
    pub body: String,
}

/// A delivery of which nothing was looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "this delivery is larger than the limit of {limit_bytes} bytes (`serve.body_limit`), so it was not looked at; jobs that it announces are found at the next look at the forge's queue"
)]
pub struct TooLarge {
    /// As configured.
    pub limit_bytes: usize,
}

impl TooLarge {
    /// The status to answer with.
    pub const STATUS: StatusCode = StatusCode::PAYLOAD_TOO_LARGE;
}

impl Service {
    /// Finds out what a request is for.
    pub fn page(&self, method: &Method, path: &str) -> Page {
        match path.strip_prefix("/hook/") {
            Some(forge) if !forge.is_empty() && !forge.contains('/') => hook(method, ForgeName::new(forge)),
            None if path == "/" => self.only_hook(method),
            None if path == "/health" && matches!(*method, Method::GET | Method::HEAD) => Page::Health,
            None if path == "/health" => Page::Nothing(Answer::not_allowed("GET", "the health page is read with GET")),
            _ => Page::Nothing(Answer::text(
                StatusCode::NOT_FOUND,
                "nothing is here: webhooks are sent to /hook/NAME, NAME being the forge's in the configuration",
            )),
        }
    }

    /// The bare path means the forge, if there is only one.
    fn only_hook(&self, method: &Method) -> Page {
        let mut forges = self.config.forges.keys();
        match (forges.next().cloned(), forges.next()) {
            (Some(only), None) => hook(method, only),
            _ => Page::Nothing(Answer::text(
                StatusCode::NOT_FOUND,
                "there are several forges: send each one's webhook to /hook/NAME",
            )),
        }
    }

    /// 200 with the switch while the records can be read, 503 with a sentence while they cannot.
    pub async fn health(&self) -> Answer {
        match self.ledger().control().await {
            Ok(control) => Answer {
                status: StatusCode::OK,
                allow: None,
                content_type: "application/json",
                body: json!({ "status": "ok", "mode": control.mode }).to_string(),
            },
            Err(error) => Answer::text(StatusCode::SERVICE_UNAVAILABLE, &error.to_string()),
        }
    }
}

fn hook(method: &Method, forge: ForgeName) -> Page {
    if method == Method::POST {
        return Page::Hook(forge);
    }
    let refusal = Refusal::NotPost;
    Page::Nothing(Answer { status: refusal.status(), ..Answer::not_allowed("POST", &refusal.to_string()) })
}

impl Answer {
    /// A sentence for a person.
    pub fn text(status: StatusCode, sentence: &str) -> Self {
        Self { status, allow: None, content_type: "text/plain; charset=utf-8", body: format!("{sentence}\n") }
    }

    fn not_allowed(method: &'static str, sentence: &str) -> Self {
        Self { allow: Some(method), ..Self::text(StatusCode::METHOD_NOT_ALLOWED, sentence) }
    }
}

impl From<&Reply> for Answer {
    fn from(reply: &Reply) -> Self {
        Self::text(reply.status, &reply.text)
    }
}

impl From<TooLarge> for Answer {
    fn from(too_large: TooLarge) -> Self {
        Self::text(TooLarge::STATUS, &too_large.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scene::Scene;

    fn asked(forges: &[&str], method: &Method, path: &str) -> Page {
        let mut scene = Scene::new();
        let forge = scene.config.forges.pop_first().unwrap().1;
        scene.config.forges = forges.iter().map(|name| (ForgeName::new(*name), forge.clone())).collect();
        scene.service().page(method, path)
    }

    fn refused(page: Page) -> (u16, Option<&'static str>, String) {
        match page {
            Page::Nothing(answer) => (answer.status.as_u16(), answer.allow, answer.body),
            page => panic!("{page:?}"),
        }
    }

    #[test]
    fn the_path_names_the_forge() {
        assert_eq!(asked(&["home", "work"], &Method::POST, "/hook/work"), Page::Hook("work".into()));
        assert_eq!(
            asked(&["home"], &Method::POST, "/hook/other"),
            Page::Hook("other".into()),
            "the edge says that there is none"
        );
    }

    #[test]
    fn the_bare_path_means_the_only_forge() {
        assert_eq!(asked(&["home"], &Method::POST, "/"), Page::Hook("home".into()));
        let (status, _, body) = refused(asked(&["home", "work"], &Method::POST, "/"));
        assert_eq!((status, body.as_str()), (404, "there are several forges: send each one's webhook to /hook/NAME\n"));
    }

    #[test]
    fn a_browser_is_told_that_deliveries_come_by_post() {
        for path in ["/", "/hook/home"] {
            let (status, allow, body) = refused(asked(&["home"], &Method::GET, path));
            assert_eq!((status, allow), (405, Some("POST")));
            assert!(body.starts_with("deliveries come by POST"), "{body}");
        }
    }

    #[test]
    fn mistyped_paths_are_told_where_webhooks_go() {
        for path in ["", "/hook", "/hook/", "/hooks/home", "/hook/home/x", "//", "/Health"] {
            let (status, _, body) = refused(asked(&["home"], &Method::POST, path));
            assert_eq!(status, 404, "{path}");
            assert!(body.starts_with("nothing is here: webhooks are sent to /hook/NAME"), "{body}");
        }
    }

    #[tokio::test]
    async fn health_tells_the_switch() {
        assert_eq!(asked(&["home"], &Method::HEAD, "/health"), Page::Health);
        assert_eq!(refused(asked(&["home"], &Method::POST, "/health")).1, Some("GET"));
        let answer = Scene::new().service().health().await;
        assert_eq!((answer.status.as_u16(), answer.body.as_str()), (200, r#"{"mode":"running","status":"ok"}"#));
    }
}
