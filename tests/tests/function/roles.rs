//! Two functions of one installation: each does its part and says so when it is asked for the other's.

use dispatch::lambda::{Failure, Role};
use serde_json::json;

use tests::lambda::event::{schedule, written};

use crate::stage::{Stage, pushed, queued};

#[tokio::test(start_paused = true)]
async fn the_edge_records_and_leaves_the_rest_to_the_worker() {
    let stage = Stage::new(Role::Edge);
    stage.queue_job(7);
    stage.handle(queued(7)).await.unwrap();
    stage.function.after_answer().await;
    assert_eq!((stage.open_jobs().await, stage.passes().await, stage.forge.looks()), (1, 0, 0));
}

/// Forgejo announces pushes and no jobs; fifty at once are one bell.
#[tokio::test(start_paused = true)]
async fn the_edge_rings_for_what_may_start_jobs() {
    let stage = Stage::new(Role::Edge);
    for _ in 0..50 {
        let answer = stage.handle(pushed()).await.unwrap();
        assert!(answer["body"].as_str().unwrap().starts_with("looking at the queue of `home` now"), "{answer}");
    }
    assert_eq!(stage.bells().await, ["bell#1000000"]);
    tokio::time::advance(std::time::Duration::from_secs(2)).await;
    stage.handle(pushed()).await.unwrap();
    assert_eq!(stage.bells().await, ["bell#1000000", "bell#1000002"]);
    assert_eq!(stage.open_jobs().await, 0);
}

#[tokio::test(start_paused = true)]
async fn a_job_that_was_recorded_needs_no_bell() {
    let stage = Stage::new(Role::Edge);
    stage.handle(queued(7)).await.unwrap();
    assert_eq!(stage.bells().await, Vec::<String>::new());
}

#[tokio::test(start_paused = true)]
async fn a_function_for_both_rings_for_itself() {
    let stage = Stage::new(Role::Both);
    stage.handle(pushed()).await.unwrap();
    assert_eq!(stage.bells().await, Vec::<String>::new());
}

#[tokio::test(start_paused = true)]
async fn the_edge_refuses_to_work() {
    let stage = Stage::new(Role::Edge);
    assert_eq!(stage.handle(schedule()).await, Err(Failure::NotForTheEdge("schedule")));
    assert_eq!(stage.handle(written(&["job#home/7/1"])).await, Err(Failure::NotForTheEdge("stream")));
    assert_eq!(stage.passes().await, 0);
}

#[tokio::test(start_paused = true)]
async fn the_worker_receives_no_webhooks() {
    let stage = Stage::new(Role::Worker);
    let answer = stage.handle(queued(7)).await.unwrap();
    assert_eq!(answer["statusCode"], 404);
    assert!(answer["body"].as_str().unwrap().contains("send them to the edge's address"), "{answer}");
    assert_eq!(stage.open_jobs().await, 0);
}

#[tokio::test(start_paused = true)]
async fn an_event_of_another_kind_is_refused_by_each() {
    for role in [Role::Edge, Role::Worker, Role::Both] {
        let refused = Stage::new(role).handle(json!({ "key": "value" })).await;
        assert!(matches!(refused, Err(Failure::UnknownEvent(_))), "{refused:?}");
    }
}
