//! Whether the worker still lives: when it last finished a pass, and how that went.

use std::sync::{Mutex, PoisonError};

use crate::time::Timestamp;

/// Seconds without a finished pass after which the worker counts as stuck: a sweep interval at most, and a pass against a
/// forge that lets every question time out.
const STUCK_AFTER_S: u64 = 300;

/// The worker's last sign of life.
#[derive(Debug)]
pub(super) struct Pulse(Mutex<Beat>);

#[derive(Clone, Debug)]
struct Beat {
    at: Timestamp,
    trouble: Option<String>,
}

impl Pulse {
    /// The moment of the start counts as the first sign.
    pub(super) fn starting(at: Timestamp) -> Self {
        Self(Mutex::new(Beat { at, trouble: None }))
    }

    /// A pass ended, well or with this trouble.
    pub(super) fn beat(&self, at: Timestamp, trouble: Option<String>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Beat { at, trouble };
    }

    /// What is wrong, if anything is.
    pub(super) fn trouble(&self, now: Timestamp) -> Option<String> {
        let beat = self.0.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let silent_s = now.since_s(beat.at);
        if silent_s >= STUCK_AFTER_S {
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
        let pulse = Pulse::starting(start);
        assert_eq!(pulse.trouble(start.plus_s(299)), None);
        assert!(pulse.trouble(start.plus_s(300)).is_some_and(|trouble| trouble.contains("300 s")));
        pulse.beat(start.plus_s(300), Some("the disk is full".to_owned()));
        assert_eq!(pulse.trouble(start.plus_s(301)), Some("the disk is full".to_owned()));
        pulse.beat(start.plus_s(302), None);
        assert_eq!(pulse.trouble(start.plus_s(303)), None);
    }
}
