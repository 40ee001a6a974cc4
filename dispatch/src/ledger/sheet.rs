//! Several records as one worker has read them, changed here first and then written in one transaction.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::LedgerError;
use crate::identifier::{BatchId, JobKey, RunnerKey};
use crate::record::{Batch, JobRecord, Record, RunnerRecord};
use crate::store::{Expect, Key, Life, Stored, Transaction};

/// What is written is what differs from what was read, on the condition that it still is as it was read.
///
/// After a write the sheet knows the new versions, so a record that was just written need not be read again to be changed
/// once more.
#[derive(Clone, Debug, Default)]
pub struct Sheet {
    read: BTreeMap<Key, Stored<Record>>,
    now: BTreeMap<Key, Record>,
    relied_on: BTreeSet<Key>,
    closed_batches: BTreeSet<Key>,
    counts: BTreeMap<Key, Count>,
}

/// A change of a counter, and its bound.
#[derive(Clone, Copy, Debug, Default)]
struct Count {
    by: i64,
    at_most: Option<u64>,
}

impl Sheet {
    /// A job, if there is such a record.
    pub fn job(&self, job: &JobKey) -> Option<&JobRecord> {
        match self.now.get(&Key::job(job)) {
            Some(Record::Job(record)) => Some(record.as_ref()),
            _ => None,
        }
    }

    /// A runner, if there is such a record.
    pub fn runner(&self, runner: &RunnerKey) -> Option<&RunnerRecord> {
        match self.now.get(&Key::runner(runner)) {
            Some(Record::Runner(record)) => Some(record.as_ref()),
            _ => None,
        }
    }

    /// A batch, if there is such a record.
    pub fn batch(&self, batch: &BatchId) -> Option<&Batch> {
        match self.now.get(&Key::batch(batch)) {
            Some(Record::Batch(record)) => Some(record),
            _ => None,
        }
    }

    /// A job, to be changed.
    pub fn job_mut(&mut self, job: &JobKey) -> Result<&mut JobRecord, LedgerError> {
        let key = Key::job(job);
        match self.now.get_mut(&key) {
            Some(Record::Job(record)) => Ok(Arc::make_mut(record)),
            _ => Err(LedgerError::Missing(key)),
        }
    }

    /// A runner, to be changed.
    pub fn runner_mut(&mut self, runner: &RunnerKey) -> Result<&mut RunnerRecord, LedgerError> {
        let key = Key::runner(runner);
        match self.now.get_mut(&key) {
            Some(Record::Runner(record)) => Ok(Arc::make_mut(record)),
            _ => Err(LedgerError::Missing(key)),
        }
    }

    /// Adds a record; it is written only if there is none under its key.
    pub fn add(&mut self, key: Key, record: Record) {
        self.now.entry(key).or_insert(record);
    }

    /// Keeps a record, whatever is under its key.
    pub fn set(&mut self, key: Key, record: Record) {
        self.now.insert(key, record);
    }

    /// Nothing is written unless this is as it was read, or still missing.
    pub fn rely_on(&mut self, key: Key) {
        self.relied_on.insert(key);
    }

    /// Closes a batch.
    pub fn close_batch(&mut self, batch: &BatchId) -> Result<(), LedgerError> {
        let key = Key::batch(batch);
        if !self.now.contains_key(&key) {
            return Err(LedgerError::Missing(key));
        }
        self.closed_batches.insert(key);
        Ok(())
    }

    /// Changes a counter, but never to more than `at_most`.
    pub fn count(&mut self, counter: Key, by: i64, at_most: Option<u64>) {
        let count = self.counts.entry(counter).or_default();
        *count = Count { by: count.by.saturating_add(by), at_most };
    }

    /// The same records and those of another sheet.
    pub fn absorb(&mut self, other: Self) {
        self.read.extend(other.read);
        self.now.extend(other.now);
    }

    /// Only these records, as they are here.
    #[must_use]
    pub fn part(&self, keys: impl IntoIterator<Item = Key>) -> Self {
        let mut part = Self::default();
        for key in keys {
            part.read.extend(self.read.get(&key).map(|stored| (key.clone(), stored.clone())));
            part.now.extend(self.now.get(&key).map(|record| (key, record.clone())));
        }
        part
    }

    /// Whether there is such a record.
    pub(super) fn has(&self, key: &Key) -> bool {
        self.now.contains_key(key)
    }

    /// The record that was read under `key`.
    pub(super) fn found(&self, key: &Key) -> Option<&Record> {
        self.now.get(key)
    }

    pub(super) fn learn(&mut self, found: BTreeMap<Key, Stored<Record>>) {
        self.now.extend(found.iter().map(|(key, stored)| (key.clone(), stored.record.clone())));
        self.read.extend(found);
    }

    /// Adds to `transaction` what has to be written; none if nothing differs.
    pub(super) fn writes(&self, transaction: Transaction, closed: Life) -> Option<Transaction> {
        let changed: Vec<(&Key, &Record)> = self.changed().collect();
        if changed.is_empty() && self.counts.is_empty() {
            return None;
        }
        let transaction = self.relied_on.iter().fold(transaction, |all, key| all.check(key.clone(), self.expect(key)));
        let put = |all: Transaction, (key, record): &(&Key, &Record)| {
            let life = if self.is_open(key, record) { Life::Open } else { closed };
            all.put((*key).clone(), self.expect(key), (*record).clone(), life)
        };
        let transaction = changed.iter().fold(transaction, put);
        let counts = self.counts.iter();
        Some(counts.fold(transaction, |all, (counter, count)| all.add(counter.clone(), count.by, count.at_most)))
    }

    /// What was to be written is written.
    pub(super) fn settle(&mut self) {
        let written: Vec<(Key, Record)> = self.changed().map(|(key, record)| (key.clone(), record.clone())).collect();
        for (key, record) in written {
            let version = self.read.get(&key).map_or(0, |stored| stored.version).saturating_add(1);
            self.read.insert(key, Stored { version, record });
        }
        self.relied_on.clear();
        self.closed_batches.clear();
        self.counts.clear();
    }

    fn changed(&self) -> impl Iterator<Item = (&Key, &Record)> {
        let differs = |key: &Key, record: &Record| self.read.get(key).is_none_or(|stored| stored.record != *record);
        self.now.iter().filter(move |(key, record)| differs(key, record) || self.closed_batches.contains(*key))
    }

    fn expect(&self, key: &Key) -> Expect {
        self.read.get(key).map_or(Expect::Absent, |stored| Expect::Version(stored.version))
    }

    fn is_open(&self, key: &Key, record: &Record) -> bool {
        match record {
            Record::Job(job) => job.is_open(),
            Record::Runner(runner) => runner.is_open(),
            Record::Drift(_) => false,
            _ => !self.closed_batches.contains(key),
        }
    }
}
