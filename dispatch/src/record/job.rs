//! The record of one job that this installation serves.

use serde::{Deserialize, Serialize};

use super::{Predicted, Story, Told};
use crate::identifier::{JobKey, RepositoryName, RunnerKey};
use crate::label::LabelSet;
use crate::time::Timestamp;

/// Most runners that a record names: a job that finds no capacity for hours must not grow without bound.
const MOST_RUNNERS: usize = 20;

/// One demand: written when a delivery announces it or the queue shows it, closed when the forge says that it is over.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct JobRecord {
    /// Forge, job id and generation.
    pub key: JobKey,
    /// Where it comes from.
    pub repository: RepositoryName,
    /// As the forge shows it.
    pub name: String,
    /// Its `runs-on`.
    pub labels: LabelSet,
    /// When we first heard of it.
    pub first_seen: Timestamp,
    /// Machines launched because of it.
    pub launches: u32,
    /// Machines in a row that ended without any job of this kind being taken.
    pub failures: u32,
    /// Until then no further machine is launched because of it.
    pub not_before: Option<Timestamp>,
    /// The runners that were launched because of it; of very many only the last ones.
    pub runners: Vec<RunnerKey>,
    /// The runner of ours that took it.
    pub taken_by: Option<RunnerKey>,
    /// What deliveries told of it, on a forge that cannot be asked for its jobs (Gitea 1.24).
    #[serde(default)]
    pub told: Option<Told>,
    /// How it shows itself, on a forge that neither lists nor announces jobs (before Gitea 1.24 and Forgejo 11).
    #[serde(default)]
    pub predicted: Option<Predicted>,
    /// When it was closed.
    pub closed_at: Option<Timestamp>,
    /// What happened.
    pub story: Story,
}

impl JobRecord {
    /// A fresh record.
    pub fn new(
        key: JobKey,
        repository: RepositoryName,
        name: String,
        labels: LabelSet,
        first_seen: Timestamp,
        story: Story,
    ) -> Self {
        Self {
            key,
            repository,
            name,
            labels,
            first_seen,
            launches: 0,
            failures: 0,
            not_before: None,
            runners: Vec::new(),
            taken_by: None,
            told: None,
            predicted: None,
            closed_at: None,
            story,
        }
    }

    /// Remembers a runner that is launched because of it.
    pub fn add_runner(&mut self, runner: RunnerKey) {
        self.launches += 1;
        self.runners.push(runner);
        if self.runners.len() > MOST_RUNNERS {
            self.runners.remove(0);
        }
    }

    /// Whether the forge may still want something for it.
    pub fn is_open(&self) -> bool {
        self.closed_at.is_none()
    }
}
