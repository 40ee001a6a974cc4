//! What is known of a repository when an event is decided.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// Files, commits and settings of one repository. Whatever is missing is unknown, not absent, except where said.
#[derive(Clone, Debug, Default)]
pub struct Snapshot {
    /// Full ref name → commit, after the event. Annotated tags by the commit that they peel to. Complete for the refs
    /// that the event is about: such a ref that is missing does not exist.
    pub refs: BTreeMap<String, String>,
    /// Commit → its workflow folders.
    pub trees: BTreeMap<String, Arc<Tree>>,
    /// (commit A, commit B) → the paths whose blobs differ, without rename detection.
    pub diffs: BTreeMap<(String, String), Vec<String>>,
    /// Commit → its whole message.
    pub messages: BTreeMap<String, String>,
    /// The Actions variables that the repository sees, its owner's and the instance's included; nothing if not known.
    pub variables: Option<BTreeMap<String, String>>,
    /// Workflows that are switched off.
    pub disabled: BTreeSet<String>,
    /// Users whose pull requests from forks need no approval any more.
    pub trusted: BTreeSet<String>,
    /// Commits for which a run of `pull_request` exists already. (Forgejo does not repeat them.)
    pub built: BTreeSet<String>,
    /// The forge has no other repository from which a workflow could be called.
    pub is_alone: bool,
}

/// The workflow folders of one commit: folder (`.gitea/workflows`) → what is there.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tree {
    /// Folders that are absent from the map do not exist in the commit.
    pub folders: BTreeMap<String, Folder>,
}

/// What a commit holds at the path of a workflow folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Folder {
    /// A folder: path below it → content, in the order of git, which is that of the bytes of the paths.
    Files(BTreeMap<String, Arc<[u8]>>),
    /// A file or a symbolic link, which the forges do not follow.
    NotAFolder,
    /// A submodule whose commit is in the same repository; the forges read its whole tree.
    Submodule(BTreeMap<String, Arc<[u8]>>),
}
