//! A push becomes exactly one machine for each job, on every forge that has a queue to ask.

use fake_forge::Flavour;
use fake_forge::world::{JobSpec, Workflow};

use crate::lab::Lab;

#[tokio::test]
async fn an_announced_job_gets_one_machine_and_leaves_nothing() {
    let lab = Lab::new().await;
    lab.push(&[("build", "go")]);
    let reply = lab.deliver(lab.deliveries("queued").remove(0)).await;
    assert_eq!(reply.text, "build (job 1 of acme/tour): [go] → pool `go`; a machine is on its way");
    lab.until_quiet().await;
    assert_eq!(lab.journal.count("launched"), 1);
    assert_eq!(lab.registrations(), 1);
    assert_eq!(lab.last_line(1).await, "over: the forge says success");
}

#[tokio::test]
async fn every_forge_with_a_queue_is_served() {
    for flavour in [Flavour::Gitea1_25, Flavour::Gitea1_26, Flavour::Gitea1_27, Flavour::Forgejo15] {
        let lab = Lab::with(flavour, |_| ()).await;
        lab.push(&[("build", "go"), ("pages", "node")]);
        lab.until_quiet().await;
        assert_eq!(lab.journal.count("launched"), 2, "{flavour:?}");
        assert_eq!(lab.registrations(), 2, "{flavour:?}");
        assert_eq!(lab.jobs().await.len(), 2, "{flavour:?}");
    }
}

#[tokio::test]
async fn a_job_that_needs_another_follows_it() {
    let lab = Lab::new().await;
    lab.push_workflow(
        Workflow::new("ci.yml").job(JobSpec::new("build", &["go"])).job(JobSpec::new("ship", &["deploy"]).needs(&["build"])),
    );
    let waiting = lab.deliver(lab.deliveries("waiting").remove(0)).await;
    assert_eq!(waiting.text, "ship (job 2 of acme/tour): no runner can take it yet; a machine follows when the forge queues it");
    lab.until("both jobs served", async |lab| lab.journal.count("launched") == 2).await;
    lab.until_quiet().await;
}

#[tokio::test]
async fn a_rerun_under_the_same_job_id_is_a_new_demand() {
    let lab = Lab::with(Flavour::Gitea1_26, |_| ()).await;
    let run = lab.push(&[("build", "go")]);
    lab.until_quiet().await;
    assert!(lab.forge.with(|world| world.rerun(run)));
    lab.until("a second machine", async |lab| lab.journal.count("launched") == 2).await;
    lab.until_quiet().await;
    assert_eq!(lab.journal.sentences("queued_again"), ["queued again under the same job id (generation 2): a re-run"]);
}
