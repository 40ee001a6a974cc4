//! Records under change, and what the journal hears of them once they are written.

use super::{Apply, Failed};
use crate::identifier::{JobKey, RunnerKey};
use crate::journal::Subject;
use crate::ledger::{LedgerError, Sheet};
use crate::reason::Reason;
use crate::record::{JobRecord, RunnerRecord};
use crate::time::Timestamp;

/// A sheet and its untold lines.
pub(super) struct Changes {
    pub(super) sheet: Sheet,
    pub(super) now: Timestamp,
    untold: Vec<(Subject, Reason)>,
}

impl Changes {
    /// Changes a runner, with a line in its story.
    pub(super) fn runner(
        &mut self,
        runner: &RunnerKey,
        reason: &Reason,
        change: impl FnOnce(&mut RunnerRecord, Timestamp),
    ) -> Result<(), LedgerError> {
        let record = self.sheet.runner_mut(runner)?;
        change(record, self.now);
        record.story.add(self.now, reason);
        self.will_tell(Subject::Runner(runner.clone()), reason);
        Ok(())
    }

    /// Changes a job, with a line in its story.
    pub(super) fn job(
        &mut self,
        job: &JobKey,
        reason: &Reason,
        change: impl FnOnce(&mut JobRecord, Timestamp),
    ) -> Result<(), LedgerError> {
        let record = self.sheet.job_mut(job)?;
        change(record, self.now);
        record.story.add(self.now, reason);
        self.will_tell(Subject::Job(job.clone()), reason);
        Ok(())
    }

    /// Has a line told that is on the sheet already.
    pub(super) fn will_tell(&mut self, subject: Subject, reason: &Reason) {
        self.untold.push((subject, reason.clone()));
    }
}

impl Apply<'_> {
    /// Changes of the records on `sheet`, as of now.
    pub(super) fn changes(&self, sheet: Sheet) -> Changes {
        Changes { sheet, now: self.service.clock.now(), untold: Vec::new() }
    }

    /// Writes them together or not at all, and tells them.
    pub(super) async fn write(&self, changes: &mut Changes) -> Result<(), Failed> {
        self.ledger().write(&mut changes.sheet).await?;
        for (subject, reason) in changes.untold.drain(..) {
            self.tell(&subject, &reason);
        }
        changes.now = self.service.clock.now();
        Ok(())
    }
}
