//! What a worker really calls in its stories, by the emulator's call log, is the list that its policy is held to.

use std::collections::BTreeSet;

use dispatch::lambda::Role;
use tests::aws::Call;
use tests::installation::{actions_needed, actions_of};
use tests::lambda::event::schedule;

use crate::stage::Stage;

/// What no story asks for, and why the worker may do it all the same. There is nothing.
const NEVER_ASKED_FOR: [(&str, &str); 0] = [];

/// One job that is served, and one that is cancelled while its machine boots: the machine is ended, its identity taken back.
#[tokio::test]
async fn the_worker_calls_what_its_policy_allows_and_nothing_else() {
    let stage = Stage::alone("rights").await;
    let worker = stage.function(Role::Worker, "worker");
    let mut called: Vec<Call> = Vec::new();
    stage.push(&["build"]);
    let cancelled = stage.push(&["cancelled"]);
    for pass in 0..12 {
        let (woken, calls) = stage.calls_of(stage.wake_for_a_moment(&worker, schedule())).await;
        woken.unwrap();
        called.extend(calls);
        if pass == 0 {
            stage.cancel(cancelled);
        } else {
            stage.machines_act().await;
        }
        stage.clock.advance_s(30);
    }
    assert!(stage.open().await.is_empty(), "{:#?}", stage.open().await);
    let needless: BTreeSet<String> = NEVER_ASKED_FOR.iter().map(|(action, _why)| (*action).to_owned()).collect();
    let asked: BTreeSet<String> = actions_of("worker").difference(&needless).cloned().collect();
    assert_eq!(actions_needed(&called), asked, "left: what was called; right: `tests/aws/actions.txt` for the worker");
}

/// The machine's one call, as its first-boot script makes it.
#[tokio::test]
async fn a_machine_calls_what_its_policy_allows_and_nothing_else() {
    let stage = Stage::alone("machine-rights").await;
    let worker = stage.function(Role::Worker, "worker");
    stage.push(&["build"]);
    stage.wake_for_a_moment(&worker, schedule()).await.unwrap();
    let machine = stage.machines(&["pending", "running"]).remove(0);
    let (taken, calls) = stage.calls_of(stage.take_identity(&machine)).await;
    assert!(taken.is_some());
    assert_eq!(actions_needed(&calls), actions_of("machine"));
}
