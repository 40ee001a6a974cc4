//! The queue while jobs leave it between one page and the next.

use std::sync::Mutex;

use dispatch::forge::Forge;
use serde_json::{Value, json};

use crate::server::{Reply, Seen, Server};
use crate::{client, watch_tour};

fn job(id: u64) -> Value {
    json!({
        "id": id, "url": format!("http://forge.test/api/v1/repos/acme/tour/actions/jobs/{id}"), "run_id": 1, "name": "build",
        "labels": ["go"], "status": "queued", "runner_id": 0,
    })
}

/// What Gitea answers for `page` and `limit`, giving at most `most` rows.
fn page(jobs: &[u64], request: &Seen, most: usize) -> Reply {
    let number = |name| request.parameter(name).unwrap().parse::<usize>().unwrap();
    let limit = number("limit").min(most);
    let rows: Vec<Value> = jobs.iter().skip((number("page") - 1) * limit).take(limit).map(|id| job(*id)).collect();
    Reply::json(200, &json!({ "jobs": rows, "total_count": jobs.len() }))
}

async fn read(server: &Server) -> Vec<u64> {
    let jobs = client(&server.url, watch_tour()).queue().await.unwrap();
    jobs.iter().map(|job| job.id).collect()
}

#[tokio::test]
async fn a_job_that_stayed_is_found_though_others_leave_between_pages() {
    let jobs = Mutex::new((1..=180).collect::<Vec<u64>>());
    let server = Server::of("1.26.4", move |request| {
        let mut jobs = jobs.lock().unwrap();
        let reply = page(&jobs, request, 50);
        // Thirty of the oldest are taken and end after every answer, as with thirty idle runners.
        let left: Vec<u64> = jobs.iter().copied().filter(|id| *id > 120 || *id % 2 == 0).skip(30).collect();
        if left.len() >= 60 {
            *jobs = left;
        }
        reply
    })
    .await;
    let found = read(&server).await;
    let stayed = (121..=180).filter(|id| !found.contains(id)).collect::<Vec<_>>();
    assert_eq!(stayed, Vec::<u64>::new(), "missed");
}

#[tokio::test]
async fn a_forge_configured_for_shorter_pages_is_read_whole() {
    let jobs: Vec<u64> = (1..=75).collect();
    let server = Server::of("1.26.4", move |request| page(&jobs, request, 20)).await;
    assert_eq!(read(&server).await, (1..=75).collect::<Vec<_>>());
}

#[tokio::test]
async fn a_list_without_end_is_bounded() {
    let server = Server::of("1.26.4", |request| page(&(1..=20_000).collect::<Vec<_>>(), request, 50)).await;
    let found = read(&server).await;
    assert!(found.len() >= 5_000, "{}", found.len());
    assert_eq!(found[..3], [1, 2, 3], "the oldest, as the forge hands them out");
}

#[tokio::test]
async fn many_runners_are_listed_whole() {
    let server = Server::of("1.26.4", |request| {
        let number = |name| request.parameter(name).unwrap().parse::<usize>().unwrap();
        let all = (1..=120).map(|id| json!({ "id": id, "name": format!("i-{id}"), "status": "offline" }));
        let rows: Vec<Value> = all.skip((number("page") - 1) * number("limit")).take(number("limit")).collect();
        Reply::json(200, &json!({ "runners": rows, "total_count": 120 }))
    })
    .await;
    let runners = client(&server.url, watch_tour()).registrations(&crate::at_tour()).await.unwrap();
    assert_eq!(runners.len(), 120);
}
