//! Instructions of one run of a case: callgrind's count, less that of its preparation.

use std::process::{Command, Stdio};

use crate::cases::Case;

/// Behind the name of a case: prepare it, and do nothing.
pub(crate) const ONLY_PREPARE: &str = "prepare";

/// `None` where valgrind is not installed.
pub(crate) fn of(case: &Case) -> std::io::Result<Option<u64>> {
    Ok(match (count(&[case.name])?, count(&[case.name, ONLY_PREPARE])?) {
        (Some(all), Some(preparation)) => Some(all.saturating_sub(preparation)),
        _ => None,
    })
}

fn count(arguments: &[&str]) -> std::io::Result<Option<u64>> {
    let output = Command::new("valgrind")
        .args(["--tool=callgrind", "--callgrind-out-file=/dev/null"])
        .arg(std::env::current_exe()?)
        .args(arguments)
        .stdout(Stdio::null())
        .output();
    let Ok(output) = output else { return Ok(None) };
    let told = String::from_utf8_lossy(&output.stderr);
    let collected = told.lines().find_map(|line| line.split_once("Collected :")).map(|(_, count)| count.trim().to_owned());
    Ok(collected.and_then(|count| count.parse().ok()))
}
