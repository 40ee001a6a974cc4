//! One pass of the worker: observe, reconcile, apply, under a lease.

use crate::apply::{Applied, Apply};
use crate::ledger::LedgerError;
use crate::observe::observe;
use crate::plan::Plan;
use crate::reconcile::reconcile;
use crate::service::Service;
use crate::world::World;

/// Seconds that the lease lasts without renewal: as long as a worker that died blocks the next one.
pub const LEASE_S: u64 = 60;

/// Rounds of one pass. What ends in one makes room for what begins in the next.
const MOST_ROUNDS: usize = 3;

/// What a pass did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Pass {
    /// Actions carried out.
    pub done: usize,
    /// Actions that failed; the next pass plans them again.
    pub failed: usize,
    /// Jobs and runners still open at the last look.
    pub open: usize,
    /// Another worker holds the lease, so nothing was looked at.
    pub held_by_another: bool,
}

impl Service {
    /// Looks at everything once and sets right what can be set right.
    pub async fn pass(&self) -> Result<Pass, LedgerError> {
        let Some(lease) = self.ledger().lease(&self.holder, LEASE_S).await? else {
            return Ok(Pass { held_by_another: true, ..Pass::default() });
        };
        let ledger = self.ledger().fenced(lease.fence);
        let mut pass = Pass::default();
        for _ in 0..MOST_ROUNDS {
            let (world, plan) = self.look().await?;
            pass.open = world.jobs.len() + world.runners.len();
            let applied = Apply::new(self, lease.clone()).carry_out(plan).await?;
            pass.done += applied.done;
            pass.failed += applied.failed;
            if !worth_another_look(&applied) {
                break;
            }
        }
        let _expires_by_itself = ledger.release(&lease).await;
        self.store.expire(self.clock.now()).await?;
        Ok(pass)
    }

    /// Looks and decides, and does nothing: the dry run.
    pub async fn look(&self) -> Result<(World, Plan), LedgerError> {
        let world = observe(self, &self.ledger()).await?;
        let plan = reconcile(&world, &self.config);
        Ok((world, plan))
    }
}

/// Only what ended can make something else possible; failures wait for the next pass.
fn worth_another_look(applied: &Applied) -> bool {
    applied.ended > 0 && applied.failed == 0
}
