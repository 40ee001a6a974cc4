//! The lab's command line.

use std::io::{IsTerminal, Write, stderr, stdout};
use std::process::ExitCode;
use std::sync::Arc;

use clap::{Parser, Subcommand};
use tests::simulator::campaign::{Campaign, Failure};
use tests::simulator::checks::Promise;
use tests::simulator::episode::play;
use tests::simulator::report::Report;
use tests::simulator::safety::{Safety, Without};
use tests::simulator::script::Script;
use tests::simulator::shrink::shrink;
use tests::simulator::story::{Story, clock};

/// The lab of `dispatch`.
#[derive(Parser)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Play stories in which everything goes wrong, and check that every promise is kept.
    Simulate(Simulate),
}

#[derive(clap::Args)]
struct Simulate {
    /// The seed, which decides everything.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// How many jobs to serve for each seed.
    #[arg(long, default_value_t = 10_000)]
    jobs: u64,
    /// How many seeds, from the given one on.
    #[arg(long, default_value_t = 1)]
    seeds: u64,
    /// Switch off a safety; may be given several times.
    #[arg(long, value_parser = safety)]
    without: Vec<Safety>,
    /// Tell a story that breaks a promise as it was found, without looking for the shortest.
    #[arg(long)]
    as_found: bool,
    /// List the safeties.
    #[arg(long)]
    list_safeties: bool,
}

fn safety(name: &str) -> Result<Safety, String> {
    Safety::named(name).ok_or_else(|| "no such safety; `--list-safeties` names them".to_owned())
}

fn main() -> ExitCode {
    let Command::Simulate(simulate) = Arguments::parse().command;
    match simulate.run() {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(_closed_pipe) => ExitCode::from(2),
    }
}

impl Simulate {
    fn run(&self) -> std::io::Result<bool> {
        if self.list_safeties {
            for safety in Safety::ALL {
                writeln!(stdout(), "{safety}")?;
            }
            return Ok(true);
        }
        let report = self.all_seeds()?;
        let line = serde_json::to_string(&report).map_err(std::io::Error::other)?;
        writeln!(stdout(), "{line}")?;
        Ok(report.is_good())
    }

    fn all_seeds(&self) -> std::io::Result<Report> {
        let without: Without = self.without.iter().copied().collect();
        let mut report: Option<Report> = None;
        for seed in self.seed..self.seed.saturating_add(self.seeds.max(1)) {
            let of_seed = self.one_seed(&Campaign { seed, jobs: self.jobs, without: without.clone() })?;
            match &mut report {
                Some(report) => report.merge(of_seed),
                None => report = Some(of_seed),
            }
        }
        let report = report.unwrap_or_else(|| Report::of(self.seed));
        Ok(if without.is_empty() { report.complete() } else { report })
    }

    fn one_seed(&self, campaign: &Campaign) -> std::io::Result<Report> {
        let terminal = stderr().is_terminal();
        let (report, failure) = campaign.run(|jobs| {
            if terminal {
                let _only_decoration = write!(stderr(), "\rseed {}: {jobs} jobs", campaign.seed);
            }
        });
        if terminal {
            writeln!(stderr())?;
        }
        if let Some(Failure { script, promise }) = failure {
            let script = if self.as_found { script } else { shrink(&script, promise) };
            tell(campaign.seed, promise, &script)?;
        }
        Ok(report)
    }
}

/// A story that breaks a promise.
fn tell(seed: u64, promise: Promise, script: &Arc<Script>) -> std::io::Result<()> {
    let outcome = play(script, Story::told());
    let mut err = stderr().lock();
    writeln!(err, "seed {seed} breaks {promise:?}; a story of it, on {}:", script.flavour)?;
    for window in &script.windows {
        writeln!(err, "  {} from {} until {}", window.fault, clock(window.from), clock(window.until))?;
    }
    for (at, line) in &outcome.lines {
        writeln!(err, "{} {line}", clock(*at))?;
    }
    Ok(())
}
