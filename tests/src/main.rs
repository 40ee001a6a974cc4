//! The lab's command line.

use std::io::{IsTerminal, Write, stderr, stdout};
use std::process::ExitCode;

use clap::{Parser, Subcommand};
use tests::simulator::campaign::{Campaign, Failure};
use tests::simulator::episode::play;
use tests::simulator::safety::{Safety, Without};
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
        let without: Without = self.without.iter().copied().collect();
        let mut good = true;
        for seed in self.seed..self.seed.saturating_add(self.seeds) {
            good &= one_seed(&Campaign { seed, jobs: self.jobs, without: without.clone() })?;
        }
        Ok(good)
    }
}

fn one_seed(campaign: &Campaign) -> std::io::Result<bool> {
    let terminal = stderr().is_terminal();
    let (report, failure) = campaign.run(|jobs| {
        if terminal {
            let _only_decoration = write!(stderr(), "\rseed {}: {jobs} jobs", campaign.seed);
        }
    });
    if terminal {
        writeln!(stderr())?;
    }
    if let Some(failure) = failure {
        tell(&failure)?;
    }
    let line = serde_json::to_string(&report).map_err(std::io::Error::other)?;
    writeln!(stdout(), "{line}")?;
    Ok(report.is_good())
}

/// The shortest story that breaks the same promise.
fn tell(failure: &Failure) -> std::io::Result<()> {
    let script = shrink(&failure.script, failure.promise);
    let outcome = play(&script, Story::told());
    let mut err = stderr().lock();
    writeln!(err, "{}, seed {:#x}, {} jobs", script.flavour, script.seed, script.jobs.len())?;
    for window in &script.windows {
        writeln!(err, "  {} from {} until {}", window.fault, clock(window.from), clock(window.until))?;
    }
    for (at, line) in &outcome.lines {
        writeln!(err, "{} {line}", clock(*at))?;
    }
    Ok(())
}
