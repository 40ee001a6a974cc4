//! What goes wrong between us and DynamoDB.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use aws_sdk_dynamodb::config::timeout::TimeoutConfig;
use dispatch::store::{CommitError, DynamoDbStore, Expect, Key, Life, Store, StoreError, Transaction};
use serde_json::json;
use tests::aws::{Fault, Lab};
use tests::conformance::store::samples::{add, at_limit, changed, conflict, count, found, job, job_key};
use tokio::task::JoinSet;

use super::{Table, table};

impl Table {
    fn inject(&self, fault: Fault) {
        Lab::shared().inject(fault.containing(&self.name));
    }

    fn calls(&self, operation: &str) -> usize {
        let is_ours = |table: &String| *table == self.name;
        let calls = Lab::shared().calls().into_iter().filter(|call| call.operation == operation);
        calls.filter(|call| call.parameters.values().any(is_ours)).count()
    }
}

fn one_more() -> Transaction {
    Transaction::new().add(Key::total(), 1, None)
}

fn claim(number: u64) -> Transaction {
    Transaction::new().put(job_key(number), Expect::Absent, job(number), Life::Open)
}

/// As DynamoDB cancels a transaction of so many writes, all for the same reason.
fn cancelled(codes: &[&str]) -> Fault {
    let reasons: Vec<_> = codes.iter().map(|code| json!({"Code": code})).collect();
    Fault::error("TransactWriteItems", 400, "TransactionCanceledException").field("CancellationReasons", reasons)
}

fn unavailable<T: std::fmt::Debug>(outcome: Result<T, CommitError>) -> String {
    match outcome.unwrap_err() {
        CommitError::Store(error @ StoreError::Unavailable(_)) => error.to_string(),
        other => panic!("{other:?}"),
    }
}

