//! Finding out what a forge is, and noticing when it becomes something else.

use std::sync::atomic::{AtomicBool, Ordering};

use dispatch::forge::{Forge, ForgeErrorKind, ForgeKind, Version};
use serde_json::json;

use crate::server::{Reply, Seen, Server};
use crate::{TOKEN, client, watch_tour};

fn count(server: &Server, path: &str) -> usize {
    server.seen().iter().filter(|request| request.path == path).count()
}

#[tokio::test]
async fn the_answer_is_remembered_until_asked_afresh() {
    let server = Server::of("1.26.4", |_| Reply::no_route()).await;
    let client = client(&server.url, watch_tour());
    for afresh in [false, false, true, false] {
        client.capabilities(afresh).await.unwrap();
    }
    assert_eq!(count(&server, "/api/v1/version"), 2);
}

#[tokio::test]
async fn the_version_is_asked_for_without_the_token_first() {
    let server = Server::start(|request| match &request.authorization {
        None => Reply::json(403, &json!({ "message": "Only signed in user is allowed to call APIs." })),
        Some(_) => Reply::json(200, &json!({ "version": "1.25.5" })),
    })
    .await;
    let forge = client(&server.url, watch_tour()).capabilities(false).await.unwrap();
    assert_eq!(forge.version, Version { major: 1, minor: 25 });
    let sent: Vec<_> = server.seen().into_iter().map(|request| request.authorization).collect();
    assert_eq!(sent, [None, Some(format!("token {TOKEN}"))]);
}

#[tokio::test]
async fn a_route_that_vanished_makes_the_client_look_again() {
    static UPGRADED: AtomicBool = AtomicBool::new(false);
    let server = Server::start(|request: &Seen| match (request.path.as_str(), UPGRADED.load(Ordering::SeqCst)) {
        ("/api/v1/version", false) => Reply::json(200, &json!({ "version": "1.26.4" })),
        ("/api/v1/version", true) => Reply::json(200, &json!({ "version": "15.0.3+gitea-1.22.0" })),
        ("/api/v1/repos/acme/tour/actions/jobs", false) => Reply::json(200, &json!({ "jobs": [], "total_count": 0 })),
        ("/api/v1/repos/acme/tour/actions/runners/jobs", true) => Reply::json(200, &json!(null)),
        _ => Reply::no_route(),
    })
    .await;
    let client = client(&server.url, watch_tour());
    assert_eq!(client.queue().await.unwrap(), []);
    UPGRADED.store(true, Ordering::SeqCst);
    assert_eq!(client.queue().await.unwrap_err().kind, ForgeErrorKind::NotSupported);
    assert_eq!(client.queue().await.unwrap(), []);
    assert_eq!(client.capabilities(false).await.unwrap().kind, ForgeKind::Forgejo);
}

/// A forge without a number, whose router knows the routes that end so.
async fn nameless(forgejo: bool, routes: &'static [&'static str]) -> Version {
    let server = Server::of("development", move |request| match request.path.as_str() {
        "/api/forgejo/v1/version" if forgejo => Reply::json(200, &json!({ "version": "development" })),
        path if routes.iter().any(|route| path.ends_with(route)) => Reply::json(404, &json!({ "message": "not found" })),
        _ => Reply::no_route(),
    })
    .await;
    let forge = client(&server.url, watch_tour()).capabilities(false).await.unwrap();
    assert_eq!(forge.kind, if forgejo { ForgeKind::Forgejo } else { ForgeKind::Gitea });
    assert!(server.seen().iter().all(|request| request.body.is_null()), "asking changes nothing");
    forge.version
}

#[tokio::test]
async fn a_build_without_a_number_is_known_by_its_routes() {
    let gitea = |minor| Version { major: 1, minor };
    assert_eq!(nameless(false, &["/attempts/1", "/jobs", "/runners", "/runners/0"]).await, gitea(27));
    assert_eq!(nameless(false, &["/jobs", "/runners", "/runners/0"]).await, gitea(26));
    assert_eq!(nameless(false, &["/jobs", "/runners"]).await, gitea(25));
    assert_eq!(nameless(false, &["/runners"]).await, gitea(24));
    assert_eq!(nameless(false, &[]).await, gitea(23));
    let forgejo = |major| Version { major, minor: 0 };
    assert_eq!(nameless(true, &["/runs/0/jobs", "/runners", "/runs", "/runners/jobs"]).await, forgejo(16));
    assert_eq!(nameless(true, &["/runners", "/runs", "/runners/jobs"]).await, forgejo(15));
    assert_eq!(nameless(true, &["/runners/jobs"]).await, forgejo(11));
    assert_eq!(nameless(true, &[]).await, forgejo(10));
}

#[tokio::test]
async fn something_that_is_no_forge_is_told_from_one() {
    let server = Server::start(|_| Reply::no_route()).await;
    let error = client(&server.url, watch_tour()).capabilities(true).await.unwrap_err();
    insta::assert_snapshot!(error, @"GET /api/v1/version: nothing that speaks Gitea's or Forgejo's API is there: is `url` the forge's root, with its sub-path if it has one?");
}

#[tokio::test]
async fn a_forge_that_is_not_what_the_configuration_says_is_not_spoken_to() {
    let server = Server::of("1.26.4", |_| Reply::no_route()).await;
    let client = crate::client_of(Some(ForgeKind::Forgejo), &server.url, watch_tour());
    let error = client.queue().await.unwrap_err();
    assert_eq!(error.kind, ForgeErrorKind::Denied);
    insta::assert_snapshot!(error, @"GET /api/v1/version: this is Gitea 1.26, but the configuration says Forgejo: correct `kind` or `url`");
    assert_eq!(server.lines(), Vec::<String>::new());
}
