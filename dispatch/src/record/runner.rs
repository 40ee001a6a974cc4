//! The record of one ephemeral runner and its machine.

use serde::{Deserialize, Serialize};

use super::{Batch, Story};
use crate::identifier::{BackendName, ForgeName, InstanceId, JobKey, PoolName, RunnerKey, Scope};
use crate::label::LabelSet;
use crate::time::Timestamp;

/// From the claim until the machine and the registration are gone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunnerRecord {
    /// Batch and index.
    pub key: RunnerKey,
    /// Which pool pays for it.
    pub pool: PoolName,
    /// Where its machine lives.
    pub backend: BackendName,
    /// Which forge it serves.
    pub forge: ForgeName,
    /// Where it is or will be registered.
    pub scope: Scope,
    /// The label names that it offers.
    pub labels: LabelSet,
    /// The job because of which it exists; not always the one that it takes.
    pub launched_for: JobKey,
    /// The one job attempt that it is bound to, where the forge can bind (Forgejo from 15).
    pub handle: Option<String>,
    /// When it was claimed.
    pub claimed_at: Timestamp,
    /// How far its launch came.
    pub state: RunnerState,
    /// The forge's id of its registration.
    pub registration: Option<u64>,
    /// When its identity was given to the machine.
    pub handed_over_at: Option<Timestamp>,
    /// When it was first seen online.
    pub online_at: Option<Timestamp>,
    /// When the forge was told to give it no more jobs.
    pub disabled_at: Option<Timestamp>,
    /// The [clock](crate::clock::Clock::id) that told when.
    pub disabled_by: Option<u64>,
    /// The job that it took.
    pub job: Option<JobKey>,
    /// When that job was first seen to be over.
    pub job_over_at: Option<Timestamp>,
    /// What its end means, from the moment on in which it was decided for good.
    #[serde(default)]
    pub ending: Option<Ending>,
    /// What happened.
    pub story: Story,
}

/// What the end of a runner means for the job that it was launched for.
///
/// It is decided once and kept: half ended, its registration gone and its machine not, a runner looks like one that has
/// served its job.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ending {
    /// Its machine failed the job, which gets another one.
    Failed,
    /// Nothing: no job needs it, or needed it longer.
    Unneeded,
}

/// The three states that are stored; everything finer is derived.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "snake_case")]
pub enum RunnerState {
    /// Ours to launch; whether a machine exists is not known.
    Claimed,
    /// The machine exists, or did.
    Launched {
        /// The cloud's name for it.
        instance: InstanceId,
        /// When the cloud confirmed it.
        at: Timestamp,
    },
    /// Nothing of it is left.
    Closed {
        /// When.
        at: Timestamp,
    },
}

impl RunnerRecord {
    /// A place in an order, whose machine is still to be launched; nothing is told of it yet.
    pub fn claimed(batch: &Batch, key: RunnerKey, job: JobKey, handle: Option<String>, at: Timestamp) -> Self {
        Self {
            key,
            pool: batch.pool.clone(),
            backend: batch.backend.clone(),
            forge: batch.forge.clone(),
            scope: batch.scope.clone(),
            labels: batch.labels.clone(),
            launched_for: job,
            handle,
            claimed_at: at,
            state: RunnerState::Claimed,
            registration: None,
            handed_over_at: None,
            online_at: None,
            disabled_at: None,
            disabled_by: None,
            job: None,
            job_over_at: None,
            ending: None,
            story: Story::default(),
        }
    }

    /// Whether machine or registration may still exist.
    pub fn is_open(&self) -> bool {
        !matches!(self.state, RunnerState::Closed { .. })
    }

    /// The machine, once there is one.
    pub fn instance(&self) -> Option<&InstanceId> {
        match &self.state {
            RunnerState::Launched { instance, .. } => Some(instance),
            RunnerState::Claimed | RunnerState::Closed { .. } => None,
        }
    }

    /// When its life began, for every bound on its age.
    pub fn born_at(&self) -> Timestamp {
        match self.state {
            RunnerState::Launched { at, .. } => at,
            RunnerState::Claimed | RunnerState::Closed { .. } => self.claimed_at,
        }
    }
}
