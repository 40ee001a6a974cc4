//! The identity is taken exactly once, and only by the machine that it is for.

use std::path::Path;
use std::process::Command;

use secrecy::ExposeSecret;
use userdata::{DynamoDbItem, IdentitySource, Labels, RunnerKind};

use crate::bed::Machine;
use crate::bed::specimen::{BOOT_LIMIT_S, TOKEN, identity, specification};

const REPORT: &str = "report started";

/// How often a machine looks for its identity.
const LOOK_AGAIN_S: u32 = 2;

/// Hands the identity over while the machine sleeps after a look that found nothing.
fn hand_over_late(machine: &Machine) {
    machine.wait_for(&format!("sleeping {LOOK_AGAIN_S}"));
    machine.hand_over(&identity());
    machine.expire(LOOK_AGAIN_S);
    machine.wait_for("started");
}

#[test]
fn an_identity_that_comes_late_is_taken_and_leaves_nothing() {
    let machine = Machine::new(&specification(RunnerKind::Gitea)).with_runner(REPORT);
    let mut machine = machine.with_clock_stopped_for(&[LOOK_AGAIN_S]).boot();
    hand_over_late(&machine);
    machine.powered_off();
    assert!(machine.left_of_identity().is_empty(), "{:?}", machine.left_of_identity());
}

#[test]
fn of_two_machines_one_gets_the_identity() {
    let specification = specification(RunnerKind::Gitea);
    let machine = || Machine::new(&specification).with_runner(REPORT).with_clock_stopped_for(&[BOOT_LIMIT_S]);
    let mut first = machine();
    let mut second = machine().sharing_with(&first).boot();
    first = first.with_identity(&identity()).boot();
    first.wait_for("started");
    // The winner ends by itself; the other, which found nothing, at its boot limit.
    first.expire(BOOT_LIMIT_S);
    second.expire(BOOT_LIMIT_S);
    let logs = [first.powered_off().log, second.powered_off().log];
    assert_eq!(first.count_of("started"), 0, "both started: {logs:?}");
    assert_eq!(logs.iter().filter(|log| log.contains("identity taken")).count(), 1, "{logs:?}");
}

/// The function of the script by which `count` processes at once try to take one file.
fn takers(directory: &Path, count: usize) -> Vec<String> {
    let script = include_str!("../../src/first-boot.sh");
    let start = script.find("take_from_directory() {").unwrap();
    let length = script[start..].find("\n}\n").unwrap() + 3;
    let one = "(until [[ -e go ]]; do :; done; if take_from_directory; then echo \"$wire\"; fi) &";
    let all = format!(
        "set -uo pipefail; {}\ncd \"$IDENTITY_DIRECTORY\"; for ((i = 0; i < {count}; i++)); do {one} done; : >go; wait",
        &script[start..start + length]
    );
    let output = Command::new("bash").args(["-c", &all]).env("IDENTITY_DIRECTORY", directory).output().unwrap();
    String::from_utf8(output.stdout).unwrap().lines().map(str::to_owned).collect()
}

#[test]
fn of_many_who_look_at_the_same_instant_one_gets_the_identity() {
    for round in 0..10 {
        let directory = tempfile::TempDir::new().unwrap();
        std::fs::write(directory.path().join("identity"), "the identity").unwrap();
        assert_eq!(takers(directory.path(), 12), ["the identity"], "round {round}");
        std::fs::remove_file(directory.path().join("go")).unwrap();
        assert_eq!(std::fs::read_dir(directory.path()).unwrap().count(), 0, "round {round}");
    }
}

#[test]
fn a_rebooted_machine_powers_off_before_user_data_would_run() {
    let mut machine = Machine::new(&specification(RunnerKind::Gitea)).with_runner(REPORT).with_identity(&identity()).boot();
    machine.wait_for("started");
    machine.powered_off();
    machine.hand_over(&identity());
    let mut machine = machine.boot();
    let ending = machine.powered_off();
    assert!(ending.log.ends_with("power off: this machine serves one boot only\n"), "{}", ending.log);
    assert_eq!(machine.left_of_identity(), ["identity"]);
    assert_eq!(machine.count_of("started"), 0);
}

