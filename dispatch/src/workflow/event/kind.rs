//! The fine event types of the forges (`X-Gitea-Event-Type`).

/// The fine type of an event. The coarse one (`X-Gitea-Event`) says `issue_comment` for a comment on a pull request and
/// `pull_request_comment` for a review, so it is never used to decide.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(missing_docs, reason = "the names are those of the forge, listed in `NAMES`")]
pub enum Kind {
    Push,
    Create,
    Delete,
    Fork,
    Wiki,
    Issues,
    IssueAssign,
    IssueLabel,
    IssueMilestone,
    IssueComment,
    PullRequest,
    PullRequestSync,
    PullRequestAssign,
    PullRequestLabel,
    PullRequestMilestone,
    PullRequestReviewRequest,
    PullRequestComment,
    PullRequestReviewApproved,
    PullRequestReviewRejected,
    PullRequestReviewComment,
    Release,
    Package,
    WorkflowRun,
}

/// Every kind with its fine name and its coarse one.
const NAMES: [(Kind, &str, &str); 23] = [
    (Kind::Push, "push", "push"),
    (Kind::Create, "create", "create"),
    (Kind::Delete, "delete", "delete"),
    (Kind::Fork, "fork", "fork"),
    (Kind::Wiki, "wiki", "wiki"),
    (Kind::Issues, "issues", "issues"),
    (Kind::IssueAssign, "issue_assign", "issues"),
    (Kind::IssueLabel, "issue_label", "issues"),
    (Kind::IssueMilestone, "issue_milestone", "issues"),
    (Kind::IssueComment, "issue_comment", "issue_comment"),
    (Kind::PullRequest, "pull_request", "pull_request"),
    (Kind::PullRequestSync, "pull_request_sync", "pull_request"),
    (Kind::PullRequestAssign, "pull_request_assign", "pull_request"),
    (Kind::PullRequestLabel, "pull_request_label", "pull_request"),
    (Kind::PullRequestMilestone, "pull_request_milestone", "pull_request"),
    (Kind::PullRequestReviewRequest, "pull_request_review_request", "pull_request"),
    (Kind::PullRequestComment, "pull_request_comment", "issue_comment"),
    (Kind::PullRequestReviewApproved, "pull_request_review_approved", "pull_request_approved"),
    (Kind::PullRequestReviewRejected, "pull_request_review_rejected", "pull_request_rejected"),
    (Kind::PullRequestReviewComment, "pull_request_review_comment", "pull_request_comment"),
    (Kind::Release, "release", "release"),
    (Kind::Package, "package", "package"),
    (Kind::WorkflowRun, "workflow_run", "workflow_run"),
];

impl Kind {
    /// The kind of that fine name; none for events that start nothing (`repository`, `status`, `workflow_job`, …).
    pub fn named(name: &str) -> Option<Self> {
        NAMES.iter().find(|(_, fine, _)| *fine == name).map(|(kind, ..)| *kind)
    }

    /// The fine name.
    pub fn as_str(self) -> &'static str {
        self.names().0
    }

    /// The coarse name, which is also what the forge calls the event of a run that it could not read.
    pub fn coarse(self) -> &'static str {
        self.names().1
    }

    fn names(self) -> (&'static str, &'static str) {
        NAMES.iter().find(|(kind, ..)| *kind == self).map_or(("", ""), |(_, fine, coarse)| (fine, coarse))
    }

    /// Whether the entry `name` of `on` can be started by this kind.
    pub fn starts(self, name: &str) -> bool {
        match name {
            "registry_package" => self == Self::Package,
            "gollum" => self == Self::Wiki,
            "issues" => self.is_issue(),
            "pull_request" | "pull_request_target" => self.is_pull_request(),
            "pull_request_review" => self.is_review(),
            "issue_comment" => matches!(self, Self::IssueComment | Self::PullRequestComment),
            _ => name == self.as_str(),
        }
    }

    /// Opened, labelled, assigned and the like, on an issue.
    pub fn is_issue(self) -> bool {
        matches!(self, Self::Issues | Self::IssueAssign | Self::IssueLabel | Self::IssueMilestone)
    }

    /// Opened, pushed to, labelled and the like, on a pull request; not comments and not reviews.
    pub fn is_pull_request(self) -> bool {
        matches!(
            self,
            Self::PullRequest
                | Self::PullRequestSync
                | Self::PullRequestAssign
                | Self::PullRequestLabel
                | Self::PullRequestMilestone
                | Self::PullRequestReviewRequest
        )
    }

    /// A review, by its verdict.
    pub fn is_review(self) -> bool {
        matches!(self, Self::PullRequestReviewApproved | Self::PullRequestReviewRejected | Self::PullRequestReviewComment)
    }
}
