//! The end of a runner's record, and what it means for the job that it was launched for.

use super::{LedgerError, Sheet};
use crate::identifier::RunnerKey;
use crate::reason::Reason;
use crate::record::{JobRecord, RunnerState};
use crate::store::Key;
use crate::time::Timestamp;

/// What the end of a runner means for the job that it was launched for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AfterClose {
    /// Nothing.
    Nothing,
    /// The machine failed the job, so the next one comes later, and after too many none.
    Failure,
    /// No machine was to be had; the next try is not before this many seconds have passed.
    RetryAfter(u64),
}

impl Sheet {
    /// Closes a runner and gives back its places under the limits. The job is marked if the sheet has it.
    pub fn close_runner(
        &mut self,
        runner: &RunnerKey,
        now: Timestamp,
        reason: &Reason,
        then: AfterClose,
    ) -> Result<(), LedgerError> {
        let record = self.runner_mut(runner)?;
        if !record.is_open() {
            return Ok(());
        }
        record.state = RunnerState::Closed { at: now };
        record.story.add(now, reason);
        let job = record.launched_for.clone();
        for counter in Key::counters(&record.forge, &record.scope, &record.pool) {
            self.count(counter, -1, None);
        }
        if let Ok(job) = self.job_mut(&job)
            && job.is_open()
            && job.taken_by.is_none()
        {
            then.mark(job, now);
        }
        Ok(())
    }
}

impl AfterClose {
    fn mark(self, job: &mut JobRecord, now: Timestamp) {
        match self {
            Self::Nothing => {}
            Self::Failure => {
                job.failures += 1;
                job.not_before = Some(now.plus_s(backoff_s(job.failures)));
            }
            Self::RetryAfter(seconds) => job.not_before = Some(now.plus_s(seconds)),
        }
    }
}

/// The first replacement comes at once, since the failed machine has cost enough time; then 1, 2, 4, 8 minutes.
fn backoff_s(failures: u32) -> u64 {
    match failures {
        0 | 1 => 0,
        more => 60_u64.saturating_mul(1 << (more - 2).min(4)),
    }
}
