//! What a launch says, as EC2 hears it.

use std::collections::BTreeMap;

use super::Stage;

/// The parameters of the only launch.
fn launch(stage: &Stage) -> BTreeMap<String, String> {
    let mut launches: Vec<_> = stage.account.lab.calls().into_iter().filter(|call| call.operation == "RunInstances").collect();
    assert_eq!(launches.len(), 1);
    launches.remove(0).parameters
}

#[tokio::test]
async fn a_launch_asks_for_machines_that_end_with_their_shutdown_and_keep_their_secrets() {
    let stage = Stage::new().await;
    stage.launch(3).await.unwrap();
    let said = launch(&stage);
    for (name, value) in [
        ("MinCount", "1"),
        ("MaxCount", "3"),
        ("InstanceType", "t3.small"),
        ("SubnetId", stage.account.aws.subnets[0].as_str()),
        ("SecurityGroupId.1", stage.account.aws.security_groups[0].as_str()),
        ("IamInstanceProfile.Name", "acme"),
        ("InstanceInitiatedShutdownBehavior", "terminate"),
        ("MetadataOptions.HttpTokens", "required"),
        ("MetadataOptions.HttpEndpoint", "enabled"),
        ("MetadataOptions.HttpPutResponseHopLimit", "1"),
        ("BlockDeviceMapping.1.Ebs.Encrypted", "true"),
        ("BlockDeviceMapping.1.Ebs.VolumeType", "gp3"),
        ("BlockDeviceMapping.1.Ebs.DeleteOnTermination", "true"),
        ("InstanceMarketOptions.MarketType", "spot"),
        ("InstanceMarketOptions.SpotOptions.SpotInstanceType", "one-time"),
        ("InstanceMarketOptions.SpotOptions.InstanceInterruptionBehavior", "terminate"),
        ("TagSpecification.1.ResourceType", "instance"),
        ("TagSpecification.2.ResourceType", "volume"),
        ("TagSpecification.1.Tag.2.Key", "dispatch:stack"),
        ("TagSpecification.1.Tag.2.Value", "acme"),
        ("TagSpecification.2.Tag.2.Value", "acme"),
    ] {
        assert_eq!(said.get(name).map(String::as_str), Some(value), "{name} in {said:#?}");
    }
    assert!(said["ClientToken"].starts_with("dispatch-") && said["ClientToken"].len() <= 64);
    assert!(said["BlockDeviceMapping.1.DeviceName"].starts_with("/dev/"));
}

#[tokio::test]
async fn on_demand_says_nothing_of_spot() {
    let mut stage = Stage::new().await;
    stage.config.pools[0].ec2.market = dispatch::pool::Market::OnDemand;
    stage.launch(1).await.unwrap();
    assert!(launch(&stage).keys().all(|name| !name.starts_with("InstanceMarketOptions")));
}

#[tokio::test]
async fn an_image_may_be_named_by_a_parameter() {
    let mut stage = Stage::new().await;
    let name = "/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64";
    stage.config.pools[0].ec2.image = Some(name.to_owned());
    stage.launch(1).await.unwrap();
    assert!(launch(&stage)["ImageId"].starts_with("ami-"));
    assert_eq!(stage.account.lab.count("GetParameter"), 1);
    assert_eq!(stage.account.instances().len(), 1);
}

#[tokio::test]
async fn a_parameter_that_is_missing_is_named() {
    let mut stage = Stage::new().await;
    stage.config.pools[0].ec2.image = Some("/no/such/parameter".to_owned());
    let error = stage.launch(1).await.unwrap_err().to_string();
    assert!(error.contains("reading the SSM parameter `/no/such/parameter`") && error.contains("ParameterNotFound"), "{error}");
}
