//! A request taken apart, and the answer to it.

use http::Method;
use serde_json::{Value, json};

use crate::protobuf::{self, Message};
use crate::world::{AccountId, RunnerIdentity, World};

/// What a route needs to know of a request.
#[derive(Clone)]
pub(crate) struct Call {
    pub(crate) method: Method,
    pub(crate) path: String,
    pub(crate) query: Vec<(String, String)>,
    pub(crate) body: Value,
    /// The `Host` header.
    pub(crate) host: Option<String>,
    /// The API token of `Authorization: token …` or `Bearer …`.
    pub(crate) token: Option<String>,
    /// The runner's own headers.
    pub(crate) runner: RunnerIdentity,
    pub(crate) request_key: Option<String>,
    /// What the `{}` of the route's pattern stood for.
    pub(crate) parameters: Vec<String>,
    /// Who calls, once `access` has let them in.
    pub(crate) user: Option<AccountId>,
}

impl Call {
    /// The n-th `{}` of the pattern.
    pub(crate) fn parameter(&self, index: usize) -> &str {
        self.parameters.get(index).map_or("", String::as_str)
    }

    /// The n-th `{}` as a row id; 0, which no row has, when it is no number.
    pub(crate) fn id(&self, index: usize) -> i64 {
        self.parameter(index).parse().unwrap_or(0)
    }

    /// The first value of a query parameter.
    pub(crate) fn query(&self, name: &str) -> Option<&str> {
        let mut pairs = self.query.iter();
        pairs.find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// A number from the query.
    pub(crate) fn number(&self, name: &str) -> Option<usize> {
        self.query(name)?.parse().ok()
    }
}

/// The body of an answer.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Body {
    Empty,
    Json(Value),
    /// The runner protocol's JSON, which names no charset.
    Connect(Value),
    /// The runner protocol's binary form.
    Protobuf(Vec<u8>),
    Text(String),
}

/// Status, further headers and body.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(&'static str, String)>,
    pub(crate) body: Body,
}

impl Answer {
    pub(crate) fn json(status: u16, body: Value) -> Self {
        Self { status, headers: Vec::new(), body: Body::Json(body) }
    }

    pub(crate) fn connect(status: u16, body: Value) -> Self {
        Self { status, headers: Vec::new(), body: Body::Connect(body) }
    }

    pub(crate) fn text(status: u16, body: &str) -> Self {
        Self { status, headers: Vec::new(), body: Body::Text(body.to_owned()) }
    }

    pub(crate) fn empty(status: u16) -> Self {
        Self { status, headers: Vec::new(), body: Body::Empty }
    }

    /// A refusal in the API's form.
    pub(crate) fn refusal(world: &World, status: u16, message: &str) -> Self {
        let url = format!("{}/api/swagger", world.root_url());
        Self::json(status, json!({ "message": message, "url": url }))
    }

    /// Adds a header.
    pub(crate) fn with(mut self, name: &'static str, value: &(impl ToString + ?Sized)) -> Self {
        self.headers.push((name, value.to_string()));
        self
    }

    /// The `Content-Type` header, if there is a body.
    pub(crate) fn content_type(&self) -> Option<&'static str> {
        match self.body {
            Body::Empty => None,
            Body::Json(_) => Some("application/json;charset=utf-8"),
            Body::Connect(_) => Some("application/json"),
            Body::Protobuf(_) => Some("application/proto"),
            Body::Text(_) => Some("text/plain; charset=utf-8"),
        }
    }

    /// The same answer in the runner protocol's binary form. Refusals stay JSON: Connect knows no other.
    pub(crate) fn in_protobuf(mut self, response: &Message) -> Self {
        if let Body::Connect(value) = &self.body
            && self.status == 200
        {
            self.body = Body::Protobuf(protobuf::encode(response, value));
        }
        self
    }

    /// The body as it goes over the wire.
    pub(crate) fn into_body(self) -> Vec<u8> {
        match self.body {
            Body::Empty => Vec::new(),
            Body::Json(value) => format!("{value}\n").into_bytes(),
            Body::Connect(value) => value.to_string().into_bytes(),
            Body::Protobuf(bytes) => bytes,
            Body::Text(text) => text.into_bytes(),
        }
    }
}
