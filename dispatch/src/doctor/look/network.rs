//! Subnets with addresses left, security groups that let nobody in.

use std::collections::BTreeSet;

use serde::Deserialize;

use super::{ask, borrowed, list, numbered};
use crate::aws::signed::{Call, Client, EC2, Refused};
use crate::config::AwsConfig;
use crate::diagnostic::listed;
use crate::doctor::{Check, Topic};

#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Subnet {
    #[serde(rename = "subnetId")]
    id: String,
    vpc_id: String,
    availability_zone: String,
    available_ip_address_count: String,
    map_public_ip_on_launch: Option<String>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct SecurityGroup {
    group_id: String,
    vpc_id: String,
    #[serde(default, deserialize_with = "list")]
    ip_permissions: Vec<serde_json::Value>,
    #[serde(default, deserialize_with = "list")]
    ip_permissions_egress: Vec<serde_json::Value>,
}

/// `most_machines` is how many machines may live at one time.
pub(in crate::doctor) async fn look(client: &Client, aws: &AwsConfig, most_machines: u64) -> Vec<Check> {
    let ids = numbered("SubnetId", &aws.subnets);
    let call = Call::query(EC2, "DescribeSubnets", &borrowed(&ids));
    let subnets: Result<Vec<Subnet>, _> = ask(client, &call, "/DescribeSubnetsResponse/subnetSet").await;
    let ids = numbered("GroupId", &aws.security_groups);
    let call = Call::query(EC2, "DescribeSecurityGroups", &borrowed(&ids));
    let groups: Result<Vec<SecurityGroup>, _> = ask(client, &call, "/DescribeSecurityGroupsResponse/securityGroupInfo").await;
    let foreign = subnets.as_ref().ok().zip(groups.as_ref().ok()).and_then(|(subnets, groups)| one_network(subnets, groups));
    places(subnets, most_machines).into_iter().chain(doors(groups)).chain(foreign).collect()
}

fn places(subnets: Result<Vec<Subnet>, Refused>, most_machines: u64) -> Vec<Check> {
    let subnets = match subnets {
        Ok(subnets) => subnets,
        Err(refused) => return vec![Topic::Network.unanswered(&refused, "correct `aws.subnets` (`SUBNET`)")],
    };
    let free = |subnet: &Subnet| subnet.available_ip_address_count.parse::<u64>().unwrap_or(0);
    let full = subnets.iter().filter(|subnet| free(subnet) == 0).map(|subnet| {
        Topic::Network.error(format!("no address is free in {}", subnet.id), "free addresses there, or name another subnet")
    });
    let sum: u64 = subnets.iter().map(free).sum();
    let zones: BTreeSet<&str> = subnets.iter().map(|subnet| subnet.availability_zone.as_str()).collect();
    let names: Vec<&str> = zones.iter().copied().collect();
    let seen = if sum < most_machines {
        let text = format!("{sum} addresses are free for up to {most_machines} machines");
        Topic::Network.warning(text, "add subnets, or lower `limits.total`; jobs beyond that wait")
    } else if zones.len() == 1 {
        let text = format!("{sum} addresses are free, all in {}", listed(&names, "and"));
        Topic::Network.warning(text, "add a subnet of another zone: spot instances run out by zone")
    } else {
        let text = format!(
            "{sum} addresses are free in {}; a way from there to the forge is not verified on AWS",
            listed(&names, "and")
        );
        Topic::Network.good(text)
    };
    full.chain([seen]).chain(without_addresses(&subnets)).collect()
}

/// Machines get the addresses that their subnet assigns; where it assigns none, there must be another way out.
fn without_addresses(subnets: &[Subnet]) -> Option<Check> {
    let private = subnets.iter().filter(|subnet| subnet.map_public_ip_on_launch.as_deref() == Some("false"));
    let names: Vec<&str> = private.map(|subnet| subnet.id.as_str()).collect();
    (!names.is_empty()).then(|| {
        let text = format!(
            "machines in {} get no public address; their way to the forge and to AWS was not looked at",
            listed(&names, "and")
        );
        Topic::Network.unknown(text, "let the subnet assign public addresses, unless it has a NAT gateway or the like")
    })
}

