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
        let stays_where_it_is = |kept: &&mut Entry| kept.life == entry.life && !matches!(entry.life, Life::Closed { .. });
        if let Some(kept) = self.entries.get_mut(&key).filter(stays_where_it_is) {
            *kept = entry;
            return;
        }
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scene::Scene;
    use crate::store::Expect;

    fn closed(number: u64, at: u64, expires_at: u64) -> Write {
        let record = Scene::new().record(number).world.jobs.into_values().next().unwrap();
        let life = Life::Closed { at: Timestamp::from_seconds(at), expires_at: Timestamp::from_seconds(expires_at) };
        Write::Put { key: Key::job(&record.key), expect: Expect::Absent, record: Box::new(Record::Job(record)), life }
    }

    fn keys(listed: Vec<(Key, Stored<Record>)>) -> Vec<String> {
        listed.into_iter().map(|(key, _)| key.to_string()).collect()
    }

    #[tokio::test]
    async fn each_index_follows_the_life_of_a_record() {
        let store = MemoryStore::new();
        let Write::Put { key, record, life, .. } = closed(1, 10, 20) else { panic!("no put") };
        let open = Transaction::new().put(key.clone(), Expect::Absent, (*record).clone(), Life::Open);
        store.commit(open).await.unwrap();
        assert_eq!((keys(store.open_records().await.unwrap()).len(), store.closed_records(9).await.unwrap().len()), (1, 0));
        store.commit(Transaction::new().put(key.clone(), Expect::Version(1), (*record).clone(), life)).await.unwrap();
        assert_eq!((store.open_records().await.unwrap().len(), store.closed_records(9).await.unwrap().len()), (0, 1));
        store.commit(Transaction::new().put(key.clone(), Expect::Version(2), *record, Life::Open)).await.unwrap();
        assert_eq!((store.open_records().await.unwrap().len(), store.closed_records(9).await.unwrap().len()), (1, 0));
        assert_eq!(store.expire(Timestamp::from_seconds(99)).await, Ok(0), "it is open again");
        store.commit(Transaction::new().delete(key.clone(), Expect::Version(3))).await.unwrap();
        assert_eq!((store.open_records().await.unwrap().len(), store.read(&key).await), (0, Ok(None)));
    }

    #[tokio::test]
    async fn the_newest_are_listed_first_and_the_oldest_expire() {
        let store = MemoryStore::new();
        for write in [closed(1, 10, 40), closed(2, 30, 50), closed(3, 20, 60), closed(4, 30, 70)] {
            store.commit(Transaction::new().and(write)).await.unwrap();
        }
        assert_eq!(keys(store.closed_records(3).await.unwrap()), ["job#home/4/1", "job#home/2/1", "job#home/3/1"]);
        assert_eq!(store.expire(Timestamp::from_seconds(49)).await, Ok(1));
        assert_eq!(store.expire(Timestamp::from_seconds(50)).await, Ok(1), "at its very moment");
        assert_eq!(keys(store.closed_records(9).await.unwrap()), ["job#home/4/1", "job#home/3/1"]);
    }
}
