//! The only place that knows what time it is.

use std::hash::BuildHasher;
use std::time::{Instant, SystemTime, UNIX_EPOCH};

use crate::time::Timestamp;

/// Tells the time.
pub trait Clock: Send + Sync {
    /// Now.
    fn now(&self) -> Timestamp;

    /// Which clock this is. Clocks of two processes, or of one before and after it was restarted, may differ by more than
    /// a few seconds; where so few count, only times of the same clock are compared.
    fn id(&self) -> u64;
}

/// The time of day when the program started, carried on by a clock that nobody can set.
///
/// A computer whose clock is corrected by hours must not take that for machines grown old, so within one process time
/// only runs forward, at its usual pace.
#[derive(Debug)]
pub struct SystemClock {
    id: u64,
    started: Timestamp,
    running_since: Instant,
}

impl SystemClock {
    /// Reads the time of day once.
    #[expect(clippy::disallowed_methods, reason = "this is the module that reads the clock")]
    pub fn start() -> Self {
        Self { id: new_id(), started: time_of_day(), running_since: Instant::now() }
    }
}

impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        let elapsed = u64::try_from(self.running_since.elapsed().as_millis()).unwrap_or(u64::MAX);
        Timestamp::from_millis(self.started.millis().saturating_add(elapsed))
    }

    fn id(&self) -> u64 {
        self.id
    }
}

/// The time of day, asked anew each time, though never earlier than before.
///
/// For a process that is frozen between its events: nothing promises that a clock which cannot be set goes on meanwhile.
#[derive(Debug)]
pub struct TimeOfDay {
    id: u64,
    latest: std::sync::atomic::AtomicU64,
}

impl Default for TimeOfDay {
    fn default() -> Self {
        Self { id: new_id(), latest: 0.into() }
    }
}

impl Clock for TimeOfDay {
    fn now(&self) -> Timestamp {
        let millis = time_of_day().millis();
        Timestamp::from_millis(self.latest.fetch_max(millis, std::sync::atomic::Ordering::SeqCst).max(millis))
    }

    fn id(&self) -> u64 {
        self.id
    }
}

#[expect(clippy::disallowed_methods, reason = "this is the module that reads the clock")]
fn time_of_day() -> Timestamp {
    let since_epoch = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Timestamp::from_millis(u64::try_from(since_epoch.as_millis()).unwrap_or(u64::MAX))
}

/// A number that no other clock has.
fn new_id() -> u64 {
    std::hash::RandomState::new().hash_one("clock")
}

/// A clock turned by hand, for tests.
#[derive(Debug, Default)]
pub struct HandClock(std::sync::atomic::AtomicU64);

impl HandClock {
    /// Stands at `now`.
    pub fn at(now: Timestamp) -> Self {
        Self(now.millis().into())
    }

    /// Turns it forward.
    pub fn advance_s(&self, seconds: u64) {
        self.0.fetch_add(seconds.saturating_mul(1_000), std::sync::atomic::Ordering::SeqCst);
    }

    /// Sets it, forward or back.
    pub fn set(&self, now: Timestamp) {
        self.0.store(now.millis(), std::sync::atomic::Ordering::SeqCst);
    }
}

impl Clock for HandClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_millis(self.0.load(std::sync::atomic::Ordering::SeqCst))
    }

    fn id(&self) -> u64 {
        0
    }
}
