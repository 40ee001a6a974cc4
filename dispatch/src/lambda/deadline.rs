//! How long an invocation may go on.

use std::time::Duration;

use super::Failure;
use crate::time::Timestamp;

/// Kept free at the end, so that a call that was begun in time also ends in time: as long as a forge may take to answer.
const MARGIN_MS: u64 = 10_000;

/// Kept free to say that a pass was cut off.
const LAST_WORDS_MS: u64 = 1_000;

/// When Lambda ends the invocation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Deadline(Timestamp);

impl Deadline {
    /// As in the header `Lambda-Runtime-Deadline-Ms`.
    pub fn from_millis(millis: u64) -> Self {
        Self(Timestamp::from_millis(millis))
    }

    /// After this moment nothing new is begun.
    pub fn stop_at(self) -> Timestamp {
        Timestamp::from_millis(self.0.millis().saturating_sub(MARGIN_MS))
    }

    /// The time that a pass may take which begins now.
    pub fn time_for_a_pass(self, now: Timestamp) -> Result<Duration, Failure> {
        if now >= self.stop_at() {
            return Err(Failure::TooLittleTime { left_s: self.0.since_s(now) });
        }
        Ok(Duration::from_millis(self.0.since_ms(now).saturating_sub(LAST_WORDS_MS)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_ten_seconds_are_not_for_new_work() {
        let deadline = Deadline::from_millis(60_000);
        assert_eq!(deadline.stop_at(), Timestamp::from_seconds(50));
        assert_eq!(deadline.time_for_a_pass(Timestamp::from_seconds(49)), Ok(Duration::from_secs(10)));
        assert_eq!(deadline.time_for_a_pass(Timestamp::from_seconds(50)), Err(Failure::TooLittleTime { left_s: 10 }));
    }

    #[test]
    fn the_default_time_out_of_lambda_is_told_to_be_too_short() {
        let sentence = Deadline::from_millis(3_000).time_for_a_pass(Timestamp::default()).unwrap_err().to_string();
        assert_eq!(
            sentence,
            "3 s are left of the function's time-out, too little for a pass: set the time-out to a minute or more"
        );
    }
}
