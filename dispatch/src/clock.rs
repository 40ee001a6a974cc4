//! The only place that knows what time it is.

use std::time::{Instant, SystemTime, UNIX_EPOCH};

use crate::time::Timestamp;

/// Tells the time.
pub trait Clock: Send + Sync {
    /// Now.
    fn now(&self) -> Timestamp;
}

/// The time of day when the program started, carried on by a clock that nobody can set.
///
/// A computer whose clock is corrected by hours must not take that for machines grown old, so within one process time
/// only runs forward, at its usual pace.
#[derive(Debug)]
pub struct SystemClock {
    started: Timestamp,
    running_since: Instant,
}

impl SystemClock {
    /// Reads the time of day once.
    #[expect(clippy::disallowed_methods, reason = "this is the module that reads the clock")]
    pub fn start() -> Self {
        let since_epoch = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let millis = u64::try_from(since_epoch.as_millis()).unwrap_or(u64::MAX);
        Self { started: Timestamp::from_millis(millis), running_since: Instant::now() }
    }
}

impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        let elapsed = u64::try_from(self.running_since.elapsed().as_millis()).unwrap_or(u64::MAX);
        Timestamp::from_millis(self.started.millis().saturating_add(elapsed))
    }
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
}
