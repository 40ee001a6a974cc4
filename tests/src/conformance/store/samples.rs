//! Records to write, and short words for writing and reading them.
#![expect(clippy::missing_panics_doc, reason = "rules fail by panicking")]
#![expect(clippy::unwrap_used, clippy::panic, reason = "rules fail by panicking")]

use std::sync::Arc;

use dispatch::forge::{JobPage, JobState, Trust};
use dispatch::identifier::{BatchId, JobKey, RunnerKey, Scope};
use dispatch::label::LabelSet;
use dispatch::reason::Reason;
use dispatch::record::{
    Batch, Control, Drift, Ending, JobRecord, Lease, Mode, Need, Notice, Predicted, Record, RunnerRecord, RunnerState, Story,
    Told,
};
use dispatch::store::{CommitError, Conflict, Expect, Key, Life, Store, Stored, Transaction};
use dispatch::time::Timestamp;
use serde_json::json;

/// The key of the sample job with this number.
pub fn job_key(number: u64) -> Key {
    Key::job(&JobKey::first("home".into(), number))
}

/// A job that was just announced.
pub fn job(number: u64) -> Record {
    let story = Story::beginning(Timestamp::from_millis(number), &Reason::LaunchAgain);
    let key = JobKey::first("home".into(), number);
    Record::from(JobRecord::new(
        key,
        "acme/tour".parse().unwrap(),
        "build".to_owned(),
        labels(),
        Timestamp::from_millis(number),
        story,
    ))
}

/// A job whose name alone has so many bytes.
pub fn large(number: u64, bytes: usize) -> Record {
    let Record::Job(job) = job(number) else { panic!("a job is a job") };
    Record::from(JobRecord { name: "x".repeat(bytes), ..Arc::unwrap_or_clone(job) })
}

/// A job that a delivery told of, on a forge that lists none.
pub fn told(number: u64) -> Record {
    let Record::Job(job) = job(number) else { panic!("a job is a job") };
    let told = Told {
        page: JobPage { run: 3, place: 0 },
        commit: "53cccdfe".to_owned(),
        branch: None,
        attempts_before: 1,
        state: JobState::Over { conclusion: "success".to_owned(), registration: Some(5) },
    };
    Record::from(JobRecord { told: Some(told), ..Arc::unwrap_or_clone(job) })
}

/// A job that was predicted.
pub fn predicted(number: u64) -> Record {
    let Record::Job(job) = job(number) else { panic!("a job is a job") };
    let contexts = vec!["CI / build (push)".to_owned()];
    let predicted = Predicted {
        commit: "53cccdfe".to_owned(),
        workflow: "ci.yml".to_owned(),
        contexts: contexts.clone(),
        confirmed: true,
        needs: vec![Need { name: "test".to_owned(), contexts }],
        trust: Trust::Unknown { cause: "nobody said".to_owned() },
    };
    Record::from(JobRecord { predicted: Some(predicted), ..Arc::unwrap_or_clone(job) })
}

/// An event that waits for the worker, with as large a payload as there is.
pub fn notice() -> Notice {
    let payload = json!({ "ref": "refs/heads/main", "quotes": "\"".repeat(Notice::MOST_BYTES / 2 - 20) });
    let at = Timestamp::from_millis(7);
    Notice::new("home".into(), "push".to_owned(), "acme/tour".parse().unwrap(), payload, at).unwrap()
}

/// The key of the sample runner with this index.
pub fn runner_key(index: u16) -> Key {
    Key::runner(&RunnerKey { batch: BatchId::new("5eed"), index })
}

/// A runner whose machine is up.
pub fn runner(index: u16) -> Record {
    let batch = Batch { scope: Scope::Repository("acme/tour".parse().unwrap()), ..order() };
    let (key, job) = (RunnerKey { batch: batch.id.clone(), index }, JobKey::first("home".into(), 7));
    Record::from(RunnerRecord {
        state: RunnerState::Launched { instance: "i-1".into(), at: Timestamp::from_millis(2) },
        registration: Some(u64::MAX),
        ending: Some(Ending::Failed),
        ..RunnerRecord::claimed(&batch, key, job, Some("b0a7".to_owned()), Timestamp::from_millis(1))
    })
}

/// An order of two machines.
pub fn batch() -> Record {
    Record::Batch(order())
}

fn order() -> Batch {
    Batch {
        id: BatchId::new("5eed"),
        pool: "go".into(),
        backend: "process".into(),
        forge: "home".into(),
        scope: Scope::Instance,
        labels: labels(),
        members: vec![JobKey::first("home".into(), 7), JobKey::first("home".into(), 8).next_generation()],
        made_at: Timestamp::from_millis(u64::from(u32::MAX)),
    }
}

fn labels() -> LabelSet {
    ["go".to_owned(), "größe \"x\"\n".to_owned()].into()
}

/// A switch that was turned at `millis`.
pub fn control(millis: u64) -> Record {
    Record::Control(Control { mode: Mode::Draining, since: Timestamp::from_millis(millis) })
}

/// A suspicion against a counter.
pub fn drift() -> Record {
    Record::Drift(Drift { version: u64::MAX, counted: 3, since: Timestamp::from_millis(7) })
}

/// A lease of the worker with this fencing number.
pub fn lease(fence: u64) -> Record {
    Record::Lease(Lease { holder: format!("worker {fence}"), fence, expires_at: Timestamp::from_seconds(60), look_again: false })
}

/// Closed at one moment and kept until another, in milliseconds.
pub fn closed(at: u64, expires_at: u64) -> Life {
    Life::Closed { at: Timestamp::from_millis(at), expires_at: Timestamp::from_millis(expires_at) }
}

/// Puts a record where nothing is.
pub async fn add(store: &dyn Store, key: &Key, record: Record, life: Life) {
    store.commit(Transaction::new().put(key.clone(), Expect::Absent, record, life)).await.unwrap();
}

/// What is kept there.
pub async fn found(store: &dyn Store, key: &Key) -> Option<Stored<Record>> {
    store.read(key).await.unwrap()
}

/// The count that is kept there.
pub async fn count(store: &dyn Store, key: &Key) -> u64 {
    match found(store, key).await.map(|stored| stored.record) {
        Some(Record::Counter { value }) => value,
        other => panic!("{key} holds {other:?}"),
    }
}

/// Commits what must meet something unexpected, and tells where.
pub async fn conflict(store: &dyn Store, transaction: Transaction) -> Conflict {
    match store.commit(transaction).await {
        Err(CommitError::Conflict(conflict)) => conflict,
        other => panic!("expected a conflict, not {other:?}"),
    }
}

/// A conflict over content.
pub fn changed(key: &Key) -> Conflict {
    Conflict { key: key.clone(), at_limit: false }
}

/// A conflict over a limit.
pub fn at_limit(key: &Key) -> Conflict {
    Conflict { key: key.clone(), at_limit: true }
}
