//! `simulate`: stories in which everything goes wrong.

use std::io::{IsTerminal, Write, stderr, stdout};
use std::ops::RangeInclusive;
use std::process::ExitCode;
use std::sync::Arc;

use tests::simulator::campaign::{Campaign, Failure};
use tests::simulator::checks::Promise;
use tests::simulator::episode::play;
use tests::simulator::report::Report;
use tests::simulator::safety::Safety;
use tests::simulator::script::Script;
use tests::simulator::shrink::shrink;
use tests::simulator::side_by_side::side_by_side;
use tests::simulator::story::{Story, clock};

/// What to play.
#[derive(clap::Args)]
pub(crate) struct Simulate {
    /// The seed, which decides everything.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Several seeds in its place, such as 1..=1000: side by side on all processors, a line for each and one for all.
    #[arg(long, value_parser = seeds, conflicts_with = "seed")]
    seeds: Option<RangeInclusive<u64>>,
    /// How many jobs to serve for each seed.
    #[arg(long, default_value_t = 10_000)]
    jobs: u64,
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

fn seeds(range: &str) -> Result<RangeInclusive<u64>, String> {
    let ends = range.split_once("..=").and_then(|(first, last)| Some((first.parse().ok()?, last.parse().ok()?)));
    let seeds = ends.map(|(first, last)| first..=last).filter(|seeds| !seeds.is_empty());
    seeds.ok_or_else(|| "write the first and the last one: 1..=1000".to_owned())
}

impl Simulate {
    /// 0 when every promise was kept, 1 when one was broken, 2 when nobody reads the outcome.
    pub(crate) fn run(&self) -> ExitCode {
        match self.played() {
            Ok(true) => ExitCode::SUCCESS,
            Ok(false) => ExitCode::FAILURE,
            Err(_closed_pipe) => ExitCode::from(2),
        }
    }

    fn played(&self) -> std::io::Result<bool> {
        if self.list_safeties {
            for safety in Safety::ALL {
                writeln!(stdout(), "{safety}")?;
            }
            return Ok(true);
        }
        let report = match &self.seeds {
            None => self.one_seed()?,
            Some(seeds) => self.all_seeds(seeds)?,
        };
        let report = if self.without.is_empty() { report.complete() } else { report };
        print(&report)?;
        Ok(report.is_good())
    }

    fn campaign(&self, seed: u64) -> Campaign {
        Campaign { seed, jobs: self.jobs, without: self.without.iter().copied().collect() }
    }

    fn one_seed(&self) -> std::io::Result<Report> {
        let (report, failure) = self.campaign(self.seed).run(|jobs| progress(self.seed, jobs));
        self.tell(self.seed, failure)?;
        Ok(report)
    }

    fn all_seeds(&self, seeds: &RangeInclusive<u64>) -> std::io::Result<Report> {
        let threads = std::thread::available_parallelism().map_or(1, usize::from);
        let mut all = Report::of(*seeds.start());
        all.seeds = 0;
        let mut written = Ok(());
        side_by_side(
            seeds.clone(),
            threads,
            |seed| self.campaign(seed).run(|_| ()),
            |seed, (report, failure)| {
                progress(seed, report.jobs);
                if written.is_ok() {
                    written = print(&report).and_then(|()| self.tell(seed, failure));
                }
                all.merge(report);
            },
        );
        written.map(|()| all)
    }

    fn tell(&self, seed: u64, failure: Option<Failure>) -> std::io::Result<()> {
        let Some(Failure { script, promise }) = failure else { return Ok(()) };
        let script = if self.as_found { script } else { shrink(&script, promise) };
        tell(seed, promise, &script)
    }
}

fn print(report: &Report) -> std::io::Result<()> {
    let line = serde_json::to_string(report).map_err(std::io::Error::other)?;
    writeln!(stdout(), "{line}")
}

fn progress(seed: u64, jobs: u64) {
    if stderr().is_terminal() {
        let _only_decoration = write!(stderr(), "\rseed {seed}: {jobs} jobs ");
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
