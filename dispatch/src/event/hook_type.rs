//! The kinds of delivery, by the fine name that the forge gives them.

use crate::delivery::Delivery;

/// What a hook is about: the value of `X-Gitea-Event-Type`, which is also a name that `on:` accepts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum HookType {
    /// Gitea ≥ 1.24: a job was created, can run, runs, or ended.
    WorkflowJob,
    /// Gitea ≥ 1.25: a run was created, runs, or ended.
    WorkflowRun,
    /// Forgejo ≥ 12: a run failed, was cancelled or was skipped.
    ActionRunFailure,
    /// Forgejo ≥ 12: sent beside the success of a run whose predecessor did not succeed.
    ActionRunRecover,
    /// Forgejo ≥ 12: a run succeeded.
    ActionRunSuccess,
    /// A branch or tag moved, came, or went. Also the forge's test delivery.
    Push,
    /// A branch or tag came.
    Create,
    /// A branch or tag went.
    Delete,
    /// The repository was forked.
    Fork,
    /// A wiki page changed.
    Wiki,
    /// A release was published, changed or deleted.
    Release,
    /// A package version was published or deleted.
    Package,
    /// An issue was opened, edited, closed or reopened.
    Issues,
    /// An issue was assigned or unassigned.
    IssueAssign,
    /// An issue's labels changed.
    IssueLabel,
    /// An issue's milestone changed.
    IssueMilestone,
    /// A comment on an issue.
    IssueComment,
    /// A pull request was opened, edited, closed or reopened.
    PullRequest,
    /// A pull request was assigned or unassigned.
    PullRequestAssign,
    /// A pull request's labels changed.
    PullRequestLabel,
    /// A pull request's milestone changed.
    PullRequestMilestone,
    /// A pull request's head moved.
    PullRequestSync,
    /// A review was asked for, or no longer.
    PullRequestReviewRequest,
    /// An ordinary comment on a pull request. Beware: the *coarse* name `pull_request_comment` means [`Self::PullRequestReviewComment`].
    PullRequestComment,
    /// A review that approves.
    PullRequestReviewApproved,
    /// A review that asks for changes.
    PullRequestReviewRejected,
    /// A review that only comments.
    PullRequestReviewComment,
    /// A repository was created or deleted.
    Repository,
    /// Gitea ≥ 1.24: a commit status was set.
    Status,
}

impl HookType {
    /// Every hook type. The forges have two more, `schedule` and `workflow_dispatch`, but never send them.
    pub const ALL: [Self; 29] = [
        Self::WorkflowJob,
        Self::WorkflowRun,
        Self::ActionRunFailure,
        Self::ActionRunRecover,
        Self::ActionRunSuccess,
        Self::Push,
        Self::Create,
        Self::Delete,
        Self::Fork,
        Self::Wiki,
        Self::Release,
        Self::Package,
        Self::Issues,
        Self::IssueAssign,
        Self::IssueLabel,
        Self::IssueMilestone,
        Self::IssueComment,
        Self::PullRequest,
        Self::PullRequestAssign,
        Self::PullRequestLabel,
        Self::PullRequestMilestone,
        Self::PullRequestSync,
        Self::PullRequestReviewRequest,
        Self::PullRequestComment,
        Self::PullRequestReviewApproved,
        Self::PullRequestReviewRejected,
        Self::PullRequestReviewComment,
        Self::Repository,
        Self::Status,
    ];

    /// The fine name.
    pub fn name(self) -> &'static str {
        match self {
            Self::WorkflowJob => "workflow_job",
            Self::WorkflowRun => "workflow_run",
            Self::ActionRunFailure => "action_run_failure",
            Self::ActionRunRecover => "action_run_recover",
            Self::ActionRunSuccess => "action_run_success",
            Self::Push => "push",
            Self::Create => "create",
            Self::Delete => "delete",
            Self::Fork => "fork",
            Self::Wiki => "wiki",
            Self::Release => "release",
            Self::Package => "package",
            Self::Issues => "issues",
            Self::IssueAssign => "issue_assign",
            Self::IssueLabel => "issue_label",
            Self::IssueMilestone => "issue_milestone",
            Self::IssueComment => "issue_comment",
            Self::PullRequest => "pull_request",
            Self::PullRequestAssign => "pull_request_assign",
            Self::PullRequestLabel => "pull_request_label",
            Self::PullRequestMilestone => "pull_request_milestone",
            Self::PullRequestSync => "pull_request_sync",
            Self::PullRequestReviewRequest => "pull_request_review_request",
            Self::PullRequestComment => "pull_request_comment",
            Self::PullRequestReviewApproved => "pull_request_review_approved",
            Self::PullRequestReviewRejected => "pull_request_review_rejected",
            Self::PullRequestReviewComment => "pull_request_review_comment",
            Self::Repository => "repository",
            Self::Status => "status",
        }
    }

    /// The hook type of this fine name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|hook| hook.name() == name)
    }

    /// The hook type of a delivery, or the name that is not known. The fine name wins; the coarse one serves only when a
    /// proxy has dropped the fine one.
    pub(super) fn of(delivery: &Delivery) -> Result<Self, &str> {
        match (delivery.event_type(), delivery.event()) {
            (Some(fine), _) => Self::named(fine).ok_or(fine),
            (None, Some(coarse)) => Self::named_coarsely(coarse).ok_or(coarse),
            (None, None) => Err(""),
        }
    }

    /// Three coarse names are no fine names, or not the same ones; the activity tells the members of the other families apart.
    fn named_coarsely(name: &str) -> Option<Self> {
        match name {
            "pull_request_approved" => Some(Self::PullRequestReviewApproved),
            "pull_request_rejected" => Some(Self::PullRequestReviewRejected),
            "pull_request_comment" => Some(Self::PullRequestReviewComment),
            _ => Self::named(name),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_name_leads_back_to_its_hook_type() {
        for hook in HookType::ALL {
            assert_eq!(HookType::named(hook.name()), Some(hook));
        }
        assert_eq!(HookType::named("pull_request_approved"), None);
        assert_eq!(HookType::named(""), None);
    }

    #[test]
    fn pull_request_comment_means_two_things() {
        let name = "pull_request_comment";
        assert_eq!(HookType::named(name), Some(HookType::PullRequestComment));
        assert_eq!(HookType::named_coarsely(name), Some(HookType::PullRequestReviewComment));
    }
}
