//! Stories of orders and machines, on an EC2 in memory.

use super::testing::{Stage, refused};
use crate::cloud::{Cloud, CloudErrorKind, HandOver, IdentityState, InstanceState, Withdrawal};
use crate::identifier::InstanceId;
use crate::pool::Market;

const FIRST: &str = "t3.small spot in subnet-a";
const SECOND: &str = "t3.small spot in subnet-b";

#[tokio::test]
async fn an_order_is_one_call_and_every_machine_knows_its_place() {
    let stage = Stage::new();
    let machines = stage.launch().await.unwrap();
    let indexes: Vec<_> = machines.iter().map(|machine| machine.runner.as_ref().unwrap().index).collect();
    assert_eq!((indexes, stage.ec2.asked()), (vec![0, 1], vec![FIRST.to_owned()]));
    assert!(machines.iter().all(|machine| machine.state == InstanceState::Alive && machine.pool == Some("go".into())));
}

#[tokio::test]
async fn want_of_capacity_leads_to_the_next_rung_in_the_same_pass() {
    let stage = Stage::new();
    stage.ec2.refuse(FIRST, refused("InsufficientInstanceCapacity", 500));
    assert_eq!(stage.launch().await.unwrap().len(), 2);
    assert_eq!(stage.ec2.asked(), [FIRST, SECOND]);
}

#[tokio::test]
async fn without_any_spot_the_full_price_is_paid_only_if_the_pool_says_so() {
    for (market, machines) in [(Market::Spot, 0), (Market::SpotThenOnDemand, 2)] {
        let stage = Stage::new().with_market(market);
        for instance_type in ["t3.small", "t3a.small"] {
            for subnet in ["subnet-a", "subnet-b"] {
                stage.ec2.refuse(&format!("{instance_type} spot in {subnet}"), refused("InsufficientInstanceCapacity", 500));
            }
        }
        let outcome = stage.launch().await;
        assert_eq!(stage.machines(), machines);
        if machines == 0 {
            let error = outcome.unwrap_err();
            assert_eq!(error.kind, CloudErrorKind::Capacity);
            insta::assert_snapshot!(error, @"launch: t3.small spot in subnet-a: InsufficientInstanceCapacity; t3.small spot in subnet-b: InsufficientInstanceCapacity; t3a.small spot in subnet-a: InsufficientInstanceCapacity; t3a.small spot in subnet-b: InsufficientInstanceCapacity: InsufficientInstanceCapacity in EC2's words; another instance type or subnet is tried");
        }
    }
}

#[tokio::test]
async fn a_limit_of_the_account_is_not_met_again_in_every_subnet() {
    let stage = Stage::new();
    stage.ec2.refuse(FIRST, refused("MaxSpotInstanceCountExceeded", 400));
    stage.ec2.refuse("t3a.small spot in subnet-a", refused("MaxSpotInstanceCountExceeded", 400));
    let error = stage.launch().await.unwrap_err();
    assert_eq!(stage.ec2.asked(), [FIRST, "t3a.small spot in subnet-a"]);
    assert_eq!(error.kind, CloudErrorKind::Quota);
    assert!(error.cause.contains("Service Quotas"), "{error}");
}

#[tokio::test]
async fn a_lost_answer_is_asked_for_again_at_the_same_rung() {
    let stage = Stage::new();
    stage.ec2.account(|account| account.lose_answer = true);
    assert_eq!(stage.launch().await.unwrap_err().kind, CloudErrorKind::Transient);
    assert_eq!(stage.launch().await.unwrap().len(), 2);
    assert_eq!((stage.machines(), stage.ec2.asked()), (2, vec![FIRST.to_owned(); 2]));
}

/// The first rung was refused, the second launched, and nobody lived to tell. Then the first has capacity again.
#[tokio::test]
async fn an_order_never_climbs_down() {
    let stage = Stage::new();
    stage.ec2.refuse(FIRST, refused("InsufficientInstanceCapacity", 500));
    stage.ec2.account(|account| {
        account.lose_answer = true;
        account.shows = Some(0);
    });
    assert_eq!(stage.launch().await.unwrap_err().kind, CloudErrorKind::Transient);
    assert_eq!(stage.launch().await.unwrap().len(), 2);
    assert_eq!((stage.machines(), stage.ec2.asked()), (2, [FIRST, SECOND, SECOND].map(str::to_owned).to_vec()));
}

#[tokio::test]
async fn a_retry_asks_the_same_place_though_the_settings_have_changed() {
    let mut stage = Stage::new();
    stage.ec2.account(|account| account.lose_answer = true);
    stage.launch().await.unwrap_err();
    stage.aws.subnets.reverse();
    stage.pool.instance_types.reverse();
    assert_eq!(stage.launch().await.unwrap().len(), 2);
    assert_eq!(stage.machines(), 2, "the token is zonal: in another subnet it would launch again");
}