fn doors(groups: Result<Vec<SecurityGroup>, Refused>) -> Vec<Check> {
    let groups = match groups {
        Ok(groups) => groups,
        Err(refused) => return vec![Topic::Network.unanswered(&refused, "correct `aws.security_groups` (`SECURITY_GROUP`)")],
    };
    groups.iter().map(door).collect()
}

fn door(group: &SecurityGroup) -> Check {
    let id = &group.group_id;
    if !group.ip_permissions.is_empty() {
        let text = format!("{id} has {} rules that let somebody in; machines need none", group.ip_permissions.len());
        return Topic::Network.error(text, "remove its inbound rules, or name a group without any");
    }
    if group.ip_permissions_egress.is_empty() {
        return Topic::Network.error(format!("{id} lets nothing out"), "allow HTTPS out: to the forge and to AWS");
    }
    Topic::Network.good(format!("{id} lets nobody in"))
}

fn one_network(subnets: &[Subnet], groups: &[SecurityGroup]) -> Option<Check> {
    let networks: BTreeSet<&str> =
        subnets.iter().map(|subnet| subnet.vpc_id.as_str()).chain(groups.iter().map(|group| group.vpc_id.as_str())).collect();
    let names: Vec<&str> = networks.into_iter().collect();
    (names.len() > 1).then(|| {
        let text = format!("subnets and security groups are of different networks: {}", listed(&names, "and"));
        Topic::Network.error(text, "name subnets and security groups of one VPC")
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::Verdict;

    fn subnet(id: &str, zone: &str, free: u32) -> Subnet {
        Subnet {
            id: id.into(),
            vpc_id: "vpc-1".into(),
            availability_zone: zone.into(),
            available_ip_address_count: free.to_string(),
            map_public_ip_on_launch: Some("true".into()),
        }
    }

    fn group(within: usize, out: usize) -> SecurityGroup {
        let rules = |count| vec![serde_json::Value::Null; count];
        let (ip_permissions, ip_permissions_egress) = (rules(within), rules(out));
        SecurityGroup { group_id: "sg-1".into(), vpc_id: "vpc-1".into(), ip_permissions, ip_permissions_egress }
    }

    #[test]
    fn addresses_are_counted_against_the_limits() {
        let judged = |subnets, most| places(Ok(subnets), most).into_iter().map(|check| check.verdict).collect::<Vec<_>>();
        let two = vec![subnet("a", "eu-west-1a", 30), subnet("b", "eu-west-1b", 30)];
        assert_eq!(judged(two.clone(), 60), [Verdict::Good]);
        assert_eq!(judged(two, 61), [Verdict::Warning]);
        assert_eq!(judged(vec![subnet("a", "eu-west-1a", 200)], 60), [Verdict::Warning]);
        let full = vec![subnet("a", "eu-west-1a", 0), subnet("b", "eu-west-1b", 200)];
        assert_eq!(judged(full, 60), [Verdict::Error, Verdict::Good]);
    }

    #[test]
    fn a_subnet_without_public_addresses_needs_another_way_out() {
        let public = subnet("a", "eu-west-1a", 30);
        assert_eq!(without_addresses(std::slice::from_ref(&public)), None);
        let private = Subnet { map_public_ip_on_launch: Some("false".into()), ..subnet("b", "eu-west-1b", 30) };
        let told = without_addresses(&[public, private]).unwrap();
        assert!(told.verdict == Verdict::Unknown && told.text.contains("in `b` get"), "{told:?}");
    }

    #[test]
    fn nobody_may_come_in_and_something_must_get_out() {
        assert_eq!(
            [group(0, 1), group(1, 1), group(0, 0)].map(|group| door(&group).verdict),
            [Verdict::Good, Verdict::Error, Verdict::Error]
        );
    }

    #[test]
    fn a_group_of_another_network_is_told() {
        let elsewhere = SecurityGroup { vpc_id: "vpc-2".into(), ..group(0, 1) };
        assert_eq!(one_network(&[subnet("a", "z", 1)], &[group(0, 1)]), None);
        let told = one_network(&[subnet("a", "z", 1)], &[elsewhere]).unwrap();
        assert!(told.text.ends_with("`vpc-1` and `vpc-2`"), "{}", told.text);
    }
}
