//! One pass of the worker: observe, reconcile, apply, under a lease.

use crate::apply::{Applied, Apply};
use crate::ledger::LedgerError;
use crate::observe::observe;
use crate::plan::Plan;
use crate::reconcile::reconcile;
use crate::record::Lease;
use crate::service::Service;
use crate::store::Stored;
use crate::time::Timestamp;
use crate::world::World;

/// Seconds that the lease lasts without renewal: as long as a worker that died blocks the next one.
pub const LEASE_S: u64 = 60;

/// Seconds between two looks while a job or a runner is open: jobs that waited for another job ring no bell on Forgejo.
pub(crate) const LOOK_WHILE_OPEN_S: u64 = 10;

/// Rounds of one pass. What ends in one makes room for what begins in the next.
const MOST_ROUNDS: usize = 3;

/// Attempts at a lease that is given back at the moment in which its holder is asked to look again.
const TRIES: usize = 5;

/// What a pass did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Pass {
    /// Actions carried out.
    pub done: usize,
    /// Actions that failed; the next pass plans them again.
    pub failed: usize,
    /// Jobs and runners still open at the last look.
    pub open: usize,
    /// Another worker holds the lease, so nothing was looked at; that worker will look once more.
    pub held_by_another: bool,
    /// The time was over before everything was done.
    pub cut_short: bool,
}

impl Service {
    /// Looks at everything once and sets right what can be set right.
    pub async fn pass(&self) -> Result<Pass, LedgerError> {
        self.pass_until(Timestamp::from_millis(u64::MAX)).await
    }

    /// The same for a process that is ended from outside: after `stop_at` nothing new is begun.
    ///
    /// While another worker has the lease, it is asked to look once more before it ends. So what was committed before
    /// this call is looked at, by this worker or by that one.
    pub async fn pass_until(&self, stop_at: Timestamp) -> Result<Pass, LedgerError> {
        let mut pass = Pass::default();
        let Some(mut lease) = self.take_lease().await? else {
            return Ok(Pass { held_by_another: true, ..pass });
        };
        while let Some(again) = self.turn(&lease, stop_at, &mut pass).await? {
            lease = again;
        }
        self.store.expire(self.clock.now()).await?;
        Ok(pass)
    }

    async fn take_lease(&self) -> Result<Option<Stored<Lease>>, LedgerError> {
        for _ in 0..TRIES {
            let lease = self.ledger().lease(&self.holder, LEASE_S).await?;
            if lease.is_some() || self.ledger().ask_to_look_again().await? {
                return Ok(lease);
            }
        }
        Ok(None)
    }

    /// A few rounds; the lease, if somebody asked for another turn and there is time for one.
    async fn turn(
        &self,
        lease: &Stored<Lease>,
        stop_at: Timestamp,
        pass: &mut Pass,
    ) -> Result<Option<Stored<Lease>>, LedgerError> {
        self.rounds(lease, stop_at, pass).await?;
        let asked = self.ledger().release_unless_asked(lease, LEASE_S).await.unwrap_or_default();
        if let Some(lease) = asked.as_ref().filter(|_| self.clock.now() >= stop_at) {
            pass.cut_short = true;
            let _expires_by_itself = self.ledger().release(lease).await;
            return Ok(None);
        }
        Ok(asked)
    }

    async fn rounds(&self, lease: &Stored<Lease>, stop_at: Timestamp, pass: &mut Pass) -> Result<(), LedgerError> {
        for _ in 0..MOST_ROUNDS {
            let (world, plan) = self.look().await?;
            pass.open = world.jobs.len() + world.runners.len();
            let applied = Apply::new(self, lease.clone(), stop_at).carry_out(plan).await?;
            pass.done += applied.done;
            pass.failed += applied.failed;
            pass.cut_short |= applied.left > 0;
            if !worth_another_look(&applied) {
                break;
            }
        }
        Ok(())
    }

    /// Looks and decides, and does nothing: the dry run.
    pub async fn look(&self) -> Result<(World, Plan), LedgerError> {
        let world = observe(self).await?;
        let plan = reconcile(&world, &self.config);
        Ok((world, plan))
    }
}

/// Only what ended, or a job that was not known, can make something else possible; failures wait for the next pass.
fn worth_another_look(applied: &Applied) -> bool {
    applied.moved > 0 && applied.failed == 0 && applied.left == 0
}
