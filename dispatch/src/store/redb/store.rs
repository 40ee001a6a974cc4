//! The answers: each request is one piece of work on a thread that may block.

use std::path::Path;
use std::sync::Arc;

use async_trait::async_trait;
use redb::Database;

use super::failure::Failure;
use super::file::File;
use super::tables;
use crate::record::Record;
use crate::store::{CommitError, Key, Store, StoreError, Stored, Transaction};
use crate::time::Timestamp;

/// Keeps records in a file that only this process has.
#[derive(Clone, Debug)]
pub struct RedbStore {
    file: Arc<File>,
}

impl RedbStore {
    /// Opens the file, or makes it (mode 0600, missing directories 0700). Blocks for as long as reading it whole takes.
    ///
    /// # Errors
    /// [`StoreError::InUse`] while another process has it, [`StoreError::Corrupt`] when it is not what we wrote,
    /// [`StoreError::Full`] when it cannot be made, else [`StoreError::Unavailable`].
    pub fn open(path: &Path) -> Result<Self, StoreError> {
        File::at(path).map(Self::on)
    }

    pub(super) fn on(file: File) -> Self {
        Self { file: Arc::new(file) }
    }

    async fn work<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Database) -> Result<T, Failure> + Send + 'static,
    ) -> Result<T, StoreError> {
        let file = Arc::clone(&self.file);
        let finished = tokio::task::spawn_blocking(move || file.work(work)).await;
        finished.unwrap_or_else(|error| Err(StoreError::Unavailable(format!("{}: {error}", self.file.place()))))
    }
}

#[async_trait]
impl Store for RedbStore {
    async fn read(&self, key: &Key) -> Result<Option<Stored<Record>>, StoreError> {
        let key = key.clone();
        self.work(move |database| tables::read(database, &key)).await
    }

    async fn open_records(&self) -> Result<Vec<(Key, Stored<Record>)>, StoreError> {
        self.work(tables::open_records).await
    }

    async fn closed_records(&self, most: usize) -> Result<Vec<(Key, Stored<Record>)>, StoreError> {
        self.work(move |database| tables::closed_records(database, most)).await
    }

    async fn commit(&self, transaction: Transaction) -> Result<(), CommitError> {
        let writes = transaction.into_writes()?;
        let outcome = self.work(move |database| tables::commit(database, writes)).await?;
        outcome.map_err(CommitError::Conflict)
    }

    async fn expire(&self, now: Timestamp) -> Result<usize, StoreError> {
        self.work(move |database| tables::expire(database, now)).await
    }
}
