//! Carries out a plan: the only place with effects. Each action is idempotent; what fails is planned again.

mod changes;
mod end;
mod introduce;
mod launch;
mod records;
mod step;
#[cfg(test)]
mod tests;

use crate::cloud::CloudError;
use crate::identifier::RunnerKey;
use crate::journal::Subject;
use crate::ledger::{Ledger, LedgerError, Sheet};
use crate::plan::{Action, Plan, Planned};
use crate::reason::Reason;
use crate::record::Lease;
use crate::service::Service;
use crate::store::Stored;
use crate::time::Timestamp;
use crate::worker::LEASE_S;
use step::{Step, steps};

/// A plan at work.
pub(crate) struct Apply<'a> {
    service: &'a Service,
    lease: Stored<Lease>,
    stop_at: Timestamp,
    launched: Launched,
}

/// Runners whose machines wait for an identity. They are introduced when the plan is done, many at a time.
#[derive(Debug, Default)]
struct Launched {
    sheet: Sheet,
    runners: Vec<RunnerKey>,
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
    /// A forge or cloud did not do it, and a story tells of it.
    #[error("told in its story")]
    Told,
    /// A forge or cloud did not do it, and nobody knows yet.
    #[error("{0}")]
    Call(String),
    /// It was no longer right to do it.
    #[error("no longer needed")]
    Overtaken,
}

impl Failed {
    /// Whether it is about what was to be done, and says nothing about what else is to be done.
    fn is_of_one(&self) -> bool {
        match self {
            Self::Overtaken | Self::Ledger(LedgerError::LeaseLost | LedgerError::Store(_)) => false,
            Self::Told
            | Self::Call(_)
            | Self::Ledger(LedgerError::Conflict(_) | LedgerError::Missing(_) | LedgerError::Refused(_)) => true,
        }
    }
}

impl Applied {
    fn count(&mut self, outcome: Result<(), Failed>, actions: usize) -> Result<(), LedgerError> {
        match outcome {
            Ok(()) => self.done += actions,
            Err(Failed::Overtaken) => {}
            Err(Failed::Ledger(LedgerError::LeaseLost)) => return Err(LedgerError::LeaseLost),
            Err(Failed::Ledger(LedgerError::Store(error))) => return Err(LedgerError::Store(error)),
            Err(Failed::Told) => self.failed += actions,
            Err(error) => {
                tracing::warn!("an action failed: {error}; it is planned again at the next pass");
                self.failed += actions;
            }
        }
        Ok(())
    }
}

/// Whether it makes room, or demand, that only the next look sees.
fn moves(action: &Action) -> bool {
    match action {
        Action::End { .. } | Action::EndOrphan { .. } => true,
        Action::Read { prediction, .. } => !prediction.jobs.is_empty(),
        _ => false,
    }
}

impl<'a> Apply<'a> {
    /// Nothing is begun after `stop_at`.
    pub(crate) fn new(service: &'a Service, lease: Stored<Lease>, stop_at: Timestamp) -> Self {
        Self { service, lease, stop_at, launched: Launched::default() }
    }

    /// Carries out the actions in order; stops at once when another worker has taken over.
    pub(crate) async fn carry_out(mut self, plan: Plan) -> Result<Applied, LedgerError> {
        let mut applied = Applied::default();
        for step in steps(plan.actions) {
            if self.is_over() {
                applied.left += step.len();
                continue;
            }
            self.keep_lease().await?;
            match step {
                Step::Records(planned) => self.record_together(&planned, &mut applied).await?,
                Step::Introductions(planned) => self.introduce_again(&planned, &mut applied).await?,
                Step::Alone(planned) => {
                    let done = applied.done;
                    applied.count(self.act(&planned).await, 1)?;
                    applied.moved += usize::from(moves(&planned.action) && applied.done > done);
                }
            }
        }
        self.introduce_launched(&mut applied).await?;
        Ok(applied)
    }

    /// Renews the lease when half of it is over.
    async fn keep_lease(&mut self) -> Result<(), LedgerError> {
        let left_s = self.lease.record.expires_at.since_s(self.service.clock.now());
        if left_s < LEASE_S / 2 {
            self.lease = self.ledger().renew(&self.lease, LEASE_S).await?;
        }
        Ok(())
    }

    fn is_over(&self) -> bool {
        self.service.clock.now() >= self.stop_at
    }

    fn ledger(&self) -> Ledger<'a> {
        self.service.ledger().fenced(self.lease.record.fence)
    }

    /// If they cannot be recorded together, each is tried alone, so that one that fails takes no other along.
    async fn record_together(&mut self, planned: &[Planned], applied: &mut Applied) -> Result<(), LedgerError> {
        let outcome = self.record_all(planned).await;
        if planned.len() == 1 || !outcome.as_ref().is_err_and(Failed::is_of_one) {
            return applied.count(outcome, planned.len());
        }
        for one in planned {
            let outcome = match &one.action {
                Action::Open(job) => self.open(job, &one.reason).await,
                _ => self.record_all(std::slice::from_ref(one)).await,
            };
            applied.count(outcome, 1)?;
        }
        Ok(())
    }

    async fn act(&mut self, planned: &Planned) -> Result<(), Failed> {
        let Planned { action, reason } = planned;
        match action {
            Action::Open(job) => self.open(job, reason).await,
            Action::Read { notice, prediction } => self.read(notice, prediction).await,
            Action::Claim(claim) => self.claim(claim).await,
            Action::Relaunch(batch) => self.relaunch(batch).await,
            Action::Disable(runner) => self.disable(runner, reason).await,
            Action::End { runner, unless } => self.end(runner, *unless, reason).await,
            Action::EndOrphan { backend, instance } => self.end_orphan(backend, instance, reason).await,
            Action::RemoveGhost { forge, scope, registration } => self.remove_ghost(forge, scope, *registration, reason).await,
            Action::Repair { counter, drift } => self.repair(counter, drift, reason).await,
            Action::Introduce { .. }
            | Action::Note(_)
            | Action::Close(_)
            | Action::Find { .. }
            | Action::RecordHandOver(_)
            | Action::RecordOnline(_)
            | Action::RecordOver(_)
            | Action::RecordTake { .. }
            | Action::CloseBatch(_)
            | Action::Suspect { .. } => self.record_all(std::slice::from_ref(planned)).await,
        }
    }

    fn will_introduce(&mut self, sheet: Sheet, runners: impl IntoIterator<Item = RunnerKey>) {
        self.launched.sheet.absorb(sheet);
        self.launched.runners.extend(runners);
    }

    fn tell(&self, subject: &Subject, reason: &Reason) {
        self.service.journal.tell(self.service.clock.now(), subject, reason);
    }
}

/// The reason of a cloud's refusal, which knows best what was being done.
fn cloud_failed(error: &CloudError, next: &str) -> Reason {
    call_failed(&error.what, &error.cause, next)
}

/// The reason of a failed call.
fn call_failed(what: &str, cause: &dyn std::fmt::Display, next: &str) -> Reason {
    Reason::CallFailed { what: what.to_owned(), cause: cause.to_string(), next: next.to_owned() }
}
