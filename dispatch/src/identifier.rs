//! The names of things: each a type of its own, so that none can be taken for another.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::shared::SharedText;

/// Declares a string newtype that prints as itself.
macro_rules! name {
    ($(#[$doc:meta])* $type:ident) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $type(SharedText);

        impl $type {
            /// Takes the name as it is.
            pub fn new(name: impl Into<String>) -> Self {
                Self(SharedText::from(name))
            }

            /// The name as text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $type {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl From<&str> for $type {
            fn from(name: &str) -> Self {
                Self::new(name)
            }
        }
    };
}

name!(
    /// What the configuration calls a forge; the last part of its hook path.
    ForgeName
);
name!(
    /// What the configuration calls a pool.
    PoolName
);
name!(
    /// What the configuration calls a backend, such as `process` or `ec2`.
    BackendName
);
name!(
    /// What a cloud calls one machine. It has exactly one hyphen, as in EC2's `i-0abc`, by which
    /// [`InstanceId::named_by`] tells our runners from those of an installation whose name begins like ours.
    InstanceId
);
name!(
    /// One immutable launch order; derived from the jobs that it is for, so that a repeated order has the same name.
    BatchId
);

impl InstanceId {
    /// The name under which the machine's runner is registered; by it a lost registration is found again.
    pub fn runner_name(&self, stack: &str) -> String {
        format!("{stack}-{self}")
    }

    /// The machine that a runner is named after, if it is one of this stack: `ci-2-i-7` is one of `ci-2`, not of `ci`.
    pub fn named_by(runner_name: &str, stack: &str) -> Option<Self> {
        let id = runner_name.strip_prefix(stack)?.strip_prefix('-')?;
        (id.matches('-').count() == 1).then(|| Self::new(id))
    }
}

/// A repository as both forges spell it: `owner/name`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct RepositoryName {
    owner: SharedText,
    name: SharedText,
}

impl RepositoryName {
    /// The user or organisation.
    pub fn owner(&self) -> &str {
        &self.owner
    }

    /// The part after the slash.
    pub fn name(&self) -> &str {
        &self.name
    }
}

impl fmt::Display for RepositoryName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.owner, self.name)
    }
}

/// The text was not `owner/name`.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a repository: write `owner/name`")]
pub struct NotARepository(String);

impl FromStr for RepositoryName {
    type Err = NotARepository;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text.split_once('/') {
            Some((owner, name)) if is_path_segment(owner) && is_path_segment(name) => {
                Ok(Self { owner: owner.into(), name: name.into() })
            }
            _ => Err(NotARepository(text.to_owned())),
        }
    }
}

/// Names travel into URL paths, so they may hold only what both forges allow in a name.
fn is_path_segment(text: &str) -> bool {
    let allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    !text.is_empty() && text != "." && text != ".." && text.chars().all(allowed)
}

impl TryFrom<String> for RepositoryName {
    type Error = NotARepository;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<RepositoryName> for String {
    fn from(repository: RepositoryName) -> Self {
        repository.to_string()
    }
}

/// One demand: a job of a forge, and how often the same job id has been queued anew.
///
/// Gitea up to 1.26 keeps the job id over a re-run, so the id alone would make a re-run look served.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct JobKey {
    /// The forge whose job it is.
    pub forge: ForgeName,
    /// The job's id there.
    pub job: u64,
    /// 1 for the first time, then one more for each re-run under the same id.
    pub generation: u32,
}

impl JobKey {
    /// The first generation of a job.
    pub fn first(forge: ForgeName, job: u64) -> Self {
        Self { forge, job, generation: 1 }
    }

    /// The same job, queued once more.
    #[must_use]
    pub fn next_generation(&self) -> Self {
        Self { generation: self.generation.saturating_add(1), ..self.clone() }
    }
}

impl fmt::Display for JobKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}/{}", self.forge, self.job, self.generation)
    }
}

/// One runner: its place in the batch that launched it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct RunnerKey {
    /// The launch order.
    pub batch: BatchId,
    /// Position within it, from 0.
    pub index: u16,
}

impl fmt::Display for RunnerKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.batch, self.index)
    }
}

/// Where a runner is registered, and so whose jobs it can take.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Scope {
    /// One repository: the default, so that limits and trust hold.
    Repository(RepositoryName),
    /// Every repository of an organisation.
    Organisation(String),
    /// Every repository of the forge.
    Instance,
}

impl Scope {
    /// Whether a runner registered here is handed jobs of this repository.
    pub fn covers(&self, repository: &RepositoryName) -> bool {
        match self {
            Self::Repository(own) => own == repository,
            Self::Organisation(owner) => owner == repository.owner(),
            Self::Instance => true,
        }
    }
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Repository(repository) => write!(f, "{repository}"),
            Self::Organisation(owner) => write!(f, "organisation {owner}"),
            Self::Instance => f.write_str("the whole forge"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_runner_is_named_after_its_stack_and_its_machine() {
        let machine = InstanceId::new("i-0abc");
        assert_eq!(InstanceId::named_by(&machine.runner_name("ci"), "ci"), Some(machine.clone()));
        assert_eq!(InstanceId::named_by(&machine.runner_name("ci-2"), "ci-2"), Some(machine.clone()));
        assert_eq!(InstanceId::named_by(&machine.runner_name("ci-2"), "ci"), None, "the other stack begins like ours");
        assert_eq!(InstanceId::named_by("ci-laptop", "ci"), None, "a runner that a person named");
    }

    #[test]
    fn a_repository_is_owner_and_name() {
        let repository: RepositoryName = "acme/tour".parse().unwrap();
        assert_eq!((repository.owner(), repository.name()), ("acme", "tour"));
    }

    #[test]
    fn what_could_leave_its_place_in_a_url_is_no_repository() {
        for text in ["acme", "acme/", "/tour", "acme/../admin", "acme/tour/x", "acme/to ur", "acme/t?x", "../x"] {
            assert!(text.parse::<RepositoryName>().is_err(), "{text}");
        }
    }
}
