//! Records in memory: the store of tests and the model that the others are compared with.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;

use super::change::{Change, Entry, change};
use super::{CommitError, Key, Life, Store, StoreError, Stored, Transaction, Write};
use crate::record::Record;
use crate::time::Timestamp;

/// Keeps everything until it is dropped.
#[derive(Debug, Default)]
pub struct MemoryStore {
    entries: Mutex<Entries>,
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
        let mut closed: Vec<_> =
            entries.iter().filter_map(|(key, entry)| Some((entry.listed_as_closed_at()?, key, entry))).collect();
        closed.sort_by_key(|(at, key, _)| std::cmp::Reverse((*at, *key)));
        Ok(closed.into_iter().take(most).map(|(_, key, entry)| (key.clone(), entry.stored.clone())).collect())
    }

    async fn commit(&self, transaction: Transaction) -> Result<(), CommitError> {
        let writes = transaction.into_writes()?;
        let mut entries = self.entries();
        let plan = plan(&entries, writes)?;
        for (key, change) in plan {
            match change {
                Change::Nothing => {}
                Change::Keep(entry) => drop(entries.insert(key, *entry)),
                Change::Forget => drop(entries.remove(&key)),
            }
        }
        Ok(())
    }

    async fn expire(&self, now: Timestamp) -> Result<usize, StoreError> {
        let mut entries = self.entries();
        let before = entries.len();
        entries.retain(|_, entry| !matches!(entry.life, Life::Closed { expires_at, .. } if expires_at <= now));
        Ok(before.saturating_sub(entries.len()))
    }
}

fn plan(entries: &Entries, writes: Vec<Write>) -> Result<Vec<(Key, Change)>, CommitError> {
    let planned = writes.into_iter().map(|write| {
        let key = write.key().clone();
        let change = change(write, entries.get(&key)).map_err(CommitError::Conflict)?;
        Ok((key, change))
    });
    planned.collect()
}
