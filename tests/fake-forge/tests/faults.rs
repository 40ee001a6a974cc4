//! Routes broken on purpose, and the log that counts the calls.

#![expect(clippy::unwrap_used, reason = "what cannot happen must stop the test")]

use std::time::Duration;

use fake_forge::{FakeForge, Fault, Flavour, Served, World};

/// A forge with an administrator; returns its token too.
async fn forge() -> (FakeForge, String) {
    let mut world = World::new(Flavour::Gitea1_27, "", 1_795_262_400);
    let root = world.add_admin("root1");
    let alice = world.add_user("alice");
    world.create_repository(alice, "app");
    let token = world.add_token(root, &["all"]);
    (FakeForge::start(world).await.unwrap(), token)
}

async fn post_token(base_url: &str, token: &str) -> reqwest::Result<(u16, String)> {
    let client = reqwest::Client::builder().timeout(Duration::from_secs(5)).build()?;
    let url = format!("{base_url}{TOKEN_PATH}");
    let response = client.post(url).header("Authorization", format!("token {token}")).send().await?;
    Ok((response.status().as_u16(), response.text().await?))
}

const TOKEN_PATH: &str = "/api/v1/repos/alice/app/actions/runners/registration-token";

#[tokio::test]
async fn errors_pages_and_garbage_come_as_ordered_and_end_when_healed() {
    let (forge, token) = forge().await;
    for (fault, status, part) in [
        (Fault::Status(500), 500, "message"),
        (Fault::HtmlPage, 502, "<html>"),
        (Fault::Unauthorized, 401, "invalid"),
        (Fault::MissingScope("write:repository".to_owned()), 403, "write:repository"),
        (Fault::TooManyRequests(7), 429, "Too Many"),
        (Fault::Garbage, 200, "\"na"),
    ] {
        forge.inject("POST /api/v1/repos", fault.clone());
        let (found, text) = post_token(forge.base_url(), &token).await.unwrap();
        assert_eq!(found, status, "{fault:?}");
        assert!(text.contains(part), "{fault:?}: {text}");
        forge.heal();
    }
    assert_eq!(post_token(forge.base_url(), &token).await.unwrap().0, 200);
}

#[tokio::test]
async fn a_lost_answer_has_happened() {
    let (forge, token) = forge().await;
    let path = TOKEN_PATH.replace("registration-token", "");
    forge.inject_times("/api/v1/repos", Fault::LostAnswer, 1);
    let lost = post_token(forge.base_url(), &token).await;
    assert!(lost.is_err(), "{lost:?}");
    let scope = fake_forge::world::Scope::repository(1);
    let made = forge.with(|world| world.registration_token(scope));
    let (_, text) = post_token(forge.base_url(), &token).await.unwrap();
    assert!(text.contains(&made));
    let statuses: Vec<Option<u16>> = forge.requests().iter().map(|served| served.status).collect();
    assert_eq!(statuses, [None, Some(200)]);
    assert_eq!(forge.count(&format!("POST {path}")), 2);
}

#[tokio::test]
async fn a_hanging_route_never_answers() {
    let (forge, token) = forge().await;
    forge.inject("/", Fault::Hang);
    let base_url = forge.base_url().to_owned();
    let request = tokio::spawn(async move { post_token(&base_url, &token).await });
    while forge.requests().is_empty() {
        tokio::task::yield_now().await;
    }
    assert_eq!(forge.requests()[0].status, None);
    assert!(!request.is_finished());
    request.abort();
}

#[tokio::test]
async fn a_slow_route_answers_rightly_in_the_end() {
    let (forge, token) = forge().await;
    forge.inject("/", Fault::Slow(Duration::from_millis(1)));
    assert_eq!(post_token(forge.base_url(), &token).await.unwrap().0, 200);
}

#[tokio::test]
async fn the_log_tells_method_path_and_status() {
    let (forge, token) = forge().await;
    post_token(forge.base_url(), &token).await.unwrap();
    let expected = Served { method: "POST".to_owned(), path: TOKEN_PATH.to_owned(), status: Some(200) };
    assert_eq!(forge.requests(), [expected]);
}
