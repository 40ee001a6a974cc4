//! What a person reads in the forge's delivery log, and what was recorded by then.

use hmac::{Hmac, KeyInit, Mac};
use serde_json::{Value, json};

use super::*;
use crate::ledger::Sheet;
use crate::record::Control;
use crate::scene::{NOW, Scene, job_key};
use crate::store::Transaction;

/// An installation that only listens.
fn installation() -> Service {
    Scene::new().service()
}

fn repository() -> Value {
    json!({
        "id": 1,
        "owner": { "id": 1, "login": "acme" },
        "name": "tour",
        "full_name": "acme/tour",
        "default_branch": "main",
        "has_actions": true,
    })
}

fn job(action: &str, labels: &[&str]) -> Value {
    json!({
        "action": action,
        "workflow_job": {
            "id": 17,
            "run_id": 5,
            "run_attempt": 1,
            "name": "build",
            "labels": labels,
            "status": action,
            "conclusion": null,
            "runner_id": 0,
            "head_sha": "8f14e45fceea167a5a36dedd4bea2543ce4a2ab1",
            "head_branch": "main",
        },
        "repository": repository(),
        "sender": { "id": 1, "login": "acme" },
    })
}

fn push() -> Value {
    json!({
        "ref": "refs/heads/main",
        "before": "0000000000000000000000000000000000000000",
        "after": "8f14e45fceea167a5a36dedd4bea2543ce4a2ab1",
        "commits": [],
        "head_commit": null,
        "repository": repository(),
        "pusher": { "id": 1, "login": "acme" },
        "sender": { "id": 1, "login": "acme" },
    })
}

async fn deliver(service: &Service, vendor: &'static str, event: &str, body: &Value, secret: &str) -> Reply {
    let body = Bytes::from(body.to_string());
    let mut mac = Hmac::<sha2::Sha256>::new_from_slice(secret.as_bytes()).unwrap();
    mac.update(&body);
    let signature = hex::encode(mac.finalize().into_bytes());
    let mut headers = HeaderMap::new();
    headers.insert("content-type", "application/json".parse().unwrap());
    for (name, value) in [("delivery", "d-1"), ("event", event), ("event-type", event), ("signature", &signature)] {
        for vendor in ["gitea", vendor] {
            headers.insert(http::HeaderName::try_from(format!("x-{vendor}-{name}")).unwrap(), value.parse().unwrap());
        }
    }
    service.receive(&"home".into(), &headers, body).await
}

async fn hear(service: &Service, body: &Value) -> Reply {
    deliver(service, "gitea", "workflow_job", body, "secret").await
}

fn said(reply: &Reply) -> (u16, &str, Ring) {
    (reply.status.as_u16(), reply.text.as_str(), reply.ring)
}

#[tokio::test]
async fn a_queued_job_is_recorded_and_told_where_it_goes() {
    let service = installation();
    let reply = hear(&service, &job("queued", &["go"])).await;
    let text = "build (job 17 of acme/tour): [go] → pool `go`; a machine is on its way";
    assert_eq!((said(&reply), reply.recorded), ((200, text, Ring::Now), true));
    let record = service.ledger().job(&job_key(17)).await.unwrap().record;
    assert!(record.is_open());
    assert_eq!((record.name.as_str(), record.repository.to_string().as_str(), record.first_seen), ("build", "acme/tour", NOW));
}

#[tokio::test]
async fn a_delivery_that_comes_twice_records_one_job() {
    let service = installation();
    hear(&service, &job("queued", &["go"])).await;
    let again = hear(&service, &job("queued", &["go"])).await;
    assert!(again.text.starts_with("build (job 17 of acme/tour): known since "), "{}", again.text);
    assert_eq!((again.ring, again.recorded), (Ring::Now, false));
    assert_eq!(service.store.open_records().await.unwrap().len(), 1);
    close(&service, &job_key(17)).await;
    let late = hear(&service, &job("queued", &["go"])).await;
    assert!(late.text.contains(": had its turn ("), "{}", late.text);
    assert!(late.text.ends_with("if the forge's queue shows it again, it is served again"), "{}", late.text);
}

