//! What is turned away or not started, and the sentence that says why.

use bytes::Bytes;
use dispatch::pool::ForkPullRequests;
use fake_forge::Flavour;
use http::StatusCode;

use crate::lab::{Lab, headers};

#[tokio::test]
async fn a_label_without_a_pool_is_answered_and_remembered() {
    let lab = Lab::new().await;
    lab.push(&[("build", "Go")]);
    let reply = lab.deliver(lab.deliveries("queued").remove(0)).await;
    let why =
        "no pool covers the labels [Go]; the pools serve [deploy, docker, go, godot, node]: correct `runs-on` or add a pool";
    assert_eq!(reply.text, format!("build (job 1 of acme/tour): not started: {why}"));
    assert_eq!(reply.status, StatusCode::OK);
    lab.pass().await;
    assert_eq!(lab.last_line(1).await, why);
    assert_eq!(lab.journal.count("launched"), 0);
}

#[tokio::test]
async fn a_pool_added_later_serves_a_job_that_had_none() {
    let lab = Lab::with(Flavour::Gitea1_27, |config| config.pools.retain(|pool| pool.name.as_str() != "go")).await;
    lab.push(&[("build", "go")]);
    lab.deliver(lab.deliveries("queued").remove(0)).await;
    lab.pass().await;
    assert_eq!(lab.journal.count("launched"), 0);
    let mut service = dispatch::service::Service {
        config: lab.service.config.clone(),
        store: lab.service.store.clone(),
        clock: lab.service.clock.clone(),
        forges: lab.service.forges.clone(),
        clouds: lab.service.clouds.clone(),
        journal: lab.journal.clone(),
        holder: lab.service.holder.clone(),
    };
    service.config.pools.push(dispatch::pool::defaults(&"process".into(), &["builtin:stand-in".to_owned()]).remove(0));
    service.pass().await.unwrap();
    assert_eq!(lab.journal.count("launched"), 1);
}

#[tokio::test]
async fn a_wrong_signature_is_401_and_says_no_more() {
    let lab = Lab::new().await;
    let body = Bytes::from_static(b"{}");
    let mut headers = headers("1", "workflow_job", b"something else");
    let reply = lab.deliver((headers.clone(), body.clone())).await;
    assert_eq!((reply.status, reply.text.as_str()), (StatusCode::UNAUTHORIZED, "the signature is not accepted"));
    headers.remove("x-gitea-signature");
    let reply = lab.deliver((headers, body)).await;
    assert_eq!(reply.status, StatusCode::UNAUTHORIZED);
    assert!(reply.text.contains("not signed"), "{}", reply.text);
}

#[tokio::test]
async fn a_payload_under_another_host_name_is_served_all_the_same() {
    let lab = Lab::new().await;
    lab.push(&[("build", "go")]);
    let (_, body) = lab.deliveries("queued").remove(0);
    let elsewhere = String::from_utf8(body.to_vec()).unwrap().replace(lab.forge.base_url(), "http://internal.name:3000");
    let reply = lab.deliver((headers("1", "workflow_job", elsewhere.as_bytes()), Bytes::from(elsewhere))).await;
    assert!(reply.text.contains("on its way"), "{}", reply.text);
    lab.until_quiet().await;
    assert_eq!(lab.journal.count("launched"), 1);
}

#[tokio::test]
async fn a_careful_pool_does_not_run_a_forks_code() {
    let lab = Lab::new().await;
    let run = lab.approved_request_from_fork();
    lab.pass().await;
    assert_eq!(lab.journal.count("launched"), 0);
    let job = lab.forge.with(|world| world.jobs().find(|job| job.run == run).map(|job| job.id)).unwrap();
    let line = lab.last_line(u64::try_from(job).unwrap()).await;
    assert!(line.starts_with("held: the job runs code of a fork, which pool `go` refuses"), "{line}");
}

#[tokio::test]
async fn a_pool_may_be_told_to_run_it() {
    let lab = Lab::with(Flavour::Gitea1_27, |config| config.pools[0].fork_pull_requests = ForkPullRequests::Allow).await;
    lab.approved_request_from_fork();
    lab.until_quiet().await;
    assert_eq!(lab.journal.count("launched"), 1);
}
