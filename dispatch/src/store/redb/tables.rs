//! What is kept where: the records, and three indexes that name them by what they are needed for.
//!
//! A pass reads only what is open, a listing only the newest closed records, and expiry only what is over, however long
//! the history is.

use redb::{Database, ReadOnlyTable, ReadableDatabase, ReadableTable, Table, TableDefinition, WriteTransaction};

use super::encoding::{decode, encode};
use super::failure::Failure;
use crate::record::Record;
use crate::store::change::{Change, Entry, change};
use crate::store::{Conflict, Key, Life, Stored, Write};
use crate::time::Timestamp;

/// A key as bytes: the engine panics over text that is none.
type KeyBytes = &'static [u8];

/// A key under a moment in milliseconds, in that order.
type KeyAt = (u64, KeyBytes);

const RECORDS: TableDefinition<'_, KeyBytes, &[u8]> = TableDefinition::new("records");
const OPEN: TableDefinition<'_, KeyBytes, ()> = TableDefinition::new("open");
/// By the time of closing.
const CLOSED: TableDefinition<'_, KeyAt, ()> = TableDefinition::new("closed");
/// By the time of expiry; the value is the time of closing, so that expiry need not read records.
const EXPIRY: TableDefinition<'_, KeyAt, u64> = TableDefinition::new("expiry");

type Listed = Vec<(Key, Stored<Record>)>;

/// Makes the tables where there are none.
pub(super) fn make(database: &Database) -> Result<(), Failure> {
    if database.begin_read()?.list_tables()?.count() == 4 {
        return Ok(());
    }
    let transaction = database.begin_write()?;
    Tables::open(&transaction)?;
    Ok(transaction.commit()?)
}

pub(super) fn read(database: &Database, key: &Key) -> Result<Option<Stored<Record>>, Failure> {
    let records = database.begin_read()?.open_table(RECORDS)?;
    Ok(entry(&records, key.as_str())?.map(|entry| entry.stored))
}

pub(super) fn open_records(database: &Database) -> Result<Listed, Failure> {
    let transaction = database.begin_read()?;
    let records = transaction.open_table(RECORDS)?;
    let open = transaction.open_table(OPEN)?;
    open.iter()?.map(|item| listed(&records, item?.0.value())).collect()
}

pub(super) fn closed_records(database: &Database, most: usize) -> Result<Listed, Failure> {
    let transaction = database.begin_read()?;
    let records = transaction.open_table(RECORDS)?;
    let closed = transaction.open_table(CLOSED)?;
    closed.iter()?.rev().take(most).map(|item| listed(&records, item?.0.value().1)).collect()
}

/// A transaction that is dropped before the end leaves no trace.
pub(super) fn commit(database: &Database, writes: Vec<Write>) -> Result<Result<(), Conflict>, Failure> {
    let transaction = database.begin_write()?;
    let mut tables = Tables::open(&transaction)?;
    for write in writes {
        if let Err(conflict) = tables.carry_out(write)? {
            return Ok(Err(conflict));
        }
    }
    drop(tables);
    transaction.commit()?;
    Ok(Ok(()))
}

pub(super) fn expire(database: &Database, now: Timestamp) -> Result<usize, Failure> {
    let transaction = database.begin_write()?;
    let mut tables = Tables::open(&transaction)?;
    let expired = tables.expire(now)?;
    drop(tables);
    if expired > 0 {
        transaction.commit()?;
    }
    Ok(expired)
}

fn entry(records: &impl ReadableTable<KeyBytes, &'static [u8]>, key: &str) -> Result<Option<Entry>, Failure> {
    match records.get(key.as_bytes())? {
        Some(bytes) => Ok(Some(decode(key, bytes.value())?)),
        None => Ok(None),
    }
}

fn listed(records: &ReadOnlyTable<KeyBytes, &'static [u8]>, key: &[u8]) -> Result<(Key, Stored<Record>), Failure> {
    let key = String::from_utf8_lossy(key);
    let entry = entry(records, &key)?
        .ok_or_else(|| redb::StorageError::Corrupted(format!("`{key}` is in an index but not among the records")))?;
    Ok((Key::from_stored(key), entry.stored))
}

/// All tables of one write transaction.
struct Tables<'t> {
    records: Table<'t, KeyBytes, &'static [u8]>,
    open: Table<'t, KeyBytes, ()>,
    closed: Table<'t, KeyAt, ()>,
    expiry: Table<'t, KeyAt, u64>,
}

