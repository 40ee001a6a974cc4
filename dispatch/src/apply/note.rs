//! Actions that change only our own records.

use super::{Apply, Failed};
use crate::forge::JobState;
use crate::identifier::{InstanceId, JobKey, RunnerKey};
use crate::journal::Subject;
use crate::ledger::{Announcement, LedgerError};
use crate::predict::Prediction;
use crate::reason::Reason;
use crate::record::{Drift, JobRecord, RunnerRecord, RunnerState};
use crate::store::Key;
use crate::time::Timestamp;

impl Apply<'_> {
    /// Begins a job's record. A further generation is opened only if the forge, asked now, says that the job waits:
    /// the queue may have been read just before the job ended.
    pub(super) async fn open(&self, job: &JobRecord, reason: &Reason) -> Result<(), Failed> {
        if job.key.generation > 1 && !self.still_queued(job).await {
            return Err(Failed::Overtaken);
        }
        if self.ledger().announce(job.clone()).await? == Announcement::New {
            self.tell(&Subject::Job(job.key.clone()), reason);
        }
        Ok(())
    }

    /// Records what an event starts, then forgets the event. Repeated after a crash in between, each job is known already.
    pub(super) async fn read(&self, notice: &Key, prediction: &Prediction) -> Result<(), Failed> {
        for (job, reasons) in &prediction.jobs {
            if self.ledger().announce(job.clone()).await? == Announcement::New {
                for reason in reasons {
                    self.tell(&Subject::Job(job.key.clone()), reason);
                }
            }
        }
        for unclear in &prediction.unclear {
            self.tell(&Subject::Installation, unclear);
        }
        Ok(self.ledger().forget_notice(notice).await?)
    }

    async fn still_queued(&self, job: &JobRecord) -> bool {
        match self.service.forges.get(&job.key.forge) {
            Some(forge) => forge.job(&job.repository, job.key.job).await == Ok(JobState::Queued),
            None => false,
        }
    }

    pub(super) async fn note(&self, job: &JobKey, reason: &Reason) -> Result<(), Failed> {
        let now = self.service.clock.now();
        self.ledger().change_job(job, |record| record.story.add(now, reason)).await?;
        self.tell(&Subject::Job(job.clone()), reason);
        Ok(())
    }

    pub(super) async fn close(&self, job: &JobKey, reason: &Reason) -> Result<(), Failed> {
        let now = self.service.clock.now();
        let close = |record: &mut JobRecord| {
            record.closed_at = Some(now);
            record.story.add(now, reason);
        };
        self.ledger().change_job(job, close).await?;
        self.tell(&Subject::Job(job.clone()), reason);
        Ok(())
    }

    pub(super) async fn record(
        &self,
        runner: &RunnerKey,
        reason: &Reason,
        change: impl Fn(&mut RunnerRecord, Timestamp) + Send + Sync,
    ) -> Result<(), Failed> {
        self.change(std::slice::from_ref(runner), reason, change).await?;
        Ok(())
    }

    /// Changes several runners at once, each with the same line in its story.
    pub(super) async fn change(
        &self,
        runners: &[RunnerKey],
        reason: &Reason,
        change: impl Fn(&mut RunnerRecord, Timestamp) + Send + Sync,
    ) -> Result<Vec<RunnerRecord>, Failed> {
        let now = self.service.clock.now();
        let both = |record: &mut RunnerRecord| {
            change(record, now);
            record.story.add(now, reason);
        };
        let changed = self.ledger().change_runners(runners, both).await?;
        for runner in runners {
            self.tell(&Subject::Runner(runner.clone()), reason);
        }
        Ok(changed)
    }

    pub(super) async fn find(
        &self,
        runner: &RunnerKey,
        instance: &InstanceId,
        at: Timestamp,
        reason: &Reason,
    ) -> Result<(), Failed> {
        let launched = RunnerState::Launched { instance: instance.clone(), at };
        let found = self.change(std::slice::from_ref(runner), reason, |record, _| record.state = launched.clone()).await?;
        self.introduce(found).await
    }

    /// A claim or close that came in between proves the suspicion wrong, or makes it another.
    pub(super) async fn repair(&self, counter: &Key, drift: &Drift, reason: &Reason) -> Result<(), Failed> {
        match self.ledger().repair(counter, drift).await {
            Err(LedgerError::Conflict(_)) => return Err(Failed::Overtaken),
            repaired => repaired?,
        }
        self.tell(&Subject::Installation, reason);
        Ok(())
    }

    pub(super) async fn take(&self, runner: &RunnerKey, job: &JobKey, reason: &Reason) -> Result<(), Failed> {
        self.ledger().take(runner, job, reason).await?;
        self.tell(&Subject::Runner(runner.clone()), reason);
        Ok(())
    }
}
