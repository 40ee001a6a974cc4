//! The worker dies between any two of its calls to AWS, and another one finishes the story.

use dispatch::lambda::{Failure, Role};
use serde_json::Value;
use tests::lambda::event::schedule;

use crate::stage::Stage;

/// Far more calls than the story has.
const MOST_CALLS: usize = 400;

/// Plays the story up to the death of the worker in the call after `calls` others; false if it ended before.
async fn dies(stage: &Stage, first: Value, calls: usize) -> bool {
    let worker = stage.function(Role::Worker, "dying");
    stage.gateway.die_after(calls);
    let mut event = Some(first);
    loop {
        tokio::select! {
            () = stage.gateway.death() => return true,
            woken = stage.wake(&worker, event.take().unwrap_or_else(schedule)) => {
                assert!(matches!(woken, Ok(_) | Err(Failure::CutOff)), "{woken:?}");
            }
        }
        if stage.open().await.is_empty() {
            return false;
        }
        stage.machines_act().await;
        stage.clock.advance_s(30);
    }
}

#[tokio::test]
async fn a_worker_that_dies_between_any_two_calls_leaves_one_machine_and_no_trace() {
    for calls in 0..MOST_CALLS {
        let stage = Stage::new(&format!("killed-{calls}")).await;
        stage.push(&["build"]);
        stage.deliver(&stage.function(Role::Edge, "edge")).await;
        let woken = stage.stream().await.unwrap();
        let died = dies(&stage, woken, calls).await;
        stage.clock.advance_s(90);
        stage.until_quiet(&stage.function(Role::Worker, "next")).await;
        assert_eq!(stage.machines_ever(), 1, "died after {calls} calls");
        if !died {
            return assert!(calls > 20, "the story has only {calls} calls");
        }
    }
    panic!("the story has more than {MOST_CALLS} calls");
}
