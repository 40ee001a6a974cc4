//! Many stories from one seed, and what they add up to.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::Serialize;

use super::author;
use super::checks::{Promise, Violation};
use super::episode::{Outcome, play};
use super::fault::Fault;
use super::phases;
use super::random::Random;
use super::safety::Without;
use super::script::Script;
use super::story::Story;

/// Jobs of one story: enough to meet, few enough to read.
const JOBS_OF_A_STORY: u64 = 100;
/// From this many jobs on, a fault or phase that was never reached is a defect of the simulator.
const LONG_ENOUGH: u64 = 20_000;

/// What is asked for.
#[derive(Clone, Debug)]
pub struct Campaign {
    /// Decides everything.
    pub seed: u64,
    /// How many jobs, over all stories.
    pub jobs: u64,
    /// Safeties that are switched off.
    pub without: Without,
}

/// The line at the end.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Report {
    /// Of the campaign.
    pub seed: u64,
    /// Jobs that came.
    pub jobs: u64,
    /// Times that a job was taken by a runner.
    pub served: u64,
    /// Jobs that were told why they are not served.
    pub refused: u64,
    /// Machines launched.
    pub launches: u64,
    /// Machines beyond demand.
    pub doubles: u64,
    /// Machines beyond their bounds.
    pub zombies: u64,
    /// Longest wait of a job that was taken.
    pub longest_wait_s: u64,
    /// Broken promises.
    pub violations: Vec<Violation>,
    /// How often each kind of fault struck.
    pub faults: BTreeMap<&'static str, u64>,
    /// How often each phase was seen at the beginning of a pass.
    pub phases: BTreeMap<String, u64>,
    /// Passes of workers.
    pub passes: u64,
    /// Stories told.
    pub stories: u64,
    /// Kinds of faults and phases that were never reached though the run was long enough.
    pub never_reached: Vec<String>,
}

/// A story that broke a promise.
#[derive(Clone, Debug)]
pub struct Failure {
    /// Which story.
    pub script: Arc<Script>,
    /// The first broken promise.
    pub promise: Promise,
}

impl Campaign {
    /// The script of one of its stories.
    pub fn script(&self, number: u64, jobs: u64) -> Arc<Script> {
        let seed = Random::of(self.seed, number + 1).number();
        Arc::new(author::write(seed, usize::try_from(jobs).unwrap_or(0), &self.without))
    }

    /// Plays stories until all jobs have come, or one breaks a promise. `progress` hears after each how many jobs there were.
    pub fn run(&self, mut progress: impl FnMut(u64)) -> (Report, Option<Failure>) {
        let mut report = Report::new(self.seed);
        while report.jobs < self.jobs {
            let script = self.script(report.stories, JOBS_OF_A_STORY.min(self.jobs - report.jobs));
            let outcome = play(&script, Story::untold());
            report.add(&outcome);
            progress(report.jobs);
            if let Some(violation) = outcome.violations.first() {
                let promise = violation.promise;
                return (report, Some(Failure { script, promise }));
            }
        }
        if self.without.is_empty() {
            report.find_never_reached();
        }
        (report, None)
    }
}

impl Report {
    fn new(seed: u64) -> Self {
        let faults = Fault::ALL.iter().map(|fault| (fault.name(), 0)).collect();
        let phases = phases::ALL.iter().map(|phase| ((*phase).to_owned(), 0)).collect();
        Self { seed, faults, phases, ..Self::default() }
    }

    fn add(&mut self, outcome: &Outcome) {
        self.stories += 1;
        self.jobs += outcome.jobs;
        self.served += outcome.served;
        self.refused += outcome.refused;
        self.launches += outcome.launches;
        self.passes += outcome.passes;
        self.longest_wait_s = self.longest_wait_s.max(outcome.longest_wait / 1_000);
        let broken = |promise| outcome.violations.iter().filter(|violation| violation.promise == promise).count();
        self.doubles += u64::try_from(broken(Promise::NothingDoubled)).unwrap_or(u64::MAX);
        self.zombies += u64::try_from(broken(Promise::NoZombie)).unwrap_or(u64::MAX);
        self.violations.extend(outcome.violations.iter().cloned());
        for (fault, count) in &outcome.faults {
            *self.faults.entry(fault.name()).or_default() += count;
        }
        for (phase, count) in &outcome.phases {
            *self.phases.entry(phase.clone()).or_default() += count;
        }
    }

    fn find_never_reached(&mut self) {
        if self.jobs < LONG_ENOUGH {
            return;
        }
        let faults = self.faults.iter().filter(|(_, count)| **count == 0).map(|(name, _)| (*name).to_owned());
        let phases = self.phases.iter().filter(|(_, count)| **count == 0).map(|(name, _)| name.clone());
        self.never_reached = faults.chain(phases).collect();
    }

    /// Whether every promise was kept, and everything was reached that had to be.
    pub fn is_good(&self) -> bool {
        self.violations.is_empty() && self.never_reached.is_empty()
    }
}
