//! The `push` delivery and its commits.

use serde_json::{Value, json};

use crate::world::git::CommitRow;
use crate::world::{AccountId, RepositoryId, World, ZERO_ID, clock::rfc3339};

/// Commits that a delivery lists at most; `total_commits` counts them all.
const LISTED_COMMITS: usize = 5;
/// The same for Forgejo.
const LISTED_COMMITS_FORGEJO: usize = 15;

impl World {
    /// A push; `new` are the ids of its commits, oldest first.
    pub(crate) fn push_json(
        &self,
        repository: RepositoryId,
        reference: &str,
        before: &str,
        after: &str,
        new: &[String],
        pusher: AccountId,
    ) -> Value {
        let limit = if self.flavour().is_forgejo() { LISTED_COMMITS_FORGEJO } else { LISTED_COMMITS };
        let listed: Vec<Value> = new.iter().rev().take(limit).map(|id| self.commit_json(repository, id)).collect();
        json!({
            "ref": reference,
            "before": before,
            "after": after,
            "compare_url": self.compare_url(repository, before, after),
            "commits": listed,
            "total_commits": new.len(),
            "head_commit": self.commit_json(repository, after),
            "repository": self.repository_json(repository, Some(pusher)),
            "pusher": self.account_json(pusher),
            "sender": self.account_json(pusher),
        })
    }

    fn compare_url(&self, repository: RepositoryId, before: &str, after: &str) -> String {
        let root = self.root_url();
        match self.repositories.get(&repository) {
            Some(row) if before != ZERO_ID && after != ZERO_ID => {
                format!("{root}/{}/compare/{before}...{after}", self.full_name(row))
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
