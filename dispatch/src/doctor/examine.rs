//! All looks, one after the other.

use super::look::{caller, image, launch, network, quota, role, schedule, table};
use super::{Check, Topic, Verdict};
use crate::aws::signed::Client;
use crate::config::Config;
use crate::pool::Pool;
use crate::store::dynamodb::table_properties;
use crate::time::Timestamp;
use aws_config::SdkConfig;

/// Looks at everything that `config` needs on AWS, as whoever `settings` say.
pub async fn examine(settings: SdkConfig, config: &Config, now: Timestamp) -> Vec<Check> {
    let Some(aws) = &config.aws else {
        let remedy =
            "name table, subnets, security groups and instance profile under `aws`, or by the environment (`DDB_TABLE`, …)";
        return vec![Topic::Caller.error("the configuration says nothing about AWS", remedy)];
    };
    let client = match Client::new(settings, &aws.region) {
        Ok(client) => client,
        Err(error) => return vec![Topic::Caller.error(error, "look at this computer's certificates")],
    };
    let caller = caller::look(&client).await;
    if caller.verdict == Verdict::Error {
        return vec![caller];
    }
    let pools: Vec<&Pool> = config.pools.iter().filter(|pool| pool.is_on_ec2()).collect();
    let jobs_use_role = pools.iter().any(|pool| pool.ec2.job_uses_instance_role);
    let mut checks = vec![caller];
    let table = table::look(&client, &aws.table, &table_properties()).await;
    checks.extend(table.checks);
    checks.extend(schedule::look(&client, &aws.table, table.stream.as_deref(), now).await);
    checks.extend(image::look(&client, aws, &pools).await);
    checks.extend(network::look(&client, aws, most_machines(config, &pools)).await);
    checks.extend(role::look(&client, aws, table.arn.as_deref(), jobs_use_role).await);
    checks.extend(launch::look(&client, config, aws, &pools).await);
    checks.extend(quota::look(&client, &pools, config.limits.total).await);
    checks
}

fn most_machines(config: &Config, pools: &[&Pool]) -> u64 {
    let sum: u64 = pools.iter().map(|pool| u64::from(pool.limit)).sum();
    config.limits.total.map_or(sum, |total| sum.min(u64::from(total)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{Environment, from_environment};

    const FORGE: [(&str, &str); 3] = [("GITEA_URL", "https://git.example.com"), ("GITEA_TOKEN", "a"), ("WEBHOOK_SECRET", "b")];
    const AWS: [(&str, &str); 6] = [
        ("AWS_REGION", "eu-west-1"),
        ("DDB_TABLE", "dispatch"),
        ("INSTANCE_PROFILE", "machine"),
        ("RUNNER_AMI", "ami-0123"),
        ("SECURITY_GROUP", "sg-0123"),
        ("SUBNET", "subnet-0123"),
    ];

    fn config(variables: &[(&str, &str)]) -> Config {
        let environment: Environment = FORGE.iter().chain(variables).copied().collect();
        from_environment(&environment).unwrap().config().clone()
    }

    async fn checks(variables: &[(&str, &str)]) -> Vec<Check> {
        examine(SdkConfig::builder().build(), &config(variables), Timestamp::default()).await
    }

    #[tokio::test]
    async fn a_configuration_without_aws_is_told_what_to_name() {
        let checks = checks(&[]).await;
        assert!(checks.len() == 1 && checks[0].remedy.as_ref().unwrap().contains("DDB_TABLE"), "{checks:?}");
    }

    #[tokio::test]
    async fn nobody_asks_nothing_further() {
        let checks = checks(&AWS).await;
        assert_eq!(
            checks.iter().map(|check| (check.topic, check.verdict)).collect::<Vec<_>>(),
            [(Topic::Caller, Verdict::Error)]
        );
        assert!(checks[0].text.contains("no credentials are configured"), "{checks:?}");
    }

    #[test]
    fn the_limit_over_all_pools_bounds_their_sum() {
        let mut config = config(&AWS);
        let most = |config: &Config| most_machines(config, &config.pools.iter().collect::<Vec<_>>());
        assert_eq!(most(&config), 100);
        config.limits.total = Some(30);
        assert_eq!(most(&config), 30);
    }
}
