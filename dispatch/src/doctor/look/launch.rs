//! Whether EC2 would launch what the pools ask for: a dry run, which launches nothing and costs nothing.

use serde_json::Value;

use super::image;
use super::{ask, borrowed, numbered};
use crate::aws::signed::{Call, Client, EC2, IAM, Refused};
use crate::cloud::ec2::tags;
use crate::config::{AwsConfig, Config};
use crate::doctor::{Check, Topic};
use crate::pool::{Market, Pool};

/// AWS's word for a dry run that would have been a launch.
const WOULD: &str = "DryRunOperation";

/// One dry run for each pool, with the first of its types and the first subnet.
pub(in crate::doctor) async fn look(client: &Client, config: &Config, aws: &AwsConfig, pools: &[&Pool]) -> Vec<Check> {
    let mut checks = Vec::new();
    for pool in pools {
        let Some(named) = aws.image_for(pool) else { continue };
        let Ok(image) = image::id_of(client, named).await else { continue };
        let parameters = parameters(&config.stack, aws, pool, &image);
        let call = Call::query(EC2, "RunInstances", &borrowed(&parameters));
        checks.push(judge(pool, client.ask(&call).await));
    }
    if pools.iter().any(|pool| pool.ec2.market != Market::OnDemand) {
        checks.push(spot_role(client).await);
    }
    checks
}

fn parameters(stack: &str, aws: &AwsConfig, pool: &Pool, image: &str) -> Vec<(String, String)> {
    let profile = if aws.instance_profile.starts_with("arn:") { "IamInstanceProfile.Arn" } else { "IamInstanceProfile.Name" };
    let own = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    let mut parameters = vec![
        own("DryRun", "true"),
        own("MinCount", "1"),
        own("MaxCount", "1"),
        own("ImageId", image),
        own("InstanceType", pool.instance_types.first().map_or("", String::as_str)),
        own("SubnetId", aws.subnets.first().map_or("", String::as_str)),
        own(profile, &aws.instance_profile),
        own("InstanceInitiatedShutdownBehavior", "terminate"),
        own("MetadataOptions.HttpTokens", "required"),
        own("MetadataOptions.HttpPutResponseHopLimit", "1"),
        own("TagSpecification.1.ResourceType", "instance"),
        own("TagSpecification.1.Tag.1.Key", tags::STACK),
        own("TagSpecification.1.Tag.1.Value", stack),
    ];
    parameters.extend(numbered("SecurityGroupId", &aws.security_groups));
    if pool.ec2.market != Market::OnDemand {
        parameters.push(own("InstanceMarketOptions.MarketType", "spot"));
    }
    parameters
}

fn judge(pool: &Pool, answer: Result<Value, Refused>) -> Check {
    let (name, kind) = (&pool.name, pool.instance_types.first().map_or("", String::as_str));
    match answer {
        Err(refused) if refused.code == WOULD => Topic::Launch.good(format!(
            "pool `{name}`: EC2 would launch {kind} for you; that the worker's role may, and that there is capacity, is not verified on AWS"
        )),
        Err(refused) => {
            let check = Topic::Launch.unanswered(&refused, "correct what EC2 refuses: image, type, subnet, security group or profile");
            Check { text: format!("pool `{name}`, {kind}: {}", check.text), ..check }
        }
        Ok(_) => Topic::Launch.error(
            format!("pool `{name}`: EC2 took the dry run for a launch"),
            format!("look for an instance with the tag `dispatch:stack` that is no runner, and end it; this is not EC2 ({kind})"),
        ),
    }
}

/// Made by AWS at the first request for a spot instance, if whoever requests it may make it; the worker may not.
async fn spot_role(client: &Client) -> Check {
    let call = Call::query(IAM, "GetRole", &[("RoleName", "AWSServiceRoleForEC2Spot")]);
    spot(ask::<Value>(client, &call, "/GetRoleResponse/GetRoleResult").await)
}

fn spot(role: Result<Value, Refused>) -> Check {
    let remedy = "run `aws iam create-service-linked-role --aws-service-name spot.amazonaws.com` once for the account";
    match role {
        Ok(_) => Topic::Launch.good("the account may have spot instances (AWSServiceRoleForEC2Spot)"),
        Err(refused) if refused.code == "NoSuchEntity" => {
            Topic::Launch.error("the account never had a spot instance, and the worker may not be the first", remedy)
        }
        Err(refused) => Topic::Launch.unanswered(&refused, remedy),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::Verdict;
    use crate::pool::defaults;

    fn refused(code: &str) -> Refused {
        Refused::new(&Call::query(EC2, "RunInstances", &[]), code, "")
    }

    fn go() -> Pool {
        defaults(&"ec2".into(), &[]).remove(0)
    }

    #[test]
    fn a_dry_run_is_never_a_launch() {
        let aws = AwsConfig {
            subnets: vec!["subnet-1".into(), "subnet-2".into()],
            security_groups: vec!["sg-1".into()],
            instance_profile: "machine".into(),
            ..AwsConfig::default()
        };
        let parameters = parameters("runs", &aws, &go(), "ami-1");
        let value = |name: &str| parameters.iter().find(|(found, _)| found == name).map(|(_, value)| value.as_str());
        assert_eq!(value("DryRun"), Some("true"));
        assert_eq!((value("InstanceType"), value("SubnetId")), (Some("t3.small"), Some("subnet-1")));
        assert_eq!((value("TagSpecification.1.Tag.1.Value"), value("IamInstanceProfile.Name")), (Some("runs"), Some("machine")));
        assert_eq!(value("InstanceMarketOptions.MarketType"), Some("spot"));
    }

    #[test]
    fn ec2_says_yes_by_a_refusal() {
        assert_eq!(judge(&go(), Err(refused(WOULD))).verdict, Verdict::Good);
        assert_eq!(judge(&go(), Err(refused("UnauthorizedOperation"))).verdict, Verdict::Unknown);
        let wrong = judge(&go(), Err(refused("InvalidAMIID.NotFound")));
        assert!(wrong.verdict == Verdict::Error && wrong.text.starts_with("pool `go`, t3.small: "), "{wrong:?}");
        assert_eq!(judge(&go(), Ok(Value::Null)).verdict, Verdict::Error);
    }

    #[test]
    fn an_account_without_the_spot_role_is_told_the_command() {
        let check = spot(Err(refused("NoSuchEntity")));
        assert!(check.verdict == Verdict::Error && check.remedy.unwrap().contains("create-service-linked-role"));
        assert_eq!(spot(Ok(Value::Null)).verdict, Verdict::Good);
        assert_eq!(spot(Err(refused("AccessDenied"))).verdict, Verdict::Unknown);
    }
}
