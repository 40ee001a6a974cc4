//! Which files an event changed, as the forge computes it for `paths` and `paths-ignore`.
//!
//! The forge compares two trees without rename detection. What a payload lists per commit is something else (it is cut,
//! and a change that is undone within one push still shows), so it is used in one case only: the first push of a branch,
//! where the forge compares the last commit with its first parent. If a comparison is not known, nothing is guessed.

use super::event::{Event, Kind, Tip, is_zero};
use super::{Dialect, Snapshot};

/// Changed files, or why they are not known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Changed {
    /// Paths, sorted.
    Known(Vec<String>),
    /// A comparison that is not in the snapshot.
    Unknown(String),
}

/// The files that `event` changed, with `head` as the commit whose workflows are looked at.
pub(super) fn changed(event: &Event, head: &str, snapshot: &Snapshot, dialect: Dialect) -> Changed {
    match event.kind {
        Kind::Push => pushed(event, head, snapshot),
        _ => proposed(event, head, snapshot, dialect),
    }
}

/// For `pull_request_target` the workflow is the base branch's, but the files are those of the head.
pub(super) fn changed_for_target(event: &Event, snapshot: &Snapshot, dialect: Dialect) -> Changed {
    let head = event.pull_request.as_ref().map_or("", |request| &request.head_commit);
    proposed(event, head, snapshot, dialect)
}

fn pushed(event: &Event, head: &str, snapshot: &Snapshot) -> Changed {
    match event.before.as_deref() {
        Some(before) if !is_zero(before) => between(before, head, snapshot),
        _ => match &event.tip {
            Some(tip) if tip.commit == head => tip_alone(tip),
            _ => Changed::Unknown(format!("what commit {} changed", short(head))),
        },
    }
}

/// A merge commit shows nothing when it is compared alone, although the payload lists files for it. Parents are not in
/// the payload, so a message in git's own words for a merge makes the answer unknown unless it is nothing anyway.
fn tip_alone(tip: &Tip) -> Changed {
    if tip.message.starts_with("Merge ") && !tip.files.is_empty() {
        return Changed::Unknown(format!("whether commit {} is a merge", short(&tip.commit)));
    }
    Changed::Known(tip.files.clone())
}

/// Since Gitea 1.24 (1.23.7) and Forgejo 15 a pull request is compared with its merge base, before with the tip of its base branch.
fn proposed(event: &Event, head: &str, snapshot: &Snapshot, dialect: Dialect) -> Changed {
    let Some(request) = &event.pull_request else {
        return Changed::Unknown("what the pull request changed".to_owned());
    };
    let base = if dialect.is_gitea_from(24) || dialect.is_forgejo_from(15) {
        request.merge_base.as_deref()
    } else {
        Some(base_tip(request, snapshot))
    };
    match base {
        Some(base) => between(base, head, snapshot),
        None => Changed::Unknown("the merge base of the pull request".to_owned()),
    }
}

/// The tip of a pull request's base branch.
pub(super) fn base_tip<'a>(request: &'a super::event::PullRequest, snapshot: &'a Snapshot) -> &'a str {
    let reference = format!("refs/heads/{}", request.base_branch);
    snapshot.refs.get(&reference).unwrap_or(&request.base_commit)
}

fn between(before: &str, after: &str, snapshot: &Snapshot) -> Changed {
    if before == after {
        return Changed::Known(Vec::new());
    }
    match snapshot.diffs.get(&(before.to_owned(), after.to_owned())) {
        Some(paths) => Changed::Known(paths.clone()),
        None => Changed::Unknown(format!("the difference of commits {} and {}", short(before), short(after))),
    }
}

fn short(commit: &str) -> &str {
    commit.get(..10).unwrap_or(commit)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::story::{Story, first_push, pull_request, push};
    use super::*;

    const GITEA: Dialect = Dialect::gitea(27);

    fn of(event_type: &str, body: serde_json::Value, head: &str, story: &Story) -> Changed {
        let event = Event::from_delivery(event_type, body).unwrap();
        changed(&event, head, &story.snapshot, story.dialect)
    }

    fn known(paths: &[&str]) -> Changed {
        Changed::Known(paths.iter().map(|path| (*path).to_owned()).collect())
    }

    #[test]
    fn a_push_is_the_difference_of_two_trees_whatever_the_commits_say() {
        let story = Story::of(GITEA).diff("old", "tip", &["a"]);
        let mut body = push("refs/heads/main");
        body["head_commit"] = json!({"id": "tip", "message": "", "added": ["z"], "removed": [], "modified": []});
        assert_eq!(of("push", body.clone(), "tip", &story), known(&["a"]));
        assert_eq!(of("push", body.clone(), "old", &story), known(&[]));
        assert!(matches!(of("push", body, "later", &story), Changed::Unknown(_)));
    }

    #[test]
    fn the_first_push_of_a_branch_is_its_last_commit_alone() {
        let story = Story::of(GITEA);
        let first = |message, files| of("push", first_push("refs/heads/new", message, files), "tip", &story);
        assert_eq!(first("Work", &["b", "a"]), known(&["a", "b"]));
        assert_eq!(first("Merge branch 'x'", &[]), known(&[]));
        assert_eq!(first("Merge branch 'x'", &["a"]), Changed::Unknown("whether commit tip is a merge".to_owned()));
        let moved_on = of("push", first_push("refs/heads/new", "Work", &["a"]), "later", &story);
        assert_eq!(moved_on, Changed::Unknown("what commit later changed".to_owned()));
    }

    #[test]
    fn a_pull_request_starts_at_its_merge_base_or_at_the_tip_of_its_base() {
        let versions =
            [(GITEA, "fork"), (Dialect::gitea(23), "tip"), (Dialect::forgejo(15), "fork"), (Dialect::forgejo(14), "tip")];
        for (dialect, base) in versions {
            let story = Story::of(dialect).diff(base, "head", &[base]);
            assert_eq!(of("pull_request", pull_request("opened"), "head", &story), known(&[base]), "{dialect:?}");
            let event = Event::from_delivery("pull_request", pull_request("opened")).unwrap();
            assert_eq!(changed_for_target(&event, &story.snapshot, dialect), known(&[base]));
        }
    }
}
