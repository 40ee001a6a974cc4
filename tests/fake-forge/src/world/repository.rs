//! Repositories, their branches and tags, and their pull requests.

use std::collections::{BTreeMap, BTreeSet};

use super::account::AccountId;
use super::git::CommitRow;

/// Row id of a repository.
pub type RepositoryId = i64;

/// A repository.
#[derive(Clone, Debug)]
pub struct Repository {
    /// Row id.
    pub id: RepositoryId,
    /// Row id of its user or organisation.
    pub owner: AccountId,
    /// Name without the owner.
    pub name: String,
    /// Visible only to members.
    pub private: bool,
    /// The repository it was forked from.
    pub parent: Option<RepositoryId>,
    /// Users with write access who are not owners.
    pub collaborators: BTreeSet<AccountId>,
    pub(crate) created_s: i64,
    pub(crate) updated_s: i64,
    pub(crate) commits: BTreeMap<String, CommitRow>,
    /// Full reference name (`refs/heads/main`) to commit id.
    pub(crate) references: BTreeMap<String, String>,
    /// Full reference name of an annotated tag to the id of its tag object.
    pub(crate) tag_objects: BTreeMap<String, String>,
    pub(crate) pull_requests: Vec<PullRequest>,
    /// Number of the newest issue or pull request.
    pub(crate) last_number: i64,
    /// Number of the newest run.
    pub(crate) last_run_number: i64,
}

/// The branch that every repository here starts with.
pub(crate) const DEFAULT_BRANCH: &str = "main";

impl Repository {
    /// The commit at a branch, tag, full reference or commit id.
    pub(crate) fn resolve(&self, name: &str) -> Option<&CommitRow> {
        let spelled = [format!("refs/heads/{name}"), format!("refs/tags/{name}"), name.to_owned()];
        spelled
            .iter()
            .find_map(|full| self.references.get(full))
            .or_else(|| self.commits.get_key_value(name).map(|(id, _)| id))
            .and_then(|id| self.commits.get(id))
    }

    /// The commits from `tip` back to `base`, which is left out; oldest first.
    pub(crate) fn history(&self, tip: &str, base: &str) -> Vec<&CommitRow> {
        let next = |row: &&CommitRow| row.parent.as_ref().and_then(|id| self.commits.get(id));
        let mut rows: Vec<&CommitRow> =
            std::iter::successors(self.commits.get(tip), next).take_while(|row| row.id != base).collect();
        rows.reverse();
        rows
    }

    pub(crate) fn branches(&self) -> impl Iterator<Item = &str> {
        self.references.keys().filter_map(|name| name.strip_prefix("refs/heads/"))
    }
}

/// A pull request into the repository that keeps it.
#[derive(Clone, Debug)]
pub struct PullRequest {
    /// Row id.
    pub id: i64,
    /// Number within the repository; issues count too.
    pub number: i64,
    /// Its title.
    pub title: String,
    /// Its text.
    pub body: String,
    /// Who opened it.
    pub poster: AccountId,
    /// Repository of the branch to be merged.
    pub head_repository: RepositoryId,
    /// Branch to be merged.
    pub head_branch: String,
    /// Its tip.
    pub head_id: String,
    /// The tip before the last synchronisation.
    pub(crate) former_head_id: Option<String>,
    /// Branch to merge into.
    pub base_branch: String,
    /// Where head and base parted; also what `base.sha` shows before the merge.
    pub merge_base: String,
    /// The merge commit, and who merged when.
    pub(crate) merged: Option<(String, AccountId, i64)>,
    pub(crate) closed_s: Option<i64>,
    pub(crate) created_s: i64,
    pub(crate) updated_s: i64,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::world::git::Commit;

    #[test]
    fn a_commit_is_found_by_branch_tag_reference_and_id() {
        let row = CommitRow::on_top_of(None, Commit::new("Start"), 1, 0);
        let id = row.id.clone();
        let repository = Repository {
            id: 1,
            owner: 1,
            name: "app".to_owned(),
            private: false,
            parent: None,
            collaborators: BTreeSet::new(),
            created_s: 0,
            updated_s: 0,
            commits: BTreeMap::from([(id.clone(), row)]),
            references: BTreeMap::from([("refs/heads/main".to_owned(), id.clone()), ("refs/tags/v1".to_owned(), id.clone())]),
            tag_objects: BTreeMap::new(),
            pull_requests: Vec::new(),
            last_number: 0,
            last_run_number: 0,
        };
        for name in ["main", "v1", "refs/heads/main", &id] {
            assert_eq!(repository.resolve(name).map(|row| &row.id), Some(&id), "{name}");
        }
        assert!(repository.resolve("gone").is_none());
    }
}
