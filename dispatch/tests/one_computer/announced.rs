//! Gitea 1.24 announces each job and lists none: its deliveries are the demand, and what jobs leave behind corrects them.

use dispatch::forge::{Capabilities, ForgeKind, Version};
use dispatch::identifier::JobKey;
use fake_forge::Flavour;
use fake_forge::world::{JobSpec, Push, Workflow};

use crate::lab::Lab;

async fn gitea_1_24() -> Lab {
    Lab::with(Flavour::Gitea1_24, |_| ()).await
}

/// Delivers what comes, but for one kind, until nothing of ours is left.
async fn until_quiet_without(lab: &Lab, lost: &str) {
    lab.until("quiet", async |lab| {
        lab.deliver_all_but(lost).await;
        lab.open().await.is_empty()
    })
    .await;
    lab.until_quiet().await;
}

async fn until_quiet(lab: &Lab) {
    until_quiet_without(lab, "nothing").await;
}

#[tokio::test]
async fn an_announced_job_gets_one_machine_and_leaves_nothing() {
    let lab = gitea_1_24().await;
    lab.push(&[("build", "go")]);
    let reply = lab.deliver(lab.deliveries("queued").remove(0)).await;
    assert_eq!(reply.text, "build (job 1 of acme/tour): [go] → pool `go`; a machine is on its way");
    until_quiet(&lab).await;
    assert_eq!((lab.journal.count("launched"), lab.registrations()), (1, 1));
    assert_eq!(lab.last_line(1).await, "over: the forge says success");
    assert_eq!(lab.forge.count("GET /api/v1/admin/actions/jobs"), 0, "there is no such route to ask");
}

#[tokio::test]
async fn nobody_tells_of_a_job_whose_delivery_was_lost() {
    let lab = gitea_1_24().await;
    lab.push(&[("build", "go")]);
    lab.deliver_all_but("queued").await;
    lab.pass().await;
    assert_eq!(lab.jobs().await, []);
    let can = Capabilities::of(ForgeKind::Gitea, Version { major: 1, minor: 24 });
    assert!(can.demand().contains("a job whose delivery is lost gets no machine"), "{}", can.demand());
}

#[tokio::test]
async fn a_job_whose_end_nobody_told_is_closed_by_its_status() {
    for lost in ["completed", "in_progress"] {
        let lab = gitea_1_24().await;
        lab.push(&[("build", "go")]);
        until_quiet_without(&lab, lost).await;
        assert_eq!(lab.journal.count("launched"), 1, "{lost}");
        assert_eq!(lab.last_line(1).await, "over: the forge says success", "{lost}");
    }
}

#[tokio::test]
async fn or_by_its_task_where_there_is_no_status() {
    let lab = gitea_1_24().await;
    lab.push(&[]);
    let workflow = Workflow::new("slow.yml").job(JobSpec::new("one", &["go"]));
    lab.forge.with(|world| world.dispatch(lab.repository, workflow, "main", lab.admin, &[]));
    until_quiet_without(&lab, "completed").await;
    assert_eq!(lab.journal.count("launched"), 1);
    assert_eq!(lab.last_line(1).await, "over: the forge says success");
}

#[tokio::test]
async fn a_cancelled_job_takes_its_machine_with_it() {
    for lost in ["nothing", "completed"] {
        let lab = gitea_1_24().await;
        let run = lab.push(&[("build", "go")]);
        lab.deliver_all_but("nothing").await;
        lab.forge.with(|world| world.cancel_run(run));
        lab.deliver_all_but(lost).await;
        until_quiet_without(&lab, lost).await;
        assert_eq!(lab.journal.count("launched"), 0, "nothing begins for what is over");
        assert!(lab.last_line(1).await.starts_with("over: the forge says "), "{lost}");
    }
}

#[tokio::test]
async fn a_machine_on_its_way_to_a_cancelled_job_is_withdrawn() {
    let lab = gitea_1_24().await;
    let run = lab.push(&[("build", "node")]);
    lab.deliver_all_but("nothing").await;
    lab.forge.inject("/api/actions/runner.v1.RunnerService/Register", fake_forge::Fault::Status(500));
    lab.pass().await;
    assert_eq!((lab.journal.count("launched"), lab.journal.count("handed_over")), (1, 0));
    lab.forge.with(|world| world.cancel_run(run));
    until_quiet(&lab).await;
    assert_eq!(lab.journal.count("surplus"), 1);
}

