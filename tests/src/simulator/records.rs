//! The store: the product's own model of one, behind a wire that throttles, forgets to answer, and whose index lags.

use std::collections::{BTreeMap, BTreeSet};

use async_trait::async_trait;
use dispatch::forge::JobState;
use dispatch::record::Record;
use dispatch::store::{CommitError, Expect, Key, Life, MemoryStore, Store, StoreError, Stored, Transaction, Write};
use dispatch::time::Timestamp;
use futures_util::FutureExt;

use super::fault::Fault;
use super::line::{Fate, ask};
use super::safety::Safety;
use super::world::{Shared, World, lock};

/// What is stored, and what the index shows of it.
#[derive(Debug, Default)]
pub struct Records {
    memory: MemoryStore,
    open: BTreeSet<Key>,
    index: BTreeMap<Key, Stored<Record>>,
}

impl Records {
    /// Everything is gone.
    pub fn delete(&mut self) {
        *self = Self::default();
    }

    /// One record.
    pub fn read(&self, key: &Key) -> Option<Stored<Record>> {
        self.memory.read(key).now_or_never().and_then(Result::ok).flatten()
    }

    /// What the index shows.
    pub fn shown(&self) -> impl Iterator<Item = (&Key, &Stored<Record>)> {
        self.index.iter()
    }

    /// What is open in truth.
    pub fn open(&self) -> impl Iterator<Item = &Key> {
        self.open.iter()
    }

    fn refresh(&mut self, key: &Key) {
        let stored = Some(key).filter(|key| self.open.contains(*key)).and_then(|key| self.read(key));
        match stored {
            Some(stored) => drop(self.index.insert(key.clone(), stored)),
            None => drop(self.index.remove(key)),
        }
    }
}

/// One process's connection.
pub(super) struct StoreSeam {
    world: Shared,
}

impl StoreSeam {
    /// A connection.
    pub(super) fn new(world: Shared) -> Self {
        Self { world }
    }

    async fn ask<T: Send + 'static>(&self, effect: impl FnOnce(&mut World) -> T + Send + 'static) -> Result<T, StoreError> {
        let error = || StoreError::Unavailable("ThrottlingException".to_owned());
        ask(&self.world, |world| fate(world, false), effect).await.ok_or_else(error)
    }
}

fn fate(world: &mut World, writes: bool) -> Fate {
    let delay = world.random.between(2..=9);
    if world.strikes(Fault::StoreThrottled) {
        Fate::fails(delay)
    } else if writes && world.strikes(Fault::StoreAnswerLost) {
        Fate::unheard(delay + 1_000)
    } else {
        Fate::good(delay)
    }
}

#[async_trait]
impl Store for StoreSeam {
    async fn read(&self, key: &Key) -> Result<Option<Stored<Record>>, StoreError> {
        let key = key.clone();
        self.ask(move |world| world.read_record(&key)).await
    }

    async fn open_records(&self) -> Result<Vec<(Key, Stored<Record>)>, StoreError> {
        self.ask(|world| world.records.shown().map(|(key, stored)| (key.clone(), stored.clone())).collect()).await
    }

    async fn closed_records(&self, most: usize) -> Result<Vec<(Key, Stored<Record>)>, StoreError> {
        let closed = lock(&self.world).records.memory.closed_records(most).now_or_never();
        closed.unwrap_or_else(|| Err(StoreError::Unavailable("it never answers".to_owned())))
    }

    async fn commit(&self, transaction: Transaction) -> Result<(), CommitError> {
        let error = || CommitError::Store(StoreError::Unavailable("ThrottlingException".to_owned()));
        let done = ask(&self.world, |world| fate(world, true), move |world| world.commit(&transaction)).await;
        done.ok_or_else(error)?
    }

    async fn expire(&self, now: Timestamp) -> Result<usize, StoreError> {
        self.ask(move |world| world.records.memory.expire(now).now_or_never()).await?.unwrap_or(Ok(0))
    }
}

impl World {
    fn read_record(&self, key: &Key) -> Option<Stored<Record>> {
        let mut stored = self.records.read(key)?;
        match &mut stored.record {
            Record::Counter { .. } if self.without(Safety::Counters) => return None,
            Record::Control(_) if self.without(Safety::ControlSwitch) => return None,
            Record::Batch(batch) if self.without(Safety::BatchImmutability) => {
                batch.members.retain(|member| self.job_state(member.job) == JobState::Queued);
            }
            _ => {}
        }
        Some(stored)
    }

    /// All writes or none.
    pub fn commit(&mut self, transaction: &Transaction) -> Result<(), CommitError> {
        let writes = transaction.writes().iter().filter_map(|write| self.weakened(write));
        let weakened = writes.fold(Transaction::new(), Transaction::and);
        let done = self.records.memory.commit(weakened).now_or_never();
        done.unwrap_or_else(|| Err(CommitError::Store(StoreError::Unavailable("it never answers".to_owned()))))?;
        for write in transaction.writes() {
            self.index(write);
        }
        Ok(())
    }

    /// A write without the expectations whose safeties are switched off.
    fn weakened(&self, write: &Write) -> Option<Write> {
        match write {
            Write::Check { expect: Expect::Fence(_), .. } if self.without(Safety::LeaseFencing) => None,
            Write::Put { key, record, life, .. } if self.without(Safety::ClaimCondition) && is_claim(record) => {
                let expect = self.records.read(key).map_or(Expect::Absent, |stored| Expect::Version(stored.version));
                Some(Write::Put { key: key.clone(), expect, record: record.clone(), life: *life })
            }
            Write::Add { key, by, .. } if self.without(Safety::Counters) => {
                Some(Write::Add { key: key.clone(), by: *by, at_most: None })
            }
            _ => Some(write.clone()),
        }
    }

    fn index(&mut self, write: &Write) {
        let key = match write {
            Write::Put { key, life: Life::Open, .. } => {
                self.records.open.insert(key.clone());
                key
            }
            Write::Put { key, .. } | Write::Delete { key, .. } => {
                if !self.records.open.remove(key) {
                    return;
                }
                key
            }
            Write::Add { .. } | Write::Check { .. } => return,
        };
        if self.strikes(Fault::IndexLags) {
            let (lag, key) = (self.random.mostly_small(50..=8_000), key.clone());
            self.after(lag, move |world| world.records.refresh(&key));
        } else {
            self.records.refresh(key);
        }
    }
}

fn is_claim(record: &Record) -> bool {
    matches!(record, Record::Job(_) | Record::Runner(_) | Record::Batch(_))
}
