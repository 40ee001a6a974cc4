//! Branches and tags, and the events of their coming and going.

use serde::Deserialize;

use super::{Repository, User};

/// A full Git reference, such as `refs/heads/main`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Deserialize)]
#[serde(transparent)]
pub struct GitRef(String);

const BRANCH: &str = "refs/heads/";
const TAG: &str = "refs/tags/";

impl GitRef {
    /// The reference of this branch.
    pub fn of_branch(name: &str) -> Self {
        Self::qualified(BRANCH, name)
    }

    /// The reference of this tag.
    pub fn of_tag(name: &str) -> Self {
        Self::qualified(TAG, name)
    }

    /// `refs/…` in full.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The branch's name, if it is a branch.
    pub fn branch(&self) -> Option<&str> {
        self.0.strip_prefix(BRANCH)
    }

    /// The tag's name, if it is a tag.
    pub fn tag(&self) -> Option<&str> {
        self.0.strip_prefix(TAG)
    }

    /// Gitea sends short names in `create` and `delete`, Forgejo (11 and 15) full ones.
    fn qualified(prefix: &str, name: &str) -> Self {
        if name.starts_with(prefix) { Self(name.to_owned()) } else { Self(format!("{prefix}{name}")) }
    }
}

/// A branch or tag came or went.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(from = "Wire")]
pub struct RefChange {
    /// Which one.
    pub reference: GitRef,
    /// What a new one points to; of an annotated tag, the id of the tag object. `None` when it went.
    pub sha: Option<String>,
    /// Where.
    pub repository: Repository,
    /// Who did it.
    pub sender: Option<User>,
}

#[derive(Deserialize)]
struct Wire {
    #[serde(rename = "ref")]
    name: String,
    ref_type: RefType,
    sha: Option<String>,
    repository: Repository,
    sender: Option<User>,
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum RefType {
    Branch,
    Tag,
}

impl From<Wire> for RefChange {
    fn from(wire: Wire) -> Self {
        Self {
            reference: match wire.ref_type {
                RefType::Branch => GitRef::of_branch(&wire.name),
                RefType::Tag => GitRef::of_tag(&wire.name),
            },
            sha: wire.sha,
            repository: wire.repository,
            sender: wire.sender,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_and_full_names_are_the_same_reference() {
        assert_eq!(GitRef::of_branch("a/b"), GitRef::of_branch("refs/heads/a/b"));
        assert_eq!(GitRef::of_branch("a/b").branch(), Some("a/b"));
        assert_eq!(GitRef::of_branch("a/b").tag(), None);
        assert_eq!(GitRef::of_tag("v1").as_str(), "refs/tags/v1");
    }
}
