//! The seam to the place where machines come from.
//!
//! Contract, checked by `tests::conformance::cloud`:
//! - [`Cloud::launch`] is idempotent by the order's batch: the same order again brings the same machines.
//! - A machine appears in [`Cloud::instances`] with batch, index and pool, whoever launched it and whatever became of
//!   our records; it may appear late and stay visible as ended for a while.
//! - [`Cloud::terminate`] ends machines of our stack only; one that is gone already is a success.
//! - An identity is given at most once and taken at most once.

pub mod ec2;
mod error;
#[cfg(feature = "serve")]
pub mod process;

use async_trait::async_trait;
use userdata::Identity;

pub use error::{CloudError, CloudErrorKind};

use crate::identifier::{ForgeName, InstanceId, PoolName, RunnerKey, Scope};
use crate::label::PoolLabel;
use crate::pool::Pool;
use crate::record::Batch;
use crate::time::Timestamp;

/// Machines of one kind.
#[async_trait]
pub trait Cloud: Send + Sync {
    /// Launches what the order asks for; fewer machines than members means that the rest does not come.
    async fn launch(&self, order: &LaunchOrder<'_>) -> Result<Vec<Instance>, CloudError>;

    /// All machines of our stack, ended ones included for as long as the cloud shows them.
    async fn instances(&self) -> Result<Vec<Instance>, CloudError>;

    /// Ends machines at once.
    async fn terminate(&self, instances: &[InstanceId]) -> Result<(), CloudError>;

    /// Lays the identity out for the machine to take.
    async fn hand_over(&self, instance: &InstanceId, identity: &Identity) -> Result<HandOver, CloudError>;

    /// Lays several identities out, with one outcome for each, in their order. A cloud that can do it in fewer calls does.
    async fn hand_over_all(&self, identities: &[(InstanceId, Identity)]) -> Vec<Result<HandOver, CloudError>> {
        let mut outcomes = Vec::with_capacity(identities.len());
        for (instance, identity) in identities {
            outcomes.push(self.hand_over(instance, identity).await);
        }
        outcomes
    }

    /// Takes the identity back, or makes sure that none can be taken any more.
    async fn withdraw(&self, instance: &InstanceId) -> Result<Withdrawal, CloudError>;
}

/// An order and the pool's description at the time of the call.
#[derive(Clone, Copy, Debug)]
pub struct LaunchOrder<'a> {
    /// As stored.
    pub batch: &'a Batch,
    /// What to boot and how long it may live.
    pub pool: &'a Pool,
    /// The pool's labels that the runners will offer.
    pub labels: &'a [PoolLabel],
}

/// One machine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Instance {
    /// The cloud's name for it.
    pub id: InstanceId,
    /// For which member of which batch it was launched; none if its tags cannot be read.
    pub runner: Option<RunnerKey>,
    /// Which pool it belongs to.
    pub pool: Option<PoolName>,
    /// Which forge and scope it was launched to serve.
    pub serves: Option<(ForgeName, Scope)>,
    /// When the cloud began it.
    pub launched_at: Timestamp,
    /// Whether it lives.
    pub state: InstanceState,
    /// What became of its identity.
    pub identity: IdentityState,
}

/// Whether a machine lives.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum InstanceState {
    /// It boots or runs.
    Alive,
    /// It is over, or about to be.
    Ended {
        /// What the cloud says about the cause, if anything.
        how: Option<String>,
    },
}

/// What became of a machine's identity.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IdentityState {
    /// None was ever given.
    NeverGiven,
    /// It waits to be taken.
    Waiting,
    /// The machine took it, or it was withdrawn.
    Taken,
    /// The cloud cannot say.
    Unknown,
}

/// What became of an attempt to give an identity.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HandOver {
    /// The machine can take it.
    Done,
    /// The machine had one before; this one was not given.
    AlreadyGiven,
    /// There is no such machine any more.
    NoMachine,
}

/// What became of an attempt to take an identity back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Withdrawal {
    /// The machine has none and can get none.
    Withdrawn,
    /// The machine was faster.
    AlreadyTaken,
}
