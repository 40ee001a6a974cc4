//! A Python that has moto.
#![expect(clippy::expect_used, clippy::missing_panics_doc, reason = "without an emulator the test fails")]

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// The computer's own if it has the version that the tests are pinned to, else one in the target folder, made when it is
/// first needed.
pub fn with_moto() -> PathBuf {
    let system = PathBuf::from("python3");
    if has_moto(&system) {
        return system;
    }
    let target = Path::new(env!("CARGO_MANIFEST_DIR")).join("../target");
    fs::create_dir_all(&target).expect("a target folder");
    let lock = File::create(target.join("moto.lock")).expect("a lock file");
    lock.lock().expect("other tests are done with it");
    let own = target.join("moto/bin/python3");
    if !has_moto(&own) {
        install(&target.join("moto"), &own);
    }
    own
}

fn requirements() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("aws/requirements.txt")
}

fn has_moto(python: &Path) -> bool {
    let requirements = fs::read_to_string(requirements()).expect("the list of requirements");
    let version = requirements.lines().find_map(|line| line.strip_prefix("moto[server]==")).expect("moto is pinned");
    let check = format!("import moto, moto.server, sys; sys.exit(moto.__version__ != '{version}')");
    let checked = Command::new(python).arg("-c").arg(check).stderr(Stdio::null()).status();
    checked.is_ok_and(|status| status.success())
}

fn install(folder: &Path, python: &Path) {
    let make = Command::new("python3").args(["-m", "venv"]).arg(folder).status().expect("python3 is installed");
    assert!(make.success(), "`python3 -m venv` failed: on Debian it needs the package python3-venv");
    let mut pip = Command::new(python);
    pip.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-r"]).arg(requirements());
    assert!(pip.status().expect("pip runs").success(), "moto could not be installed");
}
