//! Why a delivery starts nothing.

/// A delivery that starts nothing by its very kind. `Display` is the sentence that the forge's delivery log shows.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Ignored {
    /// A commit status. Gitea sends one for each job and change, so there are many.
    #[error(
        "nothing to do: a commit status starts no workflow; untick it in the webhook's events to spare the forge these deliveries"
    )]
    Status,

    /// A repository came or went.
    #[error("nothing to do: creating or deleting a repository starts no workflow")]
    Repository,

    /// A name that no Gitea or Forgejo known to this version sends.
    #[error("nothing to do: no Gitea or Forgejo known to this version of dispatch starts a workflow for `{name}`")]
    Unknown {
        /// The name in the header.
        name: String,
    },
}