#[tokio::test]
async fn a_job_without_a_pool_is_refused_in_a_sentence_and_stays_closed() {
    let service = installation();
    let reply = hear(&service, &job("queued", &["windows"])).await;
    assert!(reply.text.contains("not started: no pool covers the labels [windows]"), "{}", reply.text);
    assert_eq!(reply.status, StatusCode::OK);
    assert!(!service.ledger().job(&job_key(17)).await.unwrap().record.is_open());
    assert!(service.store.open_records().await.unwrap().is_empty());
}

#[tokio::test]
async fn what_holds_a_job_is_said_at_once() {
    for (mode, word) in [(Mode::Paused, "paused"), (Mode::Draining, "draining"), (Mode::Stopped, "stopped")] {
        let service = installation();
        service.ledger().set_control(Control { mode, since: NOW }).await.unwrap();
        let reply = hear(&service, &job("queued", &["go"])).await;
        assert!(reply.text.contains(&format!("held: the installation is {word}")), "{}", reply.text);
    }
    let service = installation();
    let limit = service.config.pools[0].limit;
    for (used, full) in [(i64::from(limit) - 1, false), (i64::from(limit), true)] {
        let service = installation();
        let add = Transaction::new().add(Key::pool(&"go".into()), used, None);
        service.store.commit(add).await.unwrap();
        let reply = hear(&service, &job("queued", &["go"])).await;
        assert_eq!(reply.text.contains("held: "), full, "{used} of {limit}: {}", reply.text);
    }
}

#[tokio::test]
async fn a_pool_without_any_room_holds_its_first_job() {
    let mut service = installation();
    service.config.pools[0].limit = 0;
    let reply = hear(&service, &job("queued", &["go"])).await;
    assert!(reply.text.contains("held: "), "{}", reply.text);
}

#[tokio::test]
async fn what_happens_later_rings_without_a_record() {
    for (action, ring, words) in [
        ("waiting", Ring::No, "no runner can take it yet"),
        ("in_progress", Ring::Now, "noted, it is being worked on"),
        ("completed", Ring::Now, "noted, it is over"),
        ("levitating", Ring::Now, "a state that dispatch does not know"),
    ] {
        let service = installation();
        let reply = hear(&service, &job(action, &["go"])).await;
        assert!(reply.text.contains(words), "{action}: {}", reply.text);
        assert_eq!(reply.ring, ring, "{action}");
        assert!(service.store.open_records().await.unwrap().is_empty());
    }
}

#[tokio::test]
async fn what_may_start_jobs_rings_now_and_later() {
    let service = installation();
    let reply = deliver(&service, "forgejo", "push", &push(), "secret").await;
    assert_eq!((reply.status.as_u16(), reply.ring), (200, Ring::NowAndLater));
    assert!(reply.text.contains("since Forgejo does not announce jobs"), "{}", reply.text);
    let reply = deliver(&service, "gitea", "push", &push(), "secret").await;
    assert!(reply.text.contains("tick `Workflow Job`"), "{}", reply.text);
    assert_eq!(reply.ring, Ring::NowAndLater);
    let reply = deliver(&service, "gitea", "star", &push(), "secret").await;
    assert_eq!((reply.status.as_u16(), reply.ring), (200, Ring::No));
}

/// As Gitea 1.24 puts jobs below their runs.
fn listed_nowhere(action: &str, attempt: u64) -> Value {
    let mut job = job(action, &["go"]);
    job["workflow_job"]["run_attempt"] = attempt.into();
    job["workflow_job"]["url"] = "http://forge.test/api/v1/repos/acme/tour/actions/runs/5/jobs/17".into();
    job["workflow_job"]["html_url"] = "http://forge.test/acme/tour/actions/runs/5/jobs/0".into();
    if action != "queued" {
        job["workflow_job"]["runner_id"] = 3.into();
    }
    job
}

async fn told(service: &Service, generation: u32) -> crate::forge::JobState {
    let key = JobKey { generation, ..job_key(17) };
    service.ledger().job(&key).await.unwrap().record.told.clone().unwrap().state
}

