//! The operator's switch.

use dispatch::record::{Control, Mode};

use crate::lab::Lab;

async fn switch(lab: &Lab, mode: Mode) {
    let ledger = lab.service.ledger();
    ledger.set_control(Control { mode, since: ledger.now() }).await.unwrap();
}

#[tokio::test]
async fn a_paused_installation_launches_nothing_and_says_so() {
    let lab = Lab::new().await;
    switch(&lab, Mode::Paused).await;
    lab.push(&[("build", "go")]);
    let reply = lab.deliver(lab.deliveries("queued").remove(0)).await;
    assert_eq!(
        reply.text,
        "build (job 1 of acme/tour): [go] → pool `go`; held: the installation is paused; `dispatch resume` lets it go on"
    );
    lab.pass().await;
    assert_eq!(lab.journal.count("launched"), 0);
    assert_eq!(lab.last_line(1).await, "held: the installation is paused; `dispatch resume` lets it go on");
    switch(&lab, Mode::Running).await;
    lab.until_quiet().await;
    assert_eq!(lab.journal.count("launched"), 1);
}

#[tokio::test]
async fn a_job_cancelled_while_paused_costs_nothing() {
    let lab = Lab::new().await;
    switch(&lab, Mode::Paused).await;
    let run = lab.push(&[("build", "go")]);
    lab.pass().await;
    lab.forge.with(|world| world.cancel_run(run));
    switch(&lab, Mode::Running).await;
    lab.until_quiet().await;
    assert_eq!(lab.journal.count("launched"), 0);
    assert_eq!(lab.last_line(1).await, "over: the forge says cancelled");
}

#[tokio::test]
async fn an_emergency_stop_ends_machines_at_once() {
    let lab = Lab::new().await;
    lab.push(&[("build", "go")]);
    lab.pass().await;
    switch(&lab, Mode::Stopped).await;
    lab.until("the machine is gone", async |lab| lab.journal.count("stopped") + lab.journal.count("served") == 1).await;
    assert_eq!(lab.forge.with(|world| world.leftovers()).registrations, Vec::<String>::new());
}
