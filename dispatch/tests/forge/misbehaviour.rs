//! Servers that fail, lie, echo and redirect: each is one readable sentence with its remedy, and none brings out the token.

use dispatch::forge::{Forge, ForgeError, ForgeErrorKind};
use serde_json::json;

use crate::server::{Reply, Server};
use crate::{TOKEN, at_tour, client, watch_tour, watches};

/// The error of a queue that is answered so.
async fn queue(reply: Reply) -> ForgeError {
    let server = Server::of("1.26.4", move |_| reply.clone()).await;
    let error = client(&server.url, watch_tour()).queue().await.unwrap_err();
    let port = server.url.trim_end_matches('/').rsplit(':').next().unwrap();
    assert!(!format!("{error:?}").contains(TOKEN), "{error}");
    ForgeError { cause: error.cause.replace(port, "PORT"), ..error }
}

#[tokio::test]
async fn an_error_of_the_forge_is_passed_on_in_its_words() {
    let error = queue(Reply::json(500, &json!({ "message": "database is locked", "url": "http://x/api/swagger" }))).await;
    assert_eq!(error.kind, ForgeErrorKind::Unreachable);
    insta::assert_snapshot!(error, @"GET /api/v1/repos/acme/tour/actions/jobs: the forge failed with HTTP 500 (“database is locked”): if this lasts, its own log says why");
}

#[tokio::test]
async fn a_proxys_page_is_named_by_its_title() {
    let error = queue(Reply::html(502, "<html><head><title>502 Bad Gateway</title></head></html>")).await;
    assert_eq!(error.kind, ForgeErrorKind::Unreachable);
    insta::assert_snapshot!(error.cause, @"HTTP 502 with an HTML page titled “502 Bad Gateway” instead of the API's JSON; is a proxy or a login page in front, or is `url` (http://127.0.0.1:PORT/) not the forge's root?");
    for status in [200, 403, 404] {
        let error = queue(Reply::html(status, "<title>Sign in</title>")).await;
        assert_eq!(error.kind, ForgeErrorKind::Unreachable, "{status}");
        assert!(error.cause.contains("Sign in"), "{error}");
    }
}

#[tokio::test]
async fn an_answer_of_another_type_is_not_the_apis() {
    let error = queue(Reply::typed(200, "text/plain", "all is well")).await;
    assert_eq!(error.kind, ForgeErrorKind::Unreachable);
    assert!(error.cause.contains("`text/plain` instead of the API's JSON"), "{error}");
}

#[tokio::test]
async fn a_missing_scope_is_named_for_each_place() {
    let words = json!({ "message": "token does not have at least one of required scope(s): [read:x]" });
    let scopes = ["read:admin", "read:organization", "read:repository"];
    for (watch, scope) in watches().into_iter().zip(scopes) {
        let words = words.clone();
        let server = Server::of("1.26.4", move |_| Reply::json(403, &words)).await;
        let error = client(&server.url, watch).queue().await.unwrap_err();
        assert_eq!(error.kind, ForgeErrorKind::Denied);
        assert!(error.cause.contains(&format!("`{scope}`")), "{error}");
    }
    let server = Server::of("1.26.4", move |_| Reply::json(403, &words)).await;
    let error = client(&server.url, watch_tour()).deregister(&at_tour(), 1).await.unwrap_err();
    assert!(error.cause.contains("`write:repository`, of a user who is an administrator of the repository"), "{error}");
}

#[tokio::test]
async fn a_wrong_token_is_to_be_replaced() {
    let error = queue(Reply::json(401, &json!({ "message": "token is required" }))).await;
    assert_eq!(error.kind, ForgeErrorKind::Denied);
    insta::assert_snapshot!(error.cause, @"the forge does not accept the token (“token is required”): make a new one with the scope `read:repository`, of a user who can read the repository and its Actions, and set `token`");
}

#[tokio::test]
async fn too_many_requests_say_how_long_to_wait() {
    let error = queue(Reply::json(429, &json!({})).with("retry-after", "17")).await;
    assert_eq!(error.kind, ForgeErrorKind::RateLimited { retry_after_s: 17 });
}

