//! What is over is forgotten, by the store on request or by its own doing.
#![expect(clippy::missing_panics_doc, clippy::unwrap_used, reason = "rules fail by panicking")]

use std::sync::Arc;

use dispatch::record::Record;
use dispatch::store::{Key, Life, Store, Stored, Transaction};
use dispatch::time::Timestamp;

use super::lists::{closed_ones, open, put};
use super::samples::{add, batch, closed, control, found, job, job_key};

async fn expire(store: &dyn Store, millis: u64) -> usize {
    store.expire(Timestamp::from_millis(millis)).await.unwrap()
}

/// Of a store that forgets by itself, late as DynamoDB is: nothing relies on its being quick.
pub async fn what_is_over_is_found_until_it_is_gone(store: Arc<dyn Store>) {
    add(&*store, &job_key(1), job(1), closed(1, 1_000)).await;
    assert_eq!(expire(&*store, 1_000).await, 0);
    assert_eq!(closed_ones(&*store, 9).await, [job_key(1)]);
    assert_eq!(found(&*store, &job_key(1)).await, Some(Stored { version: 1, record: job(1) }));
}

/// It is not listed, but expires like the others.
pub async fn a_batch_is_forgotten_too(store: Arc<dyn Store>) {
    let key = Key::from_stored("batch#5eed");
    add(&*store, &key, batch(), closed(5, 10)).await;
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
