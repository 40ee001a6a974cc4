//! What is open and what was closed.
#![expect(clippy::missing_panics_doc, clippy::unwrap_used, reason = "rules fail by panicking")]

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use dispatch::store::{Expect, Key, Life, Store, Stored, Transaction};

use super::samples::{add, batch, closed, control, found, job, job_key, large, runner, runner_key};

pub(super) async fn open(store: &dyn Store) -> Vec<Key> {
    store.open_records().await.unwrap().into_iter().map(|(key, _)| key).collect()
}

pub(super) async fn closed_ones(store: &dyn Store, most: usize) -> Vec<Key> {
    store.closed_records(most).await.unwrap().into_iter().map(|(key, _)| key).collect()
}

pub(super) async fn put(store: &dyn Store, version: u64, life: Life) {
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
    assert!(found(&*store, &key).await.is_some());
}

/// Open, closed and standing ones, however many; what is missing is left out.
pub async fn many_are_read_at_once(store: Arc<dyn Store>) {
    let mut expected = BTreeMap::from([(Key::control(), Stored { version: 1, record: control(1) })]);
    add(&*store, &Key::control(), control(1), Life::Standing).await;
    for first in [0, 80] {
        let jobs = first..first + 80;
        let put = |all: Transaction, number| all.put(job_key(number), Expect::Absent, job(number), closed(number, 1_000));
        store.commit(jobs.clone().fold(Transaction::new(), put)).await.unwrap();
        expected.extend(jobs.map(|number| (job_key(number), Stored { version: 1, record: job(number) })));
    }
    let mut keys: BTreeSet<Key> = expected.keys().cloned().collect();
    keys.extend((500..580).map(job_key));
    assert_eq!(store.read_many(&keys).await.unwrap(), expected);
    assert_eq!(store.read_many(&BTreeSet::new()).await.unwrap(), BTreeMap::new());
}

/// Some stores answer in pages of a megabyte.
pub async fn more_than_a_page_is_listed_whole(store: Arc<dyn Store>) {
    let large = |number| large(number, 100_000);
    let mut expected = Vec::new();
    for number in 0..25 {
        let (open, over) = (job_key(number), job_key(number + 100));
        let both = Transaction::new().put(open.clone(), Expect::Absent, large(number), Life::Open);
        let both = both.put(over.clone(), Expect::Absent, large(number), closed(number, 1_000));
        store.commit(both).await.unwrap();
        expected.push((open, over));
    }
    let newest_first: Vec<_> = expected.iter().rev().map(|(_, over)| over.clone()).collect();
    assert_eq!(closed_ones(&*store, 100).await, newest_first);
    assert_eq!(closed_ones(&*store, 20).await, newest_first[..20]);
    let mut open_ones: Vec<_> = expected.into_iter().map(|(open, _)| open).collect();
    open_ones.sort();
    assert_eq!(open(&*store).await, open_ones);
}
