//! The line at the end: what many stories add up to.

use std::collections::BTreeMap;

use serde::Serialize;

use super::checks::{Promise, Violation};
use super::episode::Outcome;
use super::fault::Fault;
use super::phases;

/// From this many jobs on, a kind of fault that never struck is a defect of the simulator: each has had its turn four times.
/// The rarest is the lost race, which only half of the forges know.
const LONG_ENOUGH_FOR_FAULTS: u64 = 20_000;
/// The same of phases, for which faults have to meet. The rarest are a machine beyond its maximum age and one that did not
/// end at its idle limit.
const LONG_ENOUGH_FOR_PHASES: u64 = 100_000;

/// What many stories add up to.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Report {
    /// The first seed.
    pub seed: u64,
    /// How many seeds, from that one on.
    pub seeds: u64,
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
    pub violations: u64,
    /// Which promises, and how.
    pub broken: Vec<Broken>,
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

/// A promise that was broken under a seed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Broken {
    /// Of the campaign.
    pub seed: u64,
    /// How.
    pub violation: Violation,
}

impl Report {
    /// Before the first story of a seed.
    pub fn of(seed: u64) -> Self {
        let faults = Fault::ALL.iter().map(|fault| (fault.name(), 0)).collect();
        let phases = phases::ALL.iter().map(|phase| ((*phase).to_owned(), 0)).collect();
        Self { seed, seeds: 1, faults, phases, ..Self::default() }
    }

    /// Adds what came of a story.
    pub(super) fn add(&mut self, outcome: &Outcome) {
        let broken = |promise| count(outcome.violations.iter().filter(|violation| violation.promise == promise).count());
        let story = Self {
            jobs: outcome.jobs,
            served: outcome.served,
            refused: outcome.refused,
            launches: outcome.launches,
            doubles: broken(Promise::NothingDoubled),
            zombies: broken(Promise::NoZombie),
            longest_wait_s: outcome.longest_wait / 1_000,
            violations: count(outcome.violations.len()),
            broken: outcome.violations.iter().map(|violation| Broken { seed: self.seed, violation: violation.clone() }).collect(),
            faults: outcome.faults.iter().map(|(fault, count)| (fault.name(), *count)).collect(),
            phases: outcome.phases.clone(),
            passes: outcome.passes,
            stories: 1,
            ..Self::default()
        };
        self.merge(story);
    }

    /// Adds another part.
    pub fn merge(&mut self, other: Self) {
        self.seeds += other.seeds;
        self.jobs += other.jobs;
        self.served += other.served;
        self.refused += other.refused;
        self.launches += other.launches;
        self.doubles += other.doubles;
        self.zombies += other.zombies;
        self.longest_wait_s = self.longest_wait_s.max(other.longest_wait_s);
        self.violations += other.violations;
        self.broken.extend(other.broken);
        add_up(&mut self.faults, other.faults);
        add_up(&mut self.phases, other.phases);
        self.passes += other.passes;
        self.stories += other.stories;
    }

    /// Looks for what the stories never reached, if they were long enough.
    #[must_use]
    pub fn complete(mut self) -> Self {
        let (for_faults, for_phases) = (self.jobs >= LONG_ENOUGH_FOR_FAULTS, self.jobs >= LONG_ENOUGH_FOR_PHASES);
        let never = |(name, count): (&str, u64)| (count == 0).then(|| name.to_owned());
        let faults = self.faults.iter().filter(|_| for_faults).map(|(name, count)| (*name, *count));
        let phases = self.phases.iter().filter(|_| for_phases).map(|(name, count)| (name.as_str(), *count));
        self.never_reached = faults.chain(phases).filter_map(never).collect();
        self
    }

    /// Whether every promise was kept, and everything was reached that had to be.
    pub fn is_good(&self) -> bool {
        self.violations == 0 && self.never_reached.is_empty()
    }
}

fn count(number: usize) -> u64 {
    u64::try_from(number).unwrap_or(u64::MAX)
}

fn add_up<K: Ord>(into: &mut BTreeMap<K, u64>, more: BTreeMap<K, u64>) {
    for (key, count) in more {
        *into.entry(key).or_default() += count;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reached_everything(jobs: u64) -> Report {
        let mut report = Report { jobs, ..Report::of(1) };
        report.faults.values_mut().chain(report.phases.values_mut()).for_each(|count| *count = 1);
        report
    }

    #[test]
    fn what_was_never_reached_fails_a_run_that_was_long_enough() {
        let mut report = reached_everything(LONG_ENOUGH_FOR_PHASES);
        assert!(report.clone().complete().is_good());
        report.faults.insert("forge-down", 0);
        report.phases.insert("Hung".to_owned(), 0);
        let complete = report.clone().complete();
        assert!(!complete.is_good());
        assert_eq!(complete.never_reached, ["forge-down", "Hung"]);
        report.jobs = LONG_ENOUGH_FOR_FAULTS;
        assert_eq!(report.clone().complete().never_reached, ["forge-down"], "faults are reached before phases");
        report.jobs = LONG_ENOUGH_FOR_FAULTS - 1;
        assert!(report.complete().is_good(), "a short run may miss something");
    }

    #[test]
    fn a_broken_promise_under_any_seed_fails_the_whole() {
        let violation = Violation { promise: Promise::NoZombie, at: 5, what: "it lives".to_owned() };
        let mut report = Report::of(1);
        report.merge(Report { violations: 1, broken: vec![Broken { seed: 2, violation }], ..Report::of(2) });
        assert_eq!((report.seed, report.seeds, report.violations), (1, 2, 1));
        assert!(!report.complete().is_good());
    }
}
