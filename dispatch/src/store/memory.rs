//! Records in memory: the store of tests and the model that the others are compared with.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;

use super::change::{Change, Entry, change};
use super::{CommitError, Key, Life, Store, StoreError, Stored, Transaction, Write};
use crate::record::Record;
use crate::time::Timestamp;

/// Keeps everything until it is dropped.
#[derive(Debug, Default)]
pub struct MemoryStore {
    tables: Mutex<Tables>,
}

/// The records, and indexes like those of the other stores, so that a pass costs what is open here too.
#[derive(Debug, Default)]
struct Tables {
    entries: BTreeMap<Key, Entry>,
    open: BTreeSet<Key>,
    /// By the time of closing.
    closed: BTreeSet<(Timestamp, Key)>,
    expiry: BTreeSet<(Timestamp, Key)>,
}

impl MemoryStore {
    /// An empty store.
    pub fn new() -> Self {
        Self::default()
    }

    /// A panic elsewhere cannot leave a transaction half done, because writes are applied to a checked plan only.
    fn tables(&self) -> MutexGuard<'_, Tables> {
        self.tables.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl Store for MemoryStore {
    async fn read(&self, key: &Key) -> Result<Option<Stored<Record>>, StoreError> {
        Ok(self.tables().entries.get(key).map(|entry| entry.stored.clone()))
    }

    async fn open_records(&self) -> Result<Vec<(Key, Stored<Record>)>, StoreError> {
        let tables = self.tables();
        Ok(tables.open.iter().filter_map(|key| tables.listed(key)).collect())
    }

    async fn closed_records(&self, most: usize) -> Result<Vec<(Key, Stored<Record>)>, StoreError> {
        let tables = self.tables();
        Ok(tables.closed.iter().rev().take(most).filter_map(|(_, key)| tables.listed(key)).collect())
    }

    async fn commit(&self, transaction: Transaction) -> Result<(), CommitError> {
        let writes = transaction.into_writes()?;
        let mut tables = self.tables();
        for (key, change) in tables.plan(writes)? {
            match change {
                Change::Nothing => {}
                Change::Keep(entry) => tables.keep(key, *entry),
                Change::Forget => tables.forget(&key),
            }
        }
        Ok(())
    }

    async fn expire(&self, now: Timestamp) -> Result<usize, StoreError> {
        let mut tables = self.tables();
        let over: Vec<Key> = tables.expiry.iter().take_while(|(at, _)| *at <= now).map(|(_, key)| key.clone()).collect();
        for key in &over {
            tables.forget(key);
        }
        Ok(over.len())
    }
}

impl Tables {
    fn listed(&self, key: &Key) -> Option<(Key, Stored<Record>)> {
        self.entries.get(key).map(|entry| (key.clone(), entry.stored.clone()))
    }

    fn plan(&self, writes: Vec<Write>) -> Result<Vec<(Key, Change)>, CommitError> {
        let planned = writes.into_iter().map(|write| {
            let key = write.key().clone();
            let change = change(write, self.entries.get(&key)).map_err(CommitError::Conflict)?;
            Ok((key, change))
        });
        planned.collect()
    }

    fn keep(&mut self, key: Key, entry: Entry) {
        self.forget(&key);
        match entry.life {
            Life::Open => {
                self.open.insert(key.clone());
            }
            Life::Closed { expires_at, .. } => {
                self.expiry.insert((expires_at, key.clone()));
            }
            Life::Standing => {}
        }
        if let Some(at) = entry.listed_as_closed_at() {
            self.closed.insert((at, key.clone()));
        }
        self.entries.insert(key, entry);
    }

    fn forget(&mut self, key: &Key) {
        let Some(entry) = self.entries.remove(key) else { return };
        self.open.remove(key);
        if let Life::Closed { at, expires_at } = entry.life {
            self.closed.remove(&(at, key.clone()));
            self.expiry.remove(&(expires_at, key.clone()));
        }
    }
}
