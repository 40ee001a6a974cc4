//! Forgejo as recorded: 15.0.3 with handles and runners over the API, and 11.0.15 with the registration token only.

use dispatch::forge::{Forge, ForgeErrorKind, ForgeKind, JobState, NewRunner, Trust, Version};
use dispatch::identifier::Scope;
use secrecy::ExposeSecret;
use serde_json::{Value, json};

use crate::recording::Recording;
use crate::server::{Reply, Server};
use crate::{TOKEN, at_tour, client, shown, tour, watch_tour, watches};

const RUNS: &str = "/api/v1/repos/acme/tour/actions/runs";

async fn serve(release: &'static str, stage: &'static str) -> Server {
    Recording::of(release).serve(stage).await
}

#[tokio::test]
async fn the_kind_shows_in_the_version() {
    for (release, major) in [("forgejo-11.0", 11), ("forgejo-15.0", 15)] {
        let server = serve(release, "empty").await;
        let forge = client(&server.url, watch_tour()).capabilities(false).await.unwrap();
        assert_eq!((forge.kind, forge.version), (ForgeKind::Forgejo, Version { major, minor: 0 }));
    }
}

#[tokio::test]
async fn release_15_lists_every_waiting_job_with_its_handle() {
    for watch in watches() {
        let server = serve("forgejo-15.0", "queued").await;
        let jobs = client(&server.url, watch).queue().await.unwrap();
        let expected = [(1, "acme/tour build", JobState::Queued), (4, "acme/tour off", JobState::Queued)];
        assert_eq!(shown(&jobs), expected.map(|(id, name, state)| (id, name.to_owned(), state)));
        assert_eq!(jobs[0].handle.as_deref(), Some("182f95f0-9e4c-48af-b62b-ee941cbf4a15"));
        assert_eq!(jobs[0].run, None);
    }
}

#[tokio::test]
async fn a_repository_is_asked_for_its_name_once() {
    let server = serve("forgejo-15.0", "queued").await;
    let [instance, ..] = watches();
    let client = client(&server.url, instance);
    client.queue().await.unwrap();
    client.queue().await.unwrap();
    let asked = server.lines().iter().filter(|line| line.contains("/repositories/")).count();
    assert_eq!(asked, 1);
}

#[tokio::test]
async fn release_11_is_asked_for_the_labels_that_are_served() {
    let server = serve("forgejo-11.0", "queued").await;
    let [_, organisation, repository] = watches();
    for watch in [organisation, repository] {
        let jobs = client(&server.url, watch).queue().await.unwrap();
        assert_eq!(shown(&jobs), [(1, "acme/tour build".to_owned(), JobState::Queued)]);
    }
}

#[tokio::test]
async fn before_15_the_whole_forges_jobs_are_at_another_place() {
    let server = Server::of("11.0.15+gitea-1.22.0", |request| match request.path.as_str() {
        "/api/v1/admin/runners/jobs" => Reply::json(200, &Value::Null),
        _ => Reply::no_route(),
    })
    .await;
    let [instance, ..] = watches();
    assert_eq!(client(&server.url, instance).queue().await.unwrap(), []);
}

#[tokio::test]
async fn a_running_job_does_not_name_its_runner() {
    for release in ["forgejo-11.0", "forgejo-15.0"] {
        let server = serve(release, "running").await;
        let client = client(&server.url, watch_tour());
        let running = JobState::Running { registration: None };
        assert_eq!(client.queue().await.unwrap()[0].state, running, "{release}");
        assert_eq!(client.job(&tour(), 1).await.unwrap(), running, "{release}");
        assert_eq!(client.job(&tour(), 2).await.unwrap(), JobState::Unknown, "blocked jobs are not listed");
    }
}

#[tokio::test]
async fn release_15_makes_lists_and_removes_runners() {
    let recording = Recording::of("forgejo-15.0");
    let recorded = recording.find("POST", "/api/v1/repos/acme/tour/actions/runners").request.clone();
    let server = recording.serve("registered").await;
    let client = client(&server.url, watch_tour());
    let runner = NewRunner { name: "i-0aaaaaaaaaaaaaaa4".to_owned(), labels: ["go".to_owned()].into() };
    let credential = client.register(&at_tour(), &runner).await.unwrap();
    assert_eq!((credential.registration, credential.uuid.as_str()), (4, "ec2e30ab-a606-4d90-85b4-7484100a0b1a"));
    assert!(credential.token.expose_secret().starts_with("runner-token-"));
    let sent = server.seen().into_iter().find(|request| request.method == "POST").unwrap().body;
    assert_eq!((&sent["name"], &sent["ephemeral"]), (&recorded["name"], &recorded["ephemeral"]));
    let runners = client.registrations(&at_tour()).await.unwrap();
    assert_eq!((runners[0].name.as_str(), runners[0].online), ("i-0aaaaaaaaaaaaaaa1", true));
    client.deregister(&at_tour(), 3).await.unwrap();
    assert_eq!(client.disable(&at_tour(), 3).await.unwrap_err().kind, ForgeErrorKind::NotSupported);
}

