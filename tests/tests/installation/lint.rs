//! AWS's own tools have nothing to say about the template. They work offline; what `CloudFormation` itself would say is not verified.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use tests::installation::Template;

const REQUIREMENTS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/aws/template-requirements.txt");

/// The folder of the tools, which are installed once. Without them the tests fail: a template that nobody looked at is not clean.
fn tools() -> PathBuf {
    let target = Path::new(env!("CARGO_MANIFEST_DIR")).join("../target");
    fs::create_dir_all(&target).expect("a target folder");
    let lock = File::create(target.join("template-tools.lock")).expect("a lock file");
    lock.lock().expect("other tests are done with it");
    let folder = target.join("template-tools");
    let wanted = fs::read_to_string(REQUIREMENTS).expect("the list of tools");
    let installed = folder.join("installed.txt");
    if !fs::read_to_string(&installed).is_ok_and(|found| found == wanted) {
        install(&folder);
        fs::write(installed, wanted).expect("a note of what is installed");
    }
    folder.join("bin")
}

fn install(folder: &Path) {
    let make = Command::new("python3").args(["-m", "venv", "--clear"]).arg(folder).status().expect("python3 is installed");
    assert!(make.success(), "`python3 -m venv` failed: on Debian it needs the package python3-venv");
    let mut pip = Command::new(folder.join("bin/python3"));
    pip.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-r", REQUIREMENTS]);
    let installed = pip.status().expect("pip runs").success();
    assert!(installed, "cfn-lint and the SAM CLI could not be installed from PyPI: see what pip said above");
}

fn assert_clean(output: &Output) {
    let said = [&output.stdout, &output.stderr].map(|stream| String::from_utf8_lossy(stream).into_owned()).concat();
    assert!(output.status.success(), "{said}");
}

fn cfn_lint(template: &Path) -> Output {
    Command::new(tools().join("cfn-lint")).arg("--").arg(template).output().expect("cfn-lint runs")
}

#[test]
fn cfn_lint_finds_nothing() {
    assert_clean(&cfn_lint(&Template::path()));
}

#[test]
fn sam_finds_nothing() {
    let mut sam = Command::new(tools().join("sam"));
    sam.args(["validate", "--lint", "--region", "eu-west-1", "--template"]).arg(Template::path());
    // No telemetry, no question for credentials, no settings of whoever runs the tests.
    let home = tempfile::tempdir().expect("a folder");
    sam.env("SAM_CLI_TELEMETRY", "0").env("HOME", home.path()).current_dir(home.path());
    assert_clean(&sam.output().expect("sam runs"));
}

#[test]
fn the_tools_would_find_something() {
    let folder = tempfile::tempdir().expect("a folder");
    let spoiled = folder.path().join("template.yaml");
    let text = fs::read_to_string(Template::path()).expect("the template");
    fs::write(&spoiled, text.replace("KeySchema:", "KeySchemas:")).expect("a copy");
    let said = cfn_lint(&spoiled);
    assert!(String::from_utf8_lossy(&said.stdout).contains("E3002"), "{said:?}");
}
