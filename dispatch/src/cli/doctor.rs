//! `dispatch doctor --aws`: the installation on AWS as it is, and what to do where it is not as it must be.

use super::arguments::Place;
use super::exit::Exit;
use super::installed::configuration;
use super::output::{self, BAD, DIM, GOOD, WARN, styled};
use crate::aws;
use crate::clock::{Clock, SystemClock};
use crate::doctor::{Check, Verdict, examine};

pub(super) async fn run(place: &Place, json: bool) -> Exit {
    let config = match configuration(place) {
        Ok(config) => config,
        Err(exit) => return exit,
    };
    let region = config.aws.as_ref().map(|aws| aws.region.as_str());
    let settings = aws::settings(region).await;
    let checks = examine(settings, &config, SystemClock::start().now()).await;
    let well = checks.iter().all(|check| check.verdict != Verdict::Error);
    if json {
        output::json(&serde_json::json!({ "version": 1, "ok": well, "checks": checks }));
    } else {
        tell(&checks);
    }
    if well { Exit::Success } else { Exit::Findings }
}

fn tell(checks: &[Check]) {
    for check in checks {
        let sign = match check.verdict {
            Verdict::Good => styled(GOOD, "ok"),
            Verdict::Unknown => styled(DIM, "unknown"),
            Verdict::Warning => styled(WARN, "warning"),
            Verdict::Error => styled(BAD, "error"),
        };
        output::line(&format!("{sign}: {}: {}", check.topic.name(), check.text));
        if let Some(remedy) = &check.remedy {
            output::line(&format!("    {remedy}"));
        }
    }
    let count = |verdict| checks.iter().filter(|check| check.verdict == verdict).count();
    let (errors, warnings, unknown) = (count(Verdict::Error), count(Verdict::Warning), count(Verdict::Unknown));
    output::line(&format!("{} things looked at: {errors} errors, {warnings} warnings, {unknown} unknown", checks.len()));
}
