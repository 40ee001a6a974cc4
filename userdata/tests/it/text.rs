//! Rendered scripts as text: valid, clean, small, and quoted.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use tempfile::NamedTempFile;
use userdata::{
    AbsolutePath, DynamoDbItem, Forge, IdentitySource, Labels, MachineSpecification, MetadataService, Runner, RunnerKind, Sha256,
    Snippet, USER_DATA_LIMIT_BYTES, first_boot_script,
};

use crate::bed::specimen::{PASSWORD, TOKEN, specification};

const HOSTILE: &str = "'\"\\$(touch pwned)`touch pwned`!*;&|<>~#{}[]\u{e9} '\\'' EOF";

/// Every value filled in, hostile where its type allows.
fn fullest(kind: RunnerKind) -> MachineSpecification {
    let mut full = specification(kind);
    full.runner = Runner::at(kind, ["/opt/a runner", &format!("/opt/{HOSTILE}")]).unwrap();
    full.runner.sha256 = Some(Sha256::parse(&"ab".repeat(32)).unwrap());
    full.runner.configuration = Some(AbsolutePath::parse(&format!("/etc/{HOSTILE}")).unwrap());
    full.forge = Forge::parse("https://git.example.org/forge/", ["example.org", "[fd00::1]:3000"]).unwrap();
    full.labels = Labels::parse(["x'$(id)`:docker://a'$(id)`@sha256:0"]).unwrap();
    full.identity = IdentitySource::DynamoDb(DynamoDbItem::new("dispatch", "eu-west-1", "identity#").unwrap());
    full.log_file = AbsolutePath::parse(&format!("/var/log/{HOSTILE}")).unwrap();
    full.snippets = vec![
        Snippet::new(HOSTILE, &format!("echo '{HOSTILE}'\nEOF\n#{{values}}\n")).unwrap(),
        Snippet::new("proxy", "printf 'http_proxy=http://10.0.0.1:3128\\n' >>/etc/environment\n").unwrap(),
    ];
    full
}

/// Scripts that between them have each variant of each part.
fn variants() -> Vec<(String, String)> {
    let mut variants = vec![];
    for kind in [RunnerKind::Gitea, RunnerKind::Forgejo] {
        for metadata in [MetadataService::Open, MetadataService::Closed, MetadataService::ClosedIfPossible] {
            for (size, specification) in [("plain", specification(kind)), ("full", fullest(kind))] {
                let script = first_boot_script(&MachineSpecification { metadata, ..specification }).unwrap();
                variants.push((format!("{kind:?} {metadata:?} {size}"), script));
            }
        }
    }
    variants
}

fn written(script: &str) -> NamedTempFile {
    let file = NamedTempFile::new().unwrap();
    fs::write(file.path(), script).unwrap();
    file
}

fn run(program: &str, arguments: &[&str], file: &Path) -> (bool, String) {
    let output = Command::new(program).args(arguments).arg(file).stdin(Stdio::null()).output();
    let output = output.unwrap_or_else(|error| panic!("this test needs `{program}`; install it: {error}"));
    (output.status.success(), String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned())
}

#[test]
fn every_variant_is_valid_bash() {
    for (variant, script) in variants() {
        let (valid, complaints) = run("bash", &["-n"], written(&script).path());
        assert!(valid && complaints.is_empty(), "{variant}: {complaints}");
    }
}

#[test]
fn shellcheck_finds_nothing() {
    // The slowest of these tests, so not for every variant: only the values differ, and these have them all.
    let plain = [RunnerKind::Gitea, RunnerKind::Forgejo].map(specification);
    for specification in plain.into_iter().chain([fullest(RunnerKind::Gitea)]) {
        let script = first_boot_script(&specification).unwrap();
        let (clean, complaints) = run("shellcheck", &["--shell=bash"], written(&script).path());
        assert!(clean, "{complaints}");
    }
}

#[test]
fn the_fixed_text_is_clean_without_its_values() {
    let (clean, complaints) = run("shellcheck", &[], &Path::new(env!("CARGO_MANIFEST_DIR")).join("src/first-boot.sh"));
    assert!(clean, "{complaints}");
}

#[test]
fn user_data_is_well_below_what_ec2_takes() {
    for (variant, script) in variants() {
        assert!(script.len() < USER_DATA_LIMIT_BYTES - 2048, "{variant}: {} bytes", script.len());
    }
}

#[test]
fn user_data_that_ec2_would_refuse_is_refused_here() {
    let mut long = specification(RunnerKind::Gitea);
    let script_of = |snippet: &str| {
        long.snippets = vec![Snippet::new("long", snippet).unwrap()];
        first_boot_script(&long)
    };
    let mut script_of = script_of;
    let free = USER_DATA_LIMIT_BYTES - script_of("").unwrap().len();
    assert_eq!(script_of(&"#".repeat(free)).unwrap().len(), USER_DATA_LIMIT_BYTES);
    let sentence = script_of(&"#".repeat(free + 1)).unwrap_err().to_string();
    assert!(sentence.contains(r#""16385 bytes" is more than the 16384 that EC2 takes"#), "{sentence}");
}

#[test]
fn bash_reads_back_hostile_values_and_runs_none_of_them() {
    let script = first_boot_script(&fullest(RunnerKind::Gitea)).unwrap();
    let (values, _) = script.split_once("\nset -Eeuo pipefail\n").unwrap();
    let directory = tempfile::TempDir::new().unwrap();
    let print = r#"printf '%s\0' "$RUNNER_CONFIGURATION" "$LOG_FILE" "${RUNNER_PATHS[1]}" "${LABELS[0]}" "${SNIPPET_NAMES[0]}" "${SNIPPETS[0]}""#;
    let output = Command::new("bash").args(["-euc", &format!("{values}\n{print}")]).current_dir(&directory).output().unwrap();
    assert!(output.stderr.is_empty(), "{output:?}");
    let expected = [
        format!("/etc/{HOSTILE}"),
        format!("/var/log/{HOSTILE}"),
        format!("/opt/{HOSTILE}"),
        "x'$(id)`:docker://a'$(id)`@sha256:0".to_owned(),
        HOSTILE.to_owned(),
        format!("echo '{HOSTILE}'\nEOF\n#{{values}}\n"),
    ];
    assert_eq!(String::from_utf8(output.stdout).unwrap(), expected.map(|value| value + "\0").concat());
    assert_eq!(fs::read_dir(&directory).unwrap().count(), 0);
}

#[test]
fn user_data_holds_no_credential_and_no_trace_switch() {
    for (variant, script) in variants() {
        for forbidden in [TOKEN, PASSWORD, "set -x", "xtrace"] {
            assert!(!script.contains(forbidden), "{variant}: {forbidden}");
        }
    }
}

/// Rewrite the golden files with `UPDATE_GOLDEN=1 cargo test -p userdata golden`, and read the difference.
#[test]
fn one_script_of_each_kind_is_golden() {
    for (kind, name) in [(RunnerKind::Gitea, "gitea.sh"), (RunnerKind::Forgejo, "forgejo.sh")] {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden").join(name);
        let script = first_boot_script(&specification(kind)).unwrap();
        if option_env!("UPDATE_GOLDEN").is_some() {
            fs::write(&path, &script).unwrap();
        }
        assert_eq!(fs::read_to_string(&path).unwrap_or_default(), script, "{name}");
    }
}
