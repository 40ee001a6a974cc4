//! Registration at Gitea: the registration token is asked for once, kept, and renewed when the forge no longer takes it.

use std::sync::atomic::{AtomicUsize, Ordering};

use dispatch::forge::{Forge, ForgeErrorKind, NewRunner};
use dispatch::identifier::Scope;
use secrecy::ExposeSecret;
use serde_json::{Value, json};

use crate::recording::Recording;
use crate::server::{Reply, Seen, Server};
use crate::{at_tour, client, watch_tour};

const ASK: &str = "/api/v1/repos/acme/tour/actions/runners/registration-token";
const REGISTER: &str = "/api/actions/runner.v1.RunnerService/Register";

fn runner() -> NewRunner {
    NewRunner { name: "i-0aaaaaaaaaaaaaaa1".to_owned(), labels: ["go".to_owned()].into() }
}

fn recorded() -> Value {
    Recording::of("gitea-1.27").find("POST", REGISTER).body.clone()
}

#[tokio::test]
async fn every_release_from_1_24_registers_an_ephemeral_runner() {
    for release in ["gitea-1.24", "gitea-1.26", "gitea-1.27"] {
        let recording = Recording::of(release);
        let (asked, answered) = (recording.find("POST", REGISTER).request.clone(), recording.find("POST", REGISTER).body.clone());
        let server = recording.serve("registered").await;
        let credential = client(&server.url, watch_tour()).register(&at_tour(), &runner()).await.unwrap();
        assert_eq!(credential.registration.to_string(), answered["runner"]["id"], "{release}");
        assert_eq!(credential.uuid, answered["runner"]["uuid"]);
        assert_eq!(credential.token.expose_secret(), answered["runner"]["token"]);
        let sent = server.seen().into_iter().find(|request| request.path == REGISTER).unwrap();
        for field in ["name", "token", "labels", "ephemeral"] {
            assert_eq!(sent.body[field], asked[field], "{release}: {field}");
        }
        assert_eq!(sent.authorization, None, "the runner protocol has no business with the API token");
    }
}

#[tokio::test]
async fn one_registration_token_serves_many_runners() {
    let server = Recording::of("gitea-1.26").serve("registered").await;
    let client = client(&server.url, watch_tour());
    for _ in 0..3 {
        client.register(&at_tour(), &runner()).await.unwrap();
    }
    let count = |path: &str| server.seen().iter().filter(|request| request.path == path).count();
    assert_eq!((count(ASK), count(REGISTER)), (1, 3));
}

/// A forge whose registration token is `token-N` after `N` questions; only `valid` is accepted.
async fn resetting(valid: &'static AtomicUsize) -> Server {
    let asked = AtomicUsize::new(0);
    let registered = recorded();
    Server::of("1.26.4", move |request: &Seen| match request.path.as_str() {
        ASK => Reply::json(200, &json!({ "token": format!("token-{}", asked.fetch_add(1, Ordering::SeqCst)) })),
        REGISTER if request.body["token"] == format!("token-{}", valid.load(Ordering::SeqCst)) => Reply::json(200, &registered),
        // Gitea's answer, a plain error that Connect sends as code `unknown` with HTTP 500.
        REGISTER => Reply::json(
            500,
            &json!({ "code": "unknown", "message": "runner registration token has been invalidated, please use the latest one" }),
        ),
        _ => Reply::no_route(),
    })
    .await
}

#[tokio::test]
async fn a_token_that_was_reset_is_renewed_once() {
    static VALID: AtomicUsize = AtomicUsize::new(0);
    let server = resetting(&VALID).await;
    let client = client(&server.url, watch_tour());
    client.register(&at_tour(), &runner()).await.unwrap();
    VALID.store(1, Ordering::SeqCst);
    client.register(&at_tour(), &runner()).await.unwrap();
    let register = server.lines().iter().filter(|line| line.ends_with("/Register")).count();
    assert_eq!(register, 3, "accepted, refused, accepted");
}

#[tokio::test]
async fn a_fresh_token_that_is_refused_is_an_error() {
    static VALID: AtomicUsize = AtomicUsize::new(99);
    let server = resetting(&VALID).await;
    let error = client(&server.url, watch_tour()).register(&at_tour(), &runner()).await.unwrap_err();
    assert_eq!(error.kind, ForgeErrorKind::Denied);
    insta::assert_snapshot!(error, @"POST /api/actions/runner.v1.RunnerService/Register: the forge does not accept its own registration token (“runner registration token has been invalidated, please use the latest one”): if this lasts, reset it in the forge's runner settings");
}

#[tokio::test]
async fn each_scope_has_its_own_token() {
    let registered = recorded();
    let server = Server::of("1.26.4", move |request| match request.path.as_str() {
        REGISTER => Reply::json(200, &registered),
        path if path.ends_with("/registration-token") => Reply::json(200, &json!({ "token": format!("of {path}") })),
        _ => Reply::no_route(),
    })
    .await;
    let client = client(&server.url, watch_tour());
    for scope in [at_tour(), Scope::Organisation("acme".to_owned()), Scope::Instance] {
        client.register(&scope, &runner()).await.unwrap();
    }
    let tokens: Vec<Value> =
        server.seen().into_iter().filter(|seen| seen.path == REGISTER).map(|seen| seen.body["token"].clone()).collect();
    assert_eq!(
        tokens,
        ["repos/acme/tour", "orgs/acme", "admin"]
            .map(|place| json!(format!("of /api/v1/{place}/actions/runners/registration-token")))
    );
}

#[tokio::test]
async fn where_only_get_gives_the_token_get_is_used() {
    let registered = recorded();
    let server = Server::of("1.25.0", move |request| match request.line().as_str() {
        "GET /api/v1/repos/acme/tour/actions/runners/registration-token" => Reply::json(200, &json!({ "token": "r" })),
        "POST /api/v1/repos/acme/tour/actions/runners/registration-token" => Reply::typed(405, "", ""),
        "POST /api/actions/runner.v1.RunnerService/Register" => Reply::json(200, &registered),
        _ => Reply::no_route(),
    })
    .await;
    client(&server.url, watch_tour()).register(&at_tour(), &runner()).await.unwrap();
}

#[tokio::test]
async fn a_runner_that_would_outlive_its_job_is_removed_again() {
    let mut registered = recorded();
    registered["runner"].as_object_mut().unwrap().remove("ephemeral");
    let server = Server::of("1.25.0", move |request| match request.line().as_str() {
        "POST /api/v1/repos/acme/tour/actions/runners/registration-token" => Reply::json(200, &json!({ "token": "r" })),
        "POST /api/actions/runner.v1.RunnerService/Register" => Reply::json(200, &registered),
        "DELETE /api/v1/repos/acme/tour/actions/runners/1" => Reply::typed(204, "", ""),
        _ => Reply::no_route(),
    })
    .await;
    let error = client(&server.url, watch_tour()).register(&at_tour(), &runner()).await.unwrap_err();
    assert_eq!(error.kind, ForgeErrorKind::NotSupported);
    assert!(server.lines().contains(&"DELETE /api/v1/repos/acme/tour/actions/runners/1".to_owned()));
}

#[tokio::test]
async fn no_debug_output_shows_a_secret() {
    let server = Recording::of("gitea-1.26").serve("registered").await;
    let client = client(&server.url, watch_tour());
    let credential = client.register(&at_tour(), &runner()).await.unwrap();
    let shown = format!("{client:?} {credential:?}");
    for secret in [crate::TOKEN, "registration-token-0", "runner-token-0"] {
        assert!(!shown.contains(secret), "{shown}");
    }
}
