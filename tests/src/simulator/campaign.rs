//! Many stories from one seed.

use std::sync::Arc;

use super::author;
use super::checks::Promise;
use super::episode::play;
use super::fault::Fault;
use super::random::Random;
use super::report::Report;
use super::safety::Without;
use super::script::Script;
use super::story::Story;

/// Jobs of one story: enough to meet, few enough to read.
pub const JOBS_OF_A_STORY: u64 = 100;

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

/// A story that broke a promise.
#[derive(Clone, Debug)]
pub struct Failure {
    /// Which story.
    pub script: Arc<Script>,
    /// The first broken promise.
    pub promise: Promise,
}

impl Campaign {
    /// The script of one of its stories; the last may be shorter.
    pub fn script(&self, number: u64) -> Arc<Script> {
        let seed = Random::of(self.seed, number + 1).number();
        let jobs = JOBS_OF_A_STORY.min(self.jobs.saturating_sub(number.saturating_mul(JOBS_OF_A_STORY)));
        Arc::new(author::write(seed, usize::try_from(jobs).unwrap_or(0), self.turn_of(number), &self.without))
    }

    /// The fault whose turn it is in a story: one after the other, so that a long run leaves none out.
    fn turn_of(&self, number: u64) -> Fault {
        let kinds = u64::try_from(Fault::ALL.len()).unwrap_or(1);
        let turn = (Random::of(self.seed, 0).below(kinds) + number) % kinds;
        usize::try_from(turn).ok().and_then(|turn| Fault::ALL.get(turn)).copied().unwrap_or(Fault::DeliveryLost)
    }

    /// Plays stories until all jobs have come, or one breaks a promise. `progress` hears after each how many jobs there were.
    pub fn run(&self, mut progress: impl FnMut(u64)) -> (Report, Option<Failure>) {
        let mut report = Report::of(self.seed);
        while report.jobs < self.jobs {
            let script = self.script(report.stories);
            let outcome = play(&script, Story::untold());
            report.add(&outcome);
            progress(report.jobs);
            if let Some(violation) = outcome.violations.first() {
                let promise = violation.promise;
                return (report, Some(Failure { script, promise }));
            }
        }
        (report, None)
    }
}