fn unusable<T: std::fmt::Debug>(outcome: Result<T, StoreError>) -> String {
    match outcome.unwrap_err() {
        error @ StoreError::Unusable { .. } => error.to_string(),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_count_whose_answer_was_lost_is_not_raised_twice() {
    let table = table().await;
    table.inject(Fault::lose_response("TransactWriteItems").times(2));
    table.store.commit(one_more()).await.unwrap();
    assert_eq!(table.calls("TransactWriteItems"), 3);
    assert_eq!(count(&table.store, &Key::total()).await, 1);
}

/// A retry must not take its own trace for somebody else's.
#[tokio::test]
async fn a_claim_whose_answer_was_lost_is_won() {
    let table = table().await;
    table.inject(Fault::lose_response("TransactWriteItems"));
    table.store.commit(claim(7)).await.unwrap();
}

/// The same content twice is two wishes: a token made of content would swallow the second.
#[tokio::test]
async fn the_same_record_comes_back_after_it_was_deleted() {
    let table = table().await;
    for _ in 0..2 {
        table.store.commit(claim(7)).await.unwrap();
        table.store.commit(Transaction::new().delete(job_key(7), Expect::Version(1))).await.unwrap();
        assert_eq!(found(&table.store, &job_key(7)).await, None);
    }
}

#[tokio::test]
async fn disturbances_pass_without_anybody_noticing() {
    let table = table().await;
    for fault in [
        cancelled(&["TransactionConflict"]),
        cancelled(&["ThrottlingError"]),
        Fault::error("TransactWriteItems", 400, "ProvisionedThroughputExceededException"),
        Fault::error("TransactWriteItems", 400, "TransactionInProgressException"),
        Fault::error("TransactWriteItems", 500, "InternalServerError"),
        Fault::lose_request("TransactWriteItems"),
    ] {
        table.inject(fault.times(2));
        table.store.commit(one_more()).await.unwrap();
    }
    assert_eq!(count(&table.store, &Key::total()).await, 6);
    for operation in ["GetItem", "Query", "BatchGetItem"] {
        table.inject(Fault::error(operation, 400, "ThrottlingException"));
        table.inject(Fault::error(operation, 500, "InternalServerError"));
    }
    assert!(table.store.read(&Key::total()).await.unwrap().is_some());
    assert!(table.store.open_records().await.unwrap().is_empty());
    assert_eq!(table.store.read_many(&[Key::total()].into()).await.unwrap().len(), 1);
}

#[tokio::test]
async fn a_disturbance_that_stays_is_told_and_nothing_has_happened() {
    let table = table().await;
    table.inject(cancelled(&["None", "TransactionConflict"]).always());
    let told = unavailable(table.store.commit(claim(1).add(Key::total(), 1, None)).await);
    assert!(told.contains("others were in the way each time it tried (TransactionConflict)"), "{told}");
    assert_eq!(table.calls("TransactWriteItems"), 10);
    assert_eq!(found(&table.store, &job_key(1)).await, None);
}

#[tokio::test]
async fn throttling_that_stays_is_told() {
    let table = table().await;
    table.inject(Fault::error("TransactWriteItems", 400, "ThrottlingException").always());
    let told = unavailable(table.store.commit(one_more()).await);
    assert!(told.contains(&format!("table `{}` in eu-central-1 is throttled", table.name)), "{told}");
}

/// What is in the way passes; what is unmet stays so.
#[tokio::test]
async fn a_conflict_is_told_at_once_even_beside_a_disturbance() {
    let table = table().await;
    table.inject(cancelled(&["TransactionConflict", "ConditionalCheckFailed"]));
    let both = claim(1).put(job_key(2), Expect::Version(3), job(2), Life::Open);
    assert_eq!(conflict(&table.store, both).await, changed(&job_key(2)));
    assert_eq!(table.calls("TransactWriteItems"), 1);
}

#[tokio::test]
async fn an_answer_that_does_not_come_in_time_leaves_the_outcome_open_and_whole() {
    let table = table().await;
    let limits = TimeoutConfig::builder().operation_timeout(Duration::from_millis(300)).build();
    let settings = Lab::shared().settings().await.into_builder().timeout_config(limits).build();
    let hasty = DynamoDbStore::new(&settings, &table.name);
    table.inject(Fault::delay("TransactWriteItems", Duration::from_millis(900)));
    let told = unavailable(hasty.commit(claim(7).add(Key::total(), 1, Some(1))).await);
    assert!(told.contains("timeout") || told.contains("timed out"), "{told}");
    // Whoever tries again finds out: either it wins, or the first try has.
    match table.store.commit(claim(7).add(Key::total(), 1, Some(1))).await {
        Ok(()) => {}
        Err(error) => assert_eq!(error, CommitError::Conflict(changed(&job_key(7)))),
    }
    assert_eq!(count(&table.store, &Key::total()).await, 1);
}

#[tokio::test]
async fn keys_that_are_left_for_later_are_asked_for_again() {
    let table = table().await;
    let keys: BTreeSet<Key> = (0..5).map(job_key).collect();
    for number in 0..5 {
        add(&table.store, &job_key(number), job(number), Life::Open).await;
    }
    let all: Vec<_> = keys.iter().map(|key| json!({"pk": {"S": key.as_str()}})).collect();
    let later = json!({"Responses": {}, "UnprocessedKeys": {table.name.as_str(): {"Keys": all, "ConsistentRead": true}}});
    table.inject(Fault::answer("BatchGetItem", later.clone()).times(2));
    assert_eq!(table.store.read_many(&keys).await.unwrap().len(), 5);

    table.inject(Fault::answer("BatchGetItem", later).always());
    let told = table.store.read_many(&keys).await.unwrap_err().to_string();
    assert!(told.contains("is throttled: it leaves keys unread"), "{told}");
}

#[tokio::test]
async fn what_an_operator_has_to_set_right_is_said() {
    let table = table().await;
    let settings = Lab::shared().settings().await;
    let missing = DynamoDbStore::new(&settings, "nowhere");
    let told = unusable(missing.read(&Key::total()).await);
    assert!(told.contains("(table `nowhere` in eu-central-1): there is no such table; check its name and region"), "{told}");
    let told = unusable(missing.open_records().await);
    assert!(told.contains("there is no such table"), "{told}");
    let Err(CommitError::Store(error)) = missing.commit(one_more()).await else { panic!("it was found") };
    assert!(error.to_string().contains("there is no such table"), "{error}");

    for (code, remedy) in [
        ("AccessDeniedException", "give this role the rights"),
        ("ExpiredTokenException", "AWS does not accept the credentials"),
        ("UnrecognizedClientException", "AWS does not accept the credentials"),
    ] {
        table.inject(Fault::error("GetItem", 400, code));
        let told = unusable(table.store.read(&Key::total()).await);
        assert!(told.contains(remedy), "{told}");
    }
}

/// Two stores, as of edge and worker, and more claimants than places.
#[tokio::test(flavor = "multi_thread")]
async fn of_32_claimants_through_two_stores_as_many_win_as_there_are_places() {
    let table = table().await;
    let settings = Lab::shared().settings().await;
    let stores = [0, 1].map(|_| Arc::new(DynamoDbStore::new(&settings, &table.name)));
    let mut tasks = JoinSet::new();
    for (number, store) in (0..32).zip(stores.iter().cycle().cloned()) {
        tasks.spawn(async move { store.commit(claim(number).add(Key::total(), 1, Some(20))).await });
    }
    let (winners, losers): (Vec<_>, Vec<_>) = tasks.join_all().await.into_iter().partition(Result::is_ok);
    assert_eq!((winners.len(), losers.len()), (20, 12));
    assert!(losers.iter().all(|loser| *loser == Err(CommitError::Conflict(at_limit(&Key::total())))), "{losers:?}");
    assert_eq!(table.store.open_records().await.unwrap().len(), 20);
    assert_eq!(count(&table.store, &Key::total()).await, 20);
}

/// Both the limit above and the floor below, while others change the count in between.
#[tokio::test(flavor = "multi_thread")]
async fn a_count_that_is_lowered_by_many_at_once_stays_at_zero() {
    let table = table().await;
    table.store.commit(Transaction::new().add(Key::total(), 5, None)).await.unwrap();
    let store = Arc::new(table.store);
    let mut tasks = JoinSet::new();
    for _ in 0..16 {
        let store = Arc::clone(&store);
        tasks.spawn(async move { store.commit(Transaction::new().add(Key::total(), -2, None)).await });
    }
    assert!(tasks.join_all().await.iter().all(Result::is_ok));
    assert_eq!(count(&*store, &Key::total()).await, 0);
}
