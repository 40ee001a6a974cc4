//! What a machine's agent is told: written once into the machine's folder, without any secret.

use rustix::time::{ClockId, clock_gettime};
use serde::{Deserialize, Serialize};

use crate::cloud::LaunchOrder;
use crate::identifier::{ForgeName, PoolName, RunnerKey, Scope};
use crate::time::Timestamp;

/// The content of `machine.json`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Settings {
    pub(super) runner: RunnerKey,
    pub(super) pool: PoolName,
    pub(super) forge: ForgeName,
    pub(super) scope: Scope,
    pub(super) launched_at: Timestamp,
    /// The computer's uptime at the launch, in milliseconds: a measure of age that no correction of the clock changes.
    pub(super) uptime_ms: u64,
    pub(super) programs: Vec<String>,
    pub(super) environment: Vec<String>,
    pub(super) boot_limit_s: u64,
    pub(super) idle_limit_s: u64,
    pub(super) maximum_age_s: u64,
}

impl Settings {
    /// The settings of one member of an order.
    pub(super) fn of(order: &LaunchOrder<'_>, runner: RunnerKey, launched_at: Timestamp) -> Self {
        Self {
            runner,
            pool: order.pool.name.clone(),
            forge: order.batch.forge.clone(),
            scope: order.batch.scope.clone(),
            launched_at,
            uptime_ms: uptime_ms(),
            programs: order.pool.runner.clone(),
            environment: order.pool.pass_environment.clone(),
            boot_limit_s: order.pool.boot_limit_s,
            idle_limit_s: order.pool.idle_limit_s,
            maximum_age_s: order.pool.maximum_age_s,
        }
    }
}

impl Settings {
    /// When the machine was launched, as the clock of today would have said it.
    ///
    /// A computer without a battery-backed clock may start in 1970 and learn the date later. Its machines must not look
    /// decades old to the next process.
    pub(super) fn launched_at(&self, now: Timestamp) -> Timestamp {
        match uptime_ms().checked_sub(self.uptime_ms) {
            Some(age_ms) => Timestamp::from_millis(now.millis().saturating_sub(age_ms)),
            None => self.launched_at,
        }
    }
}

/// Milliseconds since the computer was started, sleep included.
fn uptime_ms() -> u64 {
    let uptime = clock_gettime(ClockId::Boottime);
    let millis = uptime.tv_sec.saturating_mul(1_000).saturating_add(uptime.tv_nsec / 1_000_000);
    u64::try_from(millis).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(uptime_ms: u64) -> Settings {
        Settings {
            runner: crate::scene::runner_key(0),
            pool: "go".into(),
            forge: "home".into(),
            scope: crate::scene::scope(),
            launched_at: Timestamp::from_seconds(1),
            uptime_ms,
            programs: Vec::new(),
            environment: Vec::new(),
            boot_limit_s: 1,
            idle_limit_s: 1,
            maximum_age_s: 1,
        }
    }

    #[test]
    fn a_clock_that_learns_the_date_makes_no_machine_old() {
        let now = Timestamp::from_seconds(1_800_000_000);
        let launched_at = settings(uptime_ms()).launched_at(now);
        assert!(now.since_s(launched_at) < 60, "recorded in 1970, launched just now: {launched_at}");
    }

    #[test]
    fn after_a_restart_of_the_computer_the_recorded_time_is_all_there_is() {
        assert_eq!(settings(u64::MAX).launched_at(Timestamp::from_seconds(1_800_000_000)), Timestamp::from_seconds(1));
    }
}
