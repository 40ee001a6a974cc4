//! What a payload tells about its last commit and about labels.

use serde_json::Value;

use super::payload::text;
use super::{LabelChange, Tip};

pub(super) fn tip(commit: &Value) -> Option<Tip> {
    let files = |key: &str| commit.get(key).and_then(Value::as_array).into_iter().flatten();
    let mut changed: Vec<String> = ["added", "removed", "modified"]
        .iter()
        .flat_map(|key| files(key))
        .filter_map(|path| path.as_str().map(str::to_owned))
        .collect();
    changed.sort();
    Some(Tip { commit: text(commit, "/id")?, message: text(commit, "/message").unwrap_or_default(), files: changed })
}

/// Most payloads do not tell which labels changed.
pub(super) fn label_change(payload: &Value) -> Option<LabelChange> {
    let count = |key: &str| payload.pointer(key).and_then(Value::as_array).map(Vec::len);
    match (count("/changes/added_labels"), count("/changes/removed_labels")) {
        (None, None) => None,
        (added, removed) => Some(LabelChange { added: added.unwrap_or_default(), removed: removed.unwrap_or_default() }),
    }
}
