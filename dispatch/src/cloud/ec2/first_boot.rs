//! The user data of a pool's machines. It is the same for all of them and holds no credential.

use userdata::{
    AbsolutePath, DynamoDbItem, Forge, IdentitySource, Labels, MachineSpecification, MetadataService, Refusal, Runner,
    RunnerKind, UserName, first_boot_script,
};

use super::identity::KEY_PREFIX;
use crate::config::{AwsConfig, ForgeConfig};
use crate::forge::ForgeKind;
use crate::label::PoolLabel;
use crate::pool::Pool;

/// Who runs jobs; made at the first boot if the image has no such user.
const USER: &str = "runner";
const LOG: &str = "/var/log/dispatch.log";

/// The first-boot script of machines that offer `labels` of the pool to the forge.
pub(super) fn script(
    pool: &Pool,
    labels: &[PoolLabel],
    forge: &ForgeConfig,
    kind: ForgeKind,
    aws: &AwsConfig,
) -> Result<String, Refusal> {
    first_boot_script(&MachineSpecification {
        runner: runner(pool, kind)?,
        user: UserName::parse(USER)?,
        forge: Forge::parse(&forge.url, forge.hostnames.iter().map(String::as_str))?,
        labels: Labels::parse(labels.iter().map(ToString::to_string).collect::<Vec<_>>().iter().map(String::as_str))?,
        identity: IdentitySource::DynamoDb(DynamoDbItem::new(&aws.table, &aws.region, KEY_PREFIX)?),
        deadlines: pool.deadlines()?,
        metadata: if pool.ec2.job_uses_instance_role { MetadataService::Open } else { MetadataService::Closed },
        log_file: AbsolutePath::parse(LOG)?,
        snippets: Vec::new(),
    })
}

fn runner(pool: &Pool, kind: ForgeKind) -> Result<Runner, Refusal> {
    let kind = match kind {
        ForgeKind::Gitea => RunnerKind::Gitea,
        ForgeKind::Forgejo => RunnerKind::Forgejo,
    };
    if pool.runner.is_empty() { Ok(Runner::expected(kind)) } else { Runner::at(kind, pool.runner.iter().map(String::as_str)) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{Config, Environment, from_environment, load_text};

    /// What no machine may be told.
    const SECRETS: [(&str, &str); 3] =
        [("GITEA_TOKEN", "token-hunter2"), ("WEBHOOK_SECRET", "secret-hunter3"), ("RUNNER_TOKEN", "registration-hunter4")];
    const AWS: [(&str, &str); 6] = [
        ("RUNNER_AMI", "ami-1"),
        ("SUBNET", "subnet-1"),
        ("SECURITY_GROUP", "sg-1"),
        ("DDB_TABLE", "runs"),
        ("INSTANCE_PROFILE", "machine"),
        ("AWS_REGION", "eu-west-1"),
    ];

    fn environment() -> Environment {
        SECRETS.iter().chain(&AWS).copied().chain([("GITEA_URL", "https://git.example.com/")]).collect()
    }

    fn from_nothing() -> Config {
        from_environment(&environment()).unwrap().config().clone()
    }

    fn of_the_example() -> Config {
        let text = include_str!("../../../../docs/dispatch.example.yaml");
        load_text("dispatch.example.yaml", text, &environment()).unwrap().config().clone()
    }

    fn scripts(config: &Config) -> Vec<String> {
        let pools = config.pools.iter().filter(|pool| pool.is_on_ec2());
        let forge = config.forges.values().next().unwrap();
        let aws = config.aws.as_ref().unwrap();
        let both = pools.flat_map(|pool| [ForgeKind::Gitea, ForgeKind::Forgejo].map(|kind| (pool, kind)));
        both.map(|(pool, kind)| script(pool, &pool.labels, forge, kind, aws).unwrap()).collect()
    }

    #[test]
    fn no_pool_tells_its_machines_a_credential() {
        let all = [scripts(&from_nothing()), scripts(&of_the_example())].concat();
        assert_eq!(all.len(), 12, "five default pools and one of the example, for two kinds of forge");
        for script in all {
            for (name, secret) in SECRETS {
                assert!(!script.contains(secret), "{name}");
            }
            assert!(!script.contains("hunter"));
        }
    }

    #[test]
    fn a_machine_knows_where_its_identity_is_and_how_long_it_lives() {
        let script = scripts(&from_nothing()).remove(0);
        for line in [
            "DYNAMODB_TABLE='runs'",
            "DYNAMODB_REGION='eu-west-1'",
            r#"DYNAMODB_KEY='{"pk":{"S":"identity#%USERID%"}}'"#,
            "MAXIMUM_AGE_S='12600'",
            "LABELS=('go:host')",
            "METADATA='closed'",
        ] {
            assert!(script.contains(line), "{line}");
        }
    }

    #[test]
    fn the_metadata_is_open_only_where_the_pool_says_so() {
        assert!(scripts(&of_the_example())[0].contains("METADATA='open'"));
    }

    #[test]
    fn each_forge_gets_its_own_runner() {
        let [gitea, forgejo] = &scripts(&from_nothing())[..2] else { panic!("two kinds") };
        assert!(gitea.contains("RUNNER_PATHS=('/usr/local/bin/gitea-runner'") && gitea.contains("RUNNER_KIND='gitea'"));
        assert!(forgejo.contains("RUNNER_PATHS=('/usr/local/bin/forgejo-runner'") && forgejo.contains("RUNNER_KIND='forgejo'"));
    }
}
