//! What goes wrong on AWS: what the function's log says of it, what `dispatch why` says, and what the forge reads in its
//! delivery log. When the cause is gone, every job is served, and by one machine.

use dispatch::config::Config;
use dispatch::lambda::{Failure, Role};
use fake_forge::Flavour;
use tests::aws::{Emulator, Fault, Lab};
use tests::lambda::event::schedule;

use crate::stage::Stage;
use crate::told::Log;

/// Longer than any wait until the next try.
const LATER_S: u64 = 120;

/// Something that goes wrong while the worker serves one job.
struct Trouble {
    name: &'static str,
    faults: Vec<Fault>,
    /// In a warning of the worker's log.
    log: &'static str,
    /// At the end of what `dispatch why` prints.
    why: &'static str,
}

/// EC2 refuses, or nobody knows what it did.
fn troubles_of_ec2() -> Vec<Trouble> {
    let refused = |status, code| vec![Fault::error("RunInstances", status, code).always()];
    vec![
        Trouble {
            name: "ec2-throttled",
            faults: refused(503, "RequestLimitExceeded"),
            log: "the account makes more calls than EC2 takes; what else calls EC2 in this region and account?; the same order is sent again",
            why: "the account makes more calls than EC2 takes; what else calls EC2 in this region and account?; the same order is sent again",
        },
        Trouble {
            name: "ec2-fails",
            faults: refused(500, "InternalError"),
            log: "InternalError: on demand of the test; the same order is sent again",
            why: "InternalError: on demand of the test; the same order is sent again",
        },
        Trouble {
            name: "ec2-answer-lost",
            faults: vec![Fault::lose_response("RunInstances")],
            log: "no answer came: ",
            why: "; the same order is sent again",
        },
        Trouble {
            name: "ec2-unauthorized",
            faults: refused(403, "UnauthorizedOperation"),
            log: "the dispatcher's role lacks a right for this call: compare its policy with `infra/template.yaml`; tried again each minute until it is mended",
            why: "the dispatcher's role lacks a right for this call: compare its policy with `infra/template.yaml`; tried again each minute until it is mended",
        },
        Trouble {
            name: "ec2-not-to-be-asked",
            faults: vec![Fault::error("DescribeInstances", 403, "UnauthorizedOperation").always()],
            log: "backend `ec2` cannot be asked: listing instances: UnauthorizedOperation: on demand of the test; the dispatcher's role lacks a right",
            why: "held: backend `ec2` cannot be asked: listing instances: UnauthorizedOperation: on demand of the test; the dispatcher's role lacks a right for this call: compare its policy with `infra/template.yaml`",
        },
        Trouble {
            name: "unknown-image",
            faults: vec![Fault::error("DescribeImages", 400, "InvalidAMIID.NotFound").always()],
            log: "name an image of this region that this account may use, in `image` or `RUNNER_AMI`; tried again each minute until it is mended",
            why: "name an image of this region that this account may use, in `image` or `RUNNER_AMI`; tried again each minute until it is mended",
        },
        Trouble {
            name: "no-addresses",
            faults: refused(400, "InsufficientFreeAddressesInSubnet"),
            log: "give the subnet a larger range of addresses, or name further subnets; tried again soon",
            why: "give the subnet a larger range of addresses, or name further subnets; tried again soon",
        },
        Trouble {
            name: "no-quota",
            faults: refused(400, "MaxSpotInstanceCountExceeded"),
            log: "raise the quota `All … Spot Instance Requests` for EC2 in Service Quotas; tried again when machines have ended",
            why: "raise the quota `All … Spot Instance Requests` for EC2 in Service Quotas; tried again when machines have ended",
        },
    ]
}

/// DynamoDB refuses, or nobody knows what it did. The job's story cannot be written then, or not yet.
fn troubles_of_dynamodb() -> Vec<Trouble> {
    let not_looked = "the worker has not looked yet; if that lasts for more than a minute, its log says why";
    vec![
        Trouble {
            name: "table-unauthorized",
            faults: vec![Fault::error("Query", 400, "AccessDeniedException").always()],
            log: "in eu-central-1): on demand of the test; give this role the rights that the stack's template lists; nothing is lost, the next one looks again",
            why: not_looked,
        },
        Trouble {
            name: "table-throttled",
            faults: vec![Fault::error("Query", 400, "ThrottlingException").always()],
            log: "in eu-central-1 is throttled (ThrottlingException): on demand of the test; the next pass tries again",
            why: not_looked,
        },
        Trouble {
            name: "table-fails",
            faults: vec![Fault::error("TransactWriteItems", 500, "InternalServerError").containing("batch#").always()],
            log: "in eu-central-1: InternalServerError: on demand of the test; it is planned again at the next pass",
            why: not_looked,
        },
        Trouble {
            name: "claim-answer-lost",
            faults: vec![Fault::lose_response("TransactWriteItems").containing("batch#").always()],
            log: "an action failed: the store does not answer: table `claim-answer-lost` in eu-central-1: ",
            why: ": launching machine ",
        },
        Trouble {
            name: "identity-unauthorized",
            faults: vec![Fault::error("TransactWriteItems", 400, "AccessDeniedException").containing("identity#").always()],
            log: "handing over the identity failed: table `identity-unauthorized` in eu-central-1: on demand of the test; give this role the rights that the stack's template lists; tried again at the next pass, until the boot limit",
            why: "give this role the rights that the stack's template lists; tried again at the next pass, until the boot limit",
        },
    ]
}

