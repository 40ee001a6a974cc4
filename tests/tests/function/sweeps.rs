//! The schedule and the stream: when passes are made, and when Lambda is told to send a batch again.

use std::sync::Arc;

use dispatch::lambda::{Failure, Role};
use serde_json::json;

use tests::lambda::event::{schedule, written};

use crate::stage::{Stage, queued};

#[tokio::test(start_paused = true)]
async fn a_quiet_installation_is_looked_at_once_a_minute() {
    let stage = Stage::new(Role::Worker);
    assert_eq!(stage.handle(schedule()).await, Ok(json!({ "done": 0, "failed": 0, "open": 0 })));
    assert_eq!(stage.passes().await, 1);
}

#[tokio::test(start_paused = true)]
async fn while_something_is_open_the_schedule_looks_until_it_comes_again() {
    let stage = Stage::new(Role::Worker);
    stage.queue_job(7);
    let begun = tokio::time::Instant::now();
    stage.handle_within(schedule(), 120).await.unwrap();
    assert_eq!((stage.passes().await, begun.elapsed().as_secs()), (5, 40), "at 0, 10, 20, 30 and 40 s");
    assert_eq!(stage.cloud.launched(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_shorter_time_out_makes_fewer_looks() {
    let stage = Stage::new(Role::Worker);
    stage.queue_job(7);
    stage.handle_within(schedule(), 30).await.unwrap();
    assert_eq!(stage.passes().await, 2);
}

#[tokio::test(start_paused = true)]
async fn a_time_out_too_short_for_a_pass_is_told_and_nothing_is_begun() {
    let stage = Stage::new(Role::Worker);
    assert_eq!(stage.handle_within(schedule(), 3).await, Err(Failure::TooLittleTime { left_s: 3 }));
    assert_eq!(stage.passes().await, 0);
}

#[tokio::test(start_paused = true)]
async fn a_batch_of_new_jobs_is_one_pass() {
    let stage = Stage::new(Role::Both);
    let keys = ["job#home/7/1", "job#home/8/1", "job#home/9/1"];
    for (id, _) in (7..).zip(keys) {
        stage.queue_job(id);
        stage.handle(queued(id)).await.unwrap();
    }
    assert_eq!(stage.handle(written(&keys)).await, Ok(json!({ "batchItemFailures": [] })));
    assert_eq!((stage.passes().await, stage.cloud.launched()), (1, 3));
}

#[tokio::test(start_paused = true)]
async fn a_stream_without_its_filter_does_not_keep_the_worker_busy_with_itself() {
    let stage = Stage::new(Role::Worker);
    assert_eq!(stage.handle(written(&["lease#worker", "runner#b/0"])).await, Ok(json!({ "batchItemFailures": [] })));
    assert_eq!(stage.passes().await, 0);
}

#[tokio::test(start_paused = true)]
async fn jobs_that_could_not_be_served_come_again() {
    let stage = Stage::new(Role::Worker);
    stage.queue_job(7);
    stage.cloud.break_down();
    let answer = stage.handle(written(&["runner#b/0", "job#home/7/1"])).await;
    assert_eq!(answer, Ok(json!({ "batchItemFailures": [{ "itemIdentifier": "1" }] })));
}

/// The first pass may look before the forge has filled its queue.
#[tokio::test(start_paused = true)]
async fn a_bell_is_followed_to_a_queue_that_fills_later() {
    let stage = Arc::new(Stage::new(Role::Worker));
    let (begun, late) = (tokio::time::Instant::now(), stage.clone());
    stage.forge.meanwhile(move || Box::pin(async move { late.queue_job(7) }));
    assert_eq!(stage.handle(written(&["bell#1000000"])).await, Ok(json!({ "batchItemFailures": [] })));
    assert_eq!((stage.cloud.launched(), stage.forge.looks(), begun.elapsed().as_secs()), (1, 2, 2), "now and after 2 s");
}

#[tokio::test(start_paused = true)]
async fn a_bell_for_nothing_is_heard_for_ten_seconds() {
    let stage = Stage::new(Role::Worker);
    let begun = tokio::time::Instant::now();
    stage.handle(written(&["bell#1000000", "bell#1000002"])).await.unwrap();
    assert_eq!((stage.forge.looks(), begun.elapsed().as_secs()), (3, 10), "now, after 2 s and after 10 s");
}

/// Others may have rung while the bell sounded.
#[tokio::test(start_paused = true)]
async fn who_has_found_something_looks_once_more_all_the_same() {
    let stage = Stage::new(Role::Worker);
    stage.queue_job(7);
    stage.handle(written(&["bell#1000000"])).await.unwrap();
    assert_eq!((stage.cloud.launched(), stage.forge.looks()), (1, 2));
}
