//! Puts, deletes, checks, and what holds them together.
#![expect(clippy::missing_panics_doc, clippy::unwrap_used, reason = "rules fail by panicking")]

use std::sync::Arc;

use dispatch::record::Record;
use dispatch::store::{CommitError, Expect, Key, Life, Refusal, Store, Stored, Transaction};
use dispatch::time::Timestamp;

use super::samples::{
    add, batch, changed, closed, conflict, control, count, drift, found, job, job_key, large, lease, notice, predicted, runner,
    runner_key, told,
};

/// Nothing of any record is lost on the way.
pub async fn every_kind_of_record_is_read_back(store: Arc<dyn Store>) {
    let kinds = [
        (job_key(7), job(7), Life::Open),
        (job_key(8), told(8), Life::Open),
        (job_key(9), predicted(9), Life::Open),
        (Key::notice(&notice()), Record::Notice(notice()), Life::Open),
        (runner_key(0), runner(0), Life::Open),
        (Key::from_stored("batch#5eed"), batch(), Life::Open),
        (Key::control(), control(1), Life::Standing),
        (Key::lease(), lease(u64::MAX), Life::Standing),
        (Key::total(), Record::Counter { value: u64::MAX }, Life::Standing),
        (Key::drift(&Key::total()), drift(), Life::Standing),
        (Key::bell(Timestamp::from_seconds(7), 2), Record::Bell, closed(7_000, 60_000)),
    ];
    for (key, record, life) in kinds {
        assert_eq!(found(&*store, &key).await, None);
        add(&*store, &key, record.clone(), life).await;
        assert_eq!(found(&*store, &key).await, Some(Stored { version: 1, record }));
    }
}

/// So that a conditional write can name what it read.
pub async fn a_version_rises_by_one_with_each_put(store: Arc<dyn Store>) {
    let key = job_key(7);
    add(&*store, &key, job(0), Life::Open).await;
    for version in 1..5 {
        let put = Transaction::new().put(key.clone(), Expect::Version(version), job(version), Life::Open);
        store.commit(put).await.unwrap();
        assert_eq!(found(&*store, &key).await, Some(Stored { version: version + 1, record: job(version) }));
    }
}

/// A deletion leaves nothing behind, not even a number.
pub async fn a_deleted_key_starts_again(store: Arc<dyn Store>) {
    let key = job_key(7);
    add(&*store, &key, job(0), Life::Open).await;
    store.commit(Transaction::new().put(key.clone(), Expect::Version(1), job(1), Life::Open)).await.unwrap();
    store.commit(Transaction::new().delete(key.clone(), Expect::Version(2))).await.unwrap();
    assert_eq!(found(&*store, &key).await, None);
    add(&*store, &key, job(2), Life::Open).await;
    assert_eq!(found(&*store, &key).await, Some(Stored { version: 1, record: job(2) }));
}

/// Absent, an older version, a version to come, and a version of nothing.
pub async fn a_put_that_finds_something_else_is_a_conflict(store: Arc<dyn Store>) {
    let (key, other) = (job_key(7), job_key(8));
    add(&*store, &key, job(1), Life::Open).await;
    store.commit(Transaction::new().put(key.clone(), Expect::Version(1), job(2), Life::Open)).await.unwrap();
    for expect in [Expect::Absent, Expect::Version(1), Expect::Version(3), Expect::Fence(2)] {
        let put = Transaction::new().put(key.clone(), expect, job(3), Life::Open);
        assert_eq!(conflict(&*store, put).await, changed(&key), "{expect:?}");
    }
    let put = Transaction::new().put(other.clone(), Expect::Version(1), job(3), Life::Open);
    assert_eq!(conflict(&*store, put).await, changed(&other));
    assert_eq!(found(&*store, &key).await, Some(Stored { version: 2, record: job(2) }));
    assert_eq!(found(&*store, &other).await, None);
}

/// The same for deletions.
pub async fn a_delete_that_finds_something_else_is_a_conflict(store: Arc<dyn Store>) {
    let (key, other) = (job_key(7), job_key(8));
    add(&*store, &key, job(1), Life::Open).await;
    for expect in [Expect::Absent, Expect::Version(2), Expect::Fence(1)] {
        assert_eq!(conflict(&*store, Transaction::new().delete(key.clone(), expect)).await, changed(&key), "{expect:?}");
    }
    assert_eq!(conflict(&*store, Transaction::new().delete(other.clone(), Expect::Version(1))).await, changed(&other));
    assert_eq!(found(&*store, &key).await, Some(Stored { version: 1, record: job(1) }));
    store.commit(Transaction::new().delete(other, Expect::Absent)).await.unwrap();
}

/// Met or not.
pub async fn a_check_writes_nothing(store: Arc<dyn Store>) {
    let (key, other) = (job_key(7), job_key(8));
    add(&*store, &key, job(1), Life::Open).await;
    store.commit(Transaction::new().check(key.clone(), Expect::Version(1)).check(other.clone(), Expect::Absent)).await.unwrap();
    assert_eq!(conflict(&*store, Transaction::new().check(key.clone(), Expect::Absent)).await, changed(&key));
    assert_eq!(conflict(&*store, Transaction::new().check(other.clone(), Expect::Version(1))).await, changed(&other));
    assert_eq!(found(&*store, &key).await, Some(Stored { version: 1, record: job(1) }));
    assert_eq!(found(&*store, &other).await, None);
}

