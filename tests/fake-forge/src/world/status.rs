//! The states of jobs and runs, and how a run's state follows from its jobs.

use crate::flavour::Flavour;

/// State of a job, a run or a task.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// A runner may take it. Gitea's API says `queued`, Forgejo's `waiting`.
    Waiting,
    /// Something must happen first. Gitea's API says `waiting`, Forgejo's `blocked`.
    Blocked,
    /// A runner has it.
    Running,
    /// Ended well.
    Success,
    /// Ended badly.
    Failure,
    /// Ended by a person or by a newer run.
    Cancelled,
    /// Never ran: a condition was false or a needed job did not succeed.
    Skipped,
}

impl Status {
    /// Nothing follows any more.
    pub fn is_final(self) -> bool {
        matches!(self, Self::Success | Self::Failure | Self::Cancelled | Self::Skipped)
    }

    /// The server's own word: Forgejo's API and the task lists of both.
    pub fn word(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Blocked => "blocked",
            Self::Running => "running",
            Self::Success => "success",
            Self::Failure => "failure",
            Self::Cancelled => "cancelled",
            Self::Skipped => "skipped",
        }
    }

    /// Gitea's words in the manner of GitHub: status, which is also the delivery's action, and conclusion.
    pub fn github_words(self) -> (&'static str, Option<&'static str>) {
        match self {
            Self::Waiting => ("queued", None),
            Self::Blocked => ("waiting", None),
            Self::Running => ("in_progress", None),
            done => ("completed", Some(done.word())),
        }
    }

    /// The runner protocol's result for a final state; `None` while it goes on.
    pub(crate) fn result_word(self) -> Option<&'static str> {
        match self {
            Self::Success => Some("RESULT_SUCCESS"),
            Self::Failure => Some("RESULT_FAILURE"),
            Self::Cancelled => Some("RESULT_CANCELLED"),
            Self::Skipped => Some("RESULT_SKIPPED"),
            _ => None,
        }
    }

    /// Reads the runner protocol's result, by name or by number; `None` means "still at it".
    pub(crate) fn from_result(value: &serde_json::Value) -> Option<Self> {
        match (value.as_str(), value.as_i64()) {
            (Some("RESULT_SUCCESS"), _) | (_, Some(1)) => Some(Self::Success),
            (Some("RESULT_FAILURE"), _) | (_, Some(2)) => Some(Self::Failure),
            (Some("RESULT_CANCELLED"), _) | (_, Some(3)) => Some(Self::Cancelled),
            (Some("RESULT_SKIPPED"), _) | (_, Some(4)) => Some(Self::Skipped),
            _ => None,
        }
    }

    /// Does Gitea's `?status=` filter let this state through? An unknown word lets nothing through.
    pub(crate) fn passes_filter(self, word: &str) -> bool {
        match word {
            "queued" => self == Self::Waiting,
            "pending" | "waiting" | "requested" | "action_required" => self == Self::Blocked,
            "in_progress" => self == Self::Running,
            "completed" => self.is_final(),
            "success" => self == Self::Success,
            "failure" => self == Self::Failure,
            "cancelled" | "timed_out" => self == Self::Cancelled,
            "skipped" | "neutral" => self == Self::Skipped,
            _ => false,
        }
    }
}

/// The state of a run from the states of its jobs: the first rule that applies.
///
/// Gitea 1.26 looks at what still moves first. Older ones and Forgejo call a run cancelled or failed
/// as soon as one job is, although others still wait.
pub(crate) fn of_run(flavour: Flavour, jobs: &[Status]) -> Status {
    let any = |wanted: Status| jobs.contains(&wanted);
    if jobs.iter().all(|&job| job == Status::Skipped) {
        return Status::Skipped;
    }
    if jobs.iter().all(|job| matches!(job, Status::Success | Status::Skipped)) {
        return Status::Success;
    }
    let order = if flavour.run_fails_early() {
        [Status::Cancelled, Status::Failure, Status::Running, Status::Waiting, Status::Blocked]
    } else {
        [Status::Running, Status::Waiting, Status::Blocked, Status::Cancelled, Status::Failure]
    };
    let found = order.into_iter().find(|&status| any(status));
    match found {
        // Forgejo never writes "blocked" into a run.
        Some(Status::Blocked) if flavour.is_forgejo() => Status::Waiting,
        Some(status) => status,
        None => Status::Waiting,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use Status::{Blocked, Cancelled, Failure, Skipped, Success, Waiting};

    #[test]
    fn a_failure_ends_the_run_early_only_on_forgejo_and_older_giteas() {
        let jobs = [Success, Failure, Waiting, Waiting];
        assert_eq!(of_run(Flavour::Gitea1_27, &jobs), Waiting);
        assert_eq!(of_run(Flavour::Gitea1_26, &jobs), Waiting);
        assert_eq!(of_run(Flavour::Gitea1_24, &jobs), Failure);
        assert_eq!(of_run(Flavour::Forgejo15, &jobs), Failure);
    }

    #[test]
    fn finished_runs_agree_everywhere() {
        for flavour in Flavour::ALL {
            assert_eq!(of_run(flavour, &[Success, Skipped]), Success);
            assert_eq!(of_run(flavour, &[Skipped, Skipped]), Skipped);
            assert_eq!(of_run(flavour, &[Cancelled, Failure]), Cancelled);
        }
    }

    #[test]
    fn a_run_that_waits_for_approval_is_blocked_on_gitea_and_waiting_on_forgejo() {
        assert_eq!(of_run(Flavour::Gitea1_27, &[Blocked, Blocked]), Blocked);
        assert_eq!(of_run(Flavour::Forgejo15, &[Blocked, Blocked]), Waiting);
    }

    #[test]
    fn github_words_swap_waiting_and_queued() {
        assert_eq!(Waiting.github_words(), ("queued", None));
        assert_eq!(Blocked.github_words(), ("waiting", None));
        assert!(Waiting.passes_filter("queued") && !Blocked.passes_filter("queued"));
    }
}
