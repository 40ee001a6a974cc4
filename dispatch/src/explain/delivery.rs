//! A delivery as it lies in a file: a recording, a page of the forge's delivery log that was copied, or a bare payload.
//!
//! - A folder with `headers.json` (a list of `[name, value]`) and `body.bin`, as recordings have it, or its `body.bin`.
//! - A text of lines `Name: value` before the JSON, as the forge's page shows a request.
//! - The JSON alone; then somebody has to say which event it is.

use std::path::Path;

use serde_json::Value;

use super::question::{Question, Unanswerable};
use crate::text::printable;

/// Both forges send at most a few hundred KiB.
const MOST_BYTES: u64 = 16 << 20;

/// The headers that name the event, the fine name before the coarse one.
const SUFFIXES: [&str; 2] = ["-event-type", "-event"];

/// Reads the question in a file or folder. `event` says which event it is where nothing else does, and wins where
/// something does.
pub fn read(path: &Path, event: Option<&str>) -> Result<Question, Unanswerable> {
    let folder = if path.is_dir() { Some(path) } else { path.parent().filter(|_| path.ends_with("body.bin")) };
    let (headers, body) = match folder {
        Some(folder) => (recorded_headers(&folder.join("headers.json"))?, text(&folder.join("body.bin"))?),
        None => split(&text(path)?),
    };
    let shown = path.display();
    let payload: Value = serde_json::from_str(&body)
        .map_err(|error| Unanswerable::question(format!("{shown} holds no JSON payload of a webhook: {error}")))?;
    let named = event.map(str::to_owned).or_else(|| named(&headers));
    let Some(named) = named else {
        let sentence = format!("{shown} does not say which event it is: add `--event push`, or the name in `X-Gitea-Event-Type`");
        return Err(Unanswerable::question(sentence));
    };
    let kind = fine(&named, &payload);
    let repository = printable(payload.pointer("/repository/full_name").and_then(Value::as_str).unwrap_or("a repository"), 100);
    Question::new(&kind, payload, format!("a `{}` of {repository}", printable(&kind, 40)))
}

/// The repository that a payload is about.
pub fn repository(question: &Question) -> Option<&str> {
    question.event.payload.pointer("/repository/full_name").and_then(Value::as_str)
}

type Headers = Vec<(String, String)>;

fn recorded_headers(path: &Path) -> Result<Headers, Unanswerable> {
    serde_json::from_str(&text(path)?)
        .map_err(|error| Unanswerable::question(format!("{} is no list of [name, value]: {error}", path.display())))
}

fn text(path: &Path) -> Result<String, Unanswerable> {
    let cannot = |cause: &dyn std::fmt::Display| Unanswerable::question(format!("{} cannot be read: {cause}", path.display()));
    let size = path.metadata().map_err(|error| cannot(&error))?.len();
    if size > MOST_BYTES {
        return Err(cannot(&format_args!("it has {size} bytes, and no delivery has more than {MOST_BYTES}")));
    }
    std::fs::read_to_string(path).map_err(|error| cannot(&error))
}

/// The lines `Name: value` at the beginning, and the rest from the first line that opens an object.
fn split(text: &str) -> (Headers, String) {
    let start = text.lines().scan(0, |offset, line| {
        let at = *offset;
        *offset += line.len() + text.get(at + line.len()..).map_or(0, |rest| if rest.starts_with("\r\n") { 2 } else { 1 });
        Some((at, line))
    });
    let body = start.clone().find(|(_, line)| line.trim_start().starts_with('{')).map_or(text.len(), |(at, _)| at);
    let (head, body) = text.split_at_checked(body).unwrap_or((text, ""));
    let headers = head.lines().filter_map(|line| line.split_once(':'));
    let headers = headers.map(|(name, value)| (name.trim().to_owned(), value.trim().to_owned())).collect();
    (headers, body.to_owned())
}

fn named(headers: &Headers) -> Option<String> {
    let with = |suffix: &&str| {
        let ours = |name: &str| name.to_ascii_lowercase().ends_with(*suffix);
        headers.iter().find(|(name, value)| ours(name) && !value.is_empty()).map(|(_, value)| value.clone())
    };
    SUFFIXES.iter().find_map(with)
}

