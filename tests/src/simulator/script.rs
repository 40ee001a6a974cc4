//! A story before it is told: the installation, the jobs that will come, and what will go wrong when.
//!
//! Everything random that can be left out is spelled out here, so that a failing story can be shortened.

use std::fmt;

use dispatch::config::{Limits, RegisterAt};
use dispatch::forge::{Capabilities, ForgeKind, Version};
use dispatch::label::LabelSet;
use dispatch::pool::Pool;

use super::agenda::Millis;
use super::fault::Fault;
use super::safety::Without;

/// One story.
#[derive(Clone, Debug)]
pub struct Script {
    /// Decides whatever the rest leaves open.
    pub seed: u64,
    /// Which forge is played.
    pub flavour: Flavour,
    /// The installation's configuration.
    pub settings: Settings,
    /// In order of time.
    pub jobs: Vec<JobPlan>,
    /// What goes wrong.
    pub windows: Vec<Window>,
    /// Safeties that are switched off.
    pub without: Without,
}

/// The forges that are played.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Flavour {
    /// Cannot disable runners; losers of a race starve; re-runs keep the job id.
    Gitea1_25,
    /// Can disable runners; losers of a race starve; re-runs keep the job id.
    Gitea1_26,
    /// Re-runs get new job ids; a runner hears that its job was cancelled.
    Gitea1_27,
    /// Announces no jobs; binds runners by handle; tells nothing of jobs that are over.
    Forgejo15,
}

impl Flavour {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Gitea1_25, Self::Gitea1_26, Self::Gitea1_27, Self::Forgejo15];

    /// What the dispatcher will find that it can do.
    pub fn capabilities(self) -> Capabilities {
        let (kind, major, minor) = match self {
            Self::Gitea1_25 => (ForgeKind::Gitea, 1, 25),
            Self::Gitea1_26 => (ForgeKind::Gitea, 1, 26),
            Self::Gitea1_27 => (ForgeKind::Gitea, 1, 27),
            Self::Forgejo15 => (ForgeKind::Forgejo, 15, 0),
        };
        Capabilities::of(kind, Version { major, minor })
    }

    /// Forgejo 15.
    pub fn is_forgejo(self) -> bool {
        self == Self::Forgejo15
    }

    /// Whether a re-run waits under the same id.
    pub fn keeps_job_ids(self) -> bool {
        self != Self::Gitea1_27
    }

    /// Whether a runner that lost a race asks no more until something new waits.
    pub fn starves_losers(self) -> bool {
        matches!(self, Self::Gitea1_25 | Self::Gitea1_26)
    }

    /// Whether a runner hears that its job was cancelled.
    pub fn tells_of_cancels(self) -> bool {
        matches!(self, Self::Gitea1_27 | Self::Forgejo15)
    }
}

impl fmt::Display for Flavour {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Gitea1_25 => "gitea 1.25",
            Self::Gitea1_26 => "gitea 1.26",
            Self::Gitea1_27 => "gitea 1.27",
            Self::Forgejo15 => "forgejo 15",
        })
    }
}

/// What the installation is told.
#[derive(Clone, Debug)]
pub struct Settings {
    /// In order.
    pub pools: Vec<Pool>,
    /// Bounds beyond those of the pools.
    pub limits: Limits,
    /// Where runners are registered.
    pub register_at: RegisterAt,
}

/// One job that somebody will start.
#[derive(Clone, Debug)]
pub struct JobPlan {
    /// When its run is inserted.
    pub at: Millis,
    /// `owner/name`.
    pub repository: String,
    /// Its `runs-on`.
    pub labels: LabelSet,
    /// Seconds for which it is blocked by other jobs first.
    pub blocked_s: u64,
    /// Seconds of work.
    pub lasts_s: u64,
    /// What else becomes of it.
    pub turn: Turn,
}

/// What somebody does with a job.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Turn {
    /// Nothing.
    None,
    /// Cancels it so many seconds after it was inserted, whatever it does then.
    Cancelled {
        /// Seconds.
        after_s: u64,
    },
    /// Runs it again so many seconds after it is over, once.
    Again {
        /// Seconds.
        after_s: u64,
    },
}

/// A time in which something goes wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    /// What.
    pub fault: Fault,
    /// From when.
    pub from: Millis,
    /// Until when.
    pub until: Millis,
    /// How often it strikes where it can, in a thousand.
    pub odds: u64,
}

impl Script {
    /// When the last job has come and the last fault is over.
    pub fn last(&self) -> Millis {
        let jobs = self.jobs.iter().map(|job| job.at);
        jobs.chain(self.windows.iter().map(|window| window.until)).max().unwrap_or(0)
    }

    /// The first pool that has all the labels of a job.
    pub fn pool_for(&self, labels: &LabelSet) -> Option<&Pool> {
        let has = |pool: &&Pool| labels.iter().all(|label| pool.labels.iter().any(|own| own.name() == label));
        self.settings.pools.iter().filter(|_| !labels.is_empty()).find(has)
    }
}
