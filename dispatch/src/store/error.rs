//! What can go wrong with a store, by its real cause: each has its own remedy.

use serde::{Deserialize, Serialize};

use super::{Conflict, Refusal};

/// Why a store could not answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "snake_case")]
pub enum StoreError {
    /// Nothing is known about what happened; the next pass looks again.
    #[error("the store does not answer: {0}")]
    Unavailable(String),
    /// The disk is full, or a quota is used up.
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
    #[error("the store {place} is in use by another process that does not share it: wait for that to end, or stop it")]
    InUse {
        /// Path or table.
        place: String,
    },
}

/// Why a transaction did not happen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "snake_case")]
pub enum CommitError {
    /// An expectation was not met; nothing was written.
    #[error("{0}")]
    Conflict(Conflict),
    /// It breaks the rules of transactions; nothing was written.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}
