//! Deliveries: an answer at once, the work after it.

use dispatch::lambda::Role;
use serde_json::json;

use tests::lambda::event::request;

use crate::stage::{Stage, pushed, queued};

#[tokio::test(start_paused = true)]
async fn a_delivery_is_answered_before_anything_is_launched() {
    let stage = Stage::new(Role::Both);
    stage.queue_job(7);
    let answer = stage.handle(queued(7)).await.unwrap();
    assert_eq!(answer["statusCode"], 200);
    assert_eq!(answer["body"], "build (job 7 of acme/tour): [go] → pool `go`; a machine is on its way\n");
    assert_eq!((stage.open_jobs().await, stage.passes().await), (1, 0));
    stage.function.after_answer().await;
    assert_eq!((stage.cloud.launched(), stage.passes().await), (1, 1));
    stage.function.after_answer().await;
    assert_eq!(stage.passes().await, 1, "one delivery asks for one pass");
}

#[tokio::test(start_paused = true)]
async fn a_push_is_followed_to_a_queue_that_fills_later() {
    let stage = Stage::new(Role::Both);
    let answer = stage.handle(pushed()).await.unwrap();
    assert_eq!(answer["statusCode"], 200, "{answer}");
    let begun = tokio::time::Instant::now();
    stage.function.after_answer().await;
    assert_eq!((stage.forge.looks(), begun.elapsed().as_secs()), (3, 10), "now, after 2 s and after 10 s");
}

#[tokio::test(start_paused = true)]
async fn what_is_refused_asks_for_nothing() {
    let stage = Stage::new(Role::Both);
    let mut forged = queued(7);
    forged["body"] = json!("{}");
    let answer = stage.handle(forged).await.unwrap();
    assert_eq!((&answer["statusCode"], &answer["body"]), (&json!(401), &json!("the signature is not accepted\n")));
    let large = stage.handle(request("POST", "/", &json!({}), &"x".repeat((64 << 10) + 1), false)).await.unwrap();
    assert_eq!(large["statusCode"], 413);
    assert!(large["body"].as_str().unwrap().starts_with("this delivery is larger than the limit of 65536 bytes"), "{large}");
    stage.function.after_answer().await;
    assert_eq!((stage.open_jobs().await, stage.passes().await), (0, 0));
}

#[tokio::test(start_paused = true)]
async fn browsers_and_watchers_are_answered() {
    let stage = Stage::new(Role::Both);
    let get = |path: &'static str| request("GET", path, &json!({}), "", false);
    let answer = stage.handle(get("/")).await.unwrap();
    assert_eq!((&answer["statusCode"], &answer["headers"]["allow"]), (&json!(405), &json!("POST")));
    let answer = stage.handle(get("/health")).await.unwrap();
    assert_eq!((&answer["statusCode"], &answer["headers"]["content-type"]), (&json!(200), &json!("application/json")));
    assert_eq!(stage.handle(get("/favicon.ico")).await.unwrap()["statusCode"], 404);
}
