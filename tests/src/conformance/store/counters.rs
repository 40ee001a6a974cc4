//! Counts of machines, held to limits.
#![expect(clippy::missing_panics_doc, clippy::unwrap_used, reason = "rules fail by panicking")]

use std::sync::Arc;

use dispatch::record::Record;
use dispatch::store::{Expect, Key, Life, Store, Stored, Transaction};

use super::samples::{add, at_limit, changed, conflict, count, found, job, job_key};

fn by(change: i64, at_most: Option<u64>) -> Transaction {
    Transaction::new().add(Key::total(), change, at_most)
}

/// Nobody has to set one up.
pub async fn a_missing_counter_counts_as_nothing(store: Arc<dyn Store>) {
    store.commit(by(3, None)).await.unwrap();
    assert_eq!(count(&*store, &Key::total()).await, 3);
    assert!(store.open_records().await.unwrap().is_empty(), "a counter is no part of a pass");
}

/// A count that has drifted low must not keep a runner from being closed.
pub async fn no_count_goes_below_zero(store: Arc<dyn Store>) {
    store.commit(by(-1, None)).await.unwrap();
    assert_eq!(count(&*store, &Key::total()).await, 0);
    store.commit(by(3, None)).await.unwrap();
    store.commit(by(-5, None)).await.unwrap();
    assert_eq!(count(&*store, &Key::total()).await, 0);
    store.commit(by(1, None)).await.unwrap();
    assert_eq!(count(&*store, &Key::total()).await, 1, "nothing is owed");
}

/// Not on what was there before.
pub async fn the_limit_is_on_the_sum(store: Arc<dyn Store>) {
    store.commit(by(3, Some(5))).await.unwrap();
    assert_eq!(conflict(&*store, by(3, Some(5))).await, at_limit(&Key::total()));
    store.commit(by(2, Some(5))).await.unwrap();
    assert_eq!(conflict(&*store, by(1, Some(5))).await, at_limit(&Key::total()));
    assert_eq!(count(&*store, &Key::total()).await, 5);
}

/// Absence is no way around it.
pub async fn a_first_addition_has_a_limit_too(store: Arc<dyn Store>) {
    assert_eq!(conflict(&*store, by(3, Some(2))).await, at_limit(&Key::total()));
    assert_eq!(conflict(&*store, by(1, Some(0))).await, at_limit(&Key::total()));
    assert_eq!(found(&*store, &Key::total()).await, None);
}

/// Machines above a new limit must be able to go.
pub async fn a_decrease_passes_a_limit_that_was_lowered(store: Arc<dyn Store>) {
    store.commit(by(9, Some(10))).await.unwrap();
    store.commit(by(-1, Some(2))).await.unwrap();
    store.commit(by(0, Some(2))).await.unwrap();
    assert_eq!(count(&*store, &Key::total()).await, 8);
}

/// A mistaken key costs no record.
pub async fn something_else_is_never_counted_over(store: Arc<dyn Store>) {
    let key = job_key(7);
    add(&*store, &key, job(7), Life::Open).await;
    for change in [1, 0, -1] {
        assert_eq!(conflict(&*store, Transaction::new().add(key.clone(), change, None)).await, changed(&key));
    }
    assert_eq!(found(&*store, &key).await, Some(Stored { version: 1, record: job(7) }));
}

/// The sweep puts a count right against the version that it compared.
pub async fn a_count_is_repaired_only_if_nobody_counted_meanwhile(store: Arc<dyn Store>) {
    let repair =
        |version| Transaction::new().put(Key::total(), Expect::Version(version), Record::Counter { value: 2 }, Life::Standing);
    store.commit(by(1, None)).await.unwrap();
    store.commit(by(1, Some(9))).await.unwrap();
    store.commit(by(1, None)).await.unwrap();
    assert_eq!(conflict(&*store, repair(2)).await, changed(&Key::total()));
    store.commit(repair(3)).await.unwrap();
    assert_eq!(found(&*store, &Key::total()).await, Some(Stored { version: 4, record: Record::Counter { value: 2 } }));
}
