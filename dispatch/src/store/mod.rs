//! The seam to the place where records are kept.
//!
//! Contract, checked by `tests::conformance::store` for every implementation. `DynamoDB` is the narrowest of them, so what
//! `TransactWriteItems` cannot do, none may do:
//! - [`Store::commit`] is all or nothing, and every [`Write`] of a transaction meets its expectation at one instant.
//!   A store that is disturbed by a competing transaction tries again by itself; a [`Conflict`] is about content only.
//! - A transaction that touches a key twice, even with a [`Write::Check`], or has more than [`Transaction::MOST_WRITES`]
//!   writes is refused; one without writes succeeds.
//! - So is one with a record of more than [`Transaction::MOST_RECORD_BYTES`], or [`Transaction::MOST_BYTES`] in all.
//! - A version starts at 1 and rises by 1 with each put or addition; a deleted key starts again at 1.
//! - A committed transaction is seen by every later [`Store::read`] and `commit`, in this and any other process. The lists
//!   ([`Store::open_records`], [`Store::closed_records`]) may come a moment late where they are served from an index of
//!   their own, so nothing is done on the strength of a list alone: the write that follows names a version.
//! - A lost answer is possible: after [`StoreError::Unavailable`] or [`StoreError::Full`] a transaction may or may not have
//!   happened, but never a part of it. Every transaction of ours is conditional, so repeating it is safe.

mod change;
#[cfg(feature = "dynamodb")]
pub mod dynamodb;
mod error;
mod key;
mod memory;
#[cfg(feature = "serve")]
mod open;
#[cfg(feature = "serve")]
mod redb;
#[cfg(feature = "serve")]
mod remote;
mod size;
#[cfg(feature = "serve")]
mod socket;
mod transaction;

use std::collections::{BTreeMap, BTreeSet};

use async_trait::async_trait;
use serde::{Deserialize, Serialize};

#[cfg(feature = "dynamodb")]
pub use self::dynamodb::DynamoDbStore;
#[cfg(feature = "serve")]
pub use self::redb::RedbStore;
pub use error::{CommitError, StoreError};
pub use key::Key;
pub use memory::MemoryStore;
#[cfg(feature = "serve")]
pub use open::{hold, open};
#[cfg(feature = "serve")]
pub use remote::RemoteStore;
#[cfg(feature = "serve")]
pub use socket::Socket;
pub use transaction::{Conflict, Expect, Life, Refusal, Transaction, Write};

use crate::record::Record;
use crate::time::Timestamp;

/// A record and the version that a conditional write of it names.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
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

    /// Whichever of these records there are, in as few requests as the store allows.
    ///
    /// Each is as [`Store::read`] would give it; they need not be of one moment.
    async fn read_many(&self, keys: &BTreeSet<Key>) -> Result<BTreeMap<Key, Stored<Record>>, StoreError> {
        let mut records = BTreeMap::new();
        for key in keys {
            if let Some(stored) = self.read(key).await? {
                records.insert(key.clone(), stored);
            }
        }
        Ok(records)
    }

    /// Every record that is not closed, in the order of the keys. Costs what is open, never what ever was.
    async fn open_records(&self) -> Result<Vec<(Key, Stored<Record>)>, StoreError>;

    /// The newest closed jobs and runners, newest first, at most `most`; of those closed together the last key first.
    async fn closed_records(&self, most: usize) -> Result<Vec<(Key, Stored<Record>)>, StoreError>;

    /// Carries out all writes, or none.
    async fn commit(&self, transaction: Transaction) -> Result<(), CommitError>;

    /// Forgets closed records whose time is over (`expires_at <= now`); how many.
    ///
    /// Until then they are found like any other. A store that forgets by itself (`DynamoDB`'s TTL) answers 0.
    async fn expire(&self, now: Timestamp) -> Result<usize, StoreError>;
}
