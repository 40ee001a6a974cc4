//! What goes wrong with EC2, as its own answers and the SDK's handling of them.

use dispatch::cloud::{Cloud, CloudErrorKind};
use dispatch::pool::Market;
use tests::aws::Fault;

use super::Stage;

fn machines(stage: &Stage) -> usize {
    stage.account.instances().len()
}

fn launches(stage: &Stage) -> usize {
    stage.account.lab.count("RunInstances")
}

#[tokio::test]
async fn want_of_capacity_is_not_hidden_by_the_sdk() {
    let stage = Stage::new().await;
    let first = &stage.account.aws.subnets[0];
    stage.account.lab.inject(Fault::error("RunInstances", 500, "InsufficientInstanceCapacity").with("SubnetId", first).always());
    assert_eq!(stage.launch(2).await.unwrap().len(), 2);
    assert_eq!((launches(&stage), machines(&stage)), (2, 2));
}

#[tokio::test]
async fn when_no_spot_is_left_the_full_price_is_paid_if_the_pool_says_so() {
    let mut stage = Stage::new().await;
    stage.config.pools[0].ec2.market = Market::SpotThenOnDemand;
    let spot = "InstanceMarketOptions.MarketType";
    stage.account.lab.inject(Fault::error("RunInstances", 500, "InsufficientInstanceCapacity").with(spot, "spot").always());
    assert_eq!(stage.launch(1).await.unwrap().len(), 1);
    assert_eq!((launches(&stage), machines(&stage)), (5, 1), "four rungs of spot, then the first on demand");
}

#[tokio::test]
async fn a_response_that_is_lost_after_the_launch_leads_to_no_second_machine() {
    let stage = Stage::new().await;
    stage.account.lab.inject(Fault::lose_response("RunInstances"));
    let error = stage.launch(2).await.unwrap_err();
    assert_eq!(error.kind, CloudErrorKind::Transient, "{error}");
    assert_eq!(launches(&stage), 1, "the SDK does not repeat a launch by itself");
    assert_eq!(stage.launch(2).await.unwrap().len(), 2);
    assert_eq!(machines(&stage), 2);
}

/// The answer of the second rung is lost, and the first has capacity again when the order is repeated.
#[tokio::test]
async fn a_crash_between_rungs_leads_to_no_second_machine() {
    let stage = Stage::new().await;
    let [first, second] = [0, 1].map(|one| stage.account.aws.subnets[one].clone());
    stage.account.lab.inject(Fault::error("RunInstances", 500, "InsufficientInstanceCapacity").with("SubnetId", &first));
    stage.account.lab.inject(Fault::lose_response("RunInstances").with("SubnetId", &second));
    stage.launch(2).await.unwrap_err();
    let batch = stage.batch("order", 2);
    assert_eq!(stage.launch(2).await.unwrap().len(), batch.members.len());
    assert_eq!((launches(&stage), machines(&stage)), (3, 2));
}

#[tokio::test]
async fn fewer_machines_than_asked_for_are_the_same_when_asked_again() {
    let stage = Stage::new().await;
    stage.account.lab.inject(Fault::partial(2));
    for _ in 0..2 {
        let launched = stage.launch(3).await.unwrap();
        let indexes: Vec<_> = launched.iter().map(|machine| machine.runner.as_ref().unwrap().index).collect();
        assert_eq!(indexes, [0, 1]);
    }
    assert_eq!(machines(&stage), 2);
}

#[tokio::test]
async fn a_launch_that_was_not_received_is_repeated_by_the_next_pass() {
    let stage = Stage::new().await;
    stage.account.lab.inject(Fault::lose_request("RunInstances"));
    assert_eq!(stage.launch(1).await.unwrap_err().kind, CloudErrorKind::Transient);
    assert_eq!((stage.launch(1).await.unwrap().len(), machines(&stage)), (1, 1));
}

