//! Records in memory: the store of tests and the model that the others are compared with.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;

use super::{CommitError, Conflict, Expect, Key, Life, Store, StoreError, Stored, Transaction, Write};
use crate::record::Record;
use crate::time::Timestamp;

/// Keeps everything until it is dropped.
#[derive(Debug, Default)]
pub struct MemoryStore {
    entries: Mutex<BTreeMap<Key, Entry>>,
}

#[derive(Clone, Debug)]
struct Entry {
    stored: Stored<Record>,
    life: Life,
}

type Entries = BTreeMap<Key, Entry>;

impl MemoryStore {
    /// An empty store.
    pub fn new() -> Self {
        Self::default()
    }

    /// A panic elsewhere cannot leave a transaction half done, because writes are applied to a checked plan only.
    fn entries(&self) -> MutexGuard<'_, Entries> {
        self.entries.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl Store for MemoryStore {
    async fn read(&self, key: &Key) -> Result<Option<Stored<Record>>, StoreError> {
        Ok(self.entries().get(key).map(|entry| entry.stored.clone()))
    }

    async fn open_records(&self) -> Result<Vec<(Key, Stored<Record>)>, StoreError> {
        let entries = self.entries();
        let open = entries.iter().filter(|(_, entry)| entry.life == Life::Open);
        Ok(open.map(|(key, entry)| (key.clone(), entry.stored.clone())).collect())
    }

    async fn closed_records(&self, most: usize) -> Result<Vec<(Key, Stored<Record>)>, StoreError> {
        let entries = self.entries();
        let mut closed: Vec<_> = entries.iter().filter_map(|(key, entry)| Some((closed_at(entry)?, key, entry))).collect();
        closed.sort_by(|(a, key_a, _), (b, key_b, _)| b.cmp(a).then_with(|| key_b.cmp(key_a)));
        Ok(closed.into_iter().take(most).map(|(_, key, entry)| (key.clone(), entry.stored.clone())).collect())
    }

    async fn commit(&self, transaction: Transaction) -> Result<(), CommitError> {
        let mut entries = self.entries();
        for write in transaction.writes() {
            expectation_met(&entries, write).map_err(CommitError::Conflict)?;
        }
        for write in transaction.writes() {
            carry_out(&mut entries, write);
        }
        Ok(())
    }

    async fn expire(&self, now: Timestamp) -> Result<usize, StoreError> {
        let mut entries = self.entries();
        let before = entries.len();
        entries.retain(|_, entry| !matches!(entry.life, Life::Closed { expires_at, .. } if expires_at <= now));
        Ok(before - entries.len())
    }
}

fn closed_at(entry: &Entry) -> Option<Timestamp> {
    match (&entry.life, &entry.stored.record) {
        (Life::Closed { at, .. }, Record::Job(_) | Record::Runner(_)) => Some(*at),
        _ => None,
    }
}

fn expectation_met(entries: &Entries, write: &Write) -> Result<(), Conflict> {
    match write {
        Write::Put { key, expect, .. } | Write::Delete { key, expect } | Write::Check { key, expect } => {
            let found = entries.get(key).map(|entry| &entry.stored);
            if is_met(*expect, found) { Ok(()) } else { Err(Conflict { key: key.clone(), at_limit: false }) }
        }
        Write::Add { key, by, at_most } => match (sum(entries, key, *by), at_most) {
            (Some(sum), Some(limit)) if *by > 0 && sum > *limit => Err(Conflict { key: key.clone(), at_limit: true }),
            _ => Ok(()),
        },
    }
}

/// Whether what is stored is what a write expects.
pub(super) fn is_met(expect: Expect, found: Option<&Stored<Record>>) -> bool {
    match (expect, found) {
        (Expect::Absent, None) => true,
        (Expect::Version(version), Some(stored)) => stored.version == version,
        (Expect::Fence(fence), Some(Stored { record: Record::Lease(lease), .. })) => lease.fence == fence,
        _ => false,
    }
}

fn sum(entries: &Entries, key: &Key, by: i64) -> Option<u64> {
    let value = match entries.get(key).map(|entry| &entry.stored.record) {
        Some(Record::Counter { value }) => *value,
        _ => 0,
    };
    value.checked_add_signed(by)
}

fn carry_out(entries: &mut Entries, write: &Write) {
    match write {
        Write::Put { key, record, life, .. } => {
            let version = entries.get(key).map_or(0, |entry| entry.stored.version) + 1;
            let stored = Stored { version, record: (**record).clone() };
            entries.insert(key.clone(), Entry { stored, life: *life });
        }
        Write::Delete { key, .. } => {
            entries.remove(key);
        }
        Write::Add { key, by, .. } => {
            let value = sum(entries, key, *by).unwrap_or(0);
            let version = entries.get(key).map_or(0, |entry| entry.stored.version) + 1;
            let stored = Stored { version, record: Record::Counter { value } };
            entries.insert(key.clone(), Entry { stored, life: Life::Standing });
        }
        Write::Check { .. } => {}
    }
}
