//! Instructions of one run of a case: callgrind's count, less that of a run that does nothing.

use std::process::{Command, Stdio};

use crate::cases::Case;

/// The argument that makes this program do nothing.
pub(crate) const NOTHING: &str = "nothing";

/// `None` where valgrind is not installed. Preparing the case counts too; it is the same in every version.
pub(crate) fn of(case: &Case) -> std::io::Result<Option<u64>> {
    Ok(match (count(case.name)?, count(NOTHING)?) {
        (Some(with), Some(without)) => Some(with.saturating_sub(without)),
        _ => None,
    })
}

fn count(argument: &str) -> std::io::Result<Option<u64>> {
    let output = Command::new("valgrind")
        .args(["--tool=callgrind", "--callgrind-out-file=/dev/null"])
        .arg(std::env::current_exe()?)
        .arg(argument)
        .stdout(Stdio::null())
        .output();
    let Ok(output) = output else { return Ok(None) };
    let told = String::from_utf8_lossy(&output.stderr);
    let collected = told.lines().find_map(|line| line.split_once("Collected :")).map(|(_, count)| count.trim().to_owned());
    Ok(collected.and_then(|count| count.parse().ok()))
}
