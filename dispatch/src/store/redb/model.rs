//! The file against the model: whatever is asked of both, both answer the same.

use std::collections::BTreeSet;

use proptest::prelude::*;

use super::disk::Disk;
use super::store::RedbStore;
use crate::identifier::JobKey;
use crate::record::{Control, JobRecord, Lease, Record, Story};
use crate::store::{Expect, Key, Life, MemoryStore, Store, Transaction, Write};
use crate::time::Timestamp;

/// Few keys and few moments, so that steps meet.
const KEYS: [&str; 5] = ["counter#a", "counter#b", "job#home/1/1", "job#home/2/1", "lease#worker"];
const MOMENTS: std::ops::Range<u64> = 0..6;

#[derive(Clone, Debug)]
enum Step {
    /// Each write with whether it shall expect what is there, so that most transactions succeed.
    Commit(Vec<(Write, bool)>),
    Expire(Timestamp),
    Reopen,
}

fn key() -> impl Strategy<Value = Key> {
    prop::sample::select(&KEYS[..]).prop_map(Key::from_stored)
}

fn moment() -> impl Strategy<Value = Timestamp> {
    MOMENTS.prop_map(Timestamp::from_millis)
}

fn expect() -> impl Strategy<Value = Expect> {
    prop_oneof![
        3 => Just(Expect::Absent),
        4 => (1..4_u64).prop_map(Expect::Version),
        1 => (0..3_u64).prop_map(Expect::Fence),
    ]
}

fn life() -> impl Strategy<Value = Life> {
    let closed = (moment(), moment()).prop_map(|(at, expires_at)| Life::Closed { at, expires_at });
    prop_oneof![Just(Life::Open), Just(Life::Standing), closed]
}

fn job(number: u64) -> Record {
    let repository = "acme/tour".parse().unwrap();
    let job = JobKey::first("home".into(), number);
    let first_seen = Timestamp::from_millis(number);
    Record::from(JobRecord::new(job, repository, "build".to_owned(), BTreeSet::new(), first_seen, Story::default()))
}

fn record() -> impl Strategy<Value = Record> {
    prop_oneof![
        4 => (0..9_u64).prop_map(job),
        1 => moment().prop_map(|since| Record::Control(Control { since, ..Control::default() })),
        2 => (0..3_u64, moment()).prop_map(|(fence, expires_at)| Record::Lease(Lease { holder: "w".to_owned(), fence, expires_at, look_again: false })),
        1 => (0..9_u64).prop_map(|value| Record::Counter { value }),
    ]
}

fn write() -> impl Strategy<Value = Write> {
    let put = (key(), expect(), record(), life());
    prop_oneof![
        4 => put.prop_map(|(key, expect, record, life)| Write::Put { key, expect, record: Box::new(record), life }),
        2 => (key(), expect()).prop_map(|(key, expect)| Write::Delete { key, expect }),
        3 => (key(), -4..7_i64, prop::option::of(0..9_u64)).prop_map(|(key, by, at_most)| Write::Add { key, by, at_most }),
        1 => (key(), expect()).prop_map(|(key, expect)| Write::Check { key, expect }),
    ]
}

fn step() -> impl Strategy<Value = Step> {
    let writes = prop::collection::vec((write(), prop::bool::weighted(0.9)), 0..3);
    prop_oneof![10 => writes.prop_map(Step::Commit), 2 => moment().prop_map(Step::Expire), 1 => Just(Step::Reopen)]
}

async fn assert_same(file: &RedbStore, model: &MemoryStore) {
    for key in KEYS.map(Key::from_stored) {
        assert_eq!(file.read(&key).await, model.read(&key).await);
    }
    assert_eq!(file.open_records().await, model.open_records().await);
    for most in [0, 1, 9] {
        assert_eq!(file.closed_records(most).await, model.closed_records(most).await);
    }
}

async fn transaction(writes: Vec<(Write, bool)>, model: &MemoryStore) -> Transaction {
    let mut transaction = Transaction::new();
    for (mut write, aimed) in writes {
        let found = model.read(write.key()).await.unwrap();
        if let (true, Write::Put { expect, .. } | Write::Delete { expect, .. } | Write::Check { expect, .. }) =
            (aimed, &mut write)
        {
            *expect = found.map_or(Expect::Absent, |stored| Expect::Version(stored.version));
        }
        transaction = transaction.and(write);
    }
    transaction
}

async fn walk(steps: Vec<Step>) {
    let (disk, model) = (Disk::large(), MemoryStore::new());
    let mut file = disk.store().unwrap();
    for step in steps {
        match step {
            Step::Commit(writes) => {
                let transaction = transaction(writes, &model).await;
                assert_eq!(file.commit(transaction.clone()).await, model.commit(transaction).await);
            }
            Step::Expire(now) => assert_eq!(file.expire(now).await, model.expire(now).await),
            Step::Reopen => {
                drop(file);
                file = disk.store().unwrap();
            }
        }
        assert_same(&file, &model).await;
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn the_file_answers_as_the_model_does(steps in prop::collection::vec(step(), 1..24)) {
        tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(walk(steps));
    }
}
