//! One line of a recording.

use std::collections::BTreeMap;

/// One user action: what it caused, and what the repository looked like afterwards.
#[derive(Clone, Debug, serde::Deserialize)]
pub struct Line {
    /// Unique name.
    pub id: String,
    /// The webhook deliveries in order of arrival.
    #[serde(default)]
    pub deliveries: Vec<Delivery>,
    /// Full ref name → commit; annotated tags peeled.
    #[serde(default)]
    pub refs: BTreeMap<String, String>,
    /// Commit → name of its tree.
    #[serde(default)]
    pub trees: BTreeMap<String, String>,
    /// `A..B` → (status, path, blob in A, blob in B).
    #[serde(default)]
    pub diffs: BTreeMap<String, Vec<Vec<Option<String>>>>,
    /// The repository's Actions variables.
    #[serde(default)]
    pub vars: Option<BTreeMap<String, String>>,
    /// Workflows that are switched off.
    #[serde(default)]
    pub disabled: Option<Vec<String>>,
    /// For label changes: the last label entries of the timeline.
    #[serde(default)]
    pub timeline: Option<Vec<TimelineEntry>>,
}

/// One webhook delivery.
#[derive(Clone, Debug, serde::Deserialize)]
pub struct Delivery {
    /// The fine type (`X-Gitea-Event-Type`).
    pub event_type: String,
    /// The parsed body.
    pub body: serde_json::Value,
}

/// One label that was added or removed.
#[derive(Clone, Debug, PartialEq, Eq, serde::Deserialize)]
pub struct TimelineEntry {
    /// When, to the second.
    #[serde(default)]
    pub created_at: String,
    /// `1` for added, empty for removed.
    #[serde(default)]
    pub body: String,
}
