//! What is open, what was closed, what is over.
#![expect(clippy::missing_panics_doc, clippy::unwrap_used, reason = "rules fail by panicking")]

use std::sync::Arc;

use dispatch::record::Record;
use dispatch::store::{Expect, Key, Life, Store, Stored, Transaction};
use dispatch::time::Timestamp;

use super::samples::{add, batch, closed, control, found, job, job_key, runner, runner_key};

async fn open(store: &dyn Store) -> Vec<Key> {
    store.open_records().await.unwrap().into_iter().map(|(key, _)| key).collect()
}

async fn closed_ones(store: &dyn Store, most: usize) -> Vec<Key> {
    store.closed_records(most).await.unwrap().into_iter().map(|(key, _)| key).collect()
}

async fn expire(store: &dyn Store, millis: u64) -> usize {
    store.expire(Timestamp::from_millis(millis)).await.unwrap()
}

async fn put(store: &dyn Store, version: u64, life: Life) {
    let put = Transaction::new().put(job_key(7), Expect::Version(version), job(version), life);
    store.commit(put).await.unwrap();
}

/// With content and version, and only the open ones.
pub async fn the_open_ones_are_listed_in_the_order_of_their_keys(store: Arc<dyn Store>) {
    add(&*store, &runner_key(1), runner(1), Life::Open).await;
    add(&*store, &job_key(8), job(8), closed(1, 9)).await;
    add(&*store, &job_key(9), job(9), Life::Open).await;
    add(&*store, &job_key(10), job(10), Life::Open).await;
    add(&*store, &Key::control(), control(1), Life::Standing).await;
    let expected = [(job_key(10), job(10)), (job_key(9), job(9)), (runner_key(1), runner(1))];
    let expected: Vec<_> = expected.into_iter().map(|(key, record)| (key, Stored { version: 1, record })).collect();
    assert_eq!(store.open_records().await.unwrap(), expected);
}

/// Open, closed, open again, closed anew, gone.
pub async fn a_record_is_listed_as_it_lives_now(store: Arc<dyn Store>) {
    let (here, nowhere) = (vec![job_key(7)], vec![]);
    add(&*store, &job_key(7), job(0), Life::Open).await;
    assert_eq!((open(&*store).await, closed_ones(&*store, 9).await), (here.clone(), nowhere.clone()));
    put(&*store, 1, closed(5, 50)).await;
    assert_eq!((open(&*store).await, closed_ones(&*store, 9).await), (nowhere.clone(), here.clone()));
    put(&*store, 2, Life::Open).await;
    assert_eq!((open(&*store).await, closed_ones(&*store, 9).await), (here.clone(), nowhere.clone()));
    put(&*store, 3, closed(6, 60)).await;
    put(&*store, 4, closed(7, 70)).await;
    assert_eq!(store.closed_records(9).await.unwrap(), [(job_key(7), Stored { version: 5, record: job(4) })]);
    store.commit(Transaction::new().delete(job_key(7), Expect::Version(5))).await.unwrap();
    assert_eq!((open(&*store).await, closed_ones(&*store, 9).await), (nowhere.clone(), nowhere));
}

/// As many as were asked for; of those closed together the last key first.
pub async fn closed_ones_are_listed_newest_first(store: Arc<dyn Store>) {
    for (number, at) in [(1, 300), (2, 100), (3, 70_000), (4, 200), (5, 200)] {
        add(&*store, &job_key(number), job(number), closed(at, 100_000)).await;
    }
    add(&*store, &runner_key(0), runner(0), closed(250, 100_000)).await;
    let newest_first = [job_key(3), job_key(1), runner_key(0), job_key(5), job_key(4), job_key(2)];
    for most in [0, 1, 4, 6, 100] {
        let expected: Vec<_> = newest_first.iter().take(most).cloned().collect();
        assert_eq!(closed_ones(&*store, most).await, expected);
    }
}

/// A batch is kept for a while like them, but has no story to show.
pub async fn only_jobs_and_runners_are_listed_as_closed(store: Arc<dyn Store>) {
    let key = Key::from_stored("batch#5eed");
    add(&*store, &key, batch(), closed(5, 10)).await;
    assert_eq!(closed_ones(&*store, 9).await, []);
    assert_eq!(expire(&*store, 10).await, 1);
    assert_eq!(found(&*store, &key).await, None);
}

/// Not a millisecond before.
pub async fn what_is_over_is_forgotten_at_its_time(store: Arc<dyn Store>) {
    add(&*store, &job_key(1), job(1), closed(1, 1_000)).await;
    add(&*store, &job_key(2), job(2), closed(2, 1_000)).await;
    add(&*store, &job_key(3), job(3), closed(3, 1_001)).await;
    assert_eq!(expire(&*store, 999).await, 0);
    assert_eq!(closed_ones(&*store, 9).await, [job_key(3), job_key(2), job_key(1)]);
    assert_eq!(expire(&*store, 1_000).await, 2);
    assert_eq!(expire(&*store, 1_000).await, 0);
    assert_eq!(closed_ones(&*store, 9).await, [job_key(3)]);
    assert_eq!(found(&*store, &job_key(1)).await, None);
    add(&*store, &job_key(1), job(1), Life::Open).await;
    assert_eq!(expire(&*store, u64::MAX / 2).await, 1);
    assert_eq!((open(&*store).await, closed_ones(&*store, 9).await), (vec![job_key(1)], vec![]));
}

/// The last word counts, not the first.
pub async fn what_was_kept_longer_after_all_stays(store: Arc<dyn Store>) {
    add(&*store, &job_key(7), job(0), closed(1, 10)).await;
    put(&*store, 1, closed(1, 20)).await;
    assert_eq!(expire(&*store, 10).await, 0);
    put(&*store, 2, Life::Open).await;
    assert_eq!(expire(&*store, 20).await, 0);
    assert_eq!(open(&*store).await, [job_key(7)]);
}

/// However late it is.
pub async fn what_is_open_or_standing_is_never_over(store: Arc<dyn Store>) {
    add(&*store, &job_key(1), job(1), Life::Open).await;
    add(&*store, &Key::control(), control(1), Life::Standing).await;
    store.commit(Transaction::new().add(Key::total(), 1, None)).await.unwrap();
    assert_eq!(expire(&*store, u64::MAX / 2).await, 0);
    let standing = found(&*store, &Key::control()).await;
    assert_eq!(standing, Some(Stored { version: 1, record: control(1) }));
    assert_eq!(found(&*store, &Key::total()).await, Some(Stored { version: 1, record: Record::Counter { value: 1 } }));
    assert_eq!(open(&*store).await, [job_key(1)]);
}
