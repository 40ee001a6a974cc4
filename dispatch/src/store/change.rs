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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::Lease;
    use crate::store::Key;

    fn entry(version: u64, record: Record) -> Entry {
        Entry { stored: Stored { version, record }, life: Life::Open }
    }

    fn counter(value: u64) -> Entry {
        entry(3, Record::Counter { value })
    }

    fn lease(fence: u64) -> Entry {
        entry(
            3,
            Record::Lease(Lease { holder: "a".to_owned(), fence, expires_at: Timestamp::from_seconds(1), look_again: false }),
        )
    }

    fn add(by: i64, at_most: Option<u64>, found: Option<&Entry>) -> Result<Entry, bool> {
        match change(Write::Add { key: Key::total(), by, at_most }, found) {
            Ok(Change::Keep(entry)) => Ok(*entry),
            Ok(other) => panic!("{other:?}"),
            Err(conflict) => Err(conflict.at_limit),
        }
    }

    #[test]
    fn a_write_meets_what_it_expects_or_is_a_conflict() {
        let check = |expect, found: Option<&Entry>| change(Write::Check { key: Key::lease(), expect }, found);
        let there = lease(7);
        for (expect, on_nothing, on_something) in [
            (Expect::Absent, true, false),
            (Expect::Version(3), false, true),
            (Expect::Version(2), false, false),
            (Expect::Fence(7), false, true),
            (Expect::Fence(6), false, false),
        ] {
            assert_eq!(check(expect, None).is_ok(), on_nothing, "{expect:?} on nothing");
            assert_eq!(check(expect, Some(&there)).is_ok(), on_something, "{expect:?} on something");
        }
        assert!(check(Expect::Fence(3), Some(&counter(3))).is_err(), "a counter is no lease");
        assert_eq!(check(Expect::Absent, None), Ok(Change::Nothing));
        assert_eq!(check(Expect::Absent, Some(&there)).unwrap_err(), Conflict { key: Key::lease(), at_limit: false });
        let delete = |expect| change(Write::Delete { key: Key::lease(), expect }, Some(&there));
        assert_eq!(delete(Expect::Version(3)), Ok(Change::Forget));
        assert!(delete(Expect::Version(4)).is_err());
    }

    #[test]
    fn a_put_raises_the_version_by_one() {
        let put = |expect, found: Option<&Entry>| {
            let record = Box::new(Record::Counter { value: 0 });
            change(Write::Put { key: Key::total(), expect, record, life: Life::Standing }, found)
        };
        let version = |change| if let Ok(Change::Keep(entry)) = change { Some(entry.stored.version) } else { None };
        assert_eq!(version(put(Expect::Absent, None)), Some(1));
        assert_eq!(version(put(Expect::Version(3), Some(&counter(5)))), Some(4));
        assert_eq!(version(put(Expect::Version(2), Some(&counter(5)))), None);
    }

    #[test]
    fn a_counter_goes_up_to_its_bound_and_down_to_nothing() {
        assert_eq!(add(2, Some(2), None).unwrap().stored.record, Record::Counter { value: 2 });
        assert_eq!(add(1, Some(2), Some(&counter(2))), Err(true));
        assert_eq!(add(1, None, Some(&counter(2))).unwrap().stored, Stored { version: 4, record: Record::Counter { value: 3 } });
        assert_eq!(add(-1, Some(2), Some(&counter(9))).unwrap().stored.record, Record::Counter { value: 8 }, "a lowered limit");
        assert_eq!(add(0, Some(2), Some(&counter(9))).unwrap().stored.record, Record::Counter { value: 9 });
        assert_eq!(add(-5, None, Some(&counter(2))).unwrap().stored.record, Record::Counter { value: 0 });
        assert_eq!(add(1, None, Some(&lease(1))), Err(false), "what is no counter cannot be counted");
        assert_eq!(add(1, None, None).unwrap().life, Life::Standing);
    }

    #[test]
    fn only_closed_jobs_and_runners_are_listed_as_closed() {
        let at = Timestamp::from_seconds(5);
        let closed = |record| Entry { life: Life::Closed { at, expires_at: at }, ..entry(1, record) };
        let job = crate::scene::Scene::new().record(1).world.jobs.into_values().next().unwrap();
        assert_eq!(closed(Record::Job(job.clone())).listed_as_closed_at(), Some(at));
        assert_eq!(closed(Record::Counter { value: 1 }).listed_as_closed_at(), None);
        assert_eq!(entry(1, Record::Job(job)).listed_as_closed_at(), None);
    }
}
