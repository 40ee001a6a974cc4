//! Forges that list no jobs, with edge and worker apart: what only a delivery tells reaches the worker through the table, and
//! the edge needs no more rights for it than it has.

use dispatch::config::Config;
use dispatch::lambda::{Function, Role};
use dispatch::pool::ForkPullRequests;
use fake_forge::Flavour;
use fake_forge::world::{Commit, JobSpec, Push, Workflow};
use serde_json::{Value, json};
use tests::aws::{Call, Emulator, Lab};
use tests::installation::{actions_needed, actions_of};
use tests::lambda::event::schedule;

use crate::stage::Stage;

const FILE: &str = "name: CI\non: push\njobs:\n  build: { runs-on: go, steps: [{ run: make }] }\n";

impl Stage {
    /// Pushes a workflow file, of which the forge makes one job.
    fn push_file(&self) {
        let workflow = Workflow { name: "CI".to_owned(), ..Workflow::new("ci.yml") }.job(JobSpec::new("build", &["go"]));
        let commit = Commit::new("Work").write(".gitea/workflows/ci.yml", FILE);
        let push = Push { commits: vec![commit], ..Push::branch("main", self.admin, "Work") }.starts(workflow);
        self.forge.with(|world| world.push(self.repository, push));
    }

    /// Hands over everything that the forge announces, in order and once; what the edge says to each.
    async fn deliver_news(&self, edge: &Function) -> Vec<String> {
        let mut said = Vec::new();
        for delivery in self.forge.pending() {
            self.forge.lose(delivery.id);
            let (status, text) = self.send(edge, &delivery).await;
            assert_eq!(status, 200, "{text}");
            said.push(text);
        }
        said
    }

    /// The keys of the items that wake the worker.
    async fn woken_by(&self) -> (Value, Vec<String>) {
        let batch = self.stream().await.unwrap();
        let key = |record: &Value| record["dynamodb"]["Keys"]["pk"]["S"].as_str().unwrap().to_owned();
        let keys = batch["Records"].as_array().unwrap().iter().map(key).collect();
        (batch, keys)
    }
}

/// Forgejo 11 does not tell forks' jobs from others.
fn run_whatever_it_is(config: &mut Config) {
    config.pools.iter_mut().for_each(|pool| pool.fork_pull_requests = ForkPullRequests::Allow);
}

/// On a table that lets nobody do more than the edge's policy says.
fn within_rights(calls: &[Call]) {
    let (needed, allowed) = (actions_needed(calls), actions_of("edge"));
    assert!(needed.is_subset(&allowed), "{needed:?} is more than {allowed:?}");
}

/// The worker takes the whole batch, and one machine comes of it.
async fn launches_one(stage: &Stage, worker: &Function, batch: Value) {
    assert_eq!(stage.wake_for_a_moment(worker, batch).await.unwrap(), json!({ "batchItemFailures": [] }));
    assert_eq!(stage.machines_ever(), 1);
}

/// What is to be heard is heard, up to the end of the job.
async fn until_told(stage: &Stage, edge: &Function, worker: &Function) {
    for _ in 0..6 {
        stage.machines_act().await;
        stage.deliver_news(edge).await;
        stage.clock.advance_s(30);
        stage.wake_for_a_moment(worker, schedule()).await.unwrap();
    }
    stage.until_closed(worker).await;
    assert_eq!(stage.machines_ever(), 1);
}

#[tokio::test]
async fn a_job_of_gitea_1_24_is_announced_and_told_to_its_end() {
    let stage = Stage::alone_at(Flavour::Gitea1_24, "announced").await;
    let (edge, worker) = (stage.function(Role::Edge, "edge"), stage.function(Role::Worker, "worker"));
    stage.push(&["build"]);
    let (said, calls) = stage.calls_of(stage.deliver_only(&edge, "workflow_job")).await;
    assert_eq!(said, ["build (job 1 of acme/tour): [go] → pool `go`; a machine is on its way\n"]);
    within_rights(&calls);
    let (batch, keys) = stage.woken_by().await;
    assert_eq!(keys, ["job#gitea/1/1"]);
    launches_one(&stage, &worker, batch).await;
    stage.machines_act().await;
    let (said, calls) = stage.calls_of(stage.deliver_news(&edge)).await;
    assert!(said.iter().any(|text| text.ends_with("noted, it is over\n")), "{said:?}");
    within_rights(&calls);
    until_told(&stage, &edge, &worker).await;
}

/// The event itself is the bell: no second item is written for it.
#[tokio::test]
async fn a_push_to_gitea_1_23_is_kept_and_read_by_the_worker() {
    let stage = Stage::alone_at(Flavour::Gitea1_23, "predicted").await;
    let (edge, worker) = (stage.function(Role::Edge, "edge"), stage.function(Role::Worker, "worker"));
    stage.push_file();
    let (said, calls) = stage.calls_of(stage.deliver_news(&edge)).await;
    assert!(said[0].starts_with("looking at the queue of `gitea` now"), "{said:?}");
    within_rights(&calls);
    let (batch, keys) = stage.woken_by().await;
    assert!(matches!(&keys[..], [event] if event.starts_with("bell#event/gitea/")), "{keys:?}");
    launches_one(&stage, &worker, batch).await;
    until_told(&stage, &edge, &worker).await;
}

/// The same for Forgejo, whose releases cannot be told apart by a delivery: 10 has no queue and 11 has one.
#[tokio::test]
async fn a_push_to_forgejo_is_one_item_and_one_machine_with_a_queue_and_without() {
    for (flavour, name) in [(Flavour::Forgejo10, "forgejo-10"), (Flavour::Forgejo11, "forgejo-11")] {
        let stage = Stage::with(Emulator::Shared(Lab::shared()), name, flavour, run_whatever_it_is).await;
        let (edge, worker) = (stage.function(Role::Edge, "edge"), stage.function(Role::Worker, "worker"));
        stage.push_file();
        let said = stage.deliver_news(&edge).await;
        assert!(said[0].ends_with(", since Forgejo does not announce jobs\n"), "{flavour:?}: {said:?}");
        let (batch, keys) = stage.woken_by().await;
        assert!(matches!(&keys[..], [event] if event.starts_with("bell#event/gitea/")), "{flavour:?}: {keys:?}");
        launches_one(&stage, &worker, batch).await;
        until_told(&stage, &edge, &worker).await;
    }
}

/// A replay is known, so it rings: whoever sends a delivery again wants to be looked at.
#[tokio::test]
async fn a_push_that_comes_again_rings_and_launches_nothing_more() {
    let stage = Stage::at(Flavour::Gitea1_23, "replayed").await;
    let (edge, worker) = (stage.function(Role::Edge, "edge"), stage.function(Role::Worker, "worker"));
    stage.push_file();
    let delivery = stage.forge.pending().remove(0);
    stage.send(&edge, &delivery).await;
    stage.stream().await.unwrap();
    assert_eq!(stage.send(&edge, &delivery).await.0, 200);
    let (batch, keys) = stage.woken_by().await;
    assert!(matches!(&keys[..], [bell] if bell.starts_with("bell#1")), "{keys:?}");
    stage.wake_for_a_moment(&worker, batch).await.unwrap();
    assert_eq!(stage.machines_ever(), 1);
    until_told(&stage, &edge, &worker).await;
}
