//! `dispatch doctor --aws` on an emulated account: what the template makes is found good, and what is spoiled is found.
#![cfg(feature = "dynamodb")]
#![expect(clippy::expect_used, reason = "an account that cannot be made fails the test")]

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

use dispatch::config::{Config, Environment, from_environment};
use dispatch::doctor::{Check, Topic, Verdict, examine};
use dispatch::time::Timestamp;
use serde_json::json;
use tests::aws::{Fault, Lab, REGION, with_moto};

const TABLE: &str = "dispatch";

/// An emulated account with an installation in it.
struct Account {
    lab: Lab,
    variables: BTreeMap<String, String>,
}

impl Account {
    async fn new() -> Self {
        let lab = Lab::start();
        // The emulator has no quotas of EC2.
        lab.inject(Fault::answer("GetServiceQuota", json!({ "Quota": { "QuotaCode": "L-34B43A08", "Value": 256.0 } })).always());
        let client = aws_sdk_dynamodb::Client::new(&lab.settings().await);
        lab.create_table(TABLE);
        let table = client.describe_table().table_name(TABLE).send().await.expect("the table").table.expect("the table");
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("aws/installed.py");
        let mut python = Command::new(with_moto());
        python.arg(script).args([TABLE, table.latest_stream_arn().expect("a stream")]).envs(lab.environment());
        let output = python.env("AWS_DEFAULT_REGION", REGION).output().expect("python runs");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let variables = serde_json::from_slice(&output.stdout).expect("what was made");
        Self { lab, variables }
    }

    fn config(&self) -> Config {
        let forge = [("GITEA_URL", "https://git.example.com"), ("GITEA_TOKEN", "none"), ("WEBHOOK_SECRET", "none")];
        let own = self.variables.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        let environment: Environment =
            forge.into_iter().chain([("DDB_TABLE", TABLE), ("AWS_REGION", REGION)]).chain(own).collect();
        from_environment(&environment).expect("a configuration").into_config().expect("a stack")
    }

    async fn checks(&self, config: &Config) -> Vec<Check> {
        examine(self.lab.settings().await, config, Timestamp::from_seconds(1_800_000_000)).await
    }
}

#[tokio::test]
async fn an_installation_as_the_template_makes_it_is_found_good() {
    let account = Account::new().await;
    let checks = account.checks(&account.config()).await;
    let wrong: Vec<&Check> = checks.iter().filter(|check| check.verdict != Verdict::Good).collect();
    let told: Vec<&str> = wrong.iter().map(|check| check.text.as_str()).collect();
    assert_eq!(told, ["no pass has ever begun"], "{wrong:#?}");
    for topic in
        [Topic::Caller, Topic::Table, Topic::Schedule, Topic::Image, Topic::Network, Topic::Role, Topic::Launch, Topic::Quota]
    {
        assert!(checks.iter().any(|check| check.topic == topic && check.verdict == Verdict::Good), "{topic:?}: {checks:#?}");
    }
    let changes = ["Create", "Put", "Update", "Delete", "Terminate", "Modify"];
    let calls = account.lab.calls();
    let launches: Vec<_> = calls.iter().filter(|call| call.operation == "RunInstances").collect();
    assert!(!launches.is_empty() && launches.iter().all(|call| call.parameters.get("DryRun").is_some_and(|dry| dry == "true")));
    let asked = calls.iter().skip_while(|call| call.operation != "GetCallerIdentity");
    let changed: Vec<_> = asked.filter(|call| changes.iter().any(|change| call.operation.starts_with(change))).collect();
    assert!(changed.is_empty(), "the doctor only looks: {changed:?}");
}

#[tokio::test]
async fn what_is_not_there_is_told() {
    let account = Account::new().await;
    let mut config = account.config();
    let aws = config.aws.as_mut().expect("AWS");
    aws.table = "elsewhere".to_owned();
    aws.subnets = vec!["subnet-00000000".to_owned()];
    aws.instance_profile = "nobody".to_owned();
    aws.image = Some("/dispatch/other".to_owned());
    let wrong = account.checks(&config).await;
    for (topic, code) in [
        (Topic::Table, "ResourceNotFoundException"),
        (Topic::Network, "InvalidSubnetID.NotFound"),
        (Topic::Role, "NoSuchEntity"),
        (Topic::Image, "ParameterNotFound"),
    ] {
        let told = |check: &&Check| check.topic == topic && check.verdict == Verdict::Error && check.text.contains(code);
        assert!(wrong.iter().any(|check| told(&check)), "{topic:?}: {wrong:#?}");
    }
    let mut config = account.config();
    config.aws.as_mut().expect("AWS").role_id = Some("AROAELSEWHERE0000000".to_owned());
    let told = account.checks(&config).await;
    assert!(
        told.iter().any(|check| check.verdict == Verdict::Error && check.text.contains("no machine finds its identity")),
        "{told:#?}"
    );
}

#[tokio::test]
async fn the_command_tells_people_and_programs_and_its_exit_code() {
    let account = Account::new().await;
    let folder = tempfile::tempdir().expect("a folder");
    let run = |arguments: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_tests"));
        command.arg("dispatch").args(arguments).current_dir(folder.path()).env_clear().env("HOME", folder.path());
        command.envs(account.lab.environment()).envs(&account.variables).env("DDB_TABLE", TABLE);
        command.envs([("GITEA_URL", "https://git.example.com"), ("GITEA_TOKEN", "none"), ("WEBHOOK_SECRET", "none")]);
        let output = command.output().expect("the command runs");
        (output.status.code(), String::from_utf8_lossy(&output.stdout).into_owned())
    };
    let (code, told) = run(&["doctor", "--aws"]);
    assert_eq!(code, Some(1), "no pass has ever begun: {told}");
    assert!(told.contains("ok: caller: account ") && told.contains("error: schedule: no pass has ever begun"), "{told}");
    let (_, json) = run(&["doctor", "--aws", "--json"]);
    let found: serde_json::Value = serde_json::from_str(&json).expect("JSON");
    assert_eq!((&found["version"], &found["ok"]), (&json!(1), &json!(false)));
    assert_eq!(found["checks"][0]["topic"], "caller");
    assert_eq!(run(&["doctor"]).0, Some(2), "what to look at must be said");
}
