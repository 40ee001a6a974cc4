//! The `push` delivery and its commits.

use serde_json::{Value, json};

use super::Viewer;
use crate::world::git::CommitRow;
use crate::world::{AccountId, DEFAULT_BRANCH, Moved, RepositoryId, World, ZERO_ID, clock::rfc3339};

/// Commits that a delivery lists at most; `total_commits` counts them all.
const LISTED_COMMITS: usize = 5;
/// The same for Forgejo.
const LISTED_COMMITS_FORGEJO: usize = 15;

impl World {
    /// A push; `shown` is the new id, a tag object's for annotated tags.
    pub(crate) fn push_json(
        &self,
        repository: RepositoryId,
        reference: &str,
        moved: &Moved,
        shown: &str,
        pusher: AccountId,
    ) -> Value {
        let limit = if self.flavour().is_forgejo() { LISTED_COMMITS_FORGEJO } else { LISTED_COMMITS };
        let listed: Vec<Value> = moved.new.iter().rev().take(limit).map(|id| self.commit_json(repository, id)).collect();
        json!({
            "ref": reference,
            "before": moved.before,
            "after": shown,
            "compare_url": self.compare_url(repository, reference, moved, shown),
            "commits": listed,
            "total_commits": moved.new.len(),
            "head_commit": self.commit_json(repository, &moved.after),
            "repository": self.repository_json(repository, Viewer::Account(pusher)),
            "pusher": self.account_json(pusher),
            "sender": self.account_json(pusher),
        })
    }

    /// The page that compares old and new: a new branch with what it was made from, a tag with nothing.
    fn compare_url(&self, repository: RepositoryId, reference: &str, moved: &Moved, shown: &str) -> String {
        let root = self.root_url();
        let Some(row) = self.repositories.get(&repository) else {
            return root.to_owned();
        };
        let first = moved.new.first().and_then(|id| row.commits.get(id));
        let base = match first {
            _ if moved.before != ZERO_ID || reference.starts_with("refs/tags/") => Some(moved.before.as_str()),
            Some(first) => first.parent.as_deref(),
            None => Some(DEFAULT_BRANCH),
        };
        match base {
            Some(base) if shown != ZERO_ID => {
                format!("{root}/{}/compare/{base}...{shown}", self.full_name(row))
            }
            _ => format!("{root}/"),
        }
    }

    /// A commit with its changed files; null for one that does not exist.
    pub(crate) fn commit_json(&self, repository: RepositoryId, id: &str) -> Value {
        let row = self.repositories.get(&repository);
        let Some((row, commit)) = row.and_then(|row| Some((row, row.commits.get(id)?))) else {
            return Value::Null;
        };
        let person = self.person_json(commit);
        json!({
            "id": commit.id,
            "message": commit.message,
            "url": format!("{}/{}/commit/{}", self.root_url(), self.full_name(row), commit.id),
            "author": person,
            "committer": person,
            "verification": null,
            "timestamp": rfc3339(commit.time_s),
            "added": commit.added,
            "removed": commit.removed,
            "modified": commit.modified,
        })
    }

    fn person_json(&self, commit: &CommitRow) -> Value {
        let name = self.accounts.get(&commit.author).map_or("", |account| account.name.as_str());
        json!({ "name": name, "email": format!("{name}@example.test"), "username": name })
    }
}
