//! The types of an event.

use super::Kind;

/// One thing that happened, with everything that can decide about workflows.
#[derive(Clone, Debug, PartialEq)]
pub struct Event {
    /// The fine type.
    pub kind: Kind,
    /// The payload's `action`: `opened`, `label_updated`, `published`; empty for push, create and the like.
    pub action: String,
    /// The full name of the ref that the event is about: pushed, created, deleted, or the tag of a release.
    pub reference: Option<String>,
    /// The commit before a push; all zeros for a new ref.
    pub before: Option<String>,
    /// The value of the ref after a push; all zeros for a deleted one.
    pub after: Option<String>,
    /// What a push tells about its last commit.
    pub tip: Option<Tip>,
    /// The pull request that the event is about.
    pub pull_request: Option<PullRequest>,
    /// For label events: what was added and removed, if it is known.
    pub labels: Option<LabelChange>,
    /// The repository's default branch at that moment.
    pub default_branch: String,
    /// The repository is archived.
    pub is_archived: bool,
    /// The repository has Actions switched on.
    pub has_actions: bool,
    /// Who did it.
    pub sender: Actor,
    /// For `workflow_run`: the workflow that ran, and on which branch.
    pub workflow_run: Option<(String, String)>,
    /// The payload, for expressions.
    pub payload: serde_json::Value,
}

/// What a push tells about its last commit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tip {
    /// The commit.
    pub commit: String,
    /// Its whole message.
    pub message: String,
    /// The files that it changes against its first parent.
    pub files: Vec<String>,
}

/// The side of a pull request that decides.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PullRequest {
    /// Its number.
    pub number: u64,
    /// Its title, where skip words count.
    pub title: String,
    /// Short name of the branch that it is to be merged into.
    pub base_branch: String,
    /// The tip of that branch as the payload tells it.
    pub base_commit: String,
    /// Its last commit.
    pub head_commit: String,
    /// Where it branched off.
    pub merge_base: Option<String>,
    /// The commit that merging made, once it is merged.
    pub merge_commit: Option<String>,
    /// It comes from another repository, or without one (`AGit`).
    pub is_fork: bool,
    /// Who opened it.
    pub author: String,
}

/// How many labels one event added and removed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LabelChange {
    /// Labels added.
    pub added: usize,
    /// Labels removed.
    pub removed: usize,
}

/// Who caused an event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Actor {
    /// Login name.
    pub login: String,
    /// The forge's own user for actions of jobs, which starts nothing.
    pub is_forge: bool,
    /// The account is marked as restricted.
    pub is_restricted: bool,
    /// May write to the repository.
    pub can_write: bool,
}

impl Event {
    /// A push that deletes its ref.
    pub fn is_deletion(&self) -> bool {
        self.kind == Kind::Push && self.after.as_deref().is_some_and(is_zero)
    }

    /// The short name of a pushed branch.
    pub fn branch(&self) -> Option<&str> {
        self.reference.as_deref()?.strip_prefix("refs/heads/")
    }

    /// The short name of a pushed tag.
    pub fn tag(&self) -> Option<&str> {
        self.reference.as_deref()?.strip_prefix("refs/tags/")
    }
}

/// The forges' way to say that a ref was not there before, or is gone.
pub const NO_COMMIT: &str = "0000000000000000000000000000000000000000";

/// Whether a commit id is the forge's way to say "none".
pub(in crate::workflow) fn is_zero(commit: &str) -> bool {
    !commit.is_empty() && commit.bytes().all(|byte| byte == b'0')
}
