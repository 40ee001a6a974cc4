//! A configuration without a file: one forge and the five default pools.

use std::collections::BTreeSet;

use secrecy::SecretString;

use super::environment::VARIABLES;
use super::read::{self, AWS_VARIABLES, Places};
use super::values::aws::{Image, InstanceProfile, RoleId, SecurityGroup, Subnet, Table};
use super::values::{ForgeUrl, Refusal, Scalar, SecretReference};
use super::{AwsConfig, Config, Environment, ForgeConfig, Loaded, RegisterAt, Watch, rules};
use crate::diagnostic::{Finding, Report, listed};
use crate::identifier::{BackendName, ForgeName};
use crate::pool::{self, EC2};

/// How the one forge is called; its hooks may also arrive at `/`.
const FORGE: &str = "gitea";

/// Reads the settings from the environment alone: one forge, watched as a whole, and the five default pools.
///
/// # Errors
/// Everything that is wrong or missing; the keys of the findings are names of variables.
pub fn from_environment(environment: &Environment) -> Result<Loaded, Report> {
    let mut reading = Reading { environment, findings: Vec::new() };
    let config = reading.config();
    let mut findings = reading.findings;
    findings.extend(rules::check(&config, &BTreeSet::new()).into_iter().map(about_variable));
    if findings.iter().any(Finding::is_error) {
        return Err(Report::new(None, findings));
    }
    Ok(Loaded::new(config, findings, None, Places::default()))
}

/// The rules know keys of the file.
fn about_variable(finding: Finding) -> Finding {
    let key = match finding.key.as_str() {
        "forges.gitea.url" => "GITEA_URL".to_owned(),
        "aws.region" => "AWS_REGION".to_owned(),
        "aws.table" => "DDB_TABLE".to_owned(),
        _ => finding.key,
    };
    Finding { message: naming(&key, &finding.message), key, ..finding }
}

/// There is no line to show, so the message says which variable it is about.
fn naming(name: &str, message: &str) -> String {
    if message.contains(name) { message.to_owned() } else { format!("in `{name}`: {message}") }
}

struct Reading<'a> {
    environment: &'a Environment,
    findings: Vec<Finding>,
}

