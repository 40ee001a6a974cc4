//! What a delivery can say.

use super::{
    ActionRun, CommentActivity, Fork, HookType, Ignored, IssueActivity, Package, PullRequestActivity, Push, RefChange, Release,
    Repository, Wiki, WorkflowJob, WorkflowRun,
};

/// What a delivery says.
///
/// Where several hook types share a shape, the variant keeps which one it was, because `on:` may name it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// A job was created, can run, runs, or ended (Gitea ≥ 1.24): the doorbell for launches.
    WorkflowJob(WorkflowJob),
    /// A run was created, runs, or ended (Gitea ≥ 1.25).
    WorkflowRun(WorkflowRun),
    /// A run ended (Forgejo ≥ 12).
    ActionRun(ActionRun),
    /// A branch or tag moved, came, or went.
    Push(Push),
    /// A branch or tag came.
    Create(RefChange),
    /// A branch or tag went.
    Delete(RefChange),
    /// Anything about a pull request except comments and reviews.
    PullRequest {
        /// Which member of the family.
        hook: HookType,
        /// What happened.
        activity: Box<PullRequestActivity>,
    },
    /// A review of a pull request.
    Review {
        /// Approved, rejected or commented.
        hook: HookType,
        /// What happened.
        activity: Box<PullRequestActivity>,
    },
    /// Anything about an issue except comments.
    Issue {
        /// Which member of the family.
        hook: HookType,
        /// What happened.
        activity: IssueActivity,
    },
    /// A comment on an issue or on a pull request.
    Comment {
        /// Which of the two.
        hook: HookType,
        /// What happened.
        activity: Box<CommentActivity>,
    },
    /// A release was published, changed or deleted.
    Release(Release),
    /// The repository was forked.
    Fork(Box<Fork>),
    /// A wiki page changed (`gollum` in `on:`).
    Wiki(Wiki),
    /// A package version was published or deleted (`registry_package` in `on:`).
    Package(Package),
    /// The forge's "Test delivery" button: a push that moves nothing (`before` equals `after`). To be answered kindly.
    Test(Push),
    /// Something that starts nothing, and why.
    Ignored(Ignored),
}

impl Event {
    /// The repository whose workflows the event may start. `None` for what is ignored, and for a package without repository.
    pub fn repository(&self) -> Option<&Repository> {
        match self {
            Self::WorkflowJob(event) => Some(&event.repository),
            Self::WorkflowRun(event) => Some(&event.repository),
            Self::ActionRun(event) => Some(&event.run.repository),
            Self::Push(event) | Self::Test(event) => Some(&event.repository),
            Self::Create(event) | Self::Delete(event) => Some(&event.repository),
            Self::PullRequest { activity, .. } | Self::Review { activity, .. } => Some(&activity.repository),
            Self::Issue { activity, .. } => Some(&activity.repository),
            Self::Comment { activity, .. } => Some(&activity.repository),
            Self::Release(event) => Some(&event.repository),
            Self::Fork(event) => Some(&event.repository),
            Self::Wiki(event) => Some(&event.repository),
            Self::Package(event) => event.package.repository.as_ref(),
            Self::Ignored(_) => None,
        }
    }
}
