//! Whether the worker still lives: when it last finished a pass, and how that went.

use std::sync::{Mutex, PoisonError};

use crate::time::Timestamp;

/// Seconds that a pass takes at most, even against a forge that lets every question time out.
const LONGEST_PASS_S: u64 = 300;

/// The worker's last sign of life.
#[derive(Debug)]
pub(super) struct Pulse {
    last: Mutex<Beat>,
    stuck_after_s: u64,
}

#[derive(Clone, Debug)]
struct Beat {
    at: Timestamp,
    trouble: Option<String>,
}

impl Pulse {
    /// The moment of the start counts as the first sign; an idle worker gives none for a whole `sweep_interval_s`.
    pub(super) fn starting(at: Timestamp, sweep_interval_s: u64) -> Self {
        let last = Mutex::new(Beat { at, trouble: None });
        Self { last, stuck_after_s: sweep_interval_s.saturating_add(LONGEST_PASS_S) }
    }

    /// A pass ended, well or with this trouble.
    pub(super) fn beat(&self, at: Timestamp, trouble: Option<String>) {
        *self.last.lock().unwrap_or_else(PoisonError::into_inner) = Beat { at, trouble };
    }

    /// What is wrong, if anything is.
    pub(super) fn trouble(&self, now: Timestamp) -> Option<String> {
        let beat = self.last.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let silent_s = now.since_s(beat.at);
        if silent_s >= self.stuck_after_s {
            return Some(format!("the worker has not finished a pass for {silent_s} s: restart the service and report this"));
        }
        beat.trouble
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_worker_that_is_stuck_or_in_trouble_is_not_healthy() {
        let start = Timestamp::from_seconds(1_000);
        let pulse = Pulse::starting(start, 60);
        assert_eq!(pulse.trouble(start.plus_s(359)), None);
        assert!(pulse.trouble(start.plus_s(360)).is_some_and(|trouble| trouble.contains("360 s")));
        pulse.beat(start.plus_s(360), Some("the disk is full".to_owned()));
        assert_eq!(pulse.trouble(start.plus_s(361)), Some("the disk is full".to_owned()));
        pulse.beat(start.plus_s(362), None);
        assert_eq!(pulse.trouble(start.plus_s(363)), None);
    }

    #[test]
    fn a_worker_that_was_told_to_look_once_an_hour_is_not_stuck_in_between() {
        let start = Timestamp::from_seconds(1_000);
        assert_eq!(Pulse::starting(start, 3_600).trouble(start.plus_s(3_700)), None);
    }
}
