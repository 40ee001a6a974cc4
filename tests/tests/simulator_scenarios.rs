//! Plays the stories of `scenarios/*.txt` and compares what happened with the golden file beside each.
//!
//! With `UPDATE_GOLDEN=1` in the environment the golden files are written anew; read the difference before you keep it.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use tests::simulator::episode::play;
use tests::simulator::scenario::{read, written};
use tests::simulator::story::Story;

fn scenario(path: &Path) -> datatest_stable::Result<()> {
    let script = Arc::new(read(&fs::read_to_string(path)?)?);
    let outcome = play(&script, Story::told());
    let told = written(&outcome);
    let golden = path.with_extension("golden");
    if update() {
        fs::write(&golden, &told)?;
    }
    let expected = fs::read_to_string(&golden).unwrap_or_default();
    if let Some(difference) = first_difference(&expected, &told) {
        return Err(format!("{}: {difference}; UPDATE_GOLDEN=1 writes it anew", golden.display()).into());
    }
    if !outcome.violations.is_empty() {
        return Err(format!("{:?}", outcome.violations).into());
    }
    Ok(())
}

#[expect(clippy::disallowed_methods, reason = "a test harness has no command line of its own")]
fn update() -> bool {
    std::env::var_os("UPDATE_GOLDEN").is_some()
}

fn first_difference(expected: &str, told: &str) -> Option<String> {
    let mut lines = (1..).zip(expected.lines().zip(told.lines()));
    let differs = lines.find(|(_, (expected, told))| expected != told);
    match differs {
        Some((number, (expected, told))) => Some(format!("line {number}: expected `{expected}`, told `{told}`")),
        None if expected != told => Some("one of them goes on where the other ends".to_owned()),
        None => None,
    }
}

datatest_stable::harness! {
    { test = scenario, root = "scenarios", pattern = r"\.txt$" },
}
