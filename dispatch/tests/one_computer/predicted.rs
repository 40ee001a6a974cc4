//! Gitea 1.23 and Forgejo 10 neither list nor announce jobs: what a push starts is predicted by the forge's own rules, and
//! believed once a commit status shows it.

use bytes::Bytes;
use fake_forge::world::{Commit, JobSpec, Push, RunId, Workflow};
use fake_forge::{Fault, Flavour};
use http::HeaderMap;

use crate::lab::{Lab, headers};

const FORGES: [Flavour; 2] = [Flavour::Gitea1_23, Flavour::Forgejo10];

async fn gitea_1_23() -> Lab {
    Lab::with(Flavour::Gitea1_23, |_| ()).await
}

/// A workflow file whose jobs are these lines below `jobs`.
fn file(jobs: &str) -> String {
    format!("name: CI\non: [push, pull_request]\njobs:\n{jobs}")
}

const BUILD: &str = "  build: { runs-on: go, steps: [{ run: make }] }\n";

/// What the forge makes of it.
fn workflow() -> Workflow {
    Workflow { name: "CI".to_owned(), ..Workflow::new("ci.yml") }
}

fn build() -> Workflow {
    workflow().job(JobSpec::new("build", &["go"]))
}

/// Pushes a workflow file of which the forge makes this.
fn push(lab: &Lab, jobs: &str, workflow: Workflow) -> Option<RunId> {
    let commit = Commit::new("Work").write(".gitea/workflows/ci.yml", &file(jobs));
    let starts = !workflow.jobs.is_empty();
    let mut push = Push { commits: vec![commit], ..Push::branch("main", lab.admin, "Work") };
    if starts {
        push = push.starts(workflow);
    }
    lab.forge.with(|world| world.push(lab.repository, push)).first().copied()
}

/// Passes until nothing of ours is left but the registrations, which such forges let nobody remove.
async fn until_quiet(lab: &Lab) {
    lab.until("quiet", async |lab| lab.open().await.is_empty()).await;
    let (world, plan) = lab.service.look().await.unwrap();
    assert_eq!(plan.actions, []);
    assert!(world.clouds.values().all(|view| view.seen().is_some_and(Vec::is_empty)), "{:?}", world.clouds);
    let left = lab.forge.with(|world| world.leftovers());
    assert_eq!((left.queued_jobs, left.running_jobs), (Vec::new(), Vec::new()));
}

fn pushed(lab: &Lab) -> (HeaderMap, Bytes) {
    let pending = lab.forge.pending();
    let push = pending.iter().find(|delivery| delivery.event == "push").unwrap();
    (headers(&push.uuid, "push", push.body.as_bytes()), Bytes::from(push.body.clone()))
}

