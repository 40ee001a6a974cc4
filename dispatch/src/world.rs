//! All that a pass knows: our records, and what forges and clouds showed a moment ago.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::cloud::Instance;
use crate::forge::{Capabilities, ForgeJob, JobState, Registration, Trust};
use crate::identifier::{BackendName, BatchId, ForgeName, JobKey, RunnerKey, Scope};
use crate::predict::Prediction;
use crate::record::{Batch, Control, Drift, JobRecord, Notice, RunnerRecord};
use crate::store::Key;
use crate::time::Timestamp;

/// The input of [`reconcile`](crate::reconcile::reconcile).
#[derive(Clone, Debug, Default)]
pub struct World {
    /// When it was looked at.
    pub now: Timestamp,
    /// What our registrations' names begin with.
    pub stack: String,
    /// The operator's switch.
    pub control: Control,
    /// Open jobs.
    pub jobs: BTreeMap<JobKey, Arc<JobRecord>>,
    /// Open runners.
    pub runners: BTreeMap<RunnerKey, Arc<RunnerRecord>>,
    /// Events that may start jobs, and what was found out about each.
    pub notices: BTreeMap<Key, (Notice, Noticed)>,
    /// Open batches.
    pub batches: BTreeMap<BatchId, Batch>,
    /// The counters of everything that is open or wanted; one that was never written is missing.
    pub counters: BTreeMap<Key, Counter>,
    /// For waiting jobs without an open record: the newest closed generation.
    pub closed_generations: BTreeMap<(ForgeName, u64), u32>,
    /// What each forge shows.
    pub forges: BTreeMap<ForgeName, View<ForgeView>>,
    /// What each cloud shows.
    pub clouds: BTreeMap<BackendName, View<Vec<Instance>>>,
}

/// What became of a notice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Noticed {
    /// It has rung: its forge tells by itself which jobs wait.
    Rung,
    /// It starts these jobs.
    Predicted(Box<Prediction>),
    /// The forge could not be asked; the next pass asks again.
    Unread(String),
    /// It could not be asked for too long.
    GivenUp(String),
}

/// What was seen, or why nothing was.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum View<T> {
    /// A full answer.
    Seen(T),
    /// None; nothing may be concluded from what is missing.
    Unreachable(String),
}

impl<T> View<T> {
    /// The answer, if there was one.
    pub fn seen(&self) -> Option<&T> {
        match self {
            Self::Seen(seen) => Some(seen),
            Self::Unreachable(_) => None,
        }
    }
}

/// One forge at the moment of the pass.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ForgeView {
    /// What it can do.
    pub capabilities: Capabilities,
    /// Its queue, and every other job that an open record names, asked for one by one.
    pub jobs: BTreeMap<u64, ForgeJob>,
    /// Registrations of the scopes in which we have runners.
    pub registrations: BTreeMap<Scope, Vec<Registration>>,
    /// Whose code the waiting jobs run, where a pool cares.
    pub trust: BTreeMap<u64, Trust>,
}

impl ForgeView {
    /// The job that a registration works on.
    pub fn running_on(&self, registration: u64) -> Option<&ForgeJob> {
        self.jobs.values().find(|job| job.state == JobState::Running { registration: Some(registration) })
    }

    /// The job that a registration has finished, where the forge still tells.
    pub fn finished_by(&self, registration: u64) -> Option<&ForgeJob> {
        let by = Some(registration);
        self.jobs.values().find(|job| matches!(&job.state, JobState::Over { registration, .. } if *registration == by))
    }

    /// The job attempt that a handle names.
    pub fn bound_to(&self, handle: &str) -> Option<&ForgeJob> {
        self.jobs.values().find(|job| job.handle.as_deref() == Some(handle))
    }

    /// Where a job stands, if it was looked at.
    pub fn state(&self, job: u64) -> Option<&JobState> {
        self.jobs.get(&job).map(|job| &job.state)
    }

    /// A registration, if its scope was looked at and has it.
    pub fn registration(&self, scope: &Scope, id: u64) -> Option<&Registration> {
        self.registrations.get(scope)?.iter().find(|registration| registration.id == id)
    }
}

/// How many machines count against a limit.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Counter {
    /// As stored.
    pub value: u64,
    /// Of the stored record.
    pub version: u64,
    /// What an earlier look suspected; read only for a counter that looks wrong now.
    pub drift: Option<Drift>,
}

impl World {
    /// The open record of a job, whatever its generation.
    pub fn open_job(&self, forge: &ForgeName, job: u64) -> Option<&JobRecord> {
        let from = JobKey { forge: forge.clone(), job, generation: 0 };
        let first = self.jobs.range(from..).next().map(|(_, record)| &**record);
        first.filter(|record| record.key.forge == *forge && record.key.job == job)
    }

    /// What the open runners add up to, for each counter that is not 0.
    pub fn counted(&self) -> BTreeMap<Key, u64> {
        let mut places = BTreeMap::<_, u64>::new();
        for runner in self.runners.values() {
            *places.entry((&runner.forge, &runner.scope, &runner.pool)).or_default() += 1;
        }
        let mut counted = BTreeMap::new();
        for ((forge, scope, pool), runners) in places {
            for key in Key::counters(forge, scope, pool) {
                *counted.entry(key).or_default() += runners;
            }
        }
        counted
    }
}
