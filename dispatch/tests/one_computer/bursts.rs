//! Many jobs at once.

use fake_forge::world::{JobSpec, Workflow};

use crate::lab::Lab;

fn matrix(cells: usize) -> Workflow {
    let cell = |index: usize| JobSpec::new("test", &["go"]).cell("shard", &index.to_string()).named(&format!("test {index}"));
    (0..cells).fold(Workflow::new("ci.yml"), |workflow, index| workflow.job(cell(index)))
}

#[tokio::test(flavor = "multi_thread")]
async fn forty_cells_get_forty_machines_in_one_order_and_none_twice() {
    let lab = Lab::new().await;
    lab.push_workflow(matrix(40));
    for delivery in lab.deliveries("queued") {
        lab.deliver(delivery).await;
    }
    lab.pass().await;
    assert_eq!(lab.journal.count("launched"), 40);
    let jobs = lab.jobs().await;
    let batches: std::collections::BTreeSet<_> = jobs.iter().flat_map(|job| &job.runners).map(|runner| &runner.batch).collect();
    assert_eq!(batches.len(), 1, "one launch call for the whole matrix");
    lab.until_quiet().await;
    assert_eq!(lab.journal.count("launched"), 40);
    assert_eq!(lab.registrations(), 40);
}

#[tokio::test(flavor = "multi_thread")]
async fn more_jobs_than_one_order_holds_become_several_orders() {
    let lab = Lab::new().await;
    lab.push_workflow(matrix(45));
    lab.pass().await;
    assert_eq!(lab.journal.count("launched"), 45);
    lab.until_quiet().await;
    assert_eq!(lab.journal.count("launched"), 45);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_limit_is_kept_and_what_waits_is_told_so() {
    let lab = Lab::with(fake_forge::Flavour::Gitea1_27, |config| config.pools[0].limit = 2).await;
    lab.push_workflow(matrix(5));
    lab.pass().await;
    assert_eq!(lab.journal.count("launched"), 2);
    assert_eq!(lab.last_line(3).await, "held: pool `go` limit 2 reached; it is served when a machine ends");
    lab.until_quiet().await;
    assert_eq!(lab.journal.count("launched"), 5);
}

#[tokio::test(flavor = "multi_thread")]
async fn one_repository_cannot_take_more_than_its_share() {
    let lab = Lab::with(fake_forge::Flavour::Gitea1_27, |config| config.limits.per_repository = Some(3)).await;
    lab.push_workflow(matrix(4));
    lab.pass().await;
    assert_eq!(lab.journal.count("launched"), 3);
    assert_eq!(lab.last_line(4).await, "held: repository `home/acme/tour` limit 3 reached; it is served when a machine ends");
    lab.until_quiet().await;
}
