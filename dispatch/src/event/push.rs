//! A push, and the commits that it lists.

use serde::Deserialize;

use super::{GitRef, Repository, User, wire};

/// Commits that are read; forges list 5 (Gitea) or 15 (Forgejo), and an administrator may raise that.
const MAX_COMMITS: usize = 100;

/// Paths that are read of one list of a commit.
const MAX_PATHS: usize = 10_000;

/// A branch or tag moved, came, or went.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Push {
    /// What moved.
    #[serde(rename = "ref")]
    pub reference: GitRef,
    /// Where it pointed before; all zeros when it is new.
    pub before: String,
    /// Where it points now; all zeros when it is gone, the id of the tag object for an annotated tag. The forge evaluates the tip of
    /// the reference when it gets round to it, which may already be another commit.
    pub after: String,
    /// The newest commits, newest first: never rely on their being all. Empty for tags.
    #[serde(default, deserialize_with = "wire::first::<MAX_COMMITS, _, _>")]
    pub commits: Vec<Commit>,
    /// How many commits there are; for a new branch, at most 10 are counted.
    #[serde(default)]
    pub total_commits: u64,
    /// The commit at `after`, tags included; `None` when the reference is gone.
    pub head_commit: Option<Commit>,
    /// Where.
    pub repository: Repository,
    /// Who pushed.
    pub sender: Option<User>,
}

impl Push {
    /// Whether the branch or tag is new.
    pub fn is_creation(&self) -> bool {
        is_zero(&self.before)
    }

    /// Whether the branch or tag is gone.
    pub fn is_deletion(&self) -> bool {
        is_zero(&self.after)
    }

    /// A forge's test delivery is a push from a commit to itself; on Gitea ≥ 1.27 the made-up commit has an id of zeros.
    pub(super) fn is_test(&self) -> bool {
        self.before == self.after
    }
}

/// The absent commit: 40 zeros, or 64 in a repository that uses SHA-256.
fn is_zero(sha: &str) -> bool {
    sha.bytes().all(|byte| byte == b'0')
}

/// One commit of a push.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(from = "Wire")]
pub struct Commit {
    /// The commit's id.
    pub id: String,
    /// The whole message.
    pub message: String,
    /// What changed against the first parent; `None` if more than 10 000 paths of a kind did: ask the forge.
    pub files: Option<Files>,
}

/// The paths that a commit changed. A rename is a removal and an addition.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Files {
    /// New paths.
    pub added: Vec<String>,
    /// Paths that are gone.
    pub removed: Vec<String>,
    /// Paths with other content.
    pub modified: Vec<String>,
}

#[derive(Deserialize)]
struct Wire {
    id: String,
    #[serde(default)]
    message: String,
    #[serde(default = "none_changed", deserialize_with = "wire::all_if_few::<MAX_PATHS, _, _>")]
    added: Option<Vec<String>>,
    #[serde(default = "none_changed", deserialize_with = "wire::all_if_few::<MAX_PATHS, _, _>")]
    removed: Option<Vec<String>>,
    #[serde(default = "none_changed", deserialize_with = "wire::all_if_few::<MAX_PATHS, _, _>")]
    modified: Option<Vec<String>>,
}

#[expect(clippy::unnecessary_wraps, reason = "serde wants the field's type")]
fn none_changed() -> Option<Vec<String>> {
    Some(Vec::new())
}

impl From<Wire> for Commit {
    fn from(wire: Wire) -> Self {
        let files = match (wire.added, wire.removed, wire.modified) {
            (Some(added), Some(removed), Some(modified)) => Some(Files { added, removed, modified }),
            _ => None,
        };
        Self { id: wire.id, message: wire.message, files }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_list_of_paths_is_whole_or_absent() {
        let commit = |count: usize| -> Commit {
            let paths: Vec<_> = (0..count).map(|n| n.to_string()).collect();
            serde_json::from_value(json!({"id": "1", "added": paths, "removed": null})).unwrap()
        };
        let whole = commit(MAX_PATHS).files.unwrap();
        assert_eq!(whole.added.len(), MAX_PATHS);
        assert!(whole.removed.is_empty() && whole.modified.is_empty());
        assert_eq!(commit(MAX_PATHS + 1).files, None);
    }

    #[test]
    fn both_hash_lengths_have_an_absent_commit() {
        assert!(is_zero(&"0".repeat(40)) && is_zero(&"0".repeat(64)));
        assert!(!is_zero(&format!("{}1", "0".repeat(39))));
    }
}
