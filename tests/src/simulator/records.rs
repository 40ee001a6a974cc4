//! The store: the product's own model of one, behind a wire that throttles, forgets to answer, and whose index lags.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use async_trait::async_trait;
use dispatch::forge::JobState;
use dispatch::identifier::BatchId;
use dispatch::phase::QUIET_S;
use dispatch::record::{Record, RunnerRecord};
use dispatch::store::{CommitError, Expect, Key, Life, MemoryStore, Store, StoreError, Stored, Transaction, Write};
use dispatch::time::Timestamp;
use futures_util::FutureExt;

use super::agenda::Millis;
use super::fault::Fault;
use super::line::{Fate, ask};
use super::safety::Safety;
use super::world::{Shared, World, lock};

/// What `BatchGetItem` reads at most.
const KEYS_OF_A_REQUEST: usize = 100;

/// What is stored, and what the index shows of it.
#[derive(Debug, Default)]
pub struct Records {
    memory: MemoryStore,
    open: BTreeSet<Key>,
    /// What the index shows of keys that changed a moment ago.
    late: BTreeMap<Key, Option<Stored<Record>>>,
    /// When each launch order was stored.
    orders: BTreeMap<Key, Millis>,
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

    /// The runners that the index shows.
    pub(crate) fn shown_runners(&self) -> Vec<Arc<RunnerRecord>> {
        let runner = |(_, Stored { record, .. })| if let Record::Runner(runner) = record { Some(runner) } else { None };
        self.shown().into_iter().filter_map(runner).collect()
    }

    /// What the index shows.
    pub(crate) fn shown(&self) -> Vec<(Key, Stored<Record>)> {
        let open = self.memory.open_records().now_or_never().and_then(Result::ok).unwrap_or_default();
        if self.late.is_empty() {
            return open;
        }
        let mut shown: BTreeMap<Key, Stored<Record>> = open.into_iter().collect();
        for (key, late) in &self.late {
            match late {
                Some(late) => shown.insert(key.clone(), late.clone()),
                None => shown.remove(key),
            };
        }
        shown.into_iter().collect()
    }

    fn shown_under(&self, key: &Key) -> Option<Stored<Record>> {
        match self.late.get(key) {
            Some(late) => late.clone(),
            None => self.open.get(key).and_then(|key| self.read(key)),
        }
    }

    /// When a launch order was stored.
    pub(crate) fn ordered(&self, batch: &BatchId) -> Option<Millis> {
        self.orders.get(&Key::batch(batch)).copied()
    }

