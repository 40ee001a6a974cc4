//! Numbered transactions that show afterwards whether each of them happened as a whole.
#![expect(clippy::missing_panics_doc, clippy::unwrap_used, reason = "a broken promise is a panic")]

use dispatch::record::{Lease, Record};
use dispatch::store::{Expect, Key, Life, Store, Transaction};
use dispatch::time::Timestamp;

use super::samples::found;

fn left(number: u64) -> Key {
    Key::from_stored(format!("left#{number:06}"))
}

fn right(number: u64) -> Key {
    Key::from_stored(format!("right#{number:06}"))
}

/// Two records, and a count of all of them. The records are large, so that little room is soon full.
pub fn transaction(number: u64) -> Transaction {
    let record = Record::Lease(Lease {
        holder: "x".repeat(8 << 10),
        fence: number,
        expires_at: Timestamp::from_seconds(60),
        look_again: false,
    });
    Transaction::new()
        .put(left(number), Expect::Absent, record.clone(), Life::Open)
        .put(right(number), Expect::Absent, record, Life::Open)
        .add(Key::total(), 1, None)
}

/// How many steps were taken, from the first on; panics when one is not whole.
pub async fn whole(store: &dyn Store) -> u64 {
    let steps = match found(store, &Key::total()).await.map(|stored| stored.record) {
        Some(Record::Counter { value }) => value,
        _ => 0,
    };
    let open: Vec<_> = store.open_records().await.unwrap().into_iter().map(|(key, _)| key).collect();
    let expected: Vec<_> = (1..=steps).map(left).chain((1..=steps).map(right)).collect();
    assert_eq!(open, expected);
    steps
}
