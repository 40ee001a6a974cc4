//! What one machine is: everything that its first-boot script needs to know.

use crate::{AbsolutePath, Deadlines, Forge, IdentitySource, Labels, Runner, Snippet, UserName};

/// Everything about a machine except its credentials. The machines of one pool share it.
///
/// Each part was checked when it was made, so any combination can be rendered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MachineSpecification {
    /// The runner program that the image has.
    pub runner: Runner,
    /// The unprivileged user of runner and job.
    pub user: UserName,
    /// The forge and all its hostnames. An identity for another forge is refused on the machine.
    pub forge: Forge,
    /// What the machine serves. An identity with other labels is refused on the machine.
    pub labels: Labels,
    /// Where the identity appears.
    pub identity: IdentitySource,
    /// The machine's own bounds.
    pub deadlines: Deadlines,
    /// Whether a job may reach the instance metadata, and with it the instance role.
    pub metadata: MetadataService,
    /// The log, made with mode 0600. It holds no secret.
    pub log_file: AbsolutePath,
    /// Run in this order before the runner is looked for.
    pub snippets: Vec<Snippet>,
}

/// Whether a job may reach the instance metadata service (169.254.169.254).
///
/// Closing works by a packet filter for every user but root, so the runner then starts without new privileges (`sudo` fails). A job
/// with the Docker socket is root, and only the hop limit of 1 is between its containers and the role.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MetadataService {
    /// The pool says that its jobs use the instance role.
    Open,
    /// Closed by nft or iptables; where neither works the machine powers off before it takes an identity.
    Closed,
    /// Closed if nft or iptables works, and otherwise a loud line in the log. For machines without a role.
    ClosedIfPossible,
}

impl MetadataService {
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Closed => "closed",
            Self::ClosedIfPossible => "closed-if-possible",
        }
    }
}
