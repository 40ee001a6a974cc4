//! Claim, then launch, then record: in this order, so that every crash leaves a trace that the next pass can read.

use super::{Apply, Failed, call_failed};
use crate::cloud::{CloudError, CloudErrorKind, Instance, InstanceState, LaunchOrder};
use crate::identifier::{BatchId, RunnerKey};
use crate::journal::Subject;
use crate::ledger::{AfterClose, LedgerError};
use crate::plan::Claim;
use crate::pool::Pool;
use crate::reason::{Held, Reason};
use crate::reconcile::described;
use crate::record::{Batch, RunnerRecord, RunnerState};
use crate::store::{Conflict, Key};

/// Seconds until the next try where no machine was to be had for a moment.
const SOON_S: u64 = 15;
/// Seconds until the next try where a person or an account limit stands in the way.
const LATER_S: u64 = 60;

impl Apply<'_> {
    pub(super) async fn claim(&self, claim: &Claim) -> Result<(), Failed> {
        match self.ledger().claim(claim).await {
            Ok(()) => {}
            Err(LedgerError::Conflict(conflict)) if conflict.at_limit => return self.at_limit(claim, &conflict).await,
            Err(LedgerError::Conflict(conflict)) if conflict.key == Key::control() => return Err(Failed::Overtaken),
            Err(error) => return Err(error.into()),
        }
        for (index, member) in (0_u16..).zip(&claim.members) {
            let runner = RunnerKey { batch: claim.batch.id.clone(), index };
            let reason = Reason::Launching { pool: claim.batch.pool.clone(), runner };
            self.tell(&Subject::Job(member.job.clone()), &reason);
        }
        self.launch(&claim.batch.id).await
    }

    /// The counter knew better than the plan; the jobs say so and wait.
    async fn at_limit(&self, claim: &Claim, conflict: &Conflict) -> Result<(), Failed> {
        let limit = claim.counters.iter().find(|(key, _)| *key == conflict.key).and_then(|(_, limit)| *limit);
        let held = Held::Limit { what: described(&conflict.key), limit: limit.unwrap_or_default() };
        for member in &claim.members {
            self.note(&member.job, &Reason::Held(held.clone())).await?;
        }
        Ok(())
    }

    /// Sends the order and takes the machines as far as they go.
    pub(super) async fn launch(&self, batch: &BatchId) -> Result<(), Failed> {
        let batch = self.ledger().batch(batch).await?.record;
        let (Some(pool), Some(cloud)) = (self.pool(&batch), self.service.clouds.get(&batch.backend)) else {
            let reason = call_failed(
                "launch",
                &format!("pool `{}` is no longer configured", batch.pool),
                "the job waits for another pool",
            );
            return self.give_up(&batch, &self.claimed(&batch).await?, &reason, AfterClose::Nothing).await;
        };
        let labels = pool.labels_for(&batch.labels);
        match cloud.launch(&LaunchOrder { batch: &batch, pool, labels: &labels }).await {
            Ok(instances) => self.launched(&batch, instances).await,
            Err(error) => self.not_launched(&batch, &error).await,
        }
    }

    fn pool(&self, batch: &Batch) -> Option<&Pool> {
        self.service.config.pools.iter().find(|pool| pool.name == batch.pool)
    }

    /// Members of the batch whose machine is not yet recorded.
    async fn claimed(&self, batch: &Batch) -> Result<Vec<RunnerRecord>, Failed> {
        let keys = (0_u16..).take(batch.members.len()).map(|index| RunnerKey { batch: batch.id.clone(), index });
        let runners = self.ledger().runners(&keys.collect::<Vec<_>>()).await?.into_iter().map(|stored| stored.record);
        Ok(runners.filter(|runner| runner.state == RunnerState::Claimed).collect())
    }

    async fn launched(&self, batch: &Batch, instances: Vec<Instance>) -> Result<(), Failed> {
        let claimed = self.claimed(batch).await?;
        // After the loss of all records an order may go out under the name of one that was carried out long ago. What that
        // brought, and what is over, has failed nobody now.
        let alive = |instance: &&Instance| instance.state == InstanceState::Alive;
        let machine =
            |runner: &RunnerKey| instances.iter().filter(alive).find(|instance| instance.runner.as_ref() == Some(runner));
        let (with, without): (Vec<_>, Vec<_>) = claimed.into_iter().partition(|runner| machine(&runner.key).is_some());
        self.give_up(batch, &without, &Reason::NotFulfilled, AfterClose::RetryAfter(SOON_S)).await?;
        let now = self.service.clock.now();
        let record = |runner: &mut RunnerRecord| {
            if let Some(instance) = machine(&runner.key) {
                runner.state = RunnerState::Launched { instance: instance.id.clone(), at: instance.launched_at };
                runner.story.add(now, &Reason::Launched { instance: instance.id.clone() });
            }
        };
        let keys: Vec<RunnerKey> = with.iter().map(|runner| runner.key.clone()).collect();
        let runners = self.ledger().change_runners(&keys, record).await?;
        for runner in &runners {
            if let Some(instance) = runner.instance() {
                self.tell(&Subject::Runner(runner.key.clone()), &Reason::Launched { instance: instance.clone() });
            }
        }
        self.introduce(runners).await
    }

    /// After a failure that may still have had its effect the claim stays, and the next pass sends the order again.
    async fn not_launched(&self, batch: &Batch, error: &CloudError) -> Result<(), Failed> {
        let claimed = self.claimed(batch).await?;
        let (next, then) = match error.kind {
            CloudErrorKind::Transient => {
                let reason = call_failed("launch", error, "the same order is sent again");
                let keys: Vec<RunnerKey> = claimed.iter().map(|runner| runner.key.clone()).collect();
                self.change(&keys, &reason, |_, _| ()).await?;
                return Err(Failed::Call(error.to_string()));
            }
            CloudErrorKind::Capacity | CloudErrorKind::Throttled => ("tried again soon", AfterClose::RetryAfter(SOON_S)),
            CloudErrorKind::Quota => ("tried again when machines have ended", AfterClose::RetryAfter(LATER_S)),
            CloudErrorKind::Denied | CloudErrorKind::Invalid => {
                ("tried again each minute until it is mended", AfterClose::RetryAfter(LATER_S))
            }
        };
        self.give_up(batch, &claimed, &call_failed("launch", error, next), then).await?;
        Err(Failed::Call(error.to_string()))
    }

    /// Closes claimed runners that get no machine; the jobs tell why.
    async fn give_up(&self, _batch: &Batch, runners: &[RunnerRecord], reason: &Reason, then: AfterClose) -> Result<(), Failed> {
        for runner in runners {
            self.ledger().close_runner(&runner.key, reason, then).await?;
            self.note(&runner.launched_for, reason).await?;
        }
        Ok(())
    }
}
