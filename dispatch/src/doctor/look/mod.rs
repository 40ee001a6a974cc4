//! What is looked at: one file for each thing, with its questions, the shape of the answers, and the judgement.
//!
//! The judgements are pure: answers in, [`Check`](super::Check)s out.

pub(super) mod caller;
pub(super) mod image;
pub(super) mod launch;
pub(super) mod network;
pub(super) mod quota;
pub(super) mod role;
pub(super) mod schedule;
pub(super) mod table;

use serde::Deserialize as _;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::aws::signed::{Call, Client, Refused};

/// Asks, and reads the part of the answer at `place` (a JSON pointer) as `T`.
async fn ask<T: DeserializeOwned>(client: &Client, call: &Call, place: &str) -> Result<T, Refused> {
    read(call, &client.ask(call).await?, place)
}

/// Nothing at that place reads like null, which an empty list is in XML.
fn read<T: DeserializeOwned>(call: &Call, answer: &Value, place: &str) -> Result<T, Refused> {
    let part = answer.pointer(place).unwrap_or(&Value::Null);
    T::deserialize(part).map_err(|error| Refused::new(call, "Unreadable", &error.to_string()))
}

/// A list of which AWS's XML leaves out the empty one.
fn list<'de, D: serde::Deserializer<'de>, T: serde::Deserialize<'de>>(deserializer: D) -> Result<Vec<T>, D::Error> {
    Option::<Vec<T>>::deserialize(deserializer).map(Option::unwrap_or_default)
}

/// `Name.1`, `Name.2`, … as the query protocol numbers a list.
fn numbered(name: &str, values: impl IntoIterator<Item = impl Into<String>>) -> Vec<(String, String)> {
    values.into_iter().enumerate().map(|(index, value)| (format!("{name}.{}", index + 1), value.into())).collect()
}

/// Parameters as a call takes them.
fn borrowed(parameters: &[(String, String)]) -> Vec<(&str, &str)> {
    parameters.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect()
}
