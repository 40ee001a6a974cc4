//! Stories about sheets: read together, changed, written together.

use super::{AfterClose, Ledger, LedgerError, Sheet};
use crate::plan::{Action, Claim};
use crate::reason::Reason;
use crate::record::{JobRecord, Mode, Record, RunnerState};
use crate::scene::{NOW, Scene, job_key, runner_key};
use crate::store::{Expect, Key, Life, MemoryStore, Store, Transaction};

/// A store with these jobs, and what the worker would claim for them.
async fn waiting(jobs: &[u64]) -> (MemoryStore, Claim) {
    let scene = jobs.iter().fold(Scene::new(), |scene, job| scene.known(*job, crate::forge::JobState::Queued));
    let store = MemoryStore::new();
    for job in scene.world.jobs.values() {
        ledger(&store).announce((**job).clone()).await.unwrap();
    }
    match scene.plan().actions.pop().unwrap().action {
        Action::Claim(claim) => (store, *claim),
        other => panic!("{other:?}"),
    }
}

fn ledger(store: &MemoryStore) -> Ledger<'_> {
    Ledger::open(store, NOW, 3_600)
}

async fn count(store: &MemoryStore, counter: &Key) -> u64 {
    match store.read(counter).await.unwrap().map(|stored| stored.record) {
        Some(Record::Counter { value }) => value,
        other => panic!("{other:?}"),
    }
}

async fn job(store: &MemoryStore, number: u64) -> JobRecord {
    ledger(store).job(&job_key(number)).await.unwrap().record
}

#[tokio::test]
async fn what_was_claimed_is_changed_again_without_being_read_again() {
    let (store, claim) = waiting(&[34, 35]).await;
    let mut sheet = ledger(&store).claim(&claim).await.unwrap();
    for index in [0, 1] {
        let runner = crate::identifier::RunnerKey { batch: claim.batch.id.clone(), index };
        sheet.runner_mut(&runner).unwrap().online_at = Some(NOW);
    }
    ledger(&store).write(&mut sheet).await.unwrap();
    ledger(&store).write(&mut sheet).await.unwrap();
    let versions: Vec<u64> = store.open_records().await.unwrap().into_iter().map(|(_, stored)| stored.version).collect();
    assert_eq!(versions, [1, 2, 2, 2, 2], "the batch once; jobs and runners twice, and not again by the write without a change");
}

#[tokio::test]
async fn nothing_is_written_over_what_somebody_else_has_changed() {
    let (store, _) = waiting(&[34, 35]).await;
    let keys = || [34, 35].map(|job| Key::job(&job_key(job)));
    let mut mine = ledger(&store).sheet(keys()).await.unwrap();
    let later = |sheet: &mut Sheet| sheet.job_mut(&job_key(35)).map(|job| job.failures = 3);
    ledger(&store).edit(keys(), later).await.unwrap();
    for number in [34, 35] {
        mine.job_mut(&job_key(number)).unwrap().failures = 1;
    }
    let refused = ledger(&store).write(&mut mine).await.unwrap_err();
    assert!(matches!(refused, LedgerError::Conflict(conflict) if conflict.key == Key::job(&job_key(35))));
    assert_eq!((job(&store, 34).await.failures, job(&store, 35).await.failures), (0, 3), "all or nothing");
}

#[tokio::test]
async fn a_record_that_is_there_already_is_not_added() {
    let (store, _) = waiting(&[34]).await;
    let known = job(&store, 34).await;
    let mut sheet = Sheet::default();
    sheet.add(Key::job(&known.key), JobRecord { failures: 9, ..known }.into());
    assert!(matches!(ledger(&store).write(&mut sheet).await, Err(LedgerError::Conflict(_))));
    assert_eq!(job(&store, 34).await.failures, 0);
}

#[tokio::test]
async fn runners_that_are_closed_together_give_back_all_their_places() {
    let (store, claim) = waiting(&[34, 35]).await;
    let mut sheet = ledger(&store).claim(&claim).await.unwrap();
    assert_eq!(count(&store, &Key::total()).await, 2);
    for index in [0, 1, 1] {
        let runner = crate::identifier::RunnerKey { batch: claim.batch.id.clone(), index };
        sheet.close_runner(&runner, NOW, &Reason::NotFulfilled, AfterClose::RetryAfter(15)).unwrap();
    }
    ledger(&store).write(&mut sheet).await.unwrap();
    assert_eq!(count(&store, &Key::total()).await, 0, "one that is closed already gives nothing back");
    assert_eq!(job(&store, 34).await.not_before, Some(NOW.plus_s(15)));
}

#[tokio::test]
async fn a_runner_that_had_its_job_says_nothing_about_the_one_it_was_launched_for() {
    let (store, _) = waiting(&[34]).await;
    let runner = Scene::new().launched(0).world.runners[&runner_key(0)].clone();
    let job_of_runner = runner.launched_for.clone();
    let put = Transaction::new().put(Key::runner(&runner.key), Expect::Absent, Record::Runner(runner), Life::Open);
    store.commit(put).await.unwrap();
    let close = |sheet: &mut Sheet| sheet.close_runner(&runner_key(0), NOW, &Reason::Served, AfterClose::Nothing);
    let keys = [Key::runner(&runner_key(0)), Key::job(&job_of_runner)];
    let sheet = ledger(&store).edit(keys, close).await.unwrap();
    assert_eq!(sheet.runner(&runner_key(0)).unwrap().state, RunnerState::Closed { at: NOW });
    assert_eq!(job(&store, 34).await.failures, 0);
}

#[tokio::test]
async fn a_claim_waits_while_the_switch_is_turned() {
    let (store, claim) = waiting(&[34]).await;
    for (mode, claims) in [(Mode::Paused, false), (Mode::Running, true)] {
        ledger(&store).set_control(crate::record::Control { mode, since: NOW }).await.unwrap();
        let outcome = ledger(&store).claim(&claim).await;
        assert_eq!(outcome.is_ok(), claims, "{mode:?}");
    }
}

#[tokio::test]
async fn a_lease_that_somebody_asked_about_is_still_ours() {
    let store = MemoryStore::new();
    let ours = ledger(&store).lease("one", 60).await.unwrap().unwrap();
    assert_eq!(ledger(&store).lease("other", 60).await.unwrap(), None);
    assert!(ledger(&store).ask_to_look_again().await.unwrap());
    let again = ledger(&store).release_unless_asked(&ours, 60).await.unwrap().expect("it was asked to look again");
    assert_eq!(ledger(&store).release_unless_asked(&again, 60).await.unwrap(), None);
    let theirs = ledger(&store).lease("other", 60).await.unwrap().unwrap();
    assert_eq!(theirs.record.fence, ours.record.fence + 1);
    assert_eq!(ledger(&store).renew(&again, 60).await, Err(LedgerError::LeaseLost));
}
