//! `dispatch explain` of a webhook in a file, and of commits and pull requests of a forge.

use fake_forge::Flavour;
use fake_forge::world::{Commit, NewPullRequest, Push};
use serde_json::json;

use crate::clone::{Clone, without_ids};
use crate::stage::{Runner, Stage};

const CI: &str = "on:\n  push: {branches: [main], paths: [src/**]}\n  pull_request:\njobs: {build: {runs-on: go, steps: []}}\n";

/// A forge whose repository has the workflow on `main`, then a commit that changes what the workflow is about, then another.
async fn stage() -> (Stage, String) {
    let stage = Stage::with(Flavour::Gitea1_26, Runner::StandIn).await;
    let code = "c0de".repeat(10);
    let push = |commit: Commit| {
        let push = Push { commits: vec![commit], ..Push::branch("main", stage.admin, "") };
        stage.forge.with(|world| world.push(stage.repository, push));
    };
    push(Commit::new("Start").write(".gitea/workflows/ci.yml", CI));
    push(Commit { id: Some(code.clone()), ..Commit::new("Code").write("src/a.go", "a") });
    push(Commit::new("Words").write("README.md", "a"));
    (stage, code)
}

const AT: [&str; 5] = ["explain", "--forge", "home", "--repository", "acme/tour"];

#[tokio::test]
async fn a_commit_of_a_forge_is_explained_by_its_own_release() {
    let (stage, code) = stage().await;
    let last = stage.call(&AT).await.exits(0).without_escapes();
    insta::assert_snapshot!(without_ids(&last.data), @r"
    a push of `main` from COMMIT to COMMIT in acme/tour, decided as gitea-1.26 does

    not started  .gitea/workflows/ci.yml: paths filter `src/**` does not match the one changed file
     --> .gitea/workflows/ci.yml:2:28
      |
    2 |   push: {branches: [main], paths: [src/**]}
      |                            ^^^^^

    0 of 1 workflow start, with 0 jobs
    ");
    let before = stage.call(&[&AT[..], &["--commit", &code]].concat()).await.exits(0);
    assert!(before.data.contains("  build: [go] → pool `go`\n"), "{}", before.data);
    let more = stage.call(&[&AT[..], &["--since", &code, "--commit", "main", "--branch", "topic"]].concat()).await.exits(0);
    assert!(more.data.contains("branches filter `main` does not match `topic`"), "{}", more.data);
}

#[tokio::test]
async fn a_pull_request_of_a_forge_is_explained_as_it_stands() {
    let (stage, _) = stage().await;
    let number = stage.forge.with(|world| {
        let commits = vec![Commit::new("Topic").write("src/b.go", "b")];
        let push = Push { commits, onto: Some("main".to_owned()), ..Push::branch("topic", stage.admin, "") };
        world.push(stage.repository, push);
        let new = NewPullRequest {
            title: "Topic".to_owned(),
            body: String::new(),
            poster: stage.admin,
            head_repository: stage.repository,
            head_branch: "topic".to_owned(),
            base_branch: "main".to_owned(),
            workflows: Vec::new(),
        };
        world.open_pull_request(stage.repository, new).unwrap().0
    });
    let told = stage.call(&[&AT[..], &["--pull-request", &number.to_string()]].concat()).await.exits(0);
    let expected = "started      .gitea/workflows/ci.yml: `pull_request` has no filter\n  build: [go] → pool `go`\n";
    assert!(told.data.contains(expected), "{}", told.data);
}

#[tokio::test]
async fn what_the_forge_does_not_have_is_said() {
    let (stage, _) = stage().await;
    let missing = stage.call(&[&AT[..], &["--commit", "nowhere"]].concat()).await.exits(2);
    assert!(missing.talk.contains("acme/tour has no commit `nowhere`"), "{}", missing.talk);
    let nameless = stage.call(&["explain", "--forge", "home"]).await.exits(2);
    assert!(nameless.talk.contains("say which repository of the forge is meant"), "{}", nameless.talk);
    let stranger = stage.call(&["explain", "--forge", "home", "--repository", "acme/other"]).await.exits(4);
    assert!(stranger.talk.contains("GET /api/v1/repos/acme/other"), "{}", stranger.talk);
}

#[tokio::test]
async fn a_webhook_is_explained_with_the_files_of_the_clone() {
    let clone = Clone::pushed();
    let before = clone.head();
    clone.write(".gitea/workflows/ci.yml", CI).write("src/a.go", "a").commit("Work");
    let payload = json!({
        "ref": "refs/heads/main", "before": before, "after": clone.head(),
        "repository": { "full_name": "acme/tour", "default_branch": "main" },
    });
    let log = format!("Request method: POST\nX-Gitea-Event: push\nX-Gitea-Event-Type: push\n\n{payload:#}\n");
    clone.write("copied", &log).write("payload.json", &payload.to_string());
    let copied = clone.explain(&["copied"]).await.exits(0);
    let bare = clone.explain(&["payload.json", "--event", "push"]).await.exits(0);
    assert_eq!(copied.data, bare.data);
    let expected =
        "started      .gitea/workflows/ci.yml: `push`: branches `main` matches `main`, paths `src/**` matches `src/a.go`\n";
    assert!(copied.data.starts_with("a `push` of acme/tour, decided as") && copied.data.contains(expected), "{}", copied.data);
    assert!(clone.explain(&["payload.json"]).await.exits(2).talk.contains("add `--event push`"));
}

#[tokio::test]
async fn a_webhook_is_explained_with_the_files_of_the_forge() {
    let (stage, code) = stage().await;
    let payload = json!({
        "ref": "refs/heads/main", "before": code, "after": code,
        "repository": { "full_name": "acme/tour", "default_branch": "main" },
    });
    std::fs::write(stage.path("payload.json"), payload.to_string()).unwrap();
    let told = stage.call(&["explain", "payload.json", "--event", "push", "--forge", "home"]).await.exits(0);
    assert!(told.data.contains("paths filter, and no file changed"), "{}", told.data);
}

#[tokio::test]
async fn a_commit_that_nobody_has_makes_the_answer_unknown() {
    let clone = Clone::pushed();
    let payload = json!({
        "ref": "refs/heads/main", "before": "1".repeat(40), "after": "2".repeat(40),
        "repository": { "full_name": "acme/tour", "default_branch": "main" },
    });
    clone.write("payload.json", &payload.to_string());
    let told = clone.explain(&["payload.json", "--event", "push"]).await.exits(1);
    let expected =
        "unknown: what starts depends on the workflow files of commit 2222222222, which this repository does not have\n";
    assert!(told.data.ends_with(expected), "{}", told.data);
}