#[tokio::test]
async fn what_a_forge_tells_only_once_is_kept() {
    use crate::forge::JobState;
    let service = installation();
    hear(&service, &listed_nowhere("queued", 0)).await;
    assert_eq!(told(&service, 1).await, JobState::Queued);
    hear(&service, &listed_nowhere("in_progress", 1)).await;
    assert_eq!(told(&service, 1).await, JobState::Running { registration: Some(3) });
    hear(&service, &listed_nowhere("completed", 1)).await;
    hear(&service, &listed_nowhere("in_progress", 1)).await;
    assert!(matches!(told(&service, 1).await, JobState::Over { registration: Some(3), .. }), "it does not go back");
    let late = hear(&service, &listed_nowhere("queued", 0)).await;
    assert!(late.text.contains("known since"), "{}", late.text);
    assert_eq!(service.store.open_records().await.unwrap().len(), 1);
}

#[tokio::test]
async fn each_attempt_of_such_a_job_is_a_generation() {
    use crate::forge::JobState;
    let service = installation();
    hear(&service, &listed_nowhere("queued", 0)).await;
    hear(&service, &listed_nowhere("queued", 1)).await;
    assert_eq!(told(&service, 2).await, JobState::Queued);
    assert!(matches!(told(&service, 1).await, JobState::Over { .. }), "a later attempt ends the earlier one");
    hear(&service, &listed_nowhere("in_progress", 2)).await;
    assert_eq!(told(&service, 2).await, JobState::Running { registration: Some(3) });
}

/// As a pass ends it.
async fn close(service: &Service, key: &JobKey) {
    let close = |sheet: &mut Sheet| sheet.job_mut(key).map(|record| record.closed_at = Some(NOW));
    service.ledger().edit([Key::job(key)], close).await.unwrap();
}

/// How many attempts of the job have a record.
async fn generations(service: &Service) -> u32 {
    let mut key = job_key(17);
    while service.ledger().job(&key).await.is_ok() {
        key = key.next_generation();
    }
    key.generation - 1
}

#[tokio::test]
async fn a_replay_is_no_attempt_whatever_became_of_the_first() {
    let service = installation();
    for _ in 0..2 {
        hear(&service, &listed_nowhere("queued", 0)).await;
    }
    assert_eq!(generations(&service).await, 1, "it waits");
    hear(&service, &listed_nowhere("in_progress", 1)).await;
    close(&service, &job_key(17)).await;
    hear(&service, &listed_nowhere("queued", 0)).await;
    assert_eq!(generations(&service).await, 1, "it had its turn");
    let service = installation();
    let mut nowhere = listed_nowhere("queued", 0);
    nowhere["workflow_job"]["labels"] = vec!["windows"].into();
    for _ in 0..2 {
        hear(&service, &nowhere).await;
    }
    assert_eq!(generations(&service).await, 1, "it has no pool");
}

#[tokio::test]
async fn only_a_later_attempt_ends_an_earlier_one_that_is_open() {
    use crate::forge::JobState;
    let reordered = installation();
    hear(&reordered, &listed_nowhere("queued", 1)).await;
    hear(&reordered, &listed_nowhere("queued", 0)).await;
    assert_eq!(told(&reordered, 1).await, JobState::Queued);
    let closed = installation();
    hear(&closed, &listed_nowhere("queued", 0)).await;
    close(&closed, &job_key(17)).await;
    hear(&closed, &listed_nowhere("queued", 1)).await;
    assert_eq!((told(&closed, 1).await, told(&closed, 2).await), (JobState::Queued, JobState::Queued));
}

#[tokio::test]
async fn an_event_is_kept_once_where_nothing_else_may_tell_what_it_starts() {
    let service = installation();
    for recorded in [true, false] {
        assert_eq!(deliver(&service, "forgejo", "push", &push(), "secret").await.recorded, recorded);
    }
    let open = service.store.open_records().await.unwrap();
    assert!(matches!(&open[..], [(_, Stored { record: Record::Notice(notice), .. })] if notice.event == "push"), "{open:?}");
}

#[tokio::test]
async fn a_stranger_records_nothing() {
    let service = installation();
    let reply = deliver(&service, "gitea", "workflow_job", &job("queued", &["go"]), "guessed").await;
    assert_eq!((reply.status, reply.ring), (StatusCode::UNAUTHORIZED, Ring::No));
    assert!(service.store.open_records().await.unwrap().is_empty());
    let reply = service.receive(&"elsewhere".into(), &HeaderMap::new(), Bytes::new()).await;
    assert_eq!(reply.status, StatusCode::NOT_FOUND);
}