impl Reading<'_> {
    /// All that no variable names is as in an empty file.
    fn config(&mut self) -> Config {
        let mut config = read::nothing(self.environment);
        config.forges.insert(ForgeName::new(FORGE), self.forge());
        config.aws = self.aws();
        if config.aws.is_some() {
            config.pools = pool::defaults(&BackendName::new(EC2), &[]);
        }
        config
    }

    fn forge(&mut self) -> ForgeConfig {
        ForgeConfig {
            kind: None,
            url: self.required("GITEA_URL", ForgeUrl::parse).unwrap_or_default().0,
            hostnames: Vec::new(),
            token: self.secret("GITEA_TOKEN"),
            webhook_secrets: vec![self.secret("WEBHOOK_SECRET")],
            watch: Watch::Instance,
            register_at: RegisterAt::Repository,
            certificate_authority: None,
        }
    }

    fn secret(&mut self, name: &'static str) -> SecretString {
        let resolve = |_: &str| SecretReference::Variable(name.to_owned()).resolve(self.environment);
        let secret = self.environment.text(name).map(resolve);
        self.settle(name, secret).unwrap_or_default()
    }

    /// Nothing if none of the variables is set; all of them if one is.
    fn aws(&mut self) -> Option<AwsConfig> {
        AWS_VARIABLES.iter().find(|name| self.environment.text(name).is_some())?;
        Some(AwsConfig {
            region: read::region_of(self.environment),
            // One that cannot be read has been told, and must not look like one that nobody names.
            image: Some(self.required("RUNNER_AMI", Image::parse).unwrap_or_default().0),
            subnets: self.several("SUBNET", |text| Subnet::parse(text).map(|subnet| subnet.0)),
            security_groups: self.several("SECURITY_GROUP", |text| SecurityGroup::parse(text).map(|group| group.0)),
            table: self.required("DDB_TABLE", Table::parse).unwrap_or_default().0,
            instance_profile: self.required("INSTANCE_PROFILE", InstanceProfile::parse).unwrap_or_default().0,
            role_id: self.optional("INSTANCE_ROLE_ID", RoleId::parse).map(|id| id.0),
        })
    }

    /// Values between commas.
    fn several(&mut self, name: &'static str, parse: fn(&str) -> Result<String, Refusal>) -> Vec<String> {
        self.required(name, |text| text.split(',').map(|one| parse(one.trim())).collect()).unwrap_or_default()
    }

    /// A template may set a variable to nothing.
    fn optional<T>(&mut self, name: &'static str, parse: impl Fn(&str) -> Result<T, Refusal>) -> Option<T> {
        let value = self.environment.text(name).filter(|text| !text.is_empty()).map(parse)?;
        self.settle(name, Some(value))
    }

    fn required<T>(&mut self, name: &'static str, parse: impl Fn(&str) -> Result<T, Refusal>) -> Option<T> {
        let value = self.environment.text(name).map(parse);
        self.settle(name, value)
    }

    /// The value; what is wrong with it, or that it is not set, becomes a finding.
    fn settle<T>(&mut self, name: &'static str, value: Option<Result<T, Refusal>>) -> Option<T> {
        let finding = match value {
            Some(Ok(value)) => return Some(value),
            Some(Err(refusal)) => Finding::error(name, naming(name, &refusal.message)).help(refusal.help),
            None => Finding::error(name, format!("the environment variable `{name}` is not set")).help(self.remedy(name)),
        };
        self.findings.push(finding);
        None
    }

    fn remedy(&self, name: &str) -> String {
        let doc = VARIABLES.iter().find(|variable| variable.name == name).map_or("its value", |variable| variable.doc);
        if AWS_VARIABLES.iter().all(|aws| *aws != name) {
            return format!("set it to {doc}");
        }
        let set: Vec<&str> = AWS_VARIABLES.iter().copied().filter(|aws| self.environment.text(aws).is_some()).collect();
        format!("set it to {doc}; or, if nothing runs on AWS, unset {}", listed(&set, "and"))
    }
}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret;

    use super::*;

    const FORGE_VARIABLES: [(&str, &str); 3] =
        [("GITEA_URL", "https://git.example.com"), ("GITEA_TOKEN", "token-value"), ("WEBHOOK_SECRET", "secret-value")];
    const AWS_VARIABLES: [(&str, &str); 8] = [
        ("RUNNER_TOKEN", "registration"),
        ("RUNNER_AMI", "ami-1"),
        ("SUBNET", "subnet-1, subnet-2"),
        ("SECURITY_GROUP", "sg-1"),
        ("DDB_TABLE", "runs"),
        ("INSTANCE_PROFILE", "jobs"),
        ("INSTANCE_ROLE_ID", ""),
        ("AWS_REGION", "eu-west-1"),
    ];

    fn load(variables: &[(&str, &str)]) -> Result<Loaded, Report> {
        from_environment(&variables.iter().copied().collect())
    }

    #[test]
    fn three_variables_are_enough_for_one_computer() {
        let loaded = load(&FORGE_VARIABLES).unwrap();
        let config = loaded.config();
        let forge = &config.forges[&ForgeName::new("gitea")];
        assert_eq!(forge.url, "https://git.example.com/");
        assert_eq!(forge.token.expose_secret(), "token-value");
        assert_eq!(forge.webhook_secrets[0].expose_secret(), "secret-value");
        let pools: Vec<_> = config.pools.iter().map(|pool| (pool.name.as_str(), pool.backend.as_str())).collect();
        assert_eq!(pools, ["go", "docker", "deploy", "node", "godot"].map(|name| (name, "process")));
        assert_eq!(config.serve.data.to_str(), Some("/var/lib/dispatch"));
        assert!(config.aws.is_none() && loaded.warnings().findings().is_empty());
    }

    #[test]
    fn the_variables_of_a_function_on_aws_launch_the_default_pools_there() {
        let loaded = load(&[&FORGE_VARIABLES[..], &AWS_VARIABLES[..]].concat()).unwrap();
        assert!(loaded.warnings().findings().is_empty());
        let config = loaded.into_config().unwrap();
        let expected = AwsConfig {
            region: "eu-west-1".to_owned(),
            table: "runs".to_owned(),
            image: Some("ami-1".to_owned()),
            subnets: vec!["subnet-1".to_owned(), "subnet-2".to_owned()],
            security_groups: vec!["sg-1".to_owned()],
            instance_profile: "jobs".to_owned(),
            role_id: None,
        };
        assert_eq!((config.aws, config.stack.as_str()), (Some(expected), "runs"));
        let pools: Vec<_> = config.pools.iter().map(|pool| (pool.backend.as_str(), pool.instance_types[0].as_str())).collect();
        assert_eq!(pools, ["t3.small", "t3.medium", "t3.micro", "t3.medium", "t3.medium"].map(|one| ("ec2", one)));
    }

    #[test]
    fn a_region_alone_puts_nothing_on_aws() {
        let loaded = load(&[&FORGE_VARIABLES[..], &[("AWS_REGION", "eu-west-1")]].concat()).unwrap();
        assert!(loaded.config().aws.is_none());
    }

    #[test]
    fn a_table_whose_name_cannot_be_the_installations_is_told() {
        let mut variables = [&FORGE_VARIABLES[..], &AWS_VARIABLES[..]].concat();
        variables.push(("DDB_TABLE", "runs.of.acme"));
        let report = load(&variables).unwrap_err();
        assert!(report.to_string().starts_with("error: in `DDB_TABLE`: the installation has no name"), "{report}");
    }

    #[test]
    fn all_that_is_missing_is_told_at_once() {
        insta::assert_snapshot!(load(&[("SUBNET", "sg-1"), ("GITEA_TOKEN", " ")]).unwrap_err(), @r"
    error: the environment variable `GITEA_URL` is not set
     |
     = help: set it to the root of the forge, such as `https://git.example.com/`

    error: the environment variable `GITEA_TOKEN` is empty
     |
     = help: put the secret into it

    error: the environment variable `WEBHOOK_SECRET` is not set
     |
     = help: set it to the secret of the forge's webhook

    error: the environment variable `RUNNER_AMI` is not set
     |
     = help: set it to the image that machines on AWS boot, such as `ami-0123`, or the SSM parameter that names it; or, if nothing runs on AWS, unset `SUBNET`

    error: in `SUBNET`: `sg-1` is not a subnet
     |
     = help: write it like `subnet-0123456789abcdef0`

    error: the environment variable `SECURITY_GROUP` is not set
     |
     = help: set it to the security group of machines on AWS, such as `sg-0123`; outbound HTTPS is enough; several are separated by commas; or, if nothing runs on AWS, unset `SUBNET`

    error: the environment variable `DDB_TABLE` is not set
     |
     = help: set it to the DynamoDB table of the records, such as `dispatch`, which also names the installation; or, if nothing runs on AWS, unset `SUBNET`

    error: the environment variable `INSTANCE_PROFILE` is not set
     |
     = help: set it to the instance profile of machines on AWS, such as `dispatch-machine`; or, if nothing runs on AWS, unset `SUBNET`

    error: in `AWS_REGION`: neither the configuration nor the environment names the AWS region
     |
     = help: write `region: eu-west-1`, or set the environment variable `AWS_REGION`; in a Lambda function it is always set

    9 errors
    ");
    }

    #[test]
    fn what_a_file_would_be_warned_of_is_warned_of_here() {
        let loaded = load(&[("GITEA_URL", "http://git.example.com"), FORGE_VARIABLES[1], FORGE_VARIABLES[2]]).unwrap();
        insta::assert_snapshot!(loaded.warnings(), @r"
    warning: in `GITEA_URL`: the API token and the credentials of runners travel to this forge in the clear
     |
     = help: use `https://`; for a private authority name `certificate_authority`

    1 warning
    ");
        assert_eq!(loaded.warnings().findings()[0].key, "GITEA_URL");
    }

    #[test]
    fn no_value_is_shown_anywhere() {
        let report =
            load(&[("GITEA_URL", "https://bot:hunter2@git.example.com"), ("GITEA_TOKEN", "hunter2\nhunter2")]).unwrap_err();
        let loaded = load(&[&FORGE_VARIABLES[..], &AWS_VARIABLES[..]].concat()).unwrap();
        let shown = format!("{report}{report:?}{}{loaded:?}", report.to_json());
        for secret in ["hunter2", "token-value", "secret-value", "registration"] {
            assert!(!shown.contains(secret), "{secret} in {shown}");
        }
    }
}
