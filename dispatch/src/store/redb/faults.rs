//! Stories of bad disks: full, without power, damaged.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use super::disk::Disk;
use super::store::RedbStore;
use crate::record::{Control, Record};
use crate::store::{CommitError, Expect, Key, Life, Store, StoreError, Transaction};
use crate::time::Timestamp;

const MANY: u64 = 400;

fn left(n: u64) -> Key {
    Key::from_stored(format!("left#{n:04}"))
}

fn right(n: u64) -> Key {
    Key::from_stored(format!("right#{n:04}"))
}

/// Two records and a count that only a whole transaction keeps in step.
fn pair(n: u64) -> Transaction {
    let record = Record::Control(Control { since: Timestamp::from_millis(n), ..Control::default() });
    Transaction::new()
        .put(left(n), Expect::Absent, record.clone(), Life::Open)
        .put(right(n), Expect::Absent, record, Life::Open)
        .add(Key::total(), 1, None)
}

/// How many pairs are there; fails when one is not whole, or the index and the count disagree with the records.
async fn whole_pairs(store: &RedbStore) -> u64 {
    let count = match store.read(&Key::total()).await.unwrap() {
        Some(stored) => match stored.record {
            Record::Counter { value } => value,
            other => panic!("{other:?}"),
        },
        None => 0,
    };
    let keys: Vec<_> = store.open_records().await.unwrap().into_iter().map(|(key, _)| key).collect();
    let expected: Vec<_> = (0..count).map(left).chain((0..count).map(right)).collect();
    assert_eq!(keys, expected);
    count
}

/// Commits pairs until the store fails; how many it acknowledged, and how it failed.
async fn commit_pairs(store: &RedbStore) -> (u64, Option<CommitError>) {
    for n in 0..MANY {
        if let Err(error) = store.commit(pair(n)).await {
            return (n, Some(error));
        }
    }
    (MANY, None)
}

#[tokio::test]
async fn a_full_disk_is_called_so_and_costs_one_transaction_only() {
    let disk = Disk::of_blocks(40);
    let store = disk.store().unwrap();
    let (acknowledged, error) = commit_pairs(&store).await;
    assert!(acknowledged > 5, "{acknowledged}");
    let Some(CommitError::Store(error @ StoreError::Full(_))) = error else { panic!("{error:?}") };
    assert!(error.to_string().contains("the disk is full (the disk: no storage space)"), "{error}");

    assert_eq!(whole_pairs(&store).await, acknowledged, "reading goes on, and nothing is half written");
    assert!(matches!(store.commit(pair(acknowledged)).await, Err(CommitError::Store(StoreError::Full(_)))), "still full");

    disk.set_room(400);
    store.commit(pair(acknowledged)).await.unwrap();
    assert_eq!(whole_pairs(&store).await, acknowledged + 1);
}

#[tokio::test]
async fn a_disk_too_small_for_a_new_store_is_full_and_not_damaged() {
    for blocks in 0..3 {
        let disk = Disk::of_blocks(blocks);
        let outcome = disk.store();
        assert!(matches!(outcome, Err(StoreError::Full(_))), "{blocks} blocks: {outcome:?}");
    }
}

/// Of the writes that were under way, a power cut keeps all, none, or any mixture.
#[tokio::test]
async fn a_power_cut_takes_nothing_that_was_acknowledged() {
    for writes in (1..160).step_by(7) {
        for survivors in [0, u64::MAX, 0x5555_5555_5555_5555, 0xaaaa_aaaa_aaaa_aaaa, 0x0123_4567_89ab_cdef] {
            let disk = Disk::large();
            let store = disk.store().unwrap();
            disk.cut_power_after(writes);
            let (acknowledged, error) = commit_pairs(&store).await;
            assert!(matches!(error, Some(CommitError::Store(StoreError::Unavailable(_)))), "{error:?}");
            drop(store);

            disk.restore_power(|number| survivors >> (number % 64) & 1 == 1);
            let found = whole_pairs(&disk.store().unwrap()).await;
            assert!(found == acknowledged || found == acknowledged + 1, "{found} of {acknowledged} after {writes} writes");
        }
    }
}

/// Uses a store in every way.
async fn exercised(store: &RedbStore) -> Result<u64, StoreError> {
    let open = store.open_records().await?.len() as u64;
    store.closed_records(10).await?;
    store.read(&left(0)).await?;
    store.expire(Timestamp::from_seconds(1)).await?;
    match store.commit(pair(open / 2)).await {
        Ok(()) => Ok(open / 2),
        Err(CommitError::Store(error)) => Err(error),
        Err(error) => panic!("{error}"),
    }
}

#[tokio::test]
async fn a_damaged_file_is_refused_or_does_no_harm_wherever_the_damage_is() {
    let disk = Disk::large();
    let store = disk.store().unwrap();
    for n in 0..20 {
        store.commit(pair(n)).await.unwrap();
    }
    drop(store);
    let bytes = disk.bytes();
    let mut refused = 0;
    for place in (0..320).step_by(2).chain((320..bytes.len()).step_by(401)) {
        let mut damaged = bytes.clone();
        damaged[place] ^= 0xff;
        let outcome = match Disk::holding(damaged).store() {
            Ok(store) => exercised(&store).await,
            Err(error) => Err(error),
        };
        match outcome {
            Ok(pairs) => assert_eq!(pairs, 20, "damage at {place}"),
            Err(StoreError::Corrupt { place, .. }) if place == "the disk" => refused += 1,
            Err(other) => panic!("damage at {place}: {other}"),
        }
    }
    assert!(refused > 100, "{refused}");
}

#[tokio::test]
async fn a_file_cut_short_is_damaged() {
    let disk = Disk::large();
    let store = disk.store().unwrap();
    store.commit(pair(0)).await.unwrap();
    drop(store);
    let bytes = disk.bytes();
    for length in [1, 100, 320, 4096, 10_000, bytes.len() / 2, bytes.len() - 1] {
        let error = Disk::holding(bytes[..length].to_vec()).store().unwrap_err();
        assert!(matches!(error, StoreError::Corrupt { .. }), "{length}: {error}");
    }
}

#[test]
fn a_file_that_is_no_store_is_refused_with_path_and_remedy_and_left_alone() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("store.redb");
    for content in ["", "forges:\n  home:\n", &"x".repeat(100_000)] {
        fs::write(&path, content).unwrap();
        let error = RedbStore::open(&path).unwrap_err();
        assert!(matches!(error, StoreError::Corrupt { .. }), "{error}");
        let sentence = error.to_string();
        assert!(sentence.starts_with(&format!("the store {} is damaged: ", path.display())), "{sentence}");
        assert!(sentence.contains("; move it away and start again: "), "{sentence}");
        assert_eq!(fs::read_to_string(&path).unwrap(), content);
    }
}

#[test]
fn file_and_directory_are_for_their_owner_alone() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("new/data/store.redb");
    let mode = |path: &std::path::Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    drop(RedbStore::open(&path).unwrap());
    assert_eq!((mode(&path), mode(path.parent().unwrap())), (0o600, 0o700));

    fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
    drop(RedbStore::open(&path).unwrap());
    assert_eq!(mode(&path), 0o600, "as after a careless restore of a backup");
}

#[test]
fn a_file_has_one_owner_at_a_time() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("store.redb");
    let owner = RedbStore::open(&path).unwrap();
    assert_eq!(RedbStore::open(&path).unwrap_err(), StoreError::InUse { place: path.display().to_string() });
    drop(owner);
    RedbStore::open(&path).unwrap();
}
