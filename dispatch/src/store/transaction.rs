//! What a store is asked to write, and what must be true for it.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::Key;
use crate::record::Record;
use crate::time::Timestamp;

/// Writes that happen together or not at all; at most [`Transaction::MOST_WRITES`].
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Transaction {
    writes: Vec<Write>,
}

/// One write, with what it expects to find.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "write", rename_all = "snake_case")]
pub enum Write {
    /// Keeps a record.
    Put {
        /// Where.
        key: Key,
        /// What must be there now.
        expect: Expect,
        /// The new content.
        record: Box<Record>,
        /// Whether it is open, or until when it is kept.
        life: Life,
    },
    /// Takes a record away.
    Delete {
        /// Where.
        key: Key,
        /// What must be there now.
        expect: Expect,
    },
    /// Changes a counter; a missing one counts as 0, and none ever goes below 0.
    Add {
        /// Which.
        key: Key,
        /// By how much.
        by: i64,
        /// The sum must not be above this.
        at_most: Option<u64>,
    },
    /// Writes nothing, but must find this.
    Check {
        /// Where.
        key: Key,
        /// What must be there now.
        expect: Expect,
    },
}

/// What must be found under a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Expect {
    /// Nothing.
    Absent,
    /// Exactly this version.
    Version(u64),
    /// A lease with this fencing number.
    Fence(u64),
}

/// How long a record lives.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Life {
    /// Part of every pass.
    Open,
    /// Kept for reading until a moment.
    Closed {
        /// When it was closed.
        at: Timestamp,
        /// When it may be forgotten.
        expires_at: Timestamp,
    },
    /// Neither: counters, lease, switch.
    Standing,
}

/// Which expectation was not met first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Conflict {
    /// Of the write.
    pub key: Key,
    /// Whether it was a counter at its bound.
    pub at_limit: bool,
}

impl fmt::Display for Conflict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let what = if self.at_limit { "is at its limit" } else { "was changed by somebody else" };
        write!(f, "`{}` {what}", self.key)
    }
}

impl Transaction {
    /// The bound of DynamoDB's `TransactWriteItems`, kept by every store so that none can do what another cannot.
    pub const MOST_WRITES: usize = 100;

    /// Nothing yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a write.
    #[must_use]
    pub fn and(mut self, write: Write) -> Self {
        self.writes.push(write);
        self
    }

    /// Adds a put.
    #[must_use]
    pub fn put(self, key: Key, expect: Expect, record: Record, life: Life) -> Self {
        self.and(Write::Put { key, expect, record: Box::new(record), life })
    }

    /// Adds a change of a counter.
    #[must_use]
    pub fn add(self, key: Key, by: i64, at_most: Option<u64>) -> Self {
        self.and(Write::Add { key, by, at_most })
    }

    /// Adds a check.
    #[must_use]
    pub fn check(self, key: Key, expect: Expect) -> Self {
        self.and(Write::Check { key, expect })
    }

    /// In order.
    pub fn writes(&self) -> &[Write] {
        &self.writes
    }
}