#[tokio::test]
async fn every_refusal_has_its_kind_and_says_what_to_do() {
    let stage = Stage::new().await;
    for (code, status, kind, says) in [
        ("UnauthorizedOperation", 403, CloudErrorKind::Denied, "compare its policy"),
        ("AuthFailure.ServiceLinkedRoleCreationNotPermitted", 403, CloudErrorKind::Denied, "create-service-linked-role"),
        ("RequestLimitExceeded", 503, CloudErrorKind::Throttled, "more calls than EC2 takes"),
        ("VcpuLimitExceeded", 400, CloudErrorKind::Quota, "Service Quotas"),
        ("MaxSpotInstanceCountExceeded", 400, CloudErrorKind::Quota, "Service Quotas"),
        ("InsufficientFreeAddressesInSubnet", 400, CloudErrorKind::Capacity, "range of addresses"),
        ("InvalidAMIID.NotFound", 400, CloudErrorKind::Invalid, "name an image"),
        ("InternalError", 500, CloudErrorKind::Transient, "InternalError"),
        ("NeverHeardOf", 400, CloudErrorKind::Invalid, "NeverHeardOf: on demand of the test"),
    ] {
        stage.account.lab.inject(Fault::error("RunInstances", status, code).always());
        let batch = stage.batch(code, 1);
        let order = dispatch::cloud::LaunchOrder { batch: &batch, pool: stage.pool(), labels: &stage.pool().labels };
        let error = stage.cloud().await.launch(&order).await.unwrap_err();
        assert_eq!(error.kind, kind, "{code}: {error}");
        assert!(error.cause.contains(says), "{error}");
        stage.account.lab.clear_faults();
    }
    assert_eq!(machines(&stage), 0);
}

#[tokio::test]
async fn an_image_that_does_not_exist_is_named() {
    let mut stage = Stage::new().await;
    stage.config.pools[0].ec2.image = Some("ami-00000000000000000".to_owned());
    let error = stage.launch(1).await.unwrap_err();
    assert_eq!(error.kind, CloudErrorKind::Invalid);
    assert!(error.to_string().contains("ami-00000000000000000") && error.to_string().contains("RUNNER_AMI"), "{error}");
}

#[tokio::test]
async fn a_subnet_that_does_not_exist_is_named() {
    let mut stage = Stage::new().await;
    stage.config.aws.as_mut().unwrap().subnets = vec!["subnet-0".to_owned()];
    let error = stage.launch(1).await.unwrap_err();
    assert_eq!(error.kind, CloudErrorKind::Invalid);
    assert!(error.to_string().contains("subnet-0") && error.to_string().contains("aws.subnets"), "{error}");
}

#[tokio::test]
async fn machines_are_found_though_the_table_cannot_be_asked() {
    let stage = Stage::new().await;
    stage.launch(1).await.unwrap();
    stage.account.lab.inject(Fault::error("BatchGetItem", 400, "AccessDeniedException").always());
    let listed = stage.cloud().await.instances().await.unwrap();
    assert_eq!(listed.len(), 1);
    assert_eq!(listed[0].identity, dispatch::cloud::IdentityState::Unknown);
}

#[tokio::test]
async fn a_list_that_is_throttled_is_asked_for_again() {
    let stage = Stage::new().await;
    stage.launch(1).await.unwrap();
    stage.account.lab.inject(Fault::error("DescribeInstances", 503, "RequestLimitExceeded"));
    assert_eq!(stage.cloud().await.instances().await.unwrap().len(), 1);
}

/// Nobody told the role's id, and the dispatcher may not ask for it.
#[tokio::test]
async fn a_role_that_may_not_be_asked_for_is_to_be_told() {
    let stage = Stage::new().await;
    let machine = stage.launch(1).await.unwrap().remove(0);
    stage.account.lab.inject(Fault::error("GetInstanceProfile", 403, "AccessDenied"));
    let error = stage.cloud().await.withdraw(&machine.id).await.unwrap_err();
    assert_eq!(error.kind, CloudErrorKind::Denied);
    assert!(error.to_string().contains("INSTANCE_ROLE_ID"), "{error}");
}