#[tokio::test]
async fn an_image_behind_a_parameter_is_the_same_for_every_try() {
    let mut stage = Stage::new();
    stage.aws.image = Some("/images/go".to_owned());
    stage.ec2.account(|account| {
        account.parameter = "ami-old".to_owned();
        account.lose_answer = true;
    });
    stage.launch().await.unwrap_err();
    stage.ec2.account(|account| account.parameter = "ami-new".to_owned());
    assert_eq!(stage.launch().await.unwrap().len(), 2);
    let images: Vec<String> = stage.ec2.account(|account| account.launches.iter().map(|launch| launch.image.clone()).collect());
    assert_eq!(images, ["ami-old", "ami-old"]);
}

#[tokio::test]
async fn what_was_launched_under_other_settings_is_taken_as_it_is() {
    let mut stage = Stage::new();
    stage.ec2.account(|account| account.lose_answer = true);
    stage.launch().await.unwrap_err();
    stage.aws.security_groups = vec!["sg-2".to_owned()];
    assert_eq!(stage.launch().await.unwrap().len(), 2);
    assert_eq!(stage.machines(), 2);
}

#[tokio::test]
async fn an_order_whose_machines_are_not_shown_is_waited_for_but_not_for_ever() {
    let mut stage = Stage::new();
    stage.ec2.account(|account| {
        account.lose_answer = true;
        account.shows = Some(0);
    });
    stage.launch().await.unwrap_err();
    stage.aws.security_groups = vec!["sg-2".to_owned()];
    let error = stage.launch().await.unwrap_err();
    assert_eq!(error.kind, CloudErrorKind::Transient);
    assert!(error.cause.contains("does not show its machines yet"), "{error}");
    stage.clock.advance_s(600);
    let error = stage.launch().await.unwrap_err();
    assert_eq!(error.kind, CloudErrorKind::Capacity, "another order takes its place");
}

#[tokio::test]
async fn a_young_order_of_which_a_part_is_shown_is_waited_for_as_a_whole() {
    let mut stage = Stage::new();
    stage.ec2.account(|account| {
        account.lose_answer = true;
        account.shows = Some(1);
    });
    stage.launch().await.unwrap_err();
    stage.aws.security_groups = vec!["sg-2".to_owned()];
    assert_eq!(stage.launch().await.unwrap_err().kind, CloudErrorKind::Transient);
    stage.ec2.account(|account| account.shows = None);
    assert_eq!(stage.launch().await.unwrap().len(), 2);
    stage.ec2.account(|account| account.shows = Some(1));
    stage.clock.advance_s(300);
    assert_eq!(stage.launch().await.unwrap().len(), 1, "the other one has come and gone");
}

#[tokio::test]
async fn fewer_machines_than_asked_for_are_all_there_are() {
    let stage = Stage::new();
    stage.ec2.account(|account| account.at_most = Some(1));
    assert_eq!(stage.launch().await.unwrap().len(), 1);
    assert_eq!(stage.launch().await.unwrap().len(), 1);
    assert_eq!(stage.machines(), 1);
}

#[tokio::test]
async fn every_other_refusal_stops_the_climb_and_says_what_to_do() {
    for (code, status, kind, says) in [
        ("UnauthorizedOperation", 403, CloudErrorKind::Denied, "compare its policy"),
        ("AuthFailure.ServiceLinkedRoleCreationNotPermitted", 403, CloudErrorKind::Denied, "create-service-linked-role"),
        ("RequestLimitExceeded", 503, CloudErrorKind::Throttled, "more calls than EC2 takes"),
        ("InvalidAMIID.NotFound", 400, CloudErrorKind::Invalid, "RUNNER_AMI"),
        ("InvalidSubnetID.NotFound", 400, CloudErrorKind::Invalid, "aws.subnets"),
        ("NeverHeardOf", 400, CloudErrorKind::Invalid, "NeverHeardOf in EC2's words"),
        ("NeverHeardOf", 500, CloudErrorKind::Transient, "NeverHeardOf in EC2's words"),
    ] {
        let stage = Stage::new().with_market(Market::SpotThenOnDemand);
        stage.ec2.refuse(FIRST, refused(code, status));
        let error = stage.launch().await.unwrap_err();
        assert_eq!((error.kind, stage.ec2.asked().len()), (kind, 1), "{code}");
        assert!(error.cause.contains(says) && error.cause.starts_with(FIRST), "{error}");
    }
}

#[tokio::test]
async fn a_subnet_without_addresses_is_left_for_the_others() {
    let stage = Stage::new();
    stage.ec2.refuse(FIRST, refused("InsufficientFreeAddressesInSubnet", 400));
    stage.ec2.refuse(SECOND, refused("InsufficientInstanceCapacity", 500));
    stage.launch().await.unwrap();
    assert_eq!(stage.ec2.asked(), [FIRST, SECOND, "t3a.small spot in subnet-b"]);
}

