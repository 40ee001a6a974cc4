//! What the EC2 backend keeps in the table beside the records: places on the ladder, and identities.
//!
//! | item | holds | until |
//! |---|---|---|
//! | `launch#BATCH` | the [`Attempt`] of an order | it expires |
//! | `identity#ROLE:INSTANCE` | the one-job identity | the machine deletes it, with its own role |
//! | `given#INSTANCE` | that an identity was given, or that none may be | it expires |

use std::collections::BTreeMap;

use async_trait::async_trait;
use secrecy::SecretString;

use super::attempt::Attempt;
use crate::cloud::{CloudError, HandOver, IdentityState, Withdrawal};
use crate::identifier::{BatchId, InstanceId};

/// The table, as far as this backend uses it.
#[async_trait]
pub trait Items: Send + Sync {
    /// Stores the first attempt of an order, unless one is stored: the one that is stored then.
    async fn begin(&self, batch: &BatchId, first: &Attempt) -> Result<Attempt, CloudError>;

    /// Replaces the attempt at position `from`. False if another worker has gone on meanwhile.
    async fn advance(&self, batch: &BatchId, from: usize, to: &Attempt) -> Result<bool, CloudError>;

    /// Lays identities out, except for machines that have had one or may have none; one outcome for each, in their order.
    async fn give(&self, identities: &[(InstanceId, SecretString)]) -> Vec<Result<HandOver, CloudError>>;

    /// Takes an identity back, or makes sure that none is ever given.
    async fn withdraw(&self, instance: &InstanceId) -> Result<Withdrawal, CloudError>;

    /// What became of the identities of these machines.
    async fn identities(&self, instances: &[InstanceId]) -> Result<BTreeMap<InstanceId, IdentityState>, CloudError>;

    /// Leaves no identity behind for machines that are gone.
    async fn forget(&self, instances: &[InstanceId]) -> Result<(), CloudError>;
}
