//! The commands of an operator, on the records of an installation on AWS.

use std::process::{Command, Output};

use dispatch::identifier::JobKey;
use dispatch::reason::Reason;
use dispatch::record::{Control, JobRecord, Mode, Record, Story};
use dispatch::store::{Key, Life};
use dispatch::time::Timestamp;
use tests::aws::Lab;
use tests::conformance::store::samples::{add, found};

use super::{Table, table};

/// With no file, the environment of the function on AWS is the whole configuration.
const SETTINGS: [(&str, &str); 7] = [
    ("GITEA_URL", "https://git.example.com"),
    ("GITEA_TOKEN", "token"),
    ("WEBHOOK_SECRET", "secret"),
    ("RUNNER_AMI", "ami-1"),
    ("SUBNET", "subnet-1"),
    ("SECURITY_GROUP", "sg-1"),
    ("INSTANCE_PROFILE", "machine"),
];

fn dispatch(table: &str, arguments: &[&str]) -> Output {
    command(table, arguments, |_| true)
}

/// With those variables of AWS that `is_set`.
fn command(table: &str, arguments: &[&str], is_set: impl Fn(&str) -> bool) -> Output {
    let folder = tempfile::tempdir().unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_tests"));
    command.arg("dispatch").args(arguments).current_dir(folder.path()).env_clear().env("HOME", folder.path());
    let lab = Lab::shared().environment().into_iter().filter(|(name, _)| is_set(name));
    command.envs(SETTINGS).envs(lab).env("DDB_TABLE", table);
    command.output().unwrap()
}

fn said(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

async fn with_a_job() -> Table {
    let table = table().await;
    let key = JobKey::first("gitea".into(), 7);
    let story = Story::beginning(Timestamp::from_seconds(1), &Reason::LaunchAgain);
    let labels = ["go".to_owned()].into();
    let job =
        JobRecord::new(key.clone(), "acme/tour".parse().unwrap(), "build".to_owned(), labels, Timestamp::from_seconds(1), story);
    add(&table.store, &Key::job(&key), Record::from(job), Life::Open).await;
    table
}

#[tokio::test]
async fn runs_and_why_read_the_table() {
    let table = with_a_job().await;
    let runs = dispatch(&table.name, &["runs"]);
    assert!(runs.status.success() && said(&runs).contains("acme/tour"), "{}", said(&runs));
    let why = dispatch(&table.name, &["why", "7"]);
    assert!(why.status.success() && said(&why).contains("sending the launch order again"), "{}", said(&why));
}

#[tokio::test]
async fn the_switch_is_in_the_table() {
    let table = table().await;
    for (command, mode) in
        [("pause", Mode::Paused), ("drain", Mode::Draining), ("stop", Mode::Stopped), ("resume", Mode::Running)]
    {
        let turned = dispatch(&table.name, &[command]);
        assert!(turned.status.success(), "{}", said(&turned));
        let record = found(&table.store, &Key::control()).await.unwrap().record;
        assert!(matches!(record, Record::Control(Control { mode: now, .. }) if now == mode), "{record:?}");
    }
}

#[tokio::test]
async fn a_table_that_is_not_there_is_named_with_what_to_do() {
    let runs = dispatch("elsewhere", &["runs"]);
    assert!(!runs.status.success());
    assert!(
        said(&runs).contains("table `elsewhere` in eu-central-1): there is no such table; check its name and region"),
        "{}",
        said(&runs)
    );
}

#[tokio::test]
async fn who_has_no_credentials_is_told_so() {
    let table = table().await;
    let runs = command(&table.name, &["runs"], |name| !name.ends_with("_KEY_ID"));
    assert!(!runs.status.success());
    assert!(said(&runs).contains("there are no credentials for AWS"), "{}", said(&runs));
}
