//! Which server the fake pretends to be, and everything that differs between them.
//!
//! One question per method, so that no other file compares versions.

/// A forge and its release line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Flavour {
    /// Gitea 1.23: neither deliveries about jobs nor an API for runners. Not recorded: 1.24 without what 1.24 brought.
    Gitea1_23,
    /// Gitea 1.24: `workflow_job` deliveries, but no jobs API.
    Gitea1_24,
    /// Gitea 1.25: the first with a jobs API. Not recorded: written from its documentation and its neighbours.
    Gitea1_25,
    /// Gitea 1.26: runners can be disabled, runs can be run again.
    Gitea1_26,
    /// Gitea 1.27: a re-run makes new job rows.
    Gitea1_27,
    /// Forgejo 10: no list of waiting jobs. Not recorded: 11 without what 11 brought.
    Forgejo10,
    /// Forgejo 11 (long-term support): a jobs API that wants labels, no runner API.
    Forgejo11,
    /// Forgejo 15 (long-term support): runner API, ephemeral runners, handles.
    Forgejo15,
}

impl Flavour {
    /// Every flavour, oldest first within its forge.
    pub const ALL: [Self; 8] = [
        Self::Gitea1_23,
        Self::Gitea1_24,
        Self::Gitea1_25,
        Self::Gitea1_26,
        Self::Gitea1_27,
        Self::Forgejo10,
        Self::Forgejo11,
        Self::Forgejo15,
    ];

    /// Is it a Forgejo?
    pub fn is_forgejo(self) -> bool {
        matches!(self, Self::Forgejo10 | Self::Forgejo11 | Self::Forgejo15)
    }

    /// Is it a Gitea of at least this release?
    fn gitea_since(self, first: Self) -> bool {
        !self.is_forgejo() && self >= first
    }

    /// What `GET /api/v1/version` says. The recorded 1.27 was a build of its main branch.
    pub fn version(self) -> &'static str {
        match self {
            Self::Gitea1_23 => "1.23.8",
            Self::Gitea1_24 => "1.24.7",
            Self::Gitea1_25 => "1.25.5",
            Self::Gitea1_26 => "1.26.4",
            Self::Gitea1_27 => "development",
            Self::Forgejo10 => "10.0.3+gitea-1.22.0",
            Self::Forgejo11 => "11.0.15+gitea-1.22.0",
            Self::Forgejo15 => "15.0.3+gitea-1.22.0",
        }
    }

    /// Gitea's lists of jobs and runs (1.25).
    pub(crate) fn has_jobs_api(self) -> bool {
        self.gitea_since(Self::Gitea1_25)
    }

    /// Forgejo's `action_run_*` deliveries and runs API (12).
    pub(crate) fn has_run_deliveries(self) -> bool {
        self == Self::Forgejo15
    }

    /// `workflow_job` deliveries, and the header that names a webhook's target (Gitea 1.24).
    pub(crate) fn has_job_deliveries(self) -> bool {
        self.gitea_since(Self::Gitea1_24)
    }

    /// Forgejo's list of waiting jobs (11).
    pub(crate) fn has_waiting_jobs(self) -> bool {
        matches!(self, Self::Forgejo11 | Self::Forgejo15)
    }

    /// `workflow_run` deliveries (1.25); `in_progress` among them only from 1.26.
    pub(crate) fn has_workflow_run_deliveries(self) -> bool {
        self.gitea_since(Self::Gitea1_25)
    }

    /// `workflow_run` with the action `in_progress` (1.26).
    pub(crate) fn announces_running_runs(self) -> bool {
        self.gitea_since(Self::Gitea1_26)
    }

    /// Listing, reading and deleting runners over REST.
    pub(crate) fn has_runner_api(self) -> bool {
        !matches!(self, Self::Gitea1_23 | Self::Forgejo10 | Self::Forgejo11)
    }

    /// A runner can be switched off without deleting it (Gitea 1.26).
    pub(crate) fn can_disable_runners(self) -> bool {
        self.gitea_since(Self::Gitea1_26)
    }

    /// `POST …/rerun` (Gitea 1.26).
    pub(crate) fn can_rerun(self) -> bool {
        self.gitea_since(Self::Gitea1_26)
    }

    /// A re-run makes new job rows instead of resetting the old ones (Gitea 1.27).
    pub(crate) fn rerun_makes_new_jobs(self) -> bool {
        self == Self::Gitea1_27
    }

    /// The attempt is counted when the job is inserted, not when a runner takes it.
    pub(crate) fn counts_attempts_at_insertion(self) -> bool {
        matches!(self, Self::Gitea1_27 | Self::Forgejo15)
    }

    /// Runners may be ephemeral (Gitea 1.24, Forgejo 15). Others ignore the wish.
    pub(crate) fn has_ephemeral_runners(self) -> bool {
        self.has_runner_api()
    }

    /// Gitea 1.24 removes a used ephemeral runner only when it asks for its next task;
    /// everybody else removes it with its final report.
    pub(crate) fn removes_ephemeral_at_next_fetch(self) -> bool {
        self == Self::Gitea1_24
    }

    /// Jobs carry a handle, and `FetchSingleTask` takes it (Forgejo 15).
    pub(crate) fn has_handles(self) -> bool {
        self == Self::Forgejo15
    }

    /// Some URLs follow the `Host` header of the request that acts (Gitea 1.26).
    pub(crate) fn follows_host_header(self) -> bool {
        self.gitea_since(Self::Gitea1_26)
    }

    /// The URLs of jobs and runs follow it too (Gitea 1.27).
    pub(crate) fn job_urls_follow_host_header(self) -> bool {
        self == Self::Gitea1_27
    }

    /// A push or a pull-request synchronisation cancels the unfinished runs of the same workflow, ref and event.
    pub(crate) fn cancels_superseded_runs(self) -> bool {
        self.is_forgejo() || self < Self::Gitea1_26
    }

    /// A runner that lost a race for the oldest job is told the newest version and no task (fixed in Gitea 1.27).
    pub(crate) fn starves_losers(self) -> bool {
        self != Self::Gitea1_27
    }

    /// A job without labels matches every runner; Forgejo (11) gives it to none.
    pub(crate) fn unlabelled_matches_all(self) -> bool {
        !self.is_forgejo()
    }

    /// The report that ends a task also bumps the counters of its runner's scope (Forgejo 15).
    pub(crate) fn finishing_bumps_version(self) -> bool {
        self == Self::Forgejo15
    }

    /// A failure or cancellation decides the run's status although other jobs still wait.
    pub(crate) fn run_fails_early(self) -> bool {
        self.is_forgejo() || self < Self::Gitea1_26
    }

    /// The condition of a job with `needs` is evaluated by the server (Gitea 1.27).
    pub(crate) fn evaluates_conditions(self) -> bool {
        self == Self::Gitea1_27
    }

    /// What stands before the file name in the event of a dispatch. Forgejo 11 names its own folder wherever the file is.
    pub(crate) fn dispatched_folder(self) -> &'static str {
        match self {
            Self::Forgejo10 | Self::Forgejo11 => ".forgejo/workflows/",
            Self::Forgejo15 => ".gitea/workflows/",
            _ => "",
        }
    }

    /// Reusable callers are rows of their own that no runner gets (Gitea 1.27, Forgejo 15).
    pub(crate) fn expands_callers(self) -> bool {
        matches!(self, Self::Gitea1_27 | Self::Forgejo15)
    }
}
