//! The repository and the users that nearly every payload has.

use serde::Deserialize;

use super::wire;

/// A repository, as every payload describes it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Repository {
    /// The forge's id. Stays the same when the repository is renamed or moved.
    pub id: u64,
    /// The user or organization that owns it.
    pub owner: User,
    /// The name without its owner.
    pub name: String,
    /// `owner/name`.
    pub full_name: String,
    /// Name of the default branch, without `refs/heads/`.
    #[serde(default, deserialize_with = "wire::or_default")]
    pub default_branch: String,
    /// Whether it is a fork of another repository.
    #[serde(default)]
    pub fork: bool,
    /// Whether it has no commits. Such a repository starts nothing.
    #[serde(default)]
    pub empty: bool,
    /// Whether it is archived. Such a repository starts nothing.
    #[serde(default)]
    pub archived: bool,
    /// Whether Actions are on; `None` if the forge does not tell (Gitea < 1.21).
    pub has_actions: Option<bool>,
}

/// A user or an organization.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct User {
    /// The forge's id. Negative for its built-in users: -1 is a deleted one, -2 `gitea-actions` or `forgejo-actions`.
    pub id: i64,
    /// The name in URLs.
    pub login: String,
}
