//! Issues, and comments on them and on pull requests.

use serde::Deserialize;

use super::{PullRequest, Repository, User};

/// Something happened to an issue.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct IssueActivity {
    /// The forge's own word, such as `opened`, `assigned`, `label_updated`: `on:` filters translate it. Which labels
    /// changed is not told.
    pub action: String,
    /// The issue.
    pub issue: Issue,
    /// Where.
    pub repository: Repository,
    /// Who did it.
    pub sender: Option<User>,
}

/// A comment was made, edited or deleted.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct CommentActivity {
    /// `created`, `edited` or `deleted`.
    pub action: String,
    /// The issue; for a pull request, its issue side.
    pub issue: Issue,
    /// The pull request that was commented on; not told by Forgejo < 10.
    pub pull_request: Option<PullRequest>,
    /// Where.
    pub repository: Repository,
    /// Who did it.
    pub sender: Option<User>,
}

/// An issue.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Issue {
    /// Its number in the repository.
    pub number: u64,
}
