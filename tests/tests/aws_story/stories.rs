//! One push, told in several ways.

use dispatch::lambda::Role;
use dispatch::record::Record;
use serde_json::json;
use tests::aws::Lab;
use tests::lambda::event::schedule;

use crate::stage::Stage;

#[tokio::test]
async fn a_push_becomes_one_machine_for_each_job_and_then_nothing() {
    let stage = Stage::new("push").await;
    let (edge, worker) = (stage.function(Role::Edge, "edge"), stage.function(Role::Worker, "worker"));
    stage.push(&["build", "test", "lint"]);
    let said = stage.deliver(&edge).await;
    assert_eq!(said.len(), 3);
    assert!(said[0].ends_with("[go] → pool `go`; a machine is on its way\n"), "{said:?}");
    assert_eq!(stage.machines_ever(), 0, "the edge launches nothing");
    let launches = Lab::shared().count("RunInstances");
    let woken = stage.stream().await.unwrap();
    assert_eq!(stage.wake(&worker, woken).await.unwrap(), json!({ "batchItemFailures": [] }));
    assert_eq!(stage.machines(&["pending", "running"]).len(), 3);
    assert!(Lab::shared().count("RunInstances") > launches);
    stage.until_quiet(&worker).await;
    assert_eq!(stage.machines_ever(), 3);
}

#[tokio::test]
async fn with_every_webhook_lost_the_schedule_finds_the_jobs() {
    let stage = Stage::new("dropped").await;
    stage.push(&["build", "test"]);
    stage.until_quiet(&stage.function(Role::Worker, "worker")).await;
    assert_eq!(stage.machines_ever(), 2);
}

#[tokio::test]
async fn two_workers_at_once_make_one_machine_for_each_job() {
    let stage = Stage::new("two").await;
    let (edge, one, other) =
        (stage.function(Role::Edge, "edge"), stage.function(Role::Worker, "one"), stage.function(Role::Worker, "other"));
    stage.push(&["build", "test"]);
    stage.deliver(&edge).await;
    let woken = stage.stream().await.unwrap();
    for _ in 0..3 {
        let (swept, served) = tokio::join!(stage.wake(&one, schedule()), stage.wake(&other, woken.clone()));
        assert!(swept.is_ok() && served.is_ok(), "{swept:?} {served:?}");
        stage.machines_act().await;
        stage.clock.advance_s(5);
    }
    stage.until_quiet(&one).await;
    assert_eq!(stage.machines_ever(), 2);
}

#[tokio::test]
async fn one_function_for_both_serves_a_delivery_without_a_stream() {
    let stage = Stage::new("both").await;
    let both = stage.function(Role::Both, "both");
    stage.push(&["build"]);
    stage.deliver(&both).await;
    assert_eq!(stage.machines_ever(), 0);
    both.after_answer().await;
    assert_eq!(stage.machines_ever(), 1);
    stage.until_quiet(&both).await;
    assert_eq!(stage.machines_ever(), 1);
}

/// Forgejo announces pushes and no jobs: then a bell in the table wakes the worker.
#[tokio::test]
async fn a_push_that_announces_no_job_wakes_the_worker_by_a_bell() {
    let stage = Stage::new("bell").await;
    let (edge, worker) = (stage.function(Role::Edge, "edge"), stage.function(Role::Worker, "worker"));
    stage.push(&["build"]);
    let said = stage.deliver_only(&edge, "push").await;
    assert!(said[0].starts_with("looking at the queue of `gitea` now"), "{said:?}");
    assert!(!stage.open().await.iter().any(|record| matches!(record, Record::Job(_))), "no job was announced");
    let woken = stage.stream().await.expect("the bell is in the stream");
    assert_eq!(stage.wake_for_a_moment(&worker, woken).await.unwrap(), json!({ "batchItemFailures": [] }));
    assert_eq!(stage.machines_ever(), 1);
    stage.until_quiet(&worker).await;
    assert_eq!(stage.machines_ever(), 1);
}
