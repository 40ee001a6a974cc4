//! `dispatch check`: the configuration as start-up reads it, this computer, and the forges behind it.

use std::collections::BTreeMap;

use super::arguments::Place;
use super::exit::Exit;
use super::installed::{loaded, whence};
use super::output::{self, BAD, GOOD, styled};
use super::write_rights;
use crate::config::Config;
use crate::diagnostic::{Colour, Report};
use crate::forge::client::ForgeClient;
use crate::forge::{Capabilities, Forge, ForgeError};
use crate::identifier::ForgeName;
use crate::pool::{ForkPullRequests, labels_served};

pub(super) async fn run(place: &Place, json: bool, offline: bool) -> Exit {
    let loaded = match loaded(place) {
        Ok(loaded) => loaded,
        Err(report) => {
            let exit = show(&[&report], &BTreeMap::new(), json);
            if let Some(whence) = whence(place).filter(|_| !json) {
                output::line(whence);
            }
            return exit;
        }
    };
    let machine = loaded.check_machine();
    let forges = if offline { BTreeMap::new() } else { ask(loaded.config()).await };
    show(&[&loaded.warnings(), &machine], &forges, json)
}

/// What each forge is, or why it cannot be used.
type Answers = BTreeMap<ForgeName, Result<String, ForgeError>>;

async fn ask(config: &Config) -> Answers {
    let served = labels_served(&config.pools);
    let mut answers = BTreeMap::new();
    for (name, forge) in &config.forges {
        let answer = match ForgeClient::new(name, forge, &served) {
            Ok(client) => look(&client, config, name).await,
            Err(error) => Err(error),
        };
        answers.insert(name.clone(), answer);
    }
    answers
}

/// The questions of a pass, asked once, and whether what a pass does would be allowed.
async fn look(forge: &dyn Forge, config: &Config, name: &ForgeName) -> Result<String, ForgeError> {
    let can = forge.capabilities(true).await?;
    let queue = if can.queue { forge.queue().await? } else { Vec::new() };
    if can.registrations {
        write_rights::ask(forge, write_rights::places(config, name, &queue)).await?;
    }
    let waiting = if can.queue { format!("{} jobs wait or run", queue.len()) } else { can.demand().to_owned() };
    Ok(format!("{} {}, {waiting}, {}{}", can.kind, can.version, one_job(can), origin(can, config)))
}

/// What pools that refuse fork pull requests do where nobody says which jobs are of one.
fn origin(can: Capabilities, config: &Config) -> &'static str {
    let refuses = config.pools.iter().any(|pool| pool.fork_pull_requests == ForkPullRequests::Refuse);
    if can.tells_origin() || !refuses {
        return "";
    }
    "; it does not tell whose code a job runs, so only pools with `fork_pull_requests: allow` serve it: upgrade it to 12 or later"
}

/// What a job could do with the registration of its runner.
fn one_job(can: Capabilities) -> &'static str {
    match (can.registers, can.ephemeral) {
        (false, _) => "runners cannot be registered over its API, so nothing can be launched: upgrade it to 1.22 or later",
        (true, true) => "one-job registrations",
        (true, false) => {
            "no one-job registrations: a job can use its runner's credential to take further jobs until its machine ends, \
             and the registration stays, offline, until somebody removes it in the forge's settings"
        }
    }
}

fn show(reports: &[&Report], forges: &Answers, json: bool) -> Exit {
    let well = !reports.iter().any(|report| report.has_errors()) && forges.values().all(Result::is_ok);
    if json {
        print(well, reports, forges);
    } else {
        tell(well, reports, forges);
    }
    if well { Exit::Success } else { Exit::Findings }
}

/// For people.
fn tell(well: bool, reports: &[&Report], forges: &Answers) {
    for report in reports.iter().filter(|report| !report.findings().is_empty()) {
        output::line(report.render(Colour::Styled).trim_end());
    }
    for (name, answer) in forges {
        let sign = if answer.is_ok() { styled(GOOD, "ok") } else { styled(BAD, "error") };
        output::line(&format!("{sign}: forge `{name}`: {}", words(answer)));
    }
    if well {
        output::line(&format!("{}: the configuration can be used", styled(GOOD, "ok")));
    }
}

/// For programs.
fn print(well: bool, reports: &[&Report], forges: &Answers) {
    let findings = reports.iter().flat_map(|report| match report.to_json() {
        serde_json::Value::Array(findings) => findings,
        other => vec![other],
    });
    let findings: Vec<_> = findings.collect();
    let answer = |answer: &Result<_, _>| serde_json::json!({ "ok": answer.is_ok(), "text": words(answer) });
    let forges: BTreeMap<_, _> = forges.iter().map(|(name, found)| (name, answer(found))).collect();
    output::json(&serde_json::json!({ "version": 1, "ok": well, "findings": findings, "forges": forges }));
}

fn words(answer: &Result<String, ForgeError>) -> String {
    match answer {
        Ok(text) => text.clone(),
        Err(error) => error.to_string(),
    }
}
