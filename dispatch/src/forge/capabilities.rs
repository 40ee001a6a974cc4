//! What a forge of a certain kind and version can do for us.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::workflow;

/// The two forges.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ForgeKind {
    /// <https://about.gitea.com>
    Gitea,
    /// <https://forgejo.org>
    Forgejo,
}

impl fmt::Display for ForgeKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Gitea => "Gitea",
            Self::Forgejo => "Forgejo",
        })
    }
}

/// Major and minor number; patch releases change nothing that we rely on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Version {
    /// 1 for every Gitea so far, 7 and up for Forgejo.
    pub major: u32,
    /// 19 and up for Gitea.
    pub minor: u32,
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.major, self.minor)
    }
}

/// What the dispatcher may rely on.
#[expect(clippy::struct_excessive_bools, reason = "each release brought its own subset, so they are independent")]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Capabilities {
    /// Gitea or Forgejo.
    pub kind: ForgeKind,
    /// Which release.
    pub version: Version,
    /// The waiting jobs can be listed (Gitea from 1.25, Forgejo from 11).
    pub queue: bool,
    /// Each job is announced by deliveries of its own (Gitea from 1.24).
    pub announces_jobs: bool,
    /// A registration ends with its one job (Gitea from 1.24, Forgejo from 15).
    pub ephemeral: bool,
    /// A runner can be registered without a person (Gitea from 1.22, Forgejo from 7).
    pub registers: bool,
    /// A waiting runner can be told to take nothing more (Gitea from 1.26).
    pub disable: bool,
    /// A runner can be bound to one attempt of one job (Forgejo from 15).
    pub handles: bool,
    /// Registrations can be listed and removed (Gitea from 1.24, Forgejo from 15).
    pub registrations: bool,
}

impl Capabilities {
    /// Whose rules workflows are decided by.
    pub fn dialect(&self) -> workflow::Dialect {
        let forge = match self.kind {
            ForgeKind::Gitea => workflow::Forge::Gitea,
            ForgeKind::Forgejo => workflow::Forge::Forgejo,
        };
        let number = |number: u32| u16::try_from(number).unwrap_or(u16::MAX);
        workflow::Dialect { forge, version: workflow::Version(number(self.version.major), number(self.version.minor)) }
    }

    /// Whether it tells whose code a waiting job runs. Forgejo 11 lists jobs, but no runs.
    pub fn tells_origin(&self) -> bool {
        !self.queue || self.kind != ForgeKind::Forgejo || self.version >= (Version { major: 12, minor: 0 })
    }

    /// How it is learned which jobs wait, and what that cannot tell, as a clause for a person.
    pub fn demand(&self) -> &'static str {
        match (self.queue, self.announces_jobs) {
            (true, _) => "waiting jobs are listed, so a lost delivery is made up for",
            (false, true) => {
                "waiting jobs are announced once and never listed: a job whose delivery is lost gets no machine until somebody \
                 delivers it again from the webhook's page or re-runs the job, and the webhook must have the event \
                 `Workflow Jobs`; 1.25 lists them"
            }
            (false, false) => {
                "waiting jobs are neither listed nor announced, so they are predicted from the workflows that a push or a pull \
                 request starts, and believed once a commit status shows them: scheduled, dispatched, approved and re-run \
                 jobs, and those whose delivery is lost, get no machine"
            }
        }
    }

    /// Whether nothing but the forge's own rules tells which jobs there are.
    pub fn predicts(&self) -> bool {
        !self.queue && !self.announces_jobs
    }

    /// What each release brought, read from the sources of the releases and seen on live servers.
    pub fn of(kind: ForgeKind, version: Version) -> Self {
        let from = |major, minor| version >= Version { major, minor };
        match kind {
            ForgeKind::Gitea => Self {
                kind,
                version,
                queue: from(1, 25),
                announces_jobs: from(1, 24),
                ephemeral: from(1, 24),
                registers: from(1, 22),
                disable: from(1, 26),
                handles: false,
                registrations: from(1, 24),
            },
            ForgeKind::Forgejo => Self {
                kind,
                version,
                queue: from(11, 0),
                announces_jobs: false,
                ephemeral: from(15, 0),
                registers: from(7, 0),
                disable: false,
                handles: from(15, 0),
                registrations: from(15, 0),
            },
        }
    }
}
