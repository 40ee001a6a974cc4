//! Deliveries come late, doubled, again, and for jobs long gone.

use dispatch::identifier::JobKey;
use http::HeaderValue;

use crate::lab::Lab;

#[tokio::test(flavor = "multi_thread")]
async fn fifty_replays_at_once_launch_one_machine() {
    let lab = Lab::new().await;
    lab.push(&[("build", "go")]);
    let (headers, body) = lab.deliveries("queued").remove(0);
    let replays = (0..50).map(|index| {
        let mut headers = headers.clone();
        headers.insert("x-gitea-delivery", HeaderValue::from_str(&format!("replay-{index}")).unwrap());
        lab.deliver((headers, body.clone()))
    });
    let replies = futures_util::future::join_all(replays).await;
    assert_eq!(replies.iter().filter(|reply| reply.text.contains("on its way")).count(), 1);
    assert_eq!(replies.iter().filter(|reply| reply.text.contains("known since")).count(), 49);
    lab.until_quiet().await;
    assert_eq!(lab.journal.count("launched"), 1);
}

#[tokio::test]
async fn a_replay_for_a_finished_job_launches_nothing() {
    let lab = Lab::new().await;
    lab.push(&[("build", "go")]);
    let delivery = lab.deliveries("queued").remove(0);
    lab.deliver(delivery.clone()).await;
    lab.until_quiet().await;
    let reply = lab.deliver(delivery).await;
    assert!(reply.text.contains("had its turn (over: the forge says success)"), "{}", reply.text);
    lab.until_quiet().await;
    assert_eq!(lab.journal.count("launched"), 1);
}

#[tokio::test]
async fn nor_does_one_after_the_record_has_expired() {
    let lab = Lab::new().await;
    lab.push(&[("build", "go")]);
    let delivery = lab.deliveries("queued").remove(0);
    lab.deliver(delivery.clone()).await;
    lab.until_quiet().await;
    lab.forget(&JobKey::first("home".into(), 1)).await;
    assert!(lab.deliver(delivery).await.text.contains("on its way"), "at the edge it looks like a new job");
    lab.until_quiet().await;
    assert_eq!(lab.journal.count("launched"), 1, "the worker asks the forge, which says that it is over");
}
