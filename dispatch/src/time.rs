//! Points in time as the whole program uses them: plain numbers that somebody passes in.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Milliseconds since the Unix epoch.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Timestamp(u64);

impl Timestamp {
    /// `millis` milliseconds after the epoch.
    pub const fn from_millis(millis: u64) -> Self {
        Self(millis)
    }

    /// `seconds` seconds after the epoch.
    pub const fn from_seconds(seconds: u64) -> Self {
        Self(seconds.saturating_mul(1_000))
    }

    /// Milliseconds since the epoch.
    pub const fn millis(self) -> u64 {
        self.0
    }

    /// Whole seconds since the epoch, as DynamoDB's expiry and the forges count them.
    pub const fn seconds(self) -> u64 {
        self.0 / 1_000
    }

    /// This moment moved `seconds` into the future.
    #[must_use]
    pub const fn plus_s(self, seconds: u64) -> Self {
        Self(self.0.saturating_add(seconds.saturating_mul(1_000)))
    }

    /// Seconds from `earlier` until now; 0 when the clock was set back in between.
    pub const fn since_s(self, earlier: Self) -> u64 {
        self.0.saturating_sub(earlier.0) / 1_000
    }

    /// Milliseconds from `earlier` until now; 0 when the clock was set back in between.
    pub const fn since_ms(self, earlier: Self) -> u64 {
        self.0.saturating_sub(earlier.0)
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match i64::try_from(self.0).ok().and_then(|ms| jiff::Timestamp::from_millisecond(ms).ok()) {
            Some(moment) => write!(f, "{moment:.3}"),
            None => write!(f, "{} ms", self.0),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_set_back_makes_nothing_old() {
        let before = Timestamp::from_seconds(1_000);
        let after_jump = Timestamp::from_seconds(400);
        assert_eq!(after_jump.since_s(before), 0);
    }

    #[test]
    fn a_moment_reads_as_a_date() {
        assert_eq!(Timestamp::from_millis(1_767_225_600_250).to_string(), "2026-01-01T00:00:00.250Z");
    }
}
