//! Carries out a plan: the only place with effects. Each action is idempotent; what fails is planned again.

mod changes;
mod end;
mod introduce;
mod launch;
mod records;
mod step;
#[cfg(test)]
mod tests;

use std::sync::{Arc, Mutex, PoisonError};

use crate::cloud::{Cloud, CloudError};
use crate::forge::{Forge, ForgeError};
use crate::identifier::{BackendName, ForgeName, RunnerKey};
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

/// Times that the lease is renewed at once; a process that stands still for so long each time gives up.
const RENEWALS: usize = 3;

/// Failures of the store, one after the other, with which a pass gives up. A single one, such as a call too many, fails one
/// action; a plan with many would otherwise never come to its end.
const MOST_STORE_FAILURES: usize = 3;

/// A plan at work.
pub(crate) struct Apply<'a> {
    service: &'a Service,
    fence: u64,
    lease: Mutex<Stored<Lease>>,
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
    /// How often the store has just failed, one time after the other.
    store_failures: usize,
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

impl From<ForgeError> for Failed {
    fn from(error: ForgeError) -> Self {
        Self::Call(error.to_string())
    }
}

impl From<CloudError> for Failed {
    fn from(error: CloudError) -> Self {
        Self::Call(error.to_string())
    }
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
        let of_store = matches!(outcome, Err(Failed::Ledger(LedgerError::Store(_))));
        self.store_failures = if of_store { self.store_failures + 1 } else { 0 };
        match outcome {
            Ok(()) => self.done += actions,
            Err(Failed::Overtaken) => {}
            Err(Failed::Ledger(LedgerError::LeaseLost)) => return Err(LedgerError::LeaseLost),
            Err(Failed::Ledger(LedgerError::Store(error))) if self.store_failures >= MOST_STORE_FAILURES => {
                return Err(LedgerError::Store(error));
            }
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
        Self { service, fence: lease.record.fence, lease: Mutex::new(lease), stop_at, launched: Launched::default() }
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

    /// Renews the lease when half of it is over, until it is fresh: the process may stand still at any moment, this one too.
    async fn keep_lease(&self) -> Result<(), LedgerError> {
        for _ in 0..RENEWALS {
            let lease = self.lease.lock().unwrap_or_else(PoisonError::into_inner).clone();
            if lease.record.expires_at.since_s(self.service.clock.now()) >= LEASE_S / 2 {
                return Ok(());
            }
            let renewed = self.ledger().renew(&lease, LEASE_S).await?;
            *self.lease.lock().unwrap_or_else(PoisonError::into_inner) = renewed;
        }
        Err(LedgerError::LeaseLost)
    }

    /// A forge, for one call. What was decided is begun under a fresh lease only: whoever has lost it may find that his
    /// successor has decided otherwise, and no record stops a call that goes elsewhere.
    async fn forge(&self, name: &ForgeName) -> Result<Arc<dyn Forge>, Failed> {
        self.keep_lease().await?;
        let missing = || Failed::Call(format!("forge `{name}` is no longer configured"));
        self.service.forges.get(name).cloned().ok_or_else(missing)
    }

    /// A cloud, for one call; under a fresh lease, [as at a forge](Self::forge).
    async fn cloud(&self, name: &BackendName) -> Result<Arc<dyn Cloud>, Failed> {
        self.keep_lease().await?;
        let missing = || Failed::Call(format!("backend `{name}` is no longer configured"));
        self.service.clouds.get(name).cloned().ok_or_else(missing)
    }

    fn is_over(&self) -> bool {
        self.service.clock.now() >= self.stop_at
    }

    fn ledger(&self) -> Ledger<'a> {
        self.service.ledger().fenced(self.fence)
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
            Action::EndOrphan { backend, instance, unless } => self.end_orphan(backend, instance, *unless, reason).await,
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
