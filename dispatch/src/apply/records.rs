//! Actions that change only our own records: however many they are, one reading and one transaction.

use super::{Apply, Failed};
use crate::forge::JobState;
use crate::identifier::RunnerKey;
use crate::journal::Subject;
use crate::ledger::{Announcement, LedgerError};
use crate::plan::{Action, Planned};
use crate::predict::Prediction;
use crate::reason::Reason;
use crate::record::{Drift, JobRecord, Record, RunnerState};
use crate::store::Key;

use super::changes::Changes;

impl Apply<'_> {
    /// Carries out actions of which each [only changes records](super::step::Step::Records), all or none.
    pub(super) async fn record_all(&mut self, planned: &[Planned]) -> Result<(), Failed> {
        let read = planned.iter().filter(|one| !matches!(one.action, Action::Open(_)));
        let keys: Vec<Key> = read.flat_map(|one| one.action.records()).collect();
        let mut changes = self.changes(self.ledger().sheet(keys).await?);
        let mut found: Vec<RunnerKey> = Vec::new();
        for Planned { action, reason } in planned {
            record(&mut changes, action, reason)?;
            if let Action::Find { runner, .. } = action {
                found.push(runner.clone());
            }
        }
        self.write(&mut changes).await?;
        self.will_introduce(changes.sheet, found);
        Ok(())
    }

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

    /// A claim or close that came in between proves the suspicion wrong, or makes it another.
    pub(super) async fn repair(&self, counter: &Key, drift: &Drift, reason: &Reason) -> Result<(), Failed> {
        match self.ledger().repair(counter, drift).await {
            Err(LedgerError::Conflict(_)) => return Err(Failed::Overtaken),
            repaired => repaired?,
        }
        self.tell(&Subject::Installation, reason);
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
}

fn record(changes: &mut Changes, action: &Action, reason: &Reason) -> Result<(), LedgerError> {
    match action {
        Action::Open(job) => {
            changes.sheet.add(Key::job(&job.key), (**job).clone().into());
            changes.will_tell(Subject::Job(job.key.clone()), reason);
            Ok(())
        }
        Action::Note(job) => changes.job(job, reason, |_, _| ()),
        Action::Close(job) => changes.job(job, reason, |record, now| record.closed_at = Some(now)),
        Action::RecordHandOver(runner) => changes.runner(runner, reason, |record, now| record.handed_over_at = Some(now)),
        Action::RecordOnline(runner) => changes.runner(runner, reason, |record, now| record.online_at = Some(now)),
        Action::RecordOver(runner) => changes.runner(runner, reason, |record, now| record.job_over_at = Some(now)),
        Action::RecordTake { runner, job } => {
            changes.runner(runner, reason, |record, _| record.job = Some(job.clone()))?;
            if let Ok(taken) = changes.sheet.job_mut(job) {
                taken.taken_by = Some(runner.clone());
                taken.failures = 0;
                taken.story.add(changes.now, &Reason::TakenBy { runner: runner.clone() });
            }
            Ok(())
        }
        Action::Find { runner, instance, launched_at } => {
            let state = RunnerState::Launched { instance: instance.clone(), at: *launched_at };
            changes.runner(runner, reason, |record, _| record.state = state)
        }
        Action::CloseBatch(batch) => changes.sheet.close_batch(batch),
        Action::Suspect { counter, drift } => {
            changes.sheet.set(Key::drift(counter), Record::Drift(drift.clone()));
            Ok(())
        }
        Action::Claim(_)
        | Action::Read { .. }
        | Action::Relaunch(_)
        | Action::Introduce { .. }
        | Action::Disable(_)
        | Action::End { .. }
        | Action::EndOrphan { .. }
        | Action::RemoveGhost { .. }
        | Action::Repair { .. } => Ok(()),
    }
}