/// The fine name of an event, where somebody gives the coarse one: the action tells them apart.
fn fine(event: &str, payload: &Value) -> String {
    let action = payload.get("action").and_then(Value::as_str).unwrap_or_default();
    let end = match (event, action) {
        ("pull_request", "synchronized") => "_sync",
        ("pull_request", "review_requested" | "review_request_removed") => "_review_request",
        ("pull_request", "assigned" | "unassigned") => "_assign",
        ("pull_request", "label_updated" | "label_cleared") => "_label",
        ("pull_request", "milestoned" | "demilestoned") => "_milestone",
        ("issues", "assigned" | "unassigned") => return "issue_assign".to_owned(),
        ("issues", "label_updated" | "label_cleared") => return "issue_label".to_owned(),
        ("issues", "milestoned" | "demilestoned") => return "issue_milestone".to_owned(),
        _ => "",
    };
    format!("{event}{end}")
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::*;
    use crate::workflow::event::Kind;

    const PUSH: &str = r#"{"ref": "refs/heads/main", "before": "a", "after": "b",
        "repository": {"full_name": "acme/tour", "default_branch": "main"}}"#;

    fn file(text: &str) -> (tempfile::TempDir, PathBuf) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("delivery");
        std::fs::write(&path, text).unwrap();
        (folder, path)
    }

    fn refused(text: &str, event: Option<&str>) -> String {
        let (_folder, path) = file(text);
        read(&path, event).unwrap_err().to_string().replace(&path.display().to_string(), "FILE")
    }

    #[test]
    fn a_bare_payload_needs_the_name_of_its_event() {
        let (_folder, path) = file(PUSH);
        let question = read(&path, Some("push")).unwrap();
        assert_eq!((question.event.kind, question.about.as_str()), (Kind::Push, "a `push` of acme/tour"));
        assert_eq!(repository(&question), Some("acme/tour"));
        insta::assert_snapshot!(refused(PUSH, None), @"FILE does not say which event it is: add `--event push`, or the name in `X-Gitea-Event-Type`");
    }

    #[test]
    fn what_the_delivery_log_shows_can_be_pasted() {
        for line_break in ["\n", "\r\n"] {
            let text = ["Request method: POST", "X-Gitea-Event: push", "X-Gitea-Event-Type: push", "", PUSH].join(line_break);
            let (_folder, path) = file(&text);
            assert_eq!(read(&path, None).unwrap().event.kind, Kind::Push);
        }
    }

    #[test]
    fn a_recording_is_a_folder_and_its_fine_name_wins() {
        let folder = tempfile::tempdir().unwrap();
        let headers = r#"[["X-Gitea-Event", "issue_comment"], ["X-Gitea-Event-Type", "pull_request_comment"]]"#;
        std::fs::write(folder.path().join("headers.json"), headers).unwrap();
        std::fs::write(folder.path().join("body.bin"), PUSH).unwrap();
        for path in [folder.path().to_path_buf(), folder.path().join("body.bin")] {
            assert_eq!(read(&path, None).unwrap().event.kind, Kind::PullRequestComment);
        }
    }

    #[test]
    fn a_coarse_name_becomes_fine_by_the_action() {
        let of = |event, action| fine(event, &serde_json::json!({ "action": action }));
        assert_eq!(of("pull_request", "synchronized"), "pull_request_sync");
        assert_eq!(of("pull_request", "opened"), "pull_request");
        assert_eq!(of("issues", "label_updated"), "issue_label");
        assert_eq!(of("push", ""), "push");
    }

    #[test]
    fn what_is_no_delivery_is_refused_in_words() {
        insta::assert_snapshot!(refused("hello", Some("push")), @"FILE holds no JSON payload of a webhook: EOF while parsing a value at line 1 column 0");
        insta::assert_snapshot!(refused("{}", Some("push")), @"this is no whole payload of a forge: it has no `repository`");
        insta::assert_snapshot!(refused(PUSH, Some("status")), @"`status` starts no workflows on any forge: ask about `push`, `pull_request`, `issues`, `release` and the like");
        let missing = read(Path::new("/nonexistent/file"), None).unwrap_err().to_string();
        assert!(missing.starts_with("/nonexistent/file cannot be read: "), "{missing}");
    }
}
