//! What gets lost on the way: webhooks, and whole processes.

use crate::lab::Lab;

#[tokio::test]
async fn a_job_that_nobody_announced_is_found_in_the_queue() {
    let lab = Lab::new().await;
    lab.push(&[("build", "go")]);
    lab.until_quiet().await;
    assert_eq!(lab.journal.sentences("found_in_queue"), ["found in the queue of `home`; no delivery had announced it"]);
    assert_eq!(lab.journal.count("launched"), 1);
}

#[tokio::test]
async fn a_claim_survives_the_end_of_the_process() {
    let lab = Lab::new().await;
    lab.push(&[("build", "go")]);
    lab.deliver(lab.deliveries("queued").remove(0)).await;
    let lab = lab.restart();
    lab.until_quiet().await;
    assert_eq!(lab.journal.count("launched"), 1);
}

#[tokio::test]
async fn a_machine_survives_the_end_of_the_process_and_is_followed_to_its_end() {
    let lab = Lab::new().await;
    lab.push(&[("build", "go")]);
    lab.pass().await;
    assert_eq!(lab.journal.count("launched"), 1);
    let lab = lab.restart();
    lab.until_quiet().await;
    assert_eq!(lab.journal.count("launched"), 0, "the machine of the first process was found, not doubled");
    assert_eq!(lab.registrations(), 1);
}
