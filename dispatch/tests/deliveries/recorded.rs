//! What five real forges sent during one tour through the life of a repository: `recorded/FORGE-VERSION.jsonl.gz`, one delivery a line
//! with its headers as they came and its body, byte for byte (the signatures prove it). `recorded/payloads.jsonl.gz` has the JSON of some more
//! kinds of events.

use std::io::Read;
use std::path::Path;
use std::sync::LazyLock;

use bytes::Bytes;
use dispatch::delivery::{Delivery, Limits, Refusal, Secrets, authenticate};
use dispatch::event::{Event, parse, parse_json};
use flate2::read::GzDecoder;
use http::{HeaderMap, HeaderName, HeaderValue};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

/// The secret of the recorded hooks.
pub(crate) const SECRET: &str = "it-is-only-a-test";

/// Each forge that was recorded.
pub(crate) const FORGES: [&str; 5] = ["forgejo-11.0", "forgejo-15.0", "gitea-1.24", "gitea-1.26", "gitea-1.27"];

#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Recorded {
    /// Number, user action, event and activity.
    pub(crate) name: String,
    headers: Vec<(String, String)>,
    pub(crate) body: String,
}

impl Recorded {
    pub(crate) fn headers(&self) -> HeaderMap {
        self.headers
            .iter()
            .map(|(name, value)| {
                let name: HeaderName = name.parse().unwrap();
                (name, HeaderValue::from_str(value).unwrap())
            })
            .collect()
    }

    pub(crate) fn header(&self, name: &str) -> Option<String> {
        let value = self.headers().get(name)?.to_str().unwrap().to_owned();
        Some(value)
    }

    pub(crate) fn hook_type(&self) -> String {
        self.header("x-gitea-event-type").unwrap()
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap()
    }

    pub(crate) fn event(&self) -> Event {
        let delivery = receive(&self.headers(), self.body.as_bytes()).unwrap();
        parse(&delivery).unwrap_or_else(|refusal| panic!("{}: {refusal}", self.name))
    }
}

/// A payload whose request was not recorded.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Payload {
    hook_type: String,
    body: Value,
}

impl Payload {
    pub(crate) fn event(&self) -> Event {
        parse_json(&self.hook_type, self.body.to_string().as_bytes()).unwrap()
    }
}

static DELIVERIES: LazyLock<[Vec<Recorded>; FORGES.len()]> = LazyLock::new(|| FORGES.map(lines));

/// All deliveries of one forge, in order.
pub(crate) fn of(forge: &str) -> &'static [Recorded] {
    let index = FORGES.iter().position(|&one| one == forge).unwrap();
    &DELIVERIES[index]
}

/// Payloads of Gitea 1.24 and 1.27 and Forgejo 11 and 15.
pub(crate) fn payloads() -> Vec<Payload> {
    lines("payloads")
}

fn lines<T: DeserializeOwned>(name: &str) -> Vec<T> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/deliveries/recorded").join(format!("{name}.jsonl.gz"));
    let mut lines = String::new();
    GzDecoder::new(std::fs::File::open(path).unwrap()).read_to_string(&mut lines).unwrap();
    lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// The one delivery whose name contains this.
pub(crate) fn one(forge: &str, name: &str) -> &'static Recorded {
    let mut found = of(forge).iter().filter(|delivery| delivery.name.contains(name));
    let one = found.next().unwrap_or_else(|| panic!("no {name}"));
    assert!(found.next().is_none(), "more than one {name}");
    one
}

/// The typed part of those deliveries of one forge that are of one kind.
pub(crate) fn events<T>(forge: &str, pick: impl Fn(Event) -> Option<T>) -> Vec<T> {
    of(forge).iter().filter_map(|recorded| pick(recorded.event())).collect()
}

/// All deliveries of all forges.
pub(crate) fn all() -> impl Iterator<Item = &'static Recorded> {
    FORGES.into_iter().flat_map(of)
}

/// Receives a request while two secrets are live, as during a rotation.
pub(crate) fn receive(headers: &HeaderMap, body: &[u8]) -> Result<Delivery, Refusal> {
    let secrets = Secrets::new(["the-next-one".into(), SECRET.into()]).unwrap();
    authenticate(headers, Bytes::copy_from_slice(body), &secrets, Limits::default())
}