impl<'t> Tables<'t> {
    fn open(transaction: &'t WriteTransaction) -> Result<Self, Failure> {
        Ok(Self {
            records: transaction.open_table(RECORDS)?,
            open: transaction.open_table(OPEN)?,
            closed: transaction.open_table(CLOSED)?,
            expiry: transaction.open_table(EXPIRY)?,
        })
    }

    fn carry_out(&mut self, write: Write) -> Result<Result<(), Conflict>, Failure> {
        let key = write.key().clone();
        let found = entry(&self.records, key.as_str())?;
        match change(write, found.as_ref()) {
            Err(conflict) => return Ok(Err(conflict)),
            Ok(Change::Nothing) => {}
            Ok(Change::Forget) => self.forget(key.as_str(), found.as_ref())?,
            Ok(Change::Keep(new)) => {
                self.forget(key.as_str(), found.as_ref())?;
                self.keep(key.as_str(), &new)?;
            }
        }
        Ok(Ok(()))
    }

    fn keep(&mut self, key: &str, entry: &Entry) -> Result<(), Failure> {
        self.records.insert(key.as_bytes(), encode(key, entry)?.as_slice())?;
        match entry.life {
            Life::Open => drop(self.open.insert(key.as_bytes(), ())?),
            Life::Closed { at, expires_at } => drop(self.expiry.insert((expires_at.millis(), key.as_bytes()), at.millis())?),
            Life::Standing => {}
        }
        if let Some(at) = entry.listed_as_closed_at() {
            self.closed.insert((at.millis(), key.as_bytes()), ())?;
        }
        Ok(())
    }

    fn forget(&mut self, key: &str, entry: Option<&Entry>) -> Result<(), Failure> {
        let Some(entry) = entry else { return Ok(()) };
        self.records.remove(key.as_bytes())?;
        self.open.remove(key.as_bytes())?;
        if let Life::Closed { at, expires_at } = entry.life {
            self.closed.remove((at.millis(), key.as_bytes()))?;
            self.expiry.remove((expires_at.millis(), key.as_bytes()))?;
        }
        Ok(())
    }

    fn expire(&mut self, now: Timestamp) -> Result<usize, Failure> {
        let end: (u64, &[u8]) = (now.millis().saturating_add(1), &[]);
        let mut expired = 0;
        for item in self.expiry.extract_from_if(..end, |_, _| true)? {
            let (due, closed_at) = item?;
            let (_, key) = due.value();
            self.records.remove(key)?;
            self.closed.remove((closed_at.value(), key))?;
            expired += 1;
        }
        Ok(expired)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::redb::disk::Disk;
    use crate::store::redb::file::{builder, examine};
    use crate::store::{CommitError, Expect, Store, StoreError, Transaction};

    /// As after going back to an older program.
    #[tokio::test]
    async fn one_record_of_a_newer_program_is_refused_by_name_and_never_overwritten() {
        let disk = Disk::large();
        let (newer, older) = (Key::from_stored("job#home/7/1"), Key::from_stored("job#home/8/1"));
        let record = Record::Counter { value: 1 };
        let put = |key: &Key| Transaction::new().put(key.clone(), Expect::Absent, record.clone(), Life::Open);
        let store = disk.store().unwrap();
        store.commit(put(&newer)).await.unwrap();
        store.commit(put(&older)).await.unwrap();
        drop(store);
        overwrite(&disk, &newer, br#"{"schema":2,"jobs":[]}"#);

        let store = disk.store().unwrap();
        let refused = |error: &StoreError| matches!(error, StoreError::Unreadable { key, .. } if key == newer.as_str());
        assert!(refused(&store.read(&newer).await.unwrap_err()));
        assert!(refused(&store.open_records().await.unwrap_err()));
        let Err(CommitError::Store(error)) = store.commit(put(&newer)).await else { panic!("it was overwritten") };
        assert!(refused(&error));
        assert!(store.read(&older).await.unwrap().is_some(), "the others are well");
    }

    fn overwrite(disk: &Disk, key: &Key, bytes: &[u8]) {
        let database = examine(|| builder().create_with_backend(disk.clone())).unwrap();
        let transaction = database.begin_write().unwrap();
        transaction.open_table(RECORDS).unwrap().insert(key.as_str().as_bytes(), bytes).unwrap();
        transaction.commit().unwrap();
    }
}