/// All or nothing, with one write of each kind before the one that fails.
pub async fn when_the_last_write_fails_none_has_happened(store: Arc<dyn Store>) {
    let (kept, new) = (job_key(7), job_key(8));
    add(&*store, &kept, job(1), Life::Open).await;
    add(&*store, &Key::control(), control(1), Life::Standing).await;
    store.commit(Transaction::new().add(Key::total(), 5, None)).await.unwrap();
    let failing = Transaction::new()
        .put(new.clone(), Expect::Absent, job(2), Life::Open)
        .delete(kept.clone(), Expect::Version(1))
        .put(Key::control(), Expect::Version(1), control(2), Life::Standing)
        .add(Key::total(), 1, None)
        .check(Key::lease(), Expect::Fence(1));
    assert_eq!(conflict(&*store, failing).await, changed(&Key::lease()));
    assert_eq!(found(&*store, &new).await, None);
    assert_eq!(found(&*store, &kept).await, Some(Stored { version: 1, record: job(1) }));
    assert_eq!(found(&*store, &Key::control()).await, Some(Stored { version: 1, record: control(1) }));
    assert_eq!(count(&*store, &Key::total()).await, 5);
    assert_eq!(store.open_records().await.unwrap().len(), 1);
}

/// In the order in which the writes were given, not that of the keys.
pub async fn the_first_unmet_expectation_is_the_one_named(store: Arc<dyn Store>) {
    let failing = Transaction::new()
        .put(job_key(1), Expect::Absent, job(1), Life::Open)
        .check(job_key(9), Expect::Version(1))
        .check(job_key(2), Expect::Version(1));
    assert_eq!(conflict(&*store, failing).await, changed(&job_key(9)));
}

/// `DynamoDB` refuses it, so all do; even where both writes would agree.
pub async fn a_key_touched_twice_is_refused(store: Arc<dyn Store>) {
    let key = Key::total();
    let twice = [
        Transaction::new().add(key.clone(), 1, None).add(key.clone(), 1, None),
        Transaction::new().check(key.clone(), Expect::Absent).add(key.clone(), 1, None),
        Transaction::new().add(job_key(1), 1, None).delete(key.clone(), Expect::Absent).check(key.clone(), Expect::Absent),
    ];
    for transaction in twice {
        let refused = store.commit(transaction).await;
        assert_eq!(refused, Err(CommitError::Refused(Refusal::SameKeyTwice { key: key.clone() })));
    }
    assert_eq!(found(&*store, &key).await, None);
    assert_eq!(found(&*store, &job_key(1)).await, None);
}

/// The bound of `TransactWriteItems`.
pub async fn a_hundred_writes_are_the_most(store: Arc<dyn Store>) {
    let of =
        |count: u64| (0..count).fold(Transaction::new(), |whole, n| whole.put(job_key(n), Expect::Absent, job(n), Life::Open));
    let refused = store.commit(of(101)).await;
    assert_eq!(refused, Err(CommitError::Refused(Refusal::TooManyWrites { writes: 101 })));
    assert!(store.open_records().await.unwrap().is_empty());
    store.commit(of(100)).await.unwrap();
    assert_eq!(store.open_records().await.unwrap().len(), 100);
}

/// The bounds of an item and of a transaction in `DynamoDB`, whatever the store.
pub async fn what_is_too_large_for_a_table_is_refused(store: Arc<dyn Store>) {
    let put = |all: Transaction, number, bytes| all.put(job_key(number), Expect::Absent, large(number, bytes), Life::Open);
    let one = put(Transaction::new(), 1, Transaction::MOST_RECORD_BYTES);
    let refused = store.commit(one).await;
    assert!(matches!(refused, Err(CommitError::Refused(Refusal::TooLarge { key, .. })) if key == job_key(1)));
    let many = |bytes| (0..50).fold(Transaction::new(), |all, number| put(all, number, bytes));
    let refused = store.commit(many(Transaction::MOST_BYTES / 50)).await;
    assert!(matches!(refused, Err(CommitError::Refused(Refusal::TooLargeTogether { .. }))));
    assert!(store.open_records().await.unwrap().is_empty());
    store.commit(many(Transaction::MOST_BYTES / 50 - 1_000)).await.unwrap();
    store.commit(put(Transaction::new(), 99, Transaction::MOST_RECORD_BYTES - 1_000)).await.unwrap();
    assert_eq!(store.open_records().await.unwrap().len(), 51);
}

/// A pass that decided to do nothing commits nothing.
pub async fn nothing_to_write_is_no_mistake(store: Arc<dyn Store>) {
    assert_eq!(store.commit(Transaction::new()).await, Ok(()));
}

/// Its fencing number is no longer the one of the lease, however slowly it notices.
pub async fn a_worker_that_lost_its_lease_writes_nothing(store: Arc<dyn Store>) {
    let key = Key::lease();
    let as_holder = |fence, n| {
        Transaction::new().check(Key::lease(), Expect::Fence(fence)).put(job_key(n), Expect::Absent, job(n), Life::Open)
    };
    assert_eq!(conflict(&*store, as_holder(1, 1)).await, changed(&key), "nobody holds it");
    add(&*store, &key, lease(1), Life::Standing).await;
    store.commit(as_holder(1, 1)).await.unwrap();
    store.commit(Transaction::new().put(key.clone(), Expect::Fence(1), lease(1), Life::Standing)).await.unwrap();
    store.commit(as_holder(1, 2)).await.unwrap();

    store.commit(Transaction::new().put(key.clone(), Expect::Version(2), lease(2), Life::Standing)).await.unwrap();
    assert_eq!(conflict(&*store, as_holder(1, 3)).await, changed(&key));
    let renewal = Transaction::new().put(key.clone(), Expect::Fence(1), lease(1), Life::Standing);
    assert_eq!(conflict(&*store, renewal).await, changed(&key));
    assert_eq!(found(&*store, &job_key(3)).await, None);
    store.commit(as_holder(2, 3)).await.unwrap();
}
