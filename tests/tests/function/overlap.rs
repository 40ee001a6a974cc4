//! Two workers at once: one works, and nothing that the other came for waits for the next minute.

use std::sync::Arc;

use dispatch::lambda::Role;
use serde_json::json;

use tests::lambda::event::{schedule, written};

use crate::stage::{Stage, queued};

/// While the first pass has already seen an empty queue, a job is announced and another worker is woken for it.
fn a_job_comes_in_the_middle_of_a_pass(stage: &Arc<Stage>) {
    let (other, late) = (stage.another_worker("other"), stage.clone());
    stage.forge.meanwhile(move || {
        Box::pin(async move {
            late.queue_job(7);
            late.handle(queued(7)).await.unwrap();
            assert!(other.pass().await.unwrap().held_by_another);
        })
    });
}

#[tokio::test(start_paused = true)]
async fn who_holds_the_lease_looks_again_for_who_came_meanwhile() {
    let stage = Arc::new(Stage::new(Role::Both));
    a_job_comes_in_the_middle_of_a_pass(&stage);
    assert!(!stage.another_worker("first").pass().await.unwrap().held_by_another);
    assert_eq!((stage.cloud.launched(), stage.forge.looks()), (1, 2));
}

#[tokio::test(start_paused = true)]
async fn nobody_looks_again_for_nobody() {
    let stage = Stage::new(Role::Worker);
    stage.another_worker("first").pass().await.unwrap();
    assert_eq!(stage.forge.looks(), 1);
    assert!(!stage.another_worker("second").pass().await.unwrap().held_by_another, "the lease was given back");
}

#[tokio::test(start_paused = true)]
async fn a_batch_that_finds_another_worker_at_it_is_in_good_hands() {
    let stage = Arc::new(Stage::new(Role::Worker));
    let woken = stage.clone();
    stage.forge.meanwhile(move || {
        Box::pin(async move {
            woken.queue_job(7);
            assert_eq!(woken.handle(written(&["job#home/7/1"])).await, Ok(json!({ "batchItemFailures": [] })));
        })
    });
    stage.another_worker("first").pass().await.unwrap();
    assert_eq!(stage.cloud.launched(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_worker_that_died_with_the_lease_is_not_waited_for_for_ever() {
    let stage = Arc::new(Stage::new(Role::Worker));
    stage.queue_job(7);
    stage.forge.meanwhile(|| Box::pin(std::future::pending()));
    let dying = stage.another_worker("dying");
    let died = tokio::time::timeout(std::time::Duration::from_secs(1), dying.pass()).await;
    assert!(died.is_err());
    assert_eq!(stage.handle(written(&["job#home/7/1"])).await, Ok(json!({ "batchItemFailures": [] })));
    assert_eq!(stage.cloud.launched(), 0);
    tokio::time::advance(std::time::Duration::from_mins(1)).await;
    stage.handle(schedule()).await.unwrap();
    assert_eq!(stage.cloud.launched(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_launch_that_is_not_answered_in_time_is_found_by_the_next_pass() {
    let stage = Stage::new(Role::Worker);
    stage.queue_job(7);
    stage.cloud.keep_silent();
    let cut_off = stage.handle(written(&["job#home/7/1"])).await.unwrap_err();
    assert_eq!(cut_off.to_string(), "the pass was cut off by the function's time-out; nothing is lost, the next one goes on");
    tokio::time::advance(std::time::Duration::from_mins(1)).await;
    stage.handle(schedule()).await.unwrap();
    assert_eq!(stage.cloud.launched(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_pass_that_runs_out_of_time_begins_nothing_more() {
    let stage = Arc::new(Stage::new(Role::Worker));
    stage.queue_job(7);
    stage.forge.meanwhile(|| Box::pin(tokio::time::sleep(std::time::Duration::from_secs(25))));
    let answer = stage.handle_within(written(&["job#home/7/1"]), 30).await;
    assert_eq!(answer, Ok(json!({ "batchItemFailures": [{ "itemIdentifier": "0" }] })));
    assert_eq!((stage.cloud.launched(), stage.open_jobs().await), (0, 0));
    stage.handle(written(&["job#home/7/1"])).await.unwrap();
    assert_eq!(stage.cloud.launched(), 1, "the lease was given back in time");
}