#[tokio::test]
async fn a_long_ladder_is_climbed_in_several_passes() {
    let mut stage = Stage::new();
    stage.pool.instance_types = (0..6).map(|size| format!("t3.size{size}")).collect();
    for size in 0..6 {
        for subnet in ["subnet-a", "subnet-b"] {
            stage.ec2.refuse(&format!("t3.size{size} spot in {subnet}"), refused("InsufficientInstanceCapacity", 500));
        }
    }
    assert_eq!(stage.launch().await.unwrap_err().kind, CloudErrorKind::Transient);
    assert_eq!(stage.ec2.asked().len(), 8);
    assert_eq!(stage.launch().await.unwrap_err().kind, CloudErrorKind::Capacity);
    let asked = stage.ec2.asked();
    assert_eq!((asked.len(), asked[8].as_str()), (12, "t3.size4 spot in subnet-a"));
}

#[tokio::test]
async fn the_list_shows_every_machine_of_the_stack_and_what_became_of_its_identity() {
    let stage = Stage::new();
    let cloud = stage.cloud();
    let machines = stage.launch_by(&cloud).await.unwrap();
    stage.ec2.account(|account| account.machines[1].tags.insert("dispatch:stack".to_owned(), "other".to_owned()));
    stage.items.take(&machines[0].id);
    let listed = cloud.instances().await.unwrap();
    assert_eq!((listed.len(), &listed[0].id, listed[0].identity), (1, &machines[0].id, IdentityState::Taken));
    assert_eq!(listed[0].serves, Some(("home".into(), crate::scene::scope())));
}

#[tokio::test]
async fn a_machine_of_somebody_else_is_never_ended() {
    let stage = Stage::new();
    let machines = stage.launch().await.unwrap();
    stage.ec2.account(|account| account.machines[0].tags.insert("dispatch:stack".to_owned(), "other".to_owned()));
    let ids: Vec<InstanceId> = machines.iter().map(|machine| machine.id.clone()).collect();
    stage.cloud().terminate(&ids).await.unwrap();
    let states: Vec<String> = stage.ec2.account(|account| account.machines.iter().map(|machine| machine.state.clone()).collect());
    assert_eq!(states, ["pending", "terminated"]);
}

#[tokio::test]
async fn a_machine_that_is_gone_keeps_no_other_alive() {
    let stage = Stage::new();
    let cloud = stage.cloud();
    let machines = stage.launch_by(&cloud).await.unwrap();
    let ids: Vec<InstanceId> = machines.iter().map(|machine| machine.id.clone()).collect();
    stage.ec2.account(|account| account.machines.remove(0));
    cloud.terminate(&ids).await.unwrap();
    assert!(stage.ec2.account(|account| account.machines.iter().all(|machine| machine.state == "terminated")));
    assert_eq!(stage.ec2.account(|account| account.terminations.len()), 2);
}

#[tokio::test]
async fn ending_what_was_seen_to_be_over_costs_no_call() {
    let stage = Stage::new();
    let cloud = stage.cloud();
    let machines = stage.launch_by(&cloud).await.unwrap();
    let ids: Vec<InstanceId> = machines.iter().map(|machine| machine.id.clone()).collect();
    for id in &ids {
        stage.items.take(id);
    }
    stage.ec2.account(|account| account.machines.iter_mut().for_each(|machine| machine.state = "terminated".to_owned()));
    cloud.instances().await.unwrap();
    let descriptions = stage.ec2.account(|account| account.descriptions);
    cloud.terminate(&ids).await.unwrap();
    let (asked, ended) = stage.ec2.account(|account| (account.descriptions - descriptions, account.terminations.len()));
    assert_eq!((asked, ended), (0, 0));
}

#[tokio::test]
async fn no_identity_is_given_to_a_machine_that_is_over_and_none_is_left_behind() {
    let stage = Stage::new();
    let cloud = stage.cloud();
    let machines = stage.launch_by(&cloud).await.unwrap();
    let (first, second) = (&machines[0].id, &machines[1].id);
    assert_eq!(cloud.hand_over(first, &super::testing::identity(first)).await, Ok(HandOver::Done));
    assert_eq!(cloud.hand_over(first, &super::testing::identity(first)).await, Ok(HandOver::AlreadyGiven));
    stage.ec2.account(|account| account.machines[1].state = "terminated".to_owned());
    cloud.instances().await.unwrap();
    assert_eq!(cloud.hand_over(second, &super::testing::identity(second)).await, Ok(HandOver::NoMachine));
    cloud.terminate(std::slice::from_ref(first)).await.unwrap();
    assert_eq!(cloud.withdraw(first).await, Ok(Withdrawal::AlreadyTaken), "its item is gone");
}