#[tokio::test]
async fn release_11_registers_with_the_registration_token_and_can_do_no_more() {
    let server = serve("forgejo-11.0", "registered").await;
    let client = client(&server.url, watch_tour());
    let runner = NewRunner { name: "i-0aaaaaaaaaaaaaaa1".to_owned(), labels: ["go".to_owned()].into() };
    let credential = client.register(&at_tour(), &runner).await.unwrap();
    assert_eq!((credential.registration, credential.uuid.as_str()), (1, "990ff9b2-0023-40c0-b2a3-8b370201ac73"));
    let register = server.seen().into_iter().find(|request| request.path.ends_with("/Register")).unwrap();
    assert_eq!(register.authorization, None, "the runner protocol has no business with the API token");
    assert_eq!(register.body["ephemeral"], json!(false));
    assert_eq!(client.deregister(&at_tour(), 1).await.unwrap_err().kind, ForgeErrorKind::NotSupported);
    let error = client.registrations(&at_tour()).await.unwrap_err();
    insta::assert_snapshot!(error, @"Forgejo 11.0: it cannot list or remove runners over its API, so this is not supported yet: upgrade it to 15.0 or later");
}

#[tokio::test]
async fn the_whole_forges_registration_token_is_at_another_place() {
    let recording = Recording::of("forgejo-11.0");
    let register = recording.find("POST", "/api/actions/runner.v1.RunnerService/Register").body.clone();
    let server = Server::of("11.0.15+gitea-1.22.0", move |request| match request.line().as_str() {
        "GET /api/v1/admin/runners/registration-token" => Reply::json(200, &json!({ "token": "r" })),
        "POST /api/actions/runner.v1.RunnerService/Register" => Reply::json(200, &register),
        _ => Reply::no_route(),
    })
    .await;
    let runner = NewRunner { name: "i-1".to_owned(), labels: ["go".to_owned()].into() };
    client(&server.url, watch_tour()).register(&Scope::Instance, &runner).await.unwrap();
}

#[tokio::test]
async fn while_a_fork_waits_for_approval_the_other_jobs_are_the_repositorys_own() {
    let server = serve("forgejo-15.0", "fork-pr").await;
    let client = client(&server.url, watch_tour());
    let jobs = client.queue().await.unwrap();
    for job in &jobs {
        assert_eq!(client.trust(job).await.unwrap(), Trust::Own);
    }
    let lists = server.lines().iter().filter(|line| line.ends_with("/actions/runs")).count();
    assert_eq!((jobs.len() > 5, lists), (true, 2), "one question, in two parts, for the whole queue");
}

#[tokio::test]
async fn once_the_fork_is_approved_nobody_can_tell() {
    let approve = |body: &mut Value| {
        for run in body["workflow_runs"].as_array_mut().unwrap() {
            run["need_approval"] = json!(false);
        }
    };
    let server = Recording::of("forgejo-15.0").change("fork-pr", RUNS, approve).serve("fork-pr").await;
    let client = client(&server.url, watch_tour());
    let job = client.queue().await.unwrap().remove(0);
    let Trust::Unknown { cause } = client.trust(&job).await.unwrap() else { panic!("not unknown") };
    insta::assert_snapshot!(cause, @"it may belong to run 12, which may be a fork's, and before Forgejo 16 no job says which run it belongs to");
}

#[tokio::test]
async fn from_16_a_job_names_its_run() {
    let run =
        |fork: bool| json!({ "id": 12, "is_fork_pull_request": fork, "trigger_event": "pull_request", "status": "waiting" });
    let server = Server::of("16.0.0+gitea-1.22.0", move |request| match request.path.as_str() {
        "/api/v1/repos/acme/tour/actions/runners/jobs" => Reply::json(200, &json!([
            { "id": 1, "repo_id": 1, "name": "a", "runs_on": ["go"], "task_id": 0, "status": "waiting", "handle": "h", "run_id": 12 },
            { "id": 2, "repo_id": 1, "name": "b", "runs_on": ["go"], "task_id": 0, "status": "waiting", "handle": "h", "run_id": 13 },
        ])),
        "/api/v1/repos/acme/tour/actions/runs/12" => Reply::json(200, &run(true)),
        "/api/v1/repos/acme/tour/actions/runs/13" => Reply::json(200, &run(false)),
        _ => Reply::no_route(),
    })
    .await;
    let client = client(&server.url, watch_tour());
    let jobs = client.queue().await.unwrap();
    assert_eq!(client.trust(&jobs[0]).await.unwrap(), Trust::Fork);
    assert_eq!(client.trust(&jobs[1]).await.unwrap(), Trust::Own);
}

#[tokio::test]
async fn release_11_cannot_tell_whose_code_a_job_runs() {
    let server = serve("forgejo-11.0", "queued").await;
    let client = client(&server.url, watch_tour());
    let job = client.queue().await.unwrap().remove(0);
    let Trust::Unknown { cause } = client.trust(&job).await.unwrap() else { panic!("not unknown") };
    assert_eq!(cause, "Forgejo 11.0 cannot be asked for runs: upgrade to 16");
}

#[tokio::test]
async fn a_missing_right_says_that_forgejo_wants_the_owner() {
    let words = json!({ "message": "user should be the owner of the repo" });
    let server = Server::of("15.0.3+gitea-1.22.0", move |_| Reply::json(403, &words)).await;
    let error = client(&server.url, watch_tour()).queue().await.unwrap_err();
    assert_eq!(error.kind, ForgeErrorKind::Denied);
    assert!(!error.to_string().contains(TOKEN));
    insta::assert_snapshot!(error, @"GET /api/v1/repos/acme/tour/actions/runners/jobs: the token may not do this (“user should be the owner of the repo”): make one with the scope `read:repository`, of a user who owns the repository (a collaborator, even with administrator rights, is refused), and set `token`");
}
