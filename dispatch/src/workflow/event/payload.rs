//! From the body of a delivery to an [`Event`].

use serde_json::Value;

use super::changes::{label_change, tip};
use super::{Actor, Event, Kind, PullRequest};

/// The forge's user for what jobs do, in Gitea and in Forgejo.
const FORGE_USERS: [&str; 2] = ["gitea-actions", "forgejo-actions"];

/// Why a delivery is not an event that can start anything.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unreadable {
    /// No workflow can be started by it on any forge.
    #[error("`{0}` events start no workflows")]
    Kind(String),
    /// The payload lacks something that every forge sends.
    #[error("the payload has no `{0}`")]
    Missing(&'static str),
}

impl Event {
    /// Reads a delivery: its fine type (`X-Gitea-Event-Type`) and its parsed body.
    pub fn from_delivery(event_type: &str, payload: Value) -> Result<Self, Unreadable> {
        let kind = Kind::named(event_type).ok_or_else(|| Unreadable::Kind(event_type.to_owned()))?;
        let repository = repository(kind, &payload).ok_or(Unreadable::Missing("repository"))?;
        let default_branch = text(repository, "/default_branch").ok_or(Unreadable::Missing("repository.default_branch"))?;
        let flag = |name: &str| repository.get(name).and_then(Value::as_bool);
        let (archived, has_actions) = (flag("archived"), flag("has_actions"));
        let pull_request = payload.get("pull_request").filter(|value| value.is_object()).map(pull_request);
        if kind.is_pull_request() && pull_request.is_none() {
            return Err(Unreadable::Missing("pull_request"));
        }
        Ok(Self {
            kind,
            action: text(&payload, "/action").unwrap_or_default(),
            reference: reference(kind, &payload),
            before: text(&payload, "/before"),
            after: text(&payload, "/after"),
            tip: payload.get("head_commit").and_then(tip),
            pull_request,
            labels: label_change(&payload),
            default_branch,
            is_archived: archived == Some(true),
            has_actions: has_actions != Some(false),
            sender: sender(&payload),
            workflow_run: workflow_run(&payload),
            payload,
        })
    }
}

/// The repository whose workflows are asked: of a fork, the one that was forked.
fn repository(kind: Kind, payload: &Value) -> Option<&Value> {
    match kind {
        Kind::Fork => payload.get("forkee"),
        Kind::Package => payload.pointer("/package/repository"),
        _ => payload.get("repository"),
    }
    .filter(|repository| repository.is_object())
}

pub(super) fn text(value: &Value, pointer: &str) -> Option<String> {
    value.pointer(pointer)?.as_str().filter(|text| !text.is_empty()).map(str::to_owned)
}

/// Gitea sends the short name of a created or deleted ref, Forgejo the full one.
fn reference(kind: Kind, payload: &Value) -> Option<String> {
    if kind == Kind::Release {
        return text(payload, "/release/tag_name").map(|tag| format!("refs/tags/{tag}"));
    }
    let name = text(payload, "/ref")?;
    match payload.pointer("/ref_type").and_then(Value::as_str) {
        _ if name.starts_with("refs/") => Some(name),
        Some("tag") => Some(format!("refs/tags/{name}")),
        _ => Some(format!("refs/heads/{name}")),
    }
}

fn pull_request(value: &Value) -> PullRequest {
    let repository = |side: &str| value.pointer(side).and_then(Value::as_i64);
    let is_agit = value.get("flow").and_then(Value::as_i64) == Some(1);
    let merged = value.get("merged").and_then(Value::as_bool) == Some(true);
    PullRequest {
        number: value.get("number").and_then(Value::as_u64).unwrap_or_default(),
        title: text(value, "/title").unwrap_or_default(),
        base_branch: text(value, "/base/ref").unwrap_or_default(),
        base_commit: text(value, "/base/sha").unwrap_or_default(),
        head_commit: text(value, "/head/sha").unwrap_or_default(),
        merge_base: text(value, "/merge_base"),
        merge_commit: text(value, "/merge_commit_sha").filter(|_| merged),
        is_fork: is_agit || repository("/base/repo_id") != repository("/head/repo_id"),
        author: text(value, "/user/login").unwrap_or_default(),
    }
}

/// The permissions below a pull request's base are those of the sender; those of `repository` need not be.
fn sender(payload: &Value) -> Actor {
    let permission = |pointer| payload.pointer(pointer).and_then(Value::as_bool);
    let login = text(payload, "/sender/login").unwrap_or_default();
    Actor {
        is_forge: FORGE_USERS.contains(&&*login),
        is_restricted: permission("/sender/restricted").unwrap_or(false),
        can_write: permission("/pull_request/base/repo/permissions/push")
            .or_else(|| permission("/repository/permissions/push"))
            .unwrap_or(false),
        login,
    }
}

fn workflow_run(payload: &Value) -> Option<(String, String)> {
    let name = text(payload, "/workflow/name")?;
    Some((name, text(payload, "/workflow_run/head_branch").unwrap_or_default()))
}
