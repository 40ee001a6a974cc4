//! The keys of records: readable, and sorted so that what belongs together stands together.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::identifier::{BatchId, ForgeName, JobKey, PoolName, RepositoryName, RunnerKey, Scope};
use crate::time::Timestamp;

/// Where a record is kept.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Key(String);

impl Key {
    /// Of a job.
    pub fn job(job: &JobKey) -> Self {
        Self(format!("job#{job}"))
    }

    /// Of a runner.
    pub fn runner(runner: &RunnerKey) -> Self {
        Self(format!("runner#{runner}"))
    }

    /// Of a batch.
    pub fn batch(batch: &BatchId) -> Self {
        Self(format!("batch#{batch}"))
    }

    /// Of the operator's switch.
    pub fn control() -> Self {
        Self("control".to_owned())
    }

    /// Of the worker's lease.
    pub fn lease() -> Self {
        Self("lease#worker".to_owned())
    }

    /// Of the bell that is rung between this moment and the next of so many seconds.
    pub fn bell(now: Timestamp, each_s: u64) -> Self {
        let since = now.seconds() - now.seconds() % each_s.max(1);
        Self(format!("bell#{since}"))
    }

    /// Of the count of all machines.
    pub fn total() -> Self {
        Self("counter#total".to_owned())
    }

    /// Of the count of one pool's machines.
    pub fn pool(pool: &PoolName) -> Self {
        Self(format!("counter#pool/{pool}"))
    }

    /// Of the count of machines for one owner's repositories.
    pub fn owner(forge: &ForgeName, owner: &str) -> Self {
        Self(format!("counter#owner/{forge}/{owner}"))
    }

    /// Of the count of machines for one repository.
    pub fn repository(forge: &ForgeName, repository: &RepositoryName) -> Self {
        Self(format!("counter#repository/{forge}/{repository}"))
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
        Self(format!("drift#{counter}"))
    }

    /// A key as a store gives it back.
    pub fn from_stored(text: impl Into<String>) -> Self {
        Self(text.into())
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
