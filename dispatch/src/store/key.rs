//! The keys of records: readable, and sorted so that what belongs together stands together.

use std::fmt::{self, Write};

use serde::{Deserialize, Serialize};

use crate::identifier::{BatchId, ForgeName, JobKey, PoolName, RepositoryName, RunnerKey, Scope};
use crate::record::Notice;
use crate::shared::SharedText;
use crate::time::Timestamp;

/// Most keys are shorter.
const USUAL_LENGTH: usize = 64;

/// Where a record is kept.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Key(SharedText);

impl Key {
    /// Of a job.
    pub fn job(job: &JobKey) -> Self {
        Self::written(format_args!("job#{}/{}/{}", job.forge.as_str(), job.job, job.generation))
    }

    /// Of a runner.
    pub fn runner(runner: &RunnerKey) -> Self {
        Self::written(format_args!("runner#{}/{}", runner.batch.as_str(), runner.index))
    }

    /// Of a batch.
    pub fn batch(batch: &BatchId) -> Self {
        Self::written(format_args!("batch#{}", batch.as_str()))
    }

    /// Of a notice: a bell that says what it rings for.
    pub fn notice(notice: &Notice) -> Self {
        Self::from_stored(format!("bell#event/{}/{}", notice.forge, notice.id))
    }

    /// Of the operator's switch.
    pub fn control() -> Self {
        Self::from_stored("control")
    }

    /// Of the worker's lease.
    pub fn lease() -> Self {
        Self::from_stored("lease#worker")
    }

    /// Of the bell that is rung between this moment and the next of so many seconds.
    pub fn bell(now: Timestamp, each_s: u64) -> Self {
        let since = now.seconds() - now.seconds() % each_s.max(1);
        Self::from_stored(format!("bell#{since}"))
    }

    /// Of the count of all machines.
    pub fn total() -> Self {
        Self::from_stored("counter#total")
    }

    /// Of the count of one pool's machines.
    pub fn pool(pool: &PoolName) -> Self {
        Self::written(format_args!("counter#pool/{}", pool.as_str()))
    }

    /// Of the count of machines for one owner's repositories.
    pub fn owner(forge: &ForgeName, owner: &str) -> Self {
        Self::written(format_args!("counter#owner/{}/{owner}", forge.as_str()))
    }

    /// Of the count of machines for one repository.
    pub fn repository(forge: &ForgeName, repository: &RepositoryName) -> Self {
        Self::written(format_args!("counter#repository/{}/{}/{}", forge.as_str(), repository.owner(), repository.name()))
    }

    /// The counters that one runner counts against.
    pub fn counters(forge: &ForgeName, scope: &Scope, pool: &PoolName) -> Vec<Self> {
        let mut keys = vec![Self::total(), Self::pool(pool)];
        match scope {
            Scope::Repository(repository) => {
                keys.push(Self::owner(forge, repository.owner()));
                keys.push(Self::repository(forge, repository));
            }
            Scope::Organisation(owner) => keys.push(Self::owner(forge, owner)),
            Scope::Instance => {}
        }
        keys
    }

    /// Of the suspicion that a counter is wrong.
    pub fn drift(counter: &Self) -> Self {
        Self::from_stored(format!("drift#{counter}"))
    }

    /// Each pass writes one for all that is open, so the room for it is made at once.
    fn written(text: fmt::Arguments<'_>) -> Self {
        let mut key = String::with_capacity(USUAL_LENGTH);
        // A text has room for everything, so nothing can fail.
        let _ = key.write_fmt(text);
        Self::from_stored(key)
    }

    /// A key as a store gives it back.
    pub fn from_stored(text: impl Into<String>) -> Self {
        Self(SharedText::from(text))
    }

    /// As text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
