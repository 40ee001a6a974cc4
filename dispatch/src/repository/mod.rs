//! Commits and their files, wherever a repository lies: at a forge, or on this computer.
//!
//! [`Repository`] is the seam; [`AtForge`] asks the forge's API and [`WorkTree`] the `git` command. [`snapshot`] collects
//! what [`decide`](crate::workflow::decide) needs to know about one event. Changed files are computed here as the forges
//! compute them: two whole listings compared, without rename detection.

mod at_forge;
mod commit;
mod snapshot;
mod work_tree;

use async_trait::async_trait;

pub use at_forge::AtForge;
pub use commit::{Commit, Entry, EntryKind, Listing, changed};
pub use snapshot::snapshot;
pub use work_tree::{Branch, WorkTree};

use crate::forge::ForgeError;

/// Reads commits of one repository.
#[async_trait]
pub trait Repository: Send + Sync {
    /// The commit that a full ref name or an id stands for; tags peeled. Nothing if it is not there.
    async fn commit(&self, revision: &str) -> Result<Option<Commit>, Unavailable>;

    /// Every file of a commit. Nothing if the commit is not there.
    async fn listing(&self, commit: &str) -> Result<Option<Listing>, Unavailable>;

    /// The contents of files of a commit's listing, in the order asked for.
    async fn contents(&self, commit: &str, files: &[(&str, &Entry)]) -> Result<Vec<Vec<u8>>, Unavailable>;
}

/// A repository that gives no answer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unavailable {
    /// The forge does not.
    #[error(transparent)]
    Forge(#[from] ForgeError),
    /// The `git` command cannot be started, or failed.
    #[error("{what}: {cause}")]
    Git {
        /// Such as `git ls-tree`.
        what: String,
        /// In its own words, on one line.
        cause: String,
    },
}