/// The edge records the job; the worker meets the trouble and tells of it; the trouble ends and the job is served.
async fn meets(lab: &'static Lab, trouble: Trouble) {
    let Trouble { name, faults, log: logged, why } = trouble;
    let stage = Stage::with(Emulator::Shared(lab), name, Flavour::Gitea1_27, |_| ()).await;
    let (edge, worker) = (stage.function(Role::Edge, "edge"), stage.function(Role::Worker, "worker"));
    stage.push(&["build"]);
    stage.deliver(&edge).await;
    for fault in faults {
        lab.inject(fault);
    }
    let log = Log::begin();
    let woken = stage.stream().await.unwrap();
    let _told_in_the_log = stage.wake_for_a_moment(&worker, woken).await;
    let warnings = log.warnings();
    assert!(warnings.contains(logged), "{name}: {warnings}");
    let told = stage.why();
    assert!(told.trim_end().lines().last().is_some_and(|last| last.contains(why)), "{name}: {told}");
    lab.clear_faults();
    stage.clock.advance_s(LATER_S);
    stage.until_quiet(&worker).await;
    assert_eq!(stage.machines_ever(), 1, "{name}");
}

/// An emulator on which one trouble happens after the other; it ends with the process.
fn troubled() -> &'static Lab {
    Box::leak(Box::new(Lab::start()))
}

#[tokio::test]
async fn what_ec2_does_not_do_is_told_with_its_remedy_and_done_later() {
    let lab = troubled();
    for trouble in troubles_of_ec2() {
        meets(lab, trouble).await;
    }
}

#[tokio::test]
async fn what_dynamodb_does_not_do_is_told_with_its_remedy_and_done_later() {
    let lab = troubled();
    for trouble in troubles_of_dynamodb() {
        meets(lab, trouble).await;
    }
}

/// It goes on costing, so it must not be silent.
#[tokio::test]
async fn a_machine_that_cannot_be_ended_is_told_of_until_it_can() {
    let stage = Stage::alone("endless").await;
    let worker = stage.function(Role::Worker, "worker");
    let run = stage.push(&["build"]);
    stage.wake_for_a_moment(&worker, schedule()).await.unwrap();
    stage.cancel(run);
    stage.account.lab.inject(Fault::error("TerminateInstances", 403, "UnauthorizedOperation").always());
    let log = Log::begin();
    for _ in 0..3 {
        stage.clock.advance_s(30);
        stage.wake_for_a_moment(&worker, schedule()).await.unwrap();
    }
    let remedy = "ending machines failed: UnauthorizedOperation: on demand of the test; the dispatcher's role lacks a right for this call: compare its policy with `infra/template.yaml`; tried again at the next pass";
    assert_eq!(log.warnings().matches(remedy).count(), 3, "at each pass: {}", log.warnings());
    assert!(stage.why().contains(remedy), "{}", stage.why());
    stage.account.lab.clear_faults();
    stage.clock.advance_s(LATER_S);
    stage.until_quiet(&worker).await;
    assert_eq!(stage.machines_ever(), 1);
}

fn at_no_table(config: &mut Config) {
    "nowhere".clone_into(&mut config.aws.as_mut().unwrap().table);
}

fn in_another_region(config: &mut Config) {
    "us-east-1".clone_into(&mut config.aws.as_mut().unwrap().region);
}

/// Something that goes wrong while the edge records one job.
struct AtTheEdge {
    name: &'static str,
    change: fn(&mut Config),
    faults: Vec<Fault>,
    /// The reply after the job's title.
    reply: &'static str,
}

const BY_THE_QUEUE: &str = "; nothing is lost, the next look at the forge's queue finds the job; the worker could not be woken, so it looks within a minute";
const ONLY_HERE: &str = "; this forge tells it only here, so send this delivery again from the webhook's page; the worker could not be woken, so it looks within a minute";

fn troubles_at_the_edge() -> Vec<AtTheEdge> {
    let refused = |code| vec![Fault::error("TransactWriteItems", 400, code).always()];
    vec![
        AtTheEdge {
            name: "edge-no-table",
            change: at_no_table,
            faults: Vec::new(),
            reply: "the store cannot be used (table `nowhere` in eu-central-1): there is no such table; check its name and region, or deploy the stack that makes it",
        },
        AtTheEdge {
            name: "edge-elsewhere",
            change: in_another_region,
            faults: Vec::new(),
            reply: "the store cannot be used (table `edge-elsewhere` in us-east-1): there is no such table; check its name and region, or deploy the stack that makes it",
        },
        AtTheEdge {
            name: "edge-throttled",
            change: |_| (),
            faults: refused("ThrottlingException"),
            reply: "the store does not answer: table `edge-throttled` in eu-central-1 is throttled (ThrottlingException): on demand of the test; the next pass tries again",
        },
        AtTheEdge {
            name: "edge-unauthorized",
            change: |_| (),
            faults: refused("AccessDeniedException"),
            reply: "the store cannot be used (table `edge-unauthorized` in eu-central-1): on demand of the test; give this role the rights that the stack's template lists",
        },
        AtTheEdge {
            name: "edge-fails",
            change: |_| (),
            faults: vec![Fault::error("TransactWriteItems", 500, "InternalServerError").always()],
            reply: "the store does not answer: table `edge-fails` in eu-central-1: InternalServerError: on demand of the test",
        },
    ]
}

