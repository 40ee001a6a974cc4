//! A server on a loopback port whose answers a test writes.

use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Bytes;
use axum::http::{HeaderMap, Method, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use serde_json::Value;

/// A request as the server saw it.
#[derive(Clone, Debug)]
pub(crate) struct Seen {
    pub(crate) method: String,
    pub(crate) path: String,
    pub(crate) query: Vec<(String, String)>,
    pub(crate) authorization: Option<String>,
    pub(crate) body: Value,
}

impl Seen {
    /// The first value of a parameter.
    pub(crate) fn parameter(&self, name: &str) -> Option<&str> {
        self.query.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// `GET /api/v1/version`.
    pub(crate) fn line(&self) -> String {
        format!("{} {}", self.method, self.path)
    }
}

/// An answer.
#[derive(Clone, Debug)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: String,
}

impl Reply {
    pub(crate) fn json(status: u16, body: &Value) -> Self {
        Self::typed(status, "application/json;charset=utf-8", body.to_string())
    }

    pub(crate) fn html(status: u16, page: &str) -> Self {
        Self::typed(status, "text/html; charset=utf-8", page)
    }

    /// What both routers answer for a path that they do not know.
    pub(crate) fn no_route() -> Self {
        Self::typed(404, "text/plain; charset=utf-8", "404 page not found\n")
    }

    pub(crate) fn typed(status: u16, kind: &str, body: impl Into<String>) -> Self {
        Self { status, headers: Vec::new(), body: body.into() }.with("content-type", kind)
    }

    pub(crate) fn with(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }
}

impl IntoResponse for Reply {
    fn into_response(self) -> Response {
        let mut response = (StatusCode::from_u16(self.status).unwrap(), self.body).into_response();
        response.headers_mut().remove(header::CONTENT_TYPE);
        for (name, value) in self.headers {
            response.headers_mut().append(header::HeaderName::try_from(name).unwrap(), value.parse().unwrap());
        }
        response
    }
}

/// Runs until the test's runtime ends.
pub(crate) struct Server {
    pub(crate) url: String,
    seen: Arc<Mutex<Vec<Seen>>>,
}

impl Server {
    pub(crate) async fn start(answer: impl Fn(&Seen) -> Reply + Send + Sync + 'static) -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/", listener.local_addr().unwrap());
        let (seen, answer) = (Arc::new(Mutex::new(Vec::new())), Arc::new(answer));
        let log = Arc::clone(&seen);
        let router = Router::new().fallback(move |method: Method, uri: Uri, headers: HeaderMap, body: Bytes| {
            let request = read(&method, &uri, &headers, &body);
            log.lock().unwrap().push(request.clone());
            let reply = answer(&request);
            async move { reply }
        });
        tokio::spawn(async { axum::serve(listener, router).await });
        Self { url, seen }
    }

    /// A forge that says it is this release, and answers everything else so.
    pub(crate) async fn of(version: &'static str, answer: impl Fn(&Seen) -> Reply + Send + Sync + 'static) -> Self {
        Self::start(move |request| match request.path.as_str() {
            "/api/v1/version" => Reply::json(200, &serde_json::json!({ "version": version })),
            _ => answer(request),
        })
        .await
    }

    /// All requests so far.
    pub(crate) fn seen(&self) -> Vec<Seen> {
        self.seen.lock().unwrap().clone()
    }

    /// Their first lines, without the questions for the version.
    pub(crate) fn lines(&self) -> Vec<String> {
        self.seen().iter().filter(|request| !request.path.ends_with("/version")).map(Seen::line).collect()
    }
}

fn read(method: &Method, uri: &Uri, headers: &HeaderMap, body: &Bytes) -> Seen {
    let query = uri.query().unwrap_or_default();
    Seen {
        method: method.to_string(),
        path: uri.path().to_owned(),
        query: form_urlencoded::parse(query.as_bytes()).into_owned().collect(),
        authorization: headers.get(header::AUTHORIZATION).map(|value| value.to_str().unwrap().to_owned()),
        body: serde_json::from_slice(body).unwrap_or_default(),
    }
}
