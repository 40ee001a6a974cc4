//! Who gets in: tokens, their scopes, the rank of their users, and the size of pages.

#![expect(clippy::unwrap_used, reason = "what cannot happen must stop the test")]

use std::time::Duration;

use fake_forge::world::{JobSpec, Push, Workflow};
use fake_forge::{FakeForge, Flavour, World};
use serde_json::Value;

struct Site {
    forge: FakeForge,
    root: String,
    alice: String,
    mallory: String,
    reader: String,
}

/// alice's repository with 60 queued jobs; tokens of an administrator, of her, of a stranger, and a narrow one of hers.
async fn site(flavour: Flavour) -> Site {
    let mut world = World::new(flavour, "", 1_795_262_400);
    let [root, alice, mallory] = [world.add_admin("root1"), world.add_user("alice"), world.add_user("mallory")];
    let app = world.create_repository(alice, "app");
    let jobs = (0..60).map(|number| JobSpec::new(&format!("job{number}"), &["go"])).collect();
    let workflow = Workflow { jobs, ..Workflow::new("ci.yml") };
    world.push(app, Push::branch("main", alice, "Start").starts(workflow));
    Site {
        root: world.add_token(root, &["all"]),
        alice: world.add_token(alice, &["write:repository"]),
        mallory: world.add_token(mallory, &["all"]),
        reader: world.add_token(alice, &["read:repository"]),
        forge: FakeForge::start(world).await.unwrap(),
    }
}

impl Site {
    async fn ask(&self, method: &str, path: &str, token: &str) -> (u16, Value, Option<String>) {
        let client = reqwest::Client::builder().timeout(Duration::from_secs(5)).build().unwrap();
        let url = format!("{}/api/v1{path}", self.forge.base_url());
        let request = client.request(method.parse().unwrap(), url);
        let response = request.header("Authorization", format!("token {token}")).send().await.unwrap();
        let status = response.status().as_u16();
        let link = response.headers().get("Link").map(|link| link.to_str().unwrap().to_owned());
        (status, response.json().await.unwrap_or_default(), link)
    }
}

const TOKEN: &str = "/repos/alice/app/actions/runners/registration-token";

#[tokio::test]
async fn scope_and_rank_are_asked_for_separately() {
    let site = site(Flavour::Gitea1_27).await;
    for (method, path, token, status, part) in [
        ("POST", TOKEN, &site.alice, 200, ""),
        ("POST", TOKEN, &site.root, 200, ""),
        ("POST", TOKEN, &site.reader, 403, "required=[write:repository]"),
        ("POST", TOKEN, &site.mallory, 403, "owner of the repo"),
        ("GET", "/admin/actions/jobs", &site.alice, 403, "required=[read:admin]"),
        ("GET", "/admin/actions/jobs", &site.mallory, 403, "site admin"),
        ("GET", "/repos/alice/app", &"wrong".to_owned(), 401, "token"),
        ("GET", "/repos/alice/gone", &site.root, 404, "not found"),
    ] {
        let (found, body, _) = site.ask(method, path, token).await;
        assert_eq!(found, status, "{method} {path}: {body}");
        assert!(body.to_string().contains(part), "{method} {path}: {body}");
    }
}

#[tokio::test]
async fn a_private_repository_does_not_exist_for_strangers() {
    let site = site(Flavour::Gitea1_27).await;
    site.forge.with(|world| world.change_repository(1, |row| row.private = true));
    assert_eq!(site.ask("GET", "/repos/alice/app", &site.mallory).await.0, 404);
    assert_eq!(site.ask("GET", "/repos/alice/app", &site.alice).await.0, 200);
}

#[tokio::test]
async fn a_revoked_token_is_unknown() {
    let site = site(Flavour::Forgejo15).await;
    site.forge.with(|world| world.revoke_token(&site.root));
    assert_eq!(site.ask("GET", "/user", &site.root).await.0, 401);
}

#[tokio::test]
async fn a_page_holds_fifty_at_most_and_links_to_the_others() {
    let site = site(Flavour::Gitea1_25).await;
    let list = |query: &'static str| site.ask("GET", query, &site.root);
    let (_, first, link) = list("/admin/actions/jobs?status=queued&limit=1000").await;
    assert_eq!(first["jobs"].as_array().map(Vec::len), Some(50));
    assert_eq!(first["total_count"], 60);
    assert!(link.unwrap().contains("page=2>; rel=\"next\""));
    let (_, second, link) = list("/admin/actions/jobs?status=queued&limit=1000&page=2").await;
    assert_eq!(second["jobs"][0]["name"], "job50");
    assert!(link.unwrap().contains("rel=\"prev\""));
    let (_, short, _) = list("/admin/actions/jobs").await;
    assert_eq!(short["jobs"].as_array().map(Vec::len), Some(30));
}

#[tokio::test]
async fn gitea_1_25_reads_and_makes_registration_tokens_but_disables_nothing() {
    let site = site(Flavour::Gitea1_25).await;
    let (_, read, _) = site.ask("GET", TOKEN, &site.root).await;
    let (_, made, _) = site.ask("POST", TOKEN, &site.root).await;
    assert_eq!(read, made);
    assert_eq!(site.ask("PATCH", "/admin/actions/runners/1", &site.root).await.0, 405);
    assert_eq!(site.ask("POST", "/repos/alice/app/actions/runs/1/rerun", &site.root).await.0, 404);
}
