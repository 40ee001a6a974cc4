//! What one write does to what it finds: the rules that the stores of one computer share.
//!
//! A transaction touches each key once, so its writes can be judged one by one.

use super::{Conflict, Expect, Life, Stored, Write};
use crate::record::Record;
use crate::time::Timestamp;

/// All that is kept under a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Entry {
    pub(super) stored: Stored<Record>,
    pub(super) life: Life,
}

impl Entry {
    /// Where it stands among the closed jobs and runners; batches and what steers are not listed.
    pub(super) fn listed_as_closed_at(&self) -> Option<Timestamp> {
        match (self.life, &self.stored.record) {
            (Life::Closed { at, .. }, Record::Job(_) | Record::Runner(_)) => Some(at),
            _ => None,
        }
    }
}

/// What becomes of a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Change {
    Nothing,
    Keep(Box<Entry>),
    Forget,
}

/// What `write` does where `found` is kept now.
pub(super) fn change(write: Write, found: Option<&Entry>) -> Result<Change, Conflict> {
    let at_limit = false;
    match write {
        Write::Put { expect, record, life, .. } if is_met(expect, found) => Ok(keep(*record, life, found)),
        Write::Delete { expect, .. } if is_met(expect, found) => Ok(Change::Forget),
        Write::Check { expect, .. } if is_met(expect, found) => Ok(Change::Nothing),
        Write::Put { key, .. } | Write::Delete { key, .. } | Write::Check { key, .. } => Err(Conflict { key, at_limit }),
        Write::Add { key, by, at_most } => match (sum(by, found), at_most) {
            (None, _) => Err(Conflict { key, at_limit }),
            (Some(sum), Some(limit)) if by > 0 && sum > limit => Err(Conflict { key, at_limit: true }),
            (Some(value), _) => Ok(keep(Record::Counter { value }, Life::Standing, found)),
        },
    }
}

fn is_met(expect: Expect, found: Option<&Entry>) -> bool {
    match (expect, found.map(|entry| &entry.stored)) {
        (Expect::Absent, None) => true,
        (Expect::Version(version), Some(stored)) => stored.version == version,
        (Expect::Fence(fence), Some(Stored { record: Record::Lease(lease), .. })) => lease.fence == fence,
        _ => false,
    }
}

fn keep(record: Record, life: Life, found: Option<&Entry>) -> Change {
    let version = found.map_or(0, |entry| entry.stored.version).saturating_add(1);
    Change::Keep(Box::new(Entry { stored: Stored { version, record }, life }))
}

/// The changed count; none where something else than a counter is kept.
fn sum(by: i64, found: Option<&Entry>) -> Option<u64> {
    match found.map(|entry| &entry.stored.record) {
        None => Some(0_u64.saturating_add_signed(by)),
        Some(Record::Counter { value }) => Some(value.saturating_add_signed(by)),
        Some(_) => None,
    }
}
