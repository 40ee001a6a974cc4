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
