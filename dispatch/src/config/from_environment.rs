//! A configuration without a file: one forge and the five default pools.

use std::collections::BTreeSet;

use secrecy::SecretString;

use super::environment::VARIABLES;
use super::read::{self, Places};
use super::values::{ForgeUrl, Refusal, Scalar, SecretReference};
use super::{Config, Environment, ForgeConfig, Loaded, RegisterAt, Watch, rules};
use crate::diagnostic::{Finding, Report, listed};
use crate::identifier::ForgeName;

/// How the one forge is called; its hooks may also arrive at `/`.
const FORGE: &str = "gitea";

/// What machines on AWS need; kept for the backend that launches them.
#[derive(Clone, Debug)]
pub struct AwsEnvironment {
    /// `RUNNER_TOKEN`: a registration token, for those who have one; nothing needs it.
    pub runner_token: Option<SecretString>,
    /// `RUNNER_AMI`: the image that machines boot.
    pub runner_ami: String,
    /// `SUBNET`: their subnet.
    pub subnet: String,
    /// `SECURITY_GROUP`: their security group.
    pub security_group: String,
    /// `DDB_TABLE`: the table of the records.
    pub table: String,
    /// `INSTANCE_PROFILE`: their instance profile, if jobs have one.
    pub instance_profile: Option<String>,
}

/// What machines on AWS cannot do without, and how its value begins.
const AWS: [(&str, &str); 4] = [("RUNNER_AMI", "ami-"), ("SUBNET", "subnet-"), ("SECURITY_GROUP", "sg-"), ("DDB_TABLE", "")];

/// Reads the settings from the environment alone: one forge, watched as a whole, and the five default pools.
///
/// # Errors
/// Everything that is wrong or missing; the keys of the findings are names of variables.
pub fn from_environment(environment: &Environment) -> Result<Loaded, Report> {
    let mut reading = Reading { environment, findings: Vec::new() };
    let config = reading.config();
    let aws = reading.aws();
    let mut findings = reading.findings;
    findings.extend(rules::check(&config, &BTreeSet::new()).into_iter().map(about_variable));
    if findings.iter().any(Finding::is_error) {
        return Err(Report::new(None, findings));
    }
    Ok(Loaded::new(config, findings, None, Places::default()).with_aws(aws))
}

/// The rules know keys of the file.
fn about_variable(finding: Finding) -> Finding {
    let key = if finding.key == format!("forges.{FORGE}.url") { "GITEA_URL".to_owned() } else { finding.key };
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
    fn aws(&mut self) -> Option<AwsEnvironment> {
        AWS.iter().find(|(name, _)| self.environment.text(name).is_some())?;
        let [runner_ami, subnet, security_group, table] =
            AWS.map(|(name, prefix)| self.required(name, |text| begins_with(text, prefix)).unwrap_or_default());
        let optional = |name: &str| self.environment.text(name).filter(|text| !text.is_empty());
        Some(AwsEnvironment {
            runner_token: optional("RUNNER_TOKEN").map(SecretString::from),
            runner_ami,
            subnet,
            security_group,
            table,
            instance_profile: optional("INSTANCE_PROFILE").map(str::to_owned),
        })
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
        if AWS.iter().all(|(aws, _)| *aws != name) {
            return format!("set it to {doc}");
        }
        let set: Vec<&str> = AWS.iter().map(|(aws, _)| *aws).filter(|aws| self.environment.text(aws).is_some()).collect();
        format!("set it to {doc}; or, if nothing runs on AWS, unset {}", listed(&set, "and"))
    }
}

fn begins_with(text: &str, prefix: &str) -> Result<String, Refusal> {
    let is_word = !text.is_empty() && !text.contains(char::is_whitespace);
    if is_word && text.starts_with(prefix) {
        return Ok(text.to_owned());
    }
    let wanted = if prefix.is_empty() { "it is not one word".to_owned() } else { format!("it does not begin with `{prefix}`") };
    Err(Refusal::new(wanted, "copy the value again"))
}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret;

    use super::*;

    const FORGE_VARIABLES: [(&str, &str); 3] =
        [("GITEA_URL", "https://git.example.com"), ("GITEA_TOKEN", "token-value"), ("WEBHOOK_SECRET", "secret-value")];
    const AWS_VARIABLES: [(&str, &str); 6] = [
        ("RUNNER_TOKEN", "registration"),
        ("RUNNER_AMI", "ami-1"),
        ("SUBNET", "subnet-1"),
        ("SECURITY_GROUP", "sg-1"),
        ("DDB_TABLE", "runs"),
        ("INSTANCE_PROFILE", "jobs"),
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
        assert!(loaded.aws().is_none() && loaded.warnings().findings().is_empty());
    }

    #[test]
    fn the_nine_variables_of_a_function_on_aws_are_kept() {
        let loaded = load(&[&FORGE_VARIABLES[..], &AWS_VARIABLES[..]].concat()).unwrap();
        let aws = loaded.aws().unwrap();
        assert_eq!((aws.runner_ami.as_str(), aws.subnet.as_str(), aws.security_group.as_str()), ("ami-1", "subnet-1", "sg-1"));
        assert_eq!((aws.table.as_str(), aws.instance_profile.as_deref()), ("runs", Some("jobs")));
        assert_eq!(aws.runner_token.as_ref().unwrap().expose_secret(), "registration");
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
     = help: set it to the image that machines on AWS boot, such as `ami-0123`; or, if nothing runs on AWS, unset `SUBNET`

    error: in `SUBNET`: it does not begin with `subnet-`
     |
     = help: copy the value again

    error: the environment variable `SECURITY_GROUP` is not set
     |
     = help: set it to the security group of machines on AWS, such as `sg-0123`; outbound HTTPS is enough; or, if nothing runs on AWS, unset `SUBNET`

    error: the environment variable `DDB_TABLE` is not set
     |
     = help: set it to the DynamoDB table of the records; or, if nothing runs on AWS, unset `SUBNET`

    7 errors
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
