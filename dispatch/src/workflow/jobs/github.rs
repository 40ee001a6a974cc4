//! The `github` context of a run, as the forge's server fills it before the run has a number.

use crate::expression::Value;

/// What a run is created for.
#[derive(Clone, Debug)]
pub struct Occasion<'a> {
    /// The entry of `on` that matched: `push`, `pull_request_target`.
    pub event: &'a str,
    /// The body of the delivery.
    pub payload: &'a serde_json::Value,
    /// The ref of the run: `refs/heads/main`, `refs/pull/2/head`.
    pub git_ref: &'a str,
    /// The commit of the run.
    pub sha: &'a str,
    /// The workflow's path below the workflow folder.
    pub workflow_id: &'a str,
}

/// The `github` context. What only the forge knows, the number of the run for instance, is [`Value::Unknown`].
pub fn github_context(occasion: &Occasion<'_>) -> Value {
    let payload = occasion.payload;
    let text = |pointer: &str| payload.pointer(pointer).and_then(serde_json::Value::as_str).unwrap_or_default();
    let pull_request = payload.get("pull_request").filter(|pull_request| pull_request.is_object());
    let side = |pointer: &str| pull_request.map(|_| text(pointer)).unwrap_or_default();
    let (git_ref, sha) = if occasion.event == "pull_request_target" && pull_request.is_some() {
        (format!("refs/heads/{}", side("/pull_request/base/label")), side("/pull_request/base/sha"))
    } else {
        (occasion.git_ref.to_owned(), occasion.sha)
    };
    let (ref_name, ref_type) = short_ref(&git_ref);
    let repository = text("/repository/full_name");
    let mut entries = vec![
        ("actor", text("/sender/login")),
        ("base_ref", side("/pull_request/base/ref")),
        ("event_name", occasion.event),
        ("head_ref", side("/pull_request/head/ref")),
        ("ref", &git_ref),
        ("ref_name", ref_name),
        ("ref_type", ref_type),
        ("repository", repository),
        ("repository_owner", repository.split('/').next().unwrap_or_default()),
        ("sha", sha),
        ("workflow", occasion.workflow_id),
    ];
    let empty = ["event_path", "token", "workspace", "action", "action_path", "action_ref", "job", "retention_days"];
    entries.extend(empty.map(|name| (name, "")));
    let mut context: Vec<(String, Value)> =
        entries.into_iter().map(|(name, value)| (name.to_owned(), Value::text(value))).collect();
    context.push(("event".to_owned(), payload.clone().into()));
    for name in ["run_id", "run_number", "run_attempt", "server_url", "api_url", "triggering_actor"] {
        context.push((name.to_owned(), Value::Unknown { name: format!("github.{name}") }));
    }
    Value::Map(context)
}

/// The short name and the kind of a ref; a pull request's is its number and has no kind.
fn short_ref(git_ref: &str) -> (&str, &'static str) {
    if let Some(branch) = git_ref.strip_prefix("refs/heads/") {
        (branch, "branch")
    } else if let Some(tag) = git_ref.strip_prefix("refs/tags/") {
        (tag, "tag")
    } else if let Some(pull) = git_ref.strip_prefix("refs/pull/") {
        (pull.rsplit_once('/').map_or(pull, |(number, _)| number), "")
    } else {
        (git_ref, "commit")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ref_has_a_short_name_and_a_kind() {
        for (git_ref, expected) in [
            ("refs/heads/feature/x", ("feature/x", "branch")),
            ("refs/tags/v1", ("v1", "tag")),
            ("refs/pull/2/head", ("2", "")),
            ("0123456789abcdef", ("0123456789abcdef", "commit")),
        ] {
            assert_eq!(short_ref(git_ref), expected);
        }
    }

    #[test]
    fn a_target_run_looks_like_its_base() {
        let payload = serde_json::json!({
            "pull_request": {"base": {"ref": "main", "label": "main", "sha": "b"}, "head": {"ref": "topic", "sha": "h"}},
            "repository": {"full_name": "acme/app"}, "sender": {"login": "alice"},
        });
        let occasion =
            |event| Occasion { event, payload: &payload, git_ref: "refs/pull/2/head", sha: "h", workflow_id: "ci.yml" };
        let target = github_context(&occasion("pull_request_target"));
        assert_eq!(target.get("ref"), Some(&Value::text("refs/heads/main")));
        assert_eq!(target.get("sha"), Some(&Value::text("b")));
        let plain = github_context(&occasion("pull_request"));
        assert_eq!(plain.get("ref_name"), Some(&Value::text("2")));
        assert_eq!(plain.get("head_ref"), Some(&Value::text("topic")));
        assert_eq!(plain.get("repository_owner"), Some(&Value::text("acme")));
    }
}
