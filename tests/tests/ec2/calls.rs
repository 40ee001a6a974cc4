//! What a pass costs in calls.

use std::collections::BTreeMap;

use dispatch::cloud::{Cloud, HandOver, LaunchOrder};
use tests::conformance::cloud::identity;

use super::Stage;

fn calls(stage: &Stage) -> BTreeMap<String, usize> {
    let mut counts = BTreeMap::new();
    for call in stage.account.lab.calls() {
        *counts.entry(call.operation).or_default() += 1;
    }
    counts
}

fn counted(counts: &[(&str, usize)]) -> BTreeMap<String, usize> {
    counts.iter().map(|(name, count)| ((*name).to_owned(), *count)).collect()
}

#[tokio::test]
async fn a_hundred_machines_are_three_orders_and_one_list() {
    let mut stage = Stage::new().await;
    stage.config.aws.as_mut().unwrap().role_id = Some(stage.account.role_id.clone());
    let cloud = stage.cloud().await;
    for (name, members) in [("one", 40), ("two", 40), ("three", 20)] {
        let batch = stage.batch(name, members);
        let order = LaunchOrder { batch: &batch, pool: stage.pool(), labels: &stage.pool().labels };
        assert_eq!(cloud.launch(&order).await.unwrap().len(), usize::try_from(members).unwrap());
    }
    assert_eq!(calls(&stage), counted(&[("DescribeImages", 1), ("PutItem", 3), ("RunInstances", 3)]));

    stage.account.lab.forget_calls();
    assert_eq!(cloud.instances().await.unwrap().len(), 100);
    assert_eq!(calls(&stage), counted(&[("BatchGetItem", 1), ("DescribeInstances", 1)]), "none has an identity yet");

    let machines = cloud.instances().await.unwrap();
    let identities: Vec<_> = machines.iter().map(|machine| (machine.id.clone(), identity("t").unwrap())).collect();
    stage.account.lab.forget_calls();
    assert!(cloud.hand_over_all(&identities).await.iter().all(|outcome| *outcome == Ok(HandOver::Done)));
    assert_eq!(calls(&stage), counted(&[("TransactWriteItems", 2)]));

    stage.account.lab.forget_calls();
    assert_eq!(cloud.instances().await.unwrap().len(), 100);
    assert_eq!(calls(&stage), counted(&[("BatchGetItem", 2), ("DescribeInstances", 1)]));
}

#[tokio::test]
async fn one_machine_that_had_its_identity_keeps_no_other_from_getting_one() {
    let stage = Stage::new().await;
    let machines = stage.launch(4).await.unwrap();
    let cloud = stage.cloud().await;
    cloud.hand_over(&machines[1].id, &identity("first").unwrap()).await.unwrap();
    cloud.withdraw(&machines[2].id).await.unwrap();
    let identities: Vec<_> = machines.iter().map(|machine| (machine.id.clone(), identity("t").unwrap())).collect();
    let outcomes: Vec<_> = cloud.hand_over_all(&identities).await.into_iter().map(Result::unwrap).collect();
    assert_eq!(outcomes, [HandOver::Done, HandOver::AlreadyGiven, HandOver::AlreadyGiven, HandOver::Done]);
}