    /// What is open in truth.
    pub fn open(&self) -> impl Iterator<Item = &Key> {
        self.open.iter()
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

    /// As DynamoDB and redb have it: one request for a hundred keys.
    async fn read_many(&self, keys: &BTreeSet<Key>) -> Result<BTreeMap<Key, Stored<Record>>, StoreError> {
        let mut keys = keys.iter().cloned().peekable();
        let mut found = BTreeMap::new();
        while keys.peek().is_some() {
            let request: Vec<Key> = keys.by_ref().take(KEYS_OF_A_REQUEST).collect();
            let read = |world: &World, key: Key| world.read_record(&key).map(|stored| (key, stored));
            let answer = move |world: &mut World| request.into_iter().filter_map(|key| read(world, key)).collect::<Vec<_>>();
            found.extend(self.ask(answer).await?);
        }
        Ok(found)
    }

    async fn open_records(&self) -> Result<Vec<(Key, Stored<Record>)>, StoreError> {
        self.ask(|world| world.records.shown()).await
    }

    async fn closed_records(&self, most: usize) -> Result<Vec<(Key, Stored<Record>)>, StoreError> {
        let closed = lock(&self.world).records.memory.closed_records(most).now_or_never();
        closed.unwrap_or_else(|| Err(StoreError::Unavailable("it never answers".to_owned())))
    }

    async fn commit(&self, transaction: Transaction) -> Result<(), CommitError> {
        let error = || CommitError::Store(StoreError::Unavailable("ThrottlingException".to_owned()));
        if transaction.writes().iter().any(|write| write.key().as_str().starts_with("batch#")) {
            lock(&self.world).claims = true;
        }
        let done = ask(&self.world, |world| fate(world, true), move |world| world.commit(transaction)).await;
        done.ok_or_else(error)?
    }

    async fn expire(&self, now: Timestamp) -> Result<usize, StoreError> {
        self.ask(move |world| world.records.memory.expire(now).now_or_never()).await?.unwrap_or(Ok(0))
    }
}

impl World {
    fn read_record(&self, key: &Key) -> Option<Stored<Record>> {
        let mut stored = match self.records.late.get(key) {
            Some(late) if self.without(Safety::ConsistentReads) => late.clone(),
            _ => self.records.read(key),
        }?;
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
    pub(crate) fn commit(&mut self, transaction: Transaction) -> Result<(), CommitError> {
        let changes: Vec<(Key, bool)> = transaction.writes().iter().filter_map(change).collect();
        let lagging = if self.strikes(Fault::IndexLags) { self.shown_before(&changes) } else { Vec::new() };
        let done = self.records.memory.commit(self.weakened(transaction)).now_or_never();
        done.unwrap_or_else(|| Err(CommitError::Store(StoreError::Unavailable("it never answers".to_owned()))))?;
        let now = self.now();
        for (key, open) in changes {
            if key.as_str().starts_with("batch#") {
                self.records.orders.entry(key.clone()).or_insert(now);
            }
            if open {
                self.records.open.insert(key)
            } else {
                self.records.open.remove(&key)
            };
        }
        for (key, shown) in lagging {
            self.records.late.insert(key.clone(), shown);
            let lag = self.random.mostly_small(50..=8_000);
            self.after(lag, move |world| drop(world.records.late.remove(&key)));
        }
        Ok(())
    }

    fn shown_before(&self, changes: &[(Key, bool)]) -> Vec<(Key, Option<Stored<Record>>)> {
        let listed = changes.iter().filter(|(key, open)| *open || self.records.open.contains(key));
        listed.map(|(key, _)| (key.clone(), self.records.shown_under(key))).collect()
    }

    fn weakened(&self, transaction: Transaction) -> Transaction {
        if self.script.without.is_empty() {
            return transaction;
        }
        transaction.writes().iter().filter_map(|write| self.weakened_write(write)).fold(Transaction::new(), Transaction::and)
    }

    /// A write without the expectations whose safeties are switched off.
    fn weakened_write(&self, write: &Write) -> Option<Write> {
        match write {
            Write::Check { expect: Expect::Fence(_), .. } if self.without(Safety::Lease) => None,
            Write::Check { key, .. } if *key == Key::control() && self.without(Safety::ControlSwitch) => None,
            Write::Put { key, record, life, .. } if self.without(Safety::ClaimCondition) && is_claim(record) => {
                let expect = self.records.read(key).map_or(Expect::Absent, |stored| Expect::Version(stored.version));
                Some(Write::Put { key: key.clone(), expect, record: record.clone(), life: *life })
            }
            Write::Put { key, expect, record, life } if self.without(Safety::FreshLookBeforeKill) => {
                Some(Write::Put { key: key.clone(), expect: *expect, record: Box::new(long_disabled(record)), life: *life })
            }
            Write::Add { key, by, .. } if self.without(Safety::Counters) => {
                Some(Write::Add { key: key.clone(), by: *by, at_most: None })
            }
            _ => Some(write.clone()),
        }
    }
}

/// A record that a write changes, and whether it is open then.
fn change(write: &Write) -> Option<(Key, bool)> {
    match write {
        Write::Put { key, life, .. } => Some((key.clone(), *life == Life::Open)),
        Write::Delete { key, .. } => Some((key.clone(), false)),
        Write::Add { .. } | Write::Check { .. } => None,
    }
}

/// The same, except that a runner that was told to take nothing more was told long ago.
fn long_disabled(record: &Record) -> Record {
    match record {
        Record::Runner(runner) if runner.disabled_at.is_some() => {
            let mut runner = RunnerRecord::clone(runner);
            runner.disabled_at = runner.disabled_at.map(|at| Timestamp::from_millis(at.millis().saturating_sub(QUIET_S * 1_000)));
            runner.into()
        }
        record => record.clone(),
    }
}

fn is_claim(record: &Record) -> bool {
    matches!(record, Record::Job(_) | Record::Runner(_) | Record::Batch(_))
}
