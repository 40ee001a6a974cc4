//! Makes a failing story short: fewer faults, fewer jobs, nothing after the promise is broken.

use std::sync::Arc;

use super::checks::{Promise, Violation};
use super::episode::play;
use super::script::{Script, Turn};
use super::story::Story;

/// Most tries; shrinking is for readers, who do not wait for long.
const MOST_PLAYS: usize = 400;

/// The shortest script that was found to break the same promise.
pub fn shrink(script: &Arc<Script>, promise: Promise) -> Arc<Script> {
    let mut search = Search { best: (**script).clone(), promise, plays: 0 };
    search.forget_the_rest();
    loop {
        let before = search.size();
        search.thin_out(|script| &mut script.windows);
        search.thin_out(|script| &mut script.jobs);
        search.simplify_jobs();
        if search.size() == before || search.plays >= MOST_PLAYS {
            return Arc::new(search.best);
        }
    }
}

struct Search {
    best: Script,
    promise: Promise,
    plays: usize,
}

impl Search {
    fn size(&self) -> usize {
        let plain = |turn: Turn| usize::from(turn != Turn::None);
        self.best.windows.len()
            + self.best.jobs.iter().map(|job| 1 + plain(job.turn) + usize::from(job.blocked_s > 0)).sum::<usize>()
    }

    fn fails(&mut self, script: &Script) -> Option<Violation> {
        self.plays += 1;
        let outcome = play(&Arc::new(script.clone()), Story::untold());
        outcome.violations.into_iter().find(|violation| violation.promise == self.promise)
    }

    /// Takes a shorter script if it still fails.
    fn take(&mut self, script: Script) -> bool {
        let fails = self.plays < MOST_PLAYS && self.fails(&script).is_some();
        if fails {
            self.best = script;
        }
        fails
    }

    /// What comes after the broken promise has no part in it.
    fn forget_the_rest(&mut self) {
        let Some(violation) = self.fails(&self.best.clone()) else { return };
        let mut shorter = self.best.clone();
        shorter.jobs.retain(|job| job.at <= violation.at);
        shorter.windows.retain(|window| window.from <= violation.at);
        self.take(shorter);
    }

    /// Leaves out halves, quarters, and so on down to single ones.
    fn thin_out<T: Clone>(&mut self, part: impl Fn(&mut Script) -> &mut Vec<T>) {
        let mut size = part(&mut self.best).len().div_ceil(2);
        while size > 0 {
            let mut from = 0;
            while from < part(&mut self.best).len() {
                let mut shorter = self.best.clone();
                let items = part(&mut shorter);
                let to = (from + size).min(items.len());
                items.drain(from..to);
                if !self.take(shorter) {
                    from += size;
                }
            }
            size = if size == 1 { 0 } else { size.div_ceil(2) };
        }
    }

    fn simplify_jobs(&mut self) {
        for index in 0..self.best.jobs.len() {
            let mut simpler = self.best.clone();
            let Some(job) = simpler.jobs.get_mut(index) else { return };
            if job.turn == Turn::None && job.blocked_s == 0 {
                continue;
            }
            job.turn = Turn::None;
            job.blocked_s = 0;
            self.take(simpler);
        }
    }
}