#[tokio::test]
async fn garbage_names_the_place_that_is_not_understood() {
    let error = queue(Reply::typed(200, "application/json", "{\"jobs\": [")).await;
    assert_eq!(error.kind, ForgeErrorKind::Malformed);
    let error = queue(Reply::json(200, &json!({ "jobs": [], "total_count": "many" }))).await;
    insta::assert_snapshot!(error.cause, @r#"the answer is not understood at `total_count`: invalid type: string "many", expected u64 at line 1 column 31; is this release of the forge a supported one?"#);
}

#[tokio::test]
async fn a_strange_job_costs_itself_and_not_the_queue() {
    let good = json!({
        "id": 1, "url": "http://a/api/v1/repos/acme/tour/actions/jobs/1", "run_id": 1, "name": "build", "labels": null,
        "status": "queued", "runner_id": 0,
    });
    let rows = json!({ "jobs": [good, { "id": "two" }, { "id": 3, "url": "x", "run_id": 1, "name": "", "status": "dreaming" }], "total_count": 3 });
    let server = Server::of("1.26.4", move |_| Reply::json(200, &rows)).await;
    let jobs = client(&server.url, watch_tour()).queue().await.unwrap();
    assert_eq!(jobs.iter().map(|job| job.id).collect::<Vec<_>>(), [1]);
    let error = queue(Reply::json(200, &json!({ "jobs": [{ "id": "two" }], "total_count": 1 }))).await;
    assert_eq!(error.kind, ForgeErrorKind::Malformed, "a list of which nothing is understood is not an empty queue");
}

#[tokio::test]
async fn a_redirect_is_not_followed_but_told() {
    let error = queue(Reply::typed(301, "", "").with("location", "https://git.example.com/api/v1/x")).await;
    assert_eq!(error.kind, ForgeErrorKind::Denied);
    insta::assert_snapshot!(error.cause, @"redirected to another place: set `url` to `https://git.example.com/` if that is the forge");
    let error = queue(Reply::typed(307, "", "").with("location", "/api/v1/repos/acme/trip/actions/jobs")).await;
    assert!(error.cause.starts_with("moved to `/api/v1/repos/acme/trip/actions/jobs`: it was renamed"), "{error}");
}

#[tokio::test]
async fn a_page_that_echoes_the_request_does_not_bring_out_the_token() {
    let echo = format!("<title>authorization: token {TOKEN}</title>");
    assert!(queue(Reply::html(500, &echo)).await.cause.contains("[token]"));
    assert!(queue(Reply::json(400, &json!({ "message": TOKEN }))).await.cause.contains("[token]"));
}

#[tokio::test]
async fn a_watched_place_that_is_gone_has_no_jobs_unless_all_are() {
    let [_, organisation, _] = watches();
    let gone = Reply::json(404, &json!({ "message": "not found" }));
    let answer = gone.clone();
    let server = Server::of("1.26.4", move |request| match request.path.as_str() {
        "/api/v1/orgs/acme/actions/jobs" => answer.clone(),
        _ => Reply::json(200, &json!({ "jobs": [], "total_count": 0 })),
    })
    .await;
    let both = dispatch::config::Watch::Only { organisations: vec!["acme".to_owned()], repositories: vec![crate::tour()] };
    assert_eq!(client(&server.url, both).queue().await.unwrap(), []);
    let error = client(&server.url, organisation).queue().await.unwrap_err();
    assert_eq!(error.kind, ForgeErrorKind::Denied);
    insta::assert_snapshot!(error, @"the queue: the forge shows none of organisation acme to this token: check the names under `watch`, and whose token it is");
}

#[tokio::test]
async fn a_route_of_no_supported_release_is_not_taken_for_an_empty_answer() {
    let server = Server::of("1.26.4", |_| Reply::no_route()).await;
    let client = client(&server.url, watch_tour());
    assert_eq!(client.queue().await.unwrap_err().kind, ForgeErrorKind::NotSupported);
    assert_eq!(client.deregister(&at_tour(), 1).await.unwrap_err().kind, ForgeErrorKind::NotSupported);
}
