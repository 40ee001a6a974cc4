//! What a store is asked to write, and what must be true for it.

use std::collections::BTreeSet;
use std::fmt;

use serde::{Deserialize, Serialize};

use super::{Key, size};
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
    /// Changes a counter; a missing one counts as 0, and what would go below 0 stays there.
    ///
    /// Stopping at 0 rather than refusing: a count that has drifted low must not keep a runner from being closed.
    /// (`DynamoDB` has no `max`: there the write is tried with `value >= :decrease`, then as a put of 0 under
    /// `value < :decrease`.) A key that holds anything but a counter is a conflict.
    Add {
        /// Which.
        key: Key,
        /// By how much.
        by: i64,
        /// The sum must not be above this. Only an increase is held to it, so that a limit lowered in the configuration
        /// never stands in the way of closing.
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

/// Why no store would carry out a transaction: a mistake of the program, so repeating it is of no use.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "snake_case")]
pub enum Refusal {
    /// It is too long.
    #[error("a transaction of {writes} writes is refused: it may have {}", Transaction::MOST_WRITES)]
    TooManyWrites {
        /// How many it has.
        writes: usize,
    },
    /// One of its records is.
    #[error("the record `{key}` of {bytes} bytes is refused: it may have {}", Transaction::MOST_RECORD_BYTES)]
    TooLarge {
        /// Whose record.
        key: Key,
        /// As JSON.
        bytes: usize,
    },
    /// All its records are.
    #[error("a transaction of {bytes} bytes is refused: it may have {}", Transaction::MOST_BYTES)]
    TooLargeTogether {
        /// As JSON.
        bytes: usize,
    },
    /// It is ambiguous.
    #[error("a transaction that touches `{key}` twice is refused: put both wishes into one write")]
    SameKeyTwice {
        /// Which.
        key: Key,
    },
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

    /// The most bytes of one record as JSON; an item of DynamoDB may have 400 KB, key and attributes included.
    pub const MOST_RECORD_BYTES: usize = 390_000;

    /// The most bytes of all records as JSON; a transaction of DynamoDB may have 4 MB.
    pub const MOST_BYTES: usize = 3_900_000;

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

    /// Adds a deletion.
    #[must_use]
    pub fn delete(self, key: Key, expect: Expect) -> Self {
        self.and(Write::Delete { key, expect })
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

    /// The writes in order, or why no store would carry them out; the first thing that every `commit` asks.
    pub fn into_writes(self) -> Result<Vec<Write>, Refusal> {
        let mut seen = BTreeSet::new();
        if self.writes.len() > Self::MOST_WRITES {
            return Err(Refusal::TooManyWrites { writes: self.writes.len() });
        }
        if let Some(twice) = self.writes.iter().find(|write| !seen.insert(write.key())) {
            return Err(Refusal::SameKeyTwice { key: twice.key().clone() });
        }
        self.is_small_enough()?;
        Ok(self.writes)
    }

    fn is_small_enough(&self) -> Result<(), Refusal> {
        let mut together = 0;
        for write in &self.writes {
            let Write::Put { key, record, .. } = write else { continue };
            let bytes = size::json_bytes(record);
            if bytes > Self::MOST_RECORD_BYTES {
                return Err(Refusal::TooLarge { key: key.clone(), bytes });
            }
            together += bytes;
        }
        if together > Self::MOST_BYTES { Err(Refusal::TooLargeTogether { bytes: together }) } else { Ok(()) }
    }
}

impl Write {
    /// What it touches.
    pub fn key(&self) -> &Key {
        match self {
            Self::Put { key, .. } | Self::Delete { key, .. } | Self::Add { key, .. } | Self::Check { key, .. } => key,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_may_be_touched_once_in_whatever_way() {
        let twice = Transaction::new().check(Key::lease(), Expect::Fence(1)).delete(Key::lease(), Expect::Fence(1));
        let refusal = twice.into_writes().unwrap_err();
        assert_eq!(refusal, Refusal::SameKeyTwice { key: Key::lease() });
        assert_eq!(
            refusal.to_string(),
            "a transaction that touches `lease#worker` twice is refused: put both wishes into one write"
        );
    }

    #[test]
    fn a_hundred_writes_are_the_most() {
        let of = |count: u64| {
            (0..count)
                .fold(Transaction::new(), |transaction, n| transaction.add(Key::from_stored(format!("counter#{n}")), 1, None))
        };
        assert_eq!(of(100).into_writes().unwrap().len(), 100);
        assert_eq!(of(101).into_writes(), Err(Refusal::TooManyWrites { writes: 101 }));
    }
}
