//! The seam to the place where records are kept.
//!
//! Contract, checked by `tests::conformance::store` for every implementation:
//! - [`Store::commit`] is all or nothing, and every [`Write`] of a transaction meets its expectation at one instant.
//! - A version starts at 1 and rises by 1 with each put; a deleted key starts again at 1.
//! - A committed transaction is seen by every later read, in this and any other process.
//! - A lost answer is possible: after [`StoreError::Unavailable`] a transaction may or may not have happened.
//!   Every transaction of ours is conditional, so repeating it is safe.

mod key;
mod memory;
#[cfg(feature = "serve")]
mod redb;
mod transaction;

use async_trait::async_trait;

pub use key::Key;
pub use memory::MemoryStore;
#[cfg(feature = "serve")]
pub use transaction::{Conflict, Expect, Life, Transaction, Write};

use crate::record::Record;
use crate::time::Timestamp;

/// A record and the version that a conditional write of it names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stored<R> {
    /// Of this content.
    pub version: u64,
    /// The content.
    pub record: R,
}

/// Where records are kept.
#[async_trait]
pub trait Store: Send + Sync {
    /// One record.
    async fn read(&self, key: &Key) -> Result<Option<Stored<Record>>, StoreError>;

    /// Every record that is not closed, in the order of the keys. Costs what is open, never what ever was.
    async fn open_records(&self) -> Result<Vec<(Key, Stored<Record>)>, StoreError>;

    /// The newest closed jobs and runners, newest first, at most `most`.
    async fn closed_records(&self, most: usize) -> Result<Vec<(Key, Stored<Record>)>, StoreError>;

    /// Carries out all writes, or none.
    async fn commit(&self, transaction: Transaction) -> Result<(), CommitError>;

    /// Forgets closed records whose time is over; how many.
    async fn expire(&self, now: Timestamp) -> Result<usize, StoreError>;
}

/// Why a store could not answer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StoreError {
    /// Nothing is known about what happened; the next pass looks again.
    #[error("the store does not answer: {0}")]
    Unavailable(String),
    /// The disk is full; nothing was written.
    #[error("the store cannot write, the disk is full ({0}): free some space; nothing is lost, the queue is read again")]
    Full(String),
    /// Something is kept under this key that we cannot read.
    #[error("the record `{key}` cannot be read: {cause}")]
    Unreadable {
        /// Which.
        key: String,
        /// What is wrong.
        cause: String,
    },
    /// The file as a whole is damaged.
    #[error(
        "the store {place} is damaged: {cause}; move it away and start again: open jobs are found again in the forge's queue"
    )]
    Corrupt {
        /// Path or table.
        place: String,
        /// What is wrong.
        cause: String,
    },
    /// Another process has it.
    #[error("the store {place} is in use by another process")]
    InUse {
        /// Path or table.
        place: String,
    },
}

/// Why a transaction did not happen.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CommitError {
    /// An expectation was not met; nothing was written.
    #[error("{0}")]
    Conflict(Conflict),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}
