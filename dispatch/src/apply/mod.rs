//! Carries out a plan: the only place with effects. Each action is idempotent; what fails is planned again.

mod end;
mod introduce;
mod launch;
mod note;
#[cfg(test)]
mod tests;

use crate::journal::Subject;
use crate::ledger::{Ledger, LedgerError};
use crate::plan::{Action, Plan, Planned};
use crate::reason::Reason;
use crate::record::Lease;
use crate::service::Service;
use crate::time::Timestamp;
use crate::worker::LEASE_S;

/// A plan at work.
pub(crate) struct Apply<'a> {
    service: &'a Service,
    lease: Lease,
    stop_at: Timestamp,
}

/// What became of a plan.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Applied {
    /// Actions carried out.
    pub(crate) done: usize,
    /// Among them those that ended something, or told of new jobs.
    pub(crate) moved: usize,
    /// Actions that failed.
    pub(crate) failed: usize,
    /// Actions that were not begun because the time was over.
    pub(crate) left: usize,
}

/// Why an action was not carried out.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
enum Failed {
    /// The record could not be changed.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
    /// A forge or cloud did not do it; its story tells.
    #[error("{0}")]
    Call(String),
    /// It was no longer right to do it.
    #[error("no longer needed")]
    Overtaken,
}

impl<'a> Apply<'a> {
    /// Nothing is begun after `stop_at`.
    pub(crate) fn new(service: &'a Service, lease: Lease, stop_at: Timestamp) -> Self {
        Self { service, lease, stop_at }
    }

    /// Carries out the actions in order; stops at once when another worker has taken over.
    pub(crate) async fn carry_out(mut self, plan: Plan) -> Result<Applied, LedgerError> {
        let mut applied = Applied::default();
        for planned in plan.actions {
            if self.service.clock.now() >= self.stop_at {
                applied.left += 1;
                continue;
            }
            self.keep_lease().await?;
            let moves = match &planned.action {
                Action::End { .. } | Action::EndOrphan { .. } => true,
                Action::Read { prediction, .. } => !prediction.jobs.is_empty(),
                _ => false,
            };
            match self.act(&planned).await {
                Ok(()) => {
                    applied.done += 1;
                    applied.moved += usize::from(moves);
                }
                Err(Failed::Overtaken) => {}
                Err(Failed::Ledger(LedgerError::LeaseLost)) => return Err(LedgerError::LeaseLost),
                Err(Failed::Ledger(LedgerError::Store(error))) => return Err(LedgerError::Store(error)),
                Err(
                    Failed::Ledger(LedgerError::Conflict(_) | LedgerError::Missing(_) | LedgerError::Refused(_))
                    | Failed::Call(_),
                ) => applied.failed += 1,
            }
        }
        Ok(applied)
    }

    /// Renews the lease when half of it is over.
    async fn keep_lease(&mut self) -> Result<(), LedgerError> {
        let left_s = self.lease.expires_at.since_s(self.service.clock.now());
        if left_s < LEASE_S / 2 {
            self.lease = self.ledger().renew(&self.lease, LEASE_S).await?;
        }
        Ok(())
    }

    fn ledger(&self) -> Ledger<'a> {
        self.service.ledger().fenced(self.lease.fence)
    }

    async fn act(&self, planned: &Planned) -> Result<(), Failed> {
        let Planned { action, reason } = planned;
        match action {
            Action::Open(job) => self.open(job, reason).await,
            Action::Read { notice, prediction } => self.read(notice, prediction).await,
            Action::Note(job) => self.note(job, reason).await,
            Action::Close(job) => self.close(job, reason).await,
            Action::Claim(claim) => self.claim(claim).await,
            Action::Relaunch(batch) => self.launch(batch).await,
            Action::Find { runner, instance, launched_at } => self.find(runner, instance, *launched_at, reason).await,
            Action::Introduce { runner, lost } => self.introduce_again(runner, *lost, reason).await,
            Action::RecordHandOver(runner) => self.record(runner, reason, |record, now| record.handed_over_at = Some(now)).await,
            Action::RecordOnline(runner) => self.record(runner, reason, |record, now| record.online_at = Some(now)).await,
            Action::RecordOver(runner) => self.record(runner, reason, |record, now| record.job_over_at = Some(now)).await,
            Action::RecordTake { runner, job } => self.take(runner, job, reason).await,
            Action::Disable(runner) => self.disable(runner, reason).await,
            Action::End { runner, unless } => self.end(runner, *unless, reason).await,
            Action::EndOrphan { backend, instance } => self.end_orphan(backend, instance, reason).await,
            Action::RemoveGhost { forge, scope, registration } => self.remove_ghost(forge, scope, *registration, reason).await,
            Action::CloseBatch(batch) => Ok(self.ledger().close_batch(batch).await?),
            Action::Suspect { counter, drift } => Ok(self.ledger().suspect(counter, drift).await?),
            Action::Repair { counter, drift } => self.repair(counter, drift, reason).await,
        }
    }

    fn tell(&self, subject: &Subject, reason: &Reason) {
        self.service.journal.tell(self.service.clock.now(), subject, reason);
    }
}

/// The reason of a failed call.
fn call_failed(what: &str, cause: &dyn std::fmt::Display, next: &str) -> Reason {
    Reason::CallFailed { what: what.to_owned(), cause: cause.to_string(), next: next.to_owned() }
}
