//! Claim, then launch, then record: in this order, so that every crash leaves a trace that the next pass can read.

use super::changes::Changes;
use super::{Apply, Failed, call_failed, cloud_failed};
use crate::cloud::{CloudError, CloudErrorKind, Instance, InstanceState, LaunchOrder};
use crate::identifier::{BatchId, RunnerKey};
use crate::journal::Subject;
use crate::ledger::{AfterClose, LedgerError, Sheet};
use crate::plan::{Action, Claim, Planned};
use crate::reason::{Held, Reason};
use crate::reconcile::described;
use crate::record::{Batch, RunnerRecord, RunnerState};
use crate::store::{Conflict, Key};

/// Seconds until the next try where no machine was to be had for a moment.
const SOON_S: u64 = 15;
/// Seconds until the next try where a person or an account limit stands in the way.
const LATER_S: u64 = 60;

impl Apply<'_> {
    pub(super) async fn claim(&mut self, claim: &Claim) -> Result<(), Failed> {
        let sheet = match self.ledger().claim(claim).await {
            Ok(sheet) => sheet,
            Err(LedgerError::Conflict(conflict)) if conflict.at_limit => return self.at_limit(claim, &conflict).await,
            Err(LedgerError::Conflict(conflict)) if conflict.key == Key::control() => return Err(Failed::Overtaken),
            Err(error) => return Err(error.into()),
        };
        for (index, member) in (0_u16..).zip(&claim.members) {
            let runner = RunnerKey { batch: claim.batch.id.clone(), index };
            let reason = Reason::Launching { pool: claim.batch.pool.clone(), runner };
            self.tell(&Subject::Job(member.job.clone()), &reason);
        }
        self.launch(&claim.batch, sheet).await
    }

    /// The counter knew better than the plan; the jobs say so and wait.
    async fn at_limit(&mut self, claim: &Claim, conflict: &Conflict) -> Result<(), Failed> {
        let limit = claim.counters.iter().find(|(key, _)| *key == conflict.key).and_then(|(_, limit)| *limit);
        let reason = Reason::Held(Held::Limit { what: described(&conflict.key), limit: limit.unwrap_or_default() });
        let note = |job| Planned { action: Action::Note(job), reason: reason.clone() };
        let notes: Vec<Planned> = claim.members.iter().map(|member| note(member.job.clone())).collect();
        self.record_all(&notes).await
    }

    /// Sends an order of an earlier pass once more.
    pub(super) async fn relaunch(&mut self, batch: &BatchId) -> Result<(), Failed> {
        let mut sheet = self.ledger().sheet([Key::batch(batch)]).await?;
        let order = sheet.batch(batch).cloned().ok_or_else(|| LedgerError::Missing(Key::batch(batch)))?;
        self.ledger().read_into(&mut sheet, members(&order).map(|runner| Key::runner(&runner))).await?;
        self.launch(&order, sheet).await
    }

    /// Sends the order and takes the machines as far as they go. The runners are on the sheet.
    async fn launch(&mut self, batch: &Batch, sheet: Sheet) -> Result<(), Failed> {
        let is_there = self.service.clouds.contains_key(&batch.backend);
        let Some(pool) = self.service.config.pool(&batch.pool).filter(|_| is_there) else {
            let gone = format!("pool `{}` is no longer configured", batch.pool);
            let reason = call_failed("launch", &gone, "the job waits for another pool");
            let claimed = claimed(batch, &sheet);
            let mut changes = self.changes(sheet);
            self.give_up(&mut changes, &claimed, &reason, AfterClose::Nothing).await?;
            return self.write(&mut changes).await;
        };
        let cloud = self.cloud(&batch.backend).await?;
        let labels = pool.labels_for(&batch.labels);
        match cloud.launch(&LaunchOrder { batch, pool, labels: &labels }).await {
            Ok(instances) => self.launched(batch, sheet, &instances).await,
            Err(error) => self.not_launched(batch, sheet, &error).await,
        }
    }

    async fn launched(&mut self, batch: &Batch, sheet: Sheet, instances: &[Instance]) -> Result<(), Failed> {
        // After the loss of all records an order may go out under the name of one that was carried out long ago. What that
        // brought, and what is over, has failed nobody now.
        let alive = |instance: &&Instance| instance.state == InstanceState::Alive;
        let machine =
            |runner: &RunnerRecord| instances.iter().filter(alive).find(|instance| instance.runner.as_ref() == Some(&runner.key));
        let (with, without): (Vec<_>, Vec<_>) = claimed(batch, &sheet).into_iter().partition(|runner| machine(runner).is_some());
        let mut changes = self.changes(sheet);
        self.give_up(&mut changes, &without, &Reason::NotFulfilled, AfterClose::RetryAfter(SOON_S)).await?;
        for (runner, instance) in with.iter().filter_map(|runner| Some((runner, machine(runner)?))) {
            let state = RunnerState::Launched { instance: instance.id.clone(), at: instance.launched_at };
            let reason = Reason::Launched { instance: instance.id.clone() };
            changes.runner(&runner.key, &reason, |record, _| record.state = state)?;
        }
        self.write(&mut changes).await?;
        self.will_introduce(changes.sheet, with.into_iter().map(|runner| runner.key));
        Ok(())
    }

    /// After a failure that may still have had its effect the claim stays, and the next pass sends the order again.
    async fn not_launched(&mut self, batch: &Batch, sheet: Sheet, error: &CloudError) -> Result<(), Failed> {
        let claimed = claimed(batch, &sheet);
        let mut changes = self.changes(sheet);
        let (next, then) = match error.kind {
            // A call too many says nothing about the same order sent before, whose answer may have been lost.
            CloudErrorKind::Transient | CloudErrorKind::Throttled => {
                let reason = cloud_failed(error, "the same order is sent again");
                for runner in &claimed {
                    changes.runner(&runner.key, &reason, |_, _| ())?;
                }
                self.write(&mut changes).await?;
                return Err(Failed::Told);
            }
            CloudErrorKind::Capacity => ("tried again soon", AfterClose::RetryAfter(SOON_S)),
            CloudErrorKind::Quota => ("tried again when machines have ended", AfterClose::RetryAfter(LATER_S)),
            CloudErrorKind::Denied | CloudErrorKind::Invalid => {
                ("tried again each minute until it is mended", AfterClose::RetryAfter(LATER_S))
            }
        };
        self.give_up(&mut changes, &claimed, &cloud_failed(error, next), then).await?;
        self.write(&mut changes).await?;
        Err(Failed::Told)
    }

    /// Closes claimed runners that get no machine; the jobs tell why.
    async fn give_up(
        &self,
        changes: &mut Changes,
        runners: &[RunnerRecord],
        reason: &Reason,
        then: AfterClose,
    ) -> Result<(), Failed> {
        let jobs = runners.iter().map(|runner| Key::job(&runner.launched_for));
        self.ledger().read_into(&mut changes.sheet, jobs).await?;
        for runner in runners {
            changes.sheet.close_runner(&runner.key, changes.now, reason, then)?;
            changes.job(&runner.launched_for, reason, |_, _| ())?;
        }
        Ok(())
    }
}

fn members(batch: &Batch) -> impl Iterator<Item = RunnerKey> {
    (0_u16..).take(batch.members.len()).map(|index| RunnerKey { batch: batch.id.clone(), index })
}

/// Members of the batch whose machine is not yet recorded.
fn claimed(batch: &Batch, sheet: &Sheet) -> Vec<RunnerRecord> {
    let runners = members(batch).filter_map(|runner| sheet.runner(&runner).cloned());
    runners.filter(|runner| runner.state == RunnerState::Claimed).collect()
}
