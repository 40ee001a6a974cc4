//! What a pass over a hundred jobs asks of AWS: thirty times at most, and three times more where it has to find the jobs itself.

use std::collections::BTreeMap;

use dispatch::config::Config;
use dispatch::lambda::{Function, Role};
use fake_forge::Flavour;
use tests::aws::{Emulator, Lab};

use crate::stage::Stage;

const JOBS: usize = 100;

fn room_for_all(config: &mut Config) {
    for pool in &mut config.pools {
        pool.limit = u32::try_from(JOBS).unwrap();
    }
}

/// A hundred jobs that the forge has announced, and a worker that has not looked yet.
async fn crowd(name: &str) -> (Stage, Function) {
    let stage = Stage::with(Emulator::Own(Lab::start()), name, Flavour::Gitea1_27, room_for_all).await;
    let names: Vec<String> = (0..JOBS).map(|number| format!("job-{number}")).collect();
    stage.push(&names.iter().map(String::as_str).collect::<Vec<_>>());
    let worker = stage.function(Role::Worker, "worker");
    (stage, worker)
}

/// One pass, and what it asked for, by operation.
async fn pass(stage: &Stage, worker: &Function) -> BTreeMap<String, usize> {
    let ((), calls) = stage.calls_of(stage.wake_for_jobs(worker)).await;
    calls.into_iter().fold(BTreeMap::new(), |mut counts, call| {
        *counts.entry(call.operation).or_default() += 1;
        counts
    })
}

/// What launching a machine for each takes: the lease, what is there, three orders of at most forty machines, and identities.
const LAUNCHES: [(&str, usize); 6] =
    [("DescribeImages", 1), ("DescribeInstances", 1), ("GetItem", 1), ("PutItem", 3), ("Query", 1), ("RunInstances", 3)];

fn counted(expected: impl IntoIterator<Item = (&'static str, usize)>) -> BTreeMap<String, usize> {
    expected.into_iter().map(|(operation, count)| (operation.to_owned(), count)).collect()
}

/// Three orders of at most forty machines; runners are introduced fifty at a time, so that one that dies in between leaves no
/// more than that to be done again.
#[tokio::test]
async fn a_pass_that_launches_a_machine_for_each() {
    let (stage, worker) = crowd("launches").await;
    stage.deliver(&stage.function(Role::Edge, "edge")).await;
    let calls = pass(&stage, &worker).await;
    let expected = LAUNCHES.into_iter().chain([("BatchGetItem", 6), ("TransactWriteItems", 14)]);
    assert_eq!((calls.values().sum::<usize>(), calls), (30, counted(expected)));
    assert_eq!(stage.machines(&["pending", "running"]).len(), JOBS);
}

/// Nobody announced them: earlier generations are looked for, two of each, and their records are begun, in two transactions
/// because the lease is checked beside them.
#[tokio::test]
async fn a_pass_that_finds_them_in_the_queue_and_launches_a_machine_for_each() {
    let (stage, worker) = crowd("finds").await;
    let calls = pass(&stage, &worker).await;
    let expected = LAUNCHES.into_iter().chain([("BatchGetItem", 7), ("TransactWriteItems", 16)]);
    assert_eq!((calls.values().sum::<usize>(), calls), (33, counted(expected)));
    assert_eq!(stage.machines(&["pending", "running"]).len(), JOBS);
}

/// The first of these passes sees that each machine has a job now, in sixteen calls; the next one that nothing has changed, in
/// eight.
#[tokio::test]
async fn passes_over_jobs_that_run() {
    let (stage, worker) = crowd("running").await;
    pass(&stage, &worker).await;
    stage.machines_begin().await;
    stage.clock.advance_s(10);
    let (sees, again) = (pass(&stage, &worker).await, pass(&stage, &worker).await);
    let lease_and_list = [("DescribeInstances", 1), ("GetItem", 1), ("Query", 1)];
    assert_eq!(sees, counted([lease_and_list.as_slice(), &[("BatchGetItem", 8), ("TransactWriteItems", 5)]].concat()));
    assert_eq!(again, counted([lease_and_list.as_slice(), &[("BatchGetItem", 3), ("TransactWriteItems", 2)]].concat()));
}
