//! The promises, checked against the world alone: what our own records say is no evidence.

mod bounds;
mod endings;
mod launches;
mod limits;
mod rest;
mod switch;
#[cfg(test)]
mod tests;
mod waiting;

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use self::launches::{Group, Tally};
use self::limits::{Place, Use};
use self::waiting::Demand;
use super::agenda::Millis;
use super::world::World;

/// A promise that can be broken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Promise {
    /// Every queued job that has a pool is served, or refused with a reason, in time.
    NothingForgotten,
    /// Machines beyond demand are explained by the failure of earlier ones.
    NothingDoubled,
    /// No machine lives beyond its bound.
    NoZombie,
    /// A busy runner is not killed before its bound.
    NoBusyKill,
    /// No job is killed by the removal of its runner's registration.
    NoRacingRemoval,
    /// No limit is exceeded.
    LimitsHold,
    /// Nothing of others is touched.
    OthersUntouched,
    /// A paused installation launches nothing.
    PauseHolds,
    /// An identity is used once.
    IdentityOnce,
    /// After quiet nothing is left.
    NothingLeft,
}

/// A broken promise.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Violation {
    /// Which.
    pub promise: Promise,
    /// When, in milliseconds since the beginning of the story.
    pub at: Millis,
    /// How.
    pub what: String,
}

/// What was seen so far.
#[derive(Debug, Default)]
pub struct Checks {
    /// Broken promises.
    pub violations: Vec<Violation>,
    /// Jobs that wait for a runner.
    pub demands: BTreeMap<u64, Demand>,
    /// Jobs that were taken.
    pub served: u64,
    /// Jobs that were told why they are not served.
    pub told: BTreeSet<u64>,
    /// Machines launched.
    pub launches: u64,
    /// Longest wait of a job that was taken, in milliseconds.
    pub longest_wait: Millis,
    /// Since when the operator's switch forbids launches.
    pub switched_off: Option<Millis>,
    /// Until when waiting machines are ended because the operator drains.
    pub drained_until: Millis,
    /// When the records were last deleted.
    pub(crate) records_deleted: Option<Millis>,
    /// When they were first.
    lost_since: Option<Millis>,
    /// When somebody last looked at the queue.
    looked_at: Millis,
    groups: BTreeMap<Group, Tally>,
    places: BTreeMap<Place, Use>,
}

/// Seconds in which a job is served when nothing stands in its way: a sweep, a restart, a lease, a boot.
const PATIENCE_MS: Millis = 600_000;
/// How much longer than its bound a machine may live.
const SLACK_MS: Millis = 150_000;

impl World {
    /// A promise is broken.
    pub fn violate(&mut self, promise: Promise, what: String) {
        self.tell(|| format!("BROKEN {promise:?}: {what}"));
        let at = self.now();
        self.checks.violations.push(Violation { promise, at, what });
    }
}
