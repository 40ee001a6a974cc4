//! `kill -9` and a new start: nothing is lost, and nothing is done twice.

use fake_forge::{Fault, Flavour};

use crate::by_hand::ByHand;
use crate::stage::{Runner, Stage};

const REGISTER: &str = "/api/actions/runner.v1.RunnerService/Register";

#[tokio::test]
async fn after_its_reply_the_claim_is_kept() {
    let stage = Stage::new().await;
    stage.configure(&stage.configuration("60s"));
    let mut serve = stage.serve().await;
    serve.has_looked().await;
    stage.push("go");
    assert!(stage.deliver().await[0].response.contains("a machine is on its way"));
    serve.kill().await;
    stage.configure(&stage.configuration("1s"));
    let _serve = stage.serve().await;
    stage.until_quiet().await;
    stage.served_by_one_machine().await;
    assert_eq!(stage.story("1").await[0], "announced", "it was remembered, not found again");
}

#[tokio::test]
async fn while_it_registers_a_runner() {
    let stage = Stage::new().await;
    stage.forge.inject(REGISTER, Fault::Hang);
    let serve = stage.serve().await;
    stage.push("go");
    stage.until("a question that is never answered", async || stage.forge.count(&format!("POST {REGISTER}")) == 1).await;
    serve.kill().await;
    stage.forge.heal();
    let _serve = stage.serve().await;
    stage.until_quiet().await;
    stage.served_once().await;
}

#[tokio::test]
async fn after_a_launch() {
    let stage = Stage::new().await;
    let mut serve = stage.serve().await;
    stage.push("go");
    serve.says(" launched").await;
    serve.kill().await;
    let _serve = stage.serve().await;
    stage.until_quiet().await;
    stage.served_by_one_machine().await;
}

/// A job that a machine has taken, and nobody to watch it any more: the runner, and the id of its task.
async fn killed_while_a_job_runs() -> (Stage, ByHand, String) {
    let stage = Stage::with(Flavour::Gitea1_27, Runner::ByHand).await;
    let serve = stage.serve().await;
    stage.push("go");
    let runner = ByHand::appears(&stage).await;
    let task = runner.take().await;
    serve.kill().await;
    (stage, runner, task)
}

#[tokio::test]
async fn while_the_job_runs() {
    let (stage, runner, task) = killed_while_a_job_runs().await;
    let mut serve = stage.serve().await;
    serve.says(" took job ").await;
    runner.report(&task).await;
    stage.touch("over");
    stage.until_quiet().await;
    stage.served_once().await;
}

#[tokio::test]
async fn while_a_job_ends_that_nobody_watches() {
    let (stage, runner, task) = killed_while_a_job_runs().await;
    runner.report(&task).await;
    stage.touch("over");
    let _serve = stage.serve().await;
    stage.until_quiet().await;
    stage.served_once().await;
}

/// Each start gets as far as the next line that it tells.
#[tokio::test]
async fn after_every_single_step() {
    let stage = Stage::new().await;
    stage.push("go");
    for _ in 0..40 {
        let mut serve = stage.serve().await;
        let is_over = tokio::select! {
            _step = serve.says(" code=") => false,
            () = stage.until("quiet", async || stage.is_quiet().await) => true,
        };
        serve.kill().await;
        if is_over {
            stage.served_by_one_machine().await;
            return;
        }
    }
    panic!("40 starts were not enough: {:?}", stage.runs().await);
}
