//! One launch order, stored before the call and never changed after.

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::identifier::{BackendName, BatchId, ForgeName, JobKey, PoolName, Scope};
use crate::label::LabelSet;
use crate::time::Timestamp;

/// Machines of one pool, for one scope and one set of labels, asked for in one call.
///
/// A retry repeats the order exactly, because a cloud refuses a known token with other parameters.
/// What it did not bring is asked for in a new batch.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Batch {
    /// Also the client token of the call.
    pub id: BatchId,
    /// Which pool's machines.
    pub pool: PoolName,
    /// Where they come from.
    pub backend: BackendName,
    /// Which forge they serve.
    pub forge: ForgeName,
    /// Where their runners will be registered.
    pub scope: Scope,
    /// The label names that their runners offer.
    pub labels: LabelSet,
    /// For which job each member is launched, in the order of the index.
    pub members: Vec<JobKey>,
    /// When the order was made.
    pub made_at: Timestamp,
}

impl Batch {
    /// Most members of one batch: with the job, the runner and the counters of each, a claim stays within the
    /// 100 items that a DynamoDB transaction may have.
    pub const MOST_MEMBERS: usize = 40;

    /// The name of an order, derived from the jobs and how many launches each has had before.
    ///
    /// Two workers that decide the same thing derive the same name, and only one of them can claim it. The name also
    /// survives the loss of the store: the same order repeated brings back the same machines.
    pub fn id_for<'a>(members: impl IntoIterator<Item = (&'a JobKey, u32)>) -> BatchId {
        let mut digest = Sha256::new();
        for (job, launches) in members {
            digest.update(format!("{job}#{launches}\n"));
        }
        let hash = hex::encode(digest.finalize());
        BatchId::new(hash.get(..ID_LENGTH).unwrap_or_default())
    }
}

/// 64 bits in hexadecimal: short enough to read aloud, long enough never to meet twice. EC2 takes tokens of up to 64 characters.
const ID_LENGTH: usize = 16;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_of_an_order_follows_from_its_jobs() {
        let job = JobKey::first("home".into(), 17);
        let other = JobKey::first("home".into(), 18);
        let id = Batch::id_for([(&job, 0), (&other, 0)]);
        assert_eq!(id, Batch::id_for([(&job, 0), (&other, 0)]));
        assert_eq!(id.as_str().len(), 16);
        assert_ne!(id, Batch::id_for([(&job, 1), (&other, 0)]), "a second launch for a job is another order");
        assert_ne!(id, Batch::id_for([(&job, 0)]));
        assert_ne!(id, Batch::id_for([(&job.next_generation(), 0), (&other, 0)]));
    }
}