/// The delivery is answered within the forge's patience and with what to do. Where the forge has a queue, that is nothing.
#[tokio::test]
async fn what_the_edge_cannot_record_is_told_to_the_forge_and_in_the_log() {
    let lab = troubled();
    for AtTheEdge { name, change, faults, reply } in troubles_at_the_edge() {
        let stage = Stage::with(Emulator::Shared(lab), name, Flavour::Gitea1_27, |_| ()).await;
        stage.push(&["build"]);
        let log = Log::begin();
        for fault in faults {
            lab.inject(fault);
        }
        lab.forget_calls();
        let delivery = stage.forge.pending().into_iter().find(|delivery| delivery.event == "workflow_job").unwrap();
        let answer = stage.send(&stage.function_with(Role::Edge, "edge", change), &delivery).await;
        let text = format!("build (job 1 of acme/tour): {reply}{BY_THE_QUEUE}");
        assert_eq!(answer, (503, format!("{text}\n")));
        assert!(log.warnings().contains(&text), "{}", log.warnings());
        assert!(lab.count("TransactWriteItems") <= 10, "who could not be told of the job is not told by a bell either");
        lab.clear_faults();
        stage.until_quiet(&stage.function(Role::Worker, "worker")).await;
        assert_eq!(stage.machines_ever(), 1, "{name}");
    }
}

/// Gitea 1.24 has no queue: nobody but the person who reads the reply can bring the job back, and does.
#[tokio::test]
async fn who_is_told_only_once_is_asked_to_tell_it_again() {
    let stage = Stage::alone_at(Flavour::Gitea1_24, "told-once").await;
    let (edge, worker) = (stage.function(Role::Edge, "edge"), stage.function(Role::Worker, "worker"));
    stage.push(&["build"]);
    let delivery = stage.forge.pending().into_iter().find(|delivery| delivery.event == "workflow_job").unwrap();
    stage.account.lab.inject(Fault::error("TransactWriteItems", 400, "AccessDeniedException").always());
    let (status, text) = stage.send(&edge, &delivery).await;
    assert!(status == 503 && text.ends_with(&format!("{ONLY_HERE}\n")), "{status}: {text}");
    stage.account.lab.clear_faults();
    for known in [false, true] {
        let (status, text) = stage.send(&edge, &delivery).await;
        assert!(status == 200 && text.contains("known since") == known, "{status}: {text}");
    }
    stage.wake_for_jobs(&worker).await;
    assert_eq!(stage.machines_ever(), 1);
}

/// The commit happened and its answer did not come: the edge finds out and answers as if nothing had been.
#[tokio::test]
async fn a_lost_answer_costs_the_edge_nothing() {
    let stage = Stage::alone("edge-answer-lost").await;
    stage.push(&["build"]);
    stage.account.lab.inject(Fault::lose_response("TransactWriteItems").times(2));
    let said = stage.deliver(&stage.function(Role::Edge, "edge")).await;
    assert_eq!(said, ["build (job 1 of acme/tour): [go] → pool `go`; a machine is on its way\n"]);
    stage.until_quiet(&stage.function(Role::Worker, "worker")).await;
    assert_eq!(stage.machines_ever(), 1);
}

/// A worker in the wrong place finds no table there, and launches nothing there.
#[tokio::test]
async fn a_worker_in_the_wrong_region_or_at_the_wrong_table_says_where_it_looked() {
    let no_table: fn(&mut Config) = at_no_table;
    let cases = [
        ("worker-no-table", no_table, "table `nowhere` in eu-central-1"),
        ("worker-elsewhere", in_another_region, "table `worker-elsewhere` in us-east-1"),
    ];
    for (name, change, place) in cases {
        let stage = Stage::new(name).await;
        stage.push(&["build"]);
        stage.deliver(&stage.function(Role::Edge, "edge")).await;
        let log = Log::begin();
        let lost = stage.wake_for_a_moment(&stage.function_with(Role::Worker, "lost", change), schedule()).await;
        assert!(matches!(lost, Err(Failure::Pass(_))), "{lost:?}");
        let text = format!(
            "the pass stopped: the store cannot be used ({place}): there is no such table; check its name and region, or deploy the stack that makes it; nothing is lost, the next one looks again"
        );
        assert!(log.warnings().contains(&text), "{}", log.warnings());
        assert!(stage.why().ends_with("the worker has not looked yet; if that lasts for more than a minute, its log says why\n"));
        stage.until_quiet(&stage.function(Role::Worker, "worker")).await;
        assert_eq!(stage.machines_ever(), 1, "{name}");
    }
}