#[tokio::test]
async fn a_rerun_is_a_new_demand_although_its_job_keeps_the_id() {
    let lab = gitea_1_24().await;
    let run = lab.push(&[("build", "go")]);
    until_quiet(&lab).await;
    assert!(lab.forge.with(|world| world.rerun(run)));
    let queued = lab.deliveries("queued").remove(0);
    lab.deliver(queued.clone()).await;
    until_quiet(&lab).await;
    assert_eq!(lab.journal.count("launched"), 2);
    let reply = lab.deliver(queued).await;
    assert!(reply.text.contains("had its turn"), "a replay of the re-run: {}", reply.text);
    until_quiet(&lab).await;
    assert_eq!((lab.journal.count("launched"), lab.jobs().await.len()), (2, 2));
}

#[tokio::test]
async fn a_job_that_was_cancelled_before_it_began_can_be_run_again() {
    let lab = gitea_1_24().await;
    let run = lab.push(&[("build", "go")]);
    let queued = lab.deliveries("queued").remove(0);
    lab.deliver_all_but("nothing").await;
    lab.forge.with(|world| world.cancel_run(run));
    until_quiet(&lab).await;
    lab.deliver(queued).await;
    until_quiet(&lab).await;
    assert_eq!(lab.journal.count("launched"), 0, "a replay looks the same, and the job's status tells");
    lab.forge.with(|world| {
        world.advance(10);
        world.rerun(run)
    });
    until_quiet(&lab).await;
    assert_eq!(lab.journal.count("launched"), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn fifty_replays_at_once_launch_one_machine() {
    let lab = gitea_1_24().await;
    lab.push(&[("build", "go")]);
    let queued = lab.deliveries("queued").remove(0);
    let replies = futures_util::future::join_all((0..50).map(|_| lab.deliver(queued.clone()))).await;
    assert_eq!(replies.iter().filter(|reply| reply.text.contains("on its way")).count(), 1);
    until_quiet(&lab).await;
    lab.deliver(queued.clone()).await;
    until_quiet(&lab).await;
    assert_eq!(lab.journal.count("launched"), 1);
    lab.forget(&JobKey::first("home".into(), 1)).await;
    lab.deliver(queued).await;
    until_quiet(&lab).await;
    assert_eq!(lab.journal.count("launched"), 1, "nor after the record has expired: its status tells");
}

#[tokio::test(flavor = "multi_thread")]
async fn fifty_jobs_get_fifty_machines() {
    let lab = gitea_1_24().await;
    let cell = |index: usize| JobSpec::new("test", &["go"]).cell("shard", &index.to_string()).named(&format!("test {index}"));
    lab.push_workflow((0..50).fold(Workflow::new("ci.yml"), |workflow, index| workflow.job(cell(index))));
    until_quiet(&lab).await;
    assert_eq!((lab.journal.count("launched"), lab.registrations()), (50, 50));
}

#[tokio::test]
async fn a_job_that_needs_another_follows_when_it_is_announced() {
    let lab = gitea_1_24().await;
    let ship = JobSpec::new("ship", &["deploy"]).needs(&["build"]);
    lab.push_workflow(Workflow::new("ci.yml").job(JobSpec::new("build", &["go"])).job(ship));
    until_quiet(&lab).await;
    assert_eq!(lab.journal.count("launched"), 2);
}

#[tokio::test]
async fn nothing_is_doubled_by_the_end_of_the_process() {
    let lab = gitea_1_24().await;
    lab.push(&[("build", "go")]);
    lab.deliver_all_but("nothing").await;
    let lab = lab.restart();
    lab.pass().await;
    assert_eq!(lab.journal.count("launched"), 1);
    let lab = lab.restart();
    until_quiet(&lab).await;
    assert_eq!((lab.journal.count("launched"), lab.registrations()), (0, 1));
}

#[tokio::test]
async fn a_careful_pool_tells_a_fork_from_a_branch_and_a_tag() {
    let lab = gitea_1_24().await;
    lab.approved_request_from_fork();
    lab.deliver_all_but("nothing").await;
    lab.pass().await;
    assert_eq!(lab.journal.count("launched"), 0);
    let line = lab.last_line(1).await;
    assert!(line.starts_with("held: the job runs code of a fork, which pool `go` refuses"), "{line}");

    let lab = gitea_1_24().await;
    lab.push(&[]);
    let tag = Push::tag("v1", lab.admin, "main").starts(Workflow::new("ci.yml").job(JobSpec::new("build", &["go"])));
    lab.forge.with(|world| world.push(lab.repository, tag));
    until_quiet(&lab).await;
    assert_eq!(lab.journal.count("launched"), 1);
}
