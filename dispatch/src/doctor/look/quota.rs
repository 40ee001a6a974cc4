//! How many vCPUs the account may run, against what the pools may ask for.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;
use serde_json::json;

use super::{ask, borrowed, numbered};
use crate::aws::signed::{Call, Client, EC2, Refused, SERVICE_QUOTAS};
use crate::doctor::{Check, Topic};
use crate::pool::{Market, Pool};

/// Families that share the two quotas that are looked at; others (`g`, `p`, `x`, …) have their own.
const STANDARD: &str = "acdhimrtz";

/// The quotas by AWS's codes: "All Standard … Spot Instance Requests" and "Running On-Demand Standard … instances", in vCPUs.
const QUOTAS: [(Bought, &str, &str); 2] = [(Bought::Spot, "L-34B43A08", "spot"), (Bought::OnDemand, "L-1216C47A", "on-demand")];

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Bought {
    Spot,
    OnDemand,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Kind {
    instance_type: String,
    v_cpu_info: Processors,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Processors {
    default_v_cpus: String,
}

/// Processors by instance type.
type Sizes = BTreeMap<String, u64>;

/// `limit` is that over all pools.
pub(in crate::doctor) async fn look(client: &Client, pools: &[&Pool], limit: Option<u32>) -> Vec<Check> {
    let sizes = match sizes(client, pools).await {
        Ok(sizes) => sizes,
        Err(refused) => return vec![Topic::Quota.unanswered(&refused, "correct the pools' `instance_types`")],
    };
    let mut checks: Vec<Check> = elsewhere(pools).into_iter().collect();
    for (bought, code, name) in QUOTAS {
        let needed = needed(pools, limit, bought, &sizes);
        if needed > 0 {
            checks.push(judge(name, code, needed, allowed(client, code).await));
        }
    }
    checks
}

async fn sizes(client: &Client, pools: &[&Pool]) -> Result<Sizes, Refused> {
    let types: BTreeSet<&String> = pools.iter().flat_map(|pool| &pool.instance_types).collect();
    let parameters = numbered("InstanceType", types);
    let call = Call::query(EC2, "DescribeInstanceTypes", &borrowed(&parameters));
    let kinds: Vec<Kind> = ask(client, &call, "/DescribeInstanceTypesResponse/instanceTypeSet").await?;
    Ok(kinds.into_iter().filter_map(|kind| Some((kind.instance_type, kind.v_cpu_info.default_v_cpus.parse().ok()?))).collect())
}

async fn allowed(client: &Client, code: &str) -> Result<f64, Refused> {
    let question = json!({ "ServiceCode": "ec2", "QuotaCode": code });
    let own = ask(client, &Call::json(SERVICE_QUOTAS, "GetServiceQuota", &question), "/Quota/Value").await;
    match own {
        // An account that never asked for another one has AWS's default.
        Err(refused) if refused.code == "NoSuchResourceException" => {
            ask(client, &Call::json(SERVICE_QUOTAS, "GetAWSDefaultServiceQuota", &question), "/Quota/Value").await
        }
        answer => answer,
    }
}

fn is_standard(kind: &str) -> bool {
    kind.starts_with(|first| STANDARD.contains(first))
}

/// As many vCPUs as all pools may have at one time: the largest type of each, the largest pools first.
fn needed(pools: &[&Pool], limit: Option<u32>, bought: Bought, sizes: &Sizes) -> u64 {
    let may = |pool: &&&Pool| match bought {
        Bought::Spot => pool.ec2.market != Market::OnDemand,
        Bought::OnDemand => pool.ec2.market != Market::Spot,
    };
    let largest = |pool: &Pool| {
        pool.instance_types.iter().filter(|kind| is_standard(kind)).filter_map(|kind| sizes.get(kind)).max().copied()
    };
    let mut machines: Vec<(u64, u64)> =
        pools.iter().filter(may).filter_map(|pool| Some((largest(pool)?, u64::from(pool.limit)))).collect();
    machines.sort_unstable_by(|one, other| other.cmp(one));
    let mut left = limit.map_or(u64::MAX, u64::from);
    let mut sum = 0;
    for (size, most) in machines {
        let count = most.min(left);
        sum += size * count;
        left -= count;
    }
    sum
}

#[expect(clippy::cast_precision_loss, reason = "AWS gives quotas as floating point; vCPUs are far from its limits")]
fn judge(name: &str, code: &str, needed: u64, allowed: Result<f64, Refused>) -> Check {
    let remedy = format!(
        "ask for more: `aws service-quotas request-service-quota-increase --service-code ec2 --quota-code {code} --desired-value {needed}`"
    );
    match allowed {
        Err(refused) => Topic::Quota.unanswered(&refused, "ask again"),
        Ok(allowed) if allowed < 1.0 => {
            Topic::Quota.error(format!("the account may run no {name} instances at all (quota {code} is 0)"), remedy)
        }
        Ok(allowed) if allowed < needed as f64 => Topic::Quota.warning(
            format!(
                "the pools may ask for {needed} {name} vCPUs at one time, the account may run {allowed}; jobs beyond that wait"
            ),
            format!("{remedy}; or lower the pools' `limit` or `limits.total`"),
        ),
        Ok(allowed) => {
            Topic::Quota.good(format!("the account may run {allowed} {name} vCPUs, the pools ask for at most {needed}"))
        }
    }
}

/// What these two quotas do not cover.
fn elsewhere(pools: &[&Pool]) -> Option<Check> {
    let others: BTreeSet<&str> =
        pools.iter().flat_map(|pool| &pool.instance_types).map(String::as_str).filter(|kind| !is_standard(kind)).collect();
    let names: Vec<&str> = others.into_iter().collect();
    (!names.is_empty()).then(|| {
        let text = format!(
            "the quotas of {} were not looked at: their families have their own",
            crate::diagnostic::listed(&names, "and")
        );
        Topic::Quota.unknown(text, "look in Service Quotas under EC2")
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::Verdict;
    use crate::pool::defaults;

    fn sizes() -> Sizes {
        [("t3.micro", 2), ("t3.small", 2), ("t3.medium", 2), ("m5.large", 4)].map(|(name, size)| (name.to_owned(), size)).into()
    }

    fn pools() -> Vec<Pool> {
        let mut pools = defaults(&"ec2".into(), &[]);
        pools[0].instance_types = vec!["t3.small".into(), "m5.large".into()];
        pools[1].ec2.market = Market::SpotThenOnDemand;
        pools
    }

    #[test]
    fn the_most_that_pools_may_ask_for_is_counted() {
        let pools = pools();
        let pools: Vec<&Pool> = pools.iter().collect();
        let count = |limit, bought| needed(&pools, limit, bought, &sizes());
        assert_eq!(count(None, Bought::Spot), 20 * 4 + 4 * 20 * 2);
        assert_eq!(count(Some(30), Bought::Spot), 20 * 4 + 10 * 2);
        assert_eq!(count(None, Bought::OnDemand), 20 * 2);
    }

    #[test]
    fn a_quota_is_enough_or_too_small_or_nothing() {
        let verdict = |allowed| judge("spot", "L-1", 40, Ok(allowed)).verdict;
        assert_eq!([verdict(40.0), verdict(32.0), verdict(0.0)], [Verdict::Good, Verdict::Warning, Verdict::Error]);
    }

    #[test]
    fn families_with_quotas_of_their_own_are_named() {
        let mut pools = pools();
        pools[2].instance_types = vec!["g5.xlarge".into()];
        let pools: Vec<&Pool> = pools.iter().collect();
        assert!(elsewhere(&pools).is_some_and(|check| check.text.contains("`g5.xlarge`")));
        assert_eq!(needed(&pools, None, Bought::Spot, &sizes()), 20 * 4 + 3 * 20 * 2);
    }
}