#[tokio::test]
async fn a_push_gets_the_machine_that_its_workflow_asks_for() {
    for flavour in FORGES {
        let lab = Lab::with(flavour, |_| ()).await;
        push(&lab, BUILD, build());
        assert_eq!(lab.jobs().await, [], "the edge may not ask the forge");
        lab.deliver_events().await;
        until_quiet(&lab).await;
        assert_eq!((lab.journal.count("launched"), lab.registrations()), (1, 1), "{flavour:?}");
        let jobs = lab.jobs().await;
        let story: Vec<&str> = jobs[0].story.notes().iter().map(|note| note.code.as_str()).collect();
        assert_eq!((jobs.len(), jobs[0].name.as_str(), story[0]), (1, "build", "predicted"));
        assert_eq!(jobs[0].story.last().unwrap().text, "over: the forge says success", "{flavour:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn fifty_deliveries_of_one_push_and_its_replay_launch_one_machine() {
    let lab = gitea_1_23().await;
    push(&lab, BUILD, build());
    let delivery = pushed(&lab);
    futures_util::future::join_all((0..50).map(|_| lab.deliver(delivery.clone()))).await;
    until_quiet(&lab).await;
    assert_eq!(lab.journal.count("launched"), 1);
    lab.deliver(delivery.clone()).await;
    until_quiet(&lab).await;
    assert_eq!(lab.journal.count("launched"), 1, "it had its turn");
    lab.later_s(3_600);
    lab.forget(&lab.jobs().await[0].key).await;
    lab.deliver(delivery).await;
    lab.pass().await;
    lab.later_s(180);
    until_quiet(&lab).await;
    assert_eq!(lab.journal.count("launched"), 1, "nor after the record has expired: its status tells");
}

#[tokio::test]
async fn a_prediction_that_the_forge_does_not_confirm_launches_nothing() {
    let lab = gitea_1_23().await;
    push(&lab, BUILD, workflow());
    lab.deliver_events().await;
    lab.pass().await;
    assert_eq!(lab.journal.count("launched"), 0);
    let jobs = lab.jobs().await;
    assert_eq!(jobs[0].story.last().unwrap().text, "held: the forge does not list it as queued yet");
}

#[tokio::test]
async fn and_is_given_up_after_three_minutes() {
    let lab = gitea_1_23().await;
    push(&lab, BUILD, workflow());
    lab.deliver_events().await;
    lab.pass().await;
    lab.later_s(175);
    lab.pass().await;
    assert_eq!(lab.open().await.len(), 1, "it is still believed");
    lab.later_s(5);
    lab.pass().await;
    let end = lab.jobs().await[0].story.last().unwrap().text.clone();
    assert_eq!(end, "withdrawn: the forge showed no status for it within 180 s, so the prediction was wrong");
    assert_eq!((lab.journal.count("launched"), lab.open().await.len()), (0, 0));
}

#[tokio::test]
async fn a_job_that_is_shown_is_waited_for_however_long_it_takes() {
    let lab = Lab::with(Flavour::Gitea1_23, |config| config.pools[0].limit = 0).await;
    push(&lab, BUILD, build());
    lab.deliver_events().await;
    lab.pass().await;
    lab.later_s(3_600);
    lab.pass().await;
    assert_eq!(lab.open().await.len(), 1);
    let line = lab.jobs().await[0].story.last().unwrap().text.clone();
    assert!(line.starts_with("held: pool `go` limit 0 reached"), "{line}");
}

/// One commit on a branch and on a tag: two runs, whose jobs share one commit status.
fn push_with_tag(lab: &Lab) {
    push(lab, BUILD, build());
    let tag = Push::tag("v1", lab.admin, "main").starts(build());
    lab.forge.with(|world| world.push(lab.repository, tag));
}

#[tokio::test]
async fn a_branch_and_a_tag_of_one_commit_get_a_machine_each() {
    for limit in [1, 100] {
        let lab = Lab::with(Flavour::Gitea1_23, |config| config.pools.iter_mut().for_each(|pool| pool.limit = limit)).await;
        push_with_tag(&lab);
        lab.deliver_events().await;
        until_quiet(&lab).await;
        assert_eq!((lab.journal.count("launched"), lab.registrations()), (2, 2), "at most {limit}");
        for job in lab.jobs().await {
            assert_eq!(job.story.last().unwrap().text, "over: the forge says success", "at most {limit}");
        }
    }
}

#[tokio::test]
async fn a_branch_made_while_its_commit_is_built_is_built_too() {
    let lab = gitea_1_23().await;
    push(&lab, BUILD, build());
    lab.later_s(600);
    let branch = Push { onto: Some("main".to_owned()), commits: Vec::new(), ..Push::branch("topic", lab.admin, "Work") };
    lab.forge.with(|world| world.push(lab.repository, branch.starts(build())));
    lab.deliver_events().await;
    until_quiet(&lab).await;
    assert_eq!((lab.journal.count("launched"), lab.registrations()), (2, 2));
}

#[tokio::test]
async fn two_workflows_of_one_name_get_their_machines() {
    let lab = Lab::with(Flavour::Gitea1_23, |config| config.pools.iter_mut().for_each(|pool| pool.limit = 1)).await;
    let commit = ["a.yml", "b.yml"]
        .iter()
        .fold(Commit::new("Work"), |commit, name| commit.write(&format!(".gitea/workflows/{name}"), &file(BUILD)));
    let of = |name: &str| Workflow { name: "CI".to_owned(), ..Workflow::new(name) }.job(JobSpec::new("build", &["go"]));
    let push = Push { commits: vec![commit], ..Push::branch("main", lab.admin, "Work") };
    lab.forge.with(|world| world.push(lab.repository, push.starts(of("a.yml")).starts(of("b.yml"))));
    lab.deliver_events().await;
    until_quiet(&lab).await;
    assert_eq!((lab.journal.count("launched"), lab.registrations()), (2, 2));
}

#[tokio::test]
async fn a_machine_on_its_way_to_a_cancelled_job_is_withdrawn() {
    let lab = gitea_1_23().await;
    let run = push(&lab, BUILD, build()).unwrap();
    lab.deliver_events().await;
    lab.forge.inject("/api/actions/runner.v1.RunnerService/Register", Fault::Status(500));
    lab.pass().await;
    assert_eq!((lab.journal.count("launched"), lab.journal.count("handed_over")), (1, 0));
    lab.forge.with(|world| world.cancel_run(run));
    until_quiet(&lab).await;
    assert_eq!(lab.journal.count("surplus"), 1);
}

#[tokio::test]
async fn jobs_that_need_others_follow_them() {
    for flavour in FORGES {
        let lab = Lab::with(flavour, |_| ()).await;
        let jobs = format!("{BUILD}  ship: {{ runs-on: deploy, needs: [build], steps: [{{ run: make }}] }}\n");
        push(&lab, &jobs, build().job(JobSpec::new("ship", &["deploy"]).needs(&["build"])));
        lab.deliver_events().await;
        lab.pass().await;
        assert_eq!(lab.journal.count("launched"), 1, "{flavour:?}: the other is not due");
        until_quiet(&lab).await;
        assert_eq!(lab.journal.count("launched"), 2, "{flavour:?}");
    }
}

#[tokio::test]
async fn each_cell_of_a_matrix_gets_its_machine() {
    let lab = gitea_1_23().await;
    let jobs = "  test:\n    strategy: { matrix: { shard: [1, 2, 3] } }\n    runs-on: go\n    steps: [{ run: make }]\n";
    let cell = |shard: u32| JobSpec::new("test", &["go"]).cell("shard", &shard.to_string()).named(&format!("test ({shard})"));
    push(&lab, jobs, workflow().job(cell(1)).job(cell(2)).job(cell(3)));
    lab.deliver_events().await;
    until_quiet(&lab).await;
    assert_eq!((lab.journal.count("launched"), lab.registrations()), (3, 3));
}

#[tokio::test]
async fn a_delivery_that_comes_late_is_served_all_the_same() {
    let lab = gitea_1_23().await;
    let jobs = format!("{BUILD}  ship: {{ runs-on: deploy, needs: [build], steps: [{{ run: make }}] }}\n");
    push(&lab, &jobs, build().job(JobSpec::new("ship", &["deploy"]).needs(&["build"])));
    lab.later_s(600);
    lab.deliver_events().await;
    until_quiet(&lab).await;
    assert_eq!((lab.journal.count("launched"), lab.registrations()), (2, 2));
}

#[tokio::test]
async fn jobs_that_swap_their_machines_are_all_served() {
    for flavour in FORGES {
        let lab = Lab::with(flavour, |config| config.pools.iter_mut().for_each(|pool| pool.limit = 2)).await;
        let jobs =
            "  test:\n    strategy: { matrix: { shard: [1, 2, 3, 4, 5, 6] } }\n    runs-on: go\n    steps: [{ run: make }]\n";
        let cell = |shard: u32| JobSpec::new("test", &["go"]).cell("shard", &shard.to_string()).named(&format!("test ({shard})"));
        push(&lab, jobs, (1..=6).fold(workflow(), |workflow, shard| workflow.job(cell(shard))));
        lab.deliver_events().await;
        until_quiet(&lab).await;
        assert_eq!((lab.journal.count("launched"), lab.registrations()), (6, 6), "{flavour:?}");
    }
}

#[tokio::test]
async fn nothing_is_doubled_by_the_end_of_the_process() {
    let lab = gitea_1_23().await;
    push(&lab, BUILD, build());
    lab.deliver_events().await;
    let lab = lab.restart();
    lab.pass().await;
    assert_eq!(lab.journal.count("launched"), 1, "the event was kept");
    let lab = lab.restart();
    until_quiet(&lab).await;
    assert_eq!((lab.journal.count("launched"), lab.registrations()), (0, 1));
}

#[tokio::test]
async fn an_event_waits_for_a_forge_that_does_not_answer() {
    let lab = gitea_1_23().await;
    push(&lab, BUILD, build());
    lab.deliver_events().await;
    lab.forge.inject("/api/v1/repos/acme/tour/git/trees", Fault::Status(500));
    lab.pass().await;
    assert_eq!((lab.jobs().await.len(), lab.open().await.len()), (0, 1));
    lab.forge.heal();
    until_quiet(&lab).await;
    assert_eq!(lab.journal.count("launched"), 1);
}

#[tokio::test]
async fn a_careful_pool_does_not_run_a_forks_code() {
    let lab = gitea_1_23().await;
    push(&lab, BUILD, workflow());
    lab.deliver_events().await;
    lab.pass().await;
    lab.request_from_fork(build());
    lab.deliver_events().await;
    lab.pass().await;
    assert_eq!(lab.journal.count("launched"), 0);
    let told = lab.journal.sentences("unpredictable").concat();
    assert!(told.contains("its run waits for an approval, and this forge does not tell when that is given"), "{told}");
}

#[tokio::test]
async fn what_no_pool_serves_is_remembered_with_its_reason() {
    let lab = gitea_1_23().await;
    let jobs = "  build: { runs-on: windows, steps: [{ run: make }] }\n";
    push(&lab, jobs, workflow().job(JobSpec::new("build", &["windows"])));
    lab.deliver_events().await;
    lab.pass().await;
    let jobs = lab.jobs().await;
    assert!(!jobs[0].is_open());
    assert!(jobs[0].story.last().unwrap().text.starts_with("no pool covers the labels [windows]"), "{:?}", jobs[0].story);
}

#[tokio::test]
async fn an_event_of_a_forge_with_a_queue_only_rings() {
    let lab = Lab::with(Flavour::Forgejo15, |_| ()).await;
    push(&lab, BUILD, build());
    lab.deliver_events().await;
    lab.until_quiet().await;
    assert_eq!((lab.journal.count("launched"), lab.journal.count("predicted")), (1, 0));
}