#[test]
fn a_second_run_of_the_script_powers_off_at_once() {
    let machine = Machine::new(&specification(RunnerKind::Gitea)).with_runner(REPORT).without_cloud_init();
    let mut machine = machine.with_identity(&identity()).boot();
    machine.wait_for("started");
    machine.powered_off();
    machine.hand_over(&identity());
    let mut machine = machine.boot();
    let ending = machine.powered_off();
    assert!(ending.log.contains("power off: /var/lib/dispatch/booted exists"), "{}", ending.log);
    assert_eq!(machine.left_of_identity(), ["identity"]);
    assert_eq!(machine.count_of("started"), 0);
}

fn misdelivered(text: &str) -> String {
    let machine = Machine::new(&specification(RunnerKind::Gitea)).with_runner(REPORT);
    machine.hand_over_text(text);
    let mut machine = machine.boot();
    let ending = machine.powered_off();
    assert_eq!(machine.count_of("started"), 0);
    assert!(!ending.log.contains(TOKEN) && !ending.console.contains(TOKEN), "{}", ending.log);
    ending.log
}

#[test]
fn an_identity_for_another_pool_or_forge_starts_nothing() {
    let mut other_pool = identity();
    other_pool.labels = Labels::parse(["deploy:host"]).unwrap();
    let log = misdelivered(other_pool.to_wire().unwrap().expose_secret());
    assert!(log.contains("not for this machine: its labels is deploy:host, not go:host small:host"), "{log}");

    let mut other_forge = identity();
    other_forge.forge_url = userdata::ForgeUrl::parse("https://evil.example").unwrap();
    let log = misdelivered(other_forge.to_wire().unwrap().expose_secret());
    assert!(log.contains("not for this machine: its forge_url is https://evil.example"), "{log}");
}

#[test]
fn a_malformed_identity_starts_nothing() {
    let good = identity().to_wire().unwrap();
    let good = good.expose_secret();
    for bad in [
        "",
        "\n",
        "{\"schema\":1}",
        "x[$(report pwned)]=MQ==",
        &good.replace("token=", "token=!"),
        &good.replace("uuid=", "diuu="),
    ] {
        let log = misdelivered(bad);
        assert!(log.contains("power off: the identity "), "{bad:?}: {log}");
    }
    let log = misdelivered(&good.replace("schema=MQ==", "schema=Mg=="));
    assert!(log.contains("its schema is 2, not 1"), "{log}");
}

/// Stands for the AWS CLI: one item, deleted by the first `DeleteItem` with the right key.
const AWS: &str = r#"
printf '%s\n' "$*" >>/bed/aws-calls
case "$1 $2" in
  'sts get-caller-identity') echo 'AROAEXAMPLE:i-0abc' ;;
  'dynamodb delete-item') if mv /shared/identity /bed/item 2>/dev/null; then cat /bed/item; else echo None; fi ;;
esac
"#;

fn on_dynamodb() -> userdata::MachineSpecification {
    let mut specification = specification(RunnerKind::Gitea);
    let item = DynamoDbItem::new("dispatch", "eu-west-1", "identity#").unwrap();
    specification.identity = IdentitySource::DynamoDb(item);
    specification
}

#[test]
fn on_ec2_the_machine_deletes_the_item_of_its_own_user_id() {
    let machine = Machine::new(&on_dynamodb()).with_runner(REPORT).with_program("usr/bin/aws", AWS);
    let mut machine = machine.with_identity(&identity()).boot();
    machine.wait_for("started");
    machine.powered_off();
    assert_eq!(
        machine.text("bed/aws-calls"),
        "sts get-caller-identity --region eu-west-1 --query UserId --output text\n\
         dynamodb delete-item --region eu-west-1 --table-name dispatch \
         --key {\"pk\":{\"S\":\"identity#AROAEXAMPLE:i-0abc\"}} \
         --return-values ALL_OLD --query Attributes.identity.S --output text\n"
    );
}

#[test]
fn an_item_that_is_not_there_yet_is_asked_for_again() {
    let machine = Machine::new(&on_dynamodb()).with_runner(REPORT).with_program("usr/bin/aws", AWS);
    let mut machine = machine.with_clock_stopped_for(&[LOOK_AGAIN_S]).boot();
    hand_over_late(&machine);
    machine.powered_off();
}

#[test]
fn an_image_without_the_aws_cli_is_found_out_at_once() {
    let mut machine = Machine::new(&on_dynamodb()).with_runner(REPORT).boot();
    assert!(machine.powered_off().log.contains("power off: the AWS CLI is not in the image"));
}
