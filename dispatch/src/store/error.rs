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
    /// It is there and answers, but nothing can be done with it before somebody has set something right.
    #[error("the store cannot be used ({place}): {cause}")]
    Unusable {
        /// Path or table.
        place: String,
        /// What is wrong, and what to do.
        cause: String,
    },
    /// Another process has it.
    #[error("the store {place} is in use by another process that does not share it: wait for that to end, or stop it")]
    InUse {
        /// Path or table.
        place: String,
    },
}

#[cfg(any(feature = "serve", feature = "dynamodb"))]
impl StoreError {
    /// What is kept under `key` is not what we wrote.
    pub(super) fn unreadable(key: &str, cause: &impl ToString) -> Self {
        Self::Unreadable { key: key.to_owned(), cause: cause.to_string() }
    }

    /// What is kept under `key` has a form that only a later program knows.
    pub(super) fn newer(key: &str, schema: u32) -> Self {
        let cause = format!(
            "a newer dispatch wrote it (schema {schema}, this one knows up to {}); run the newer one",
            crate::record::SCHEMA
        );
        Self::Unreadable { key: key.to_owned(), cause }
    }
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
