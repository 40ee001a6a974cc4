//! Deliveries of a forge that cannot be asked for its jobs (Gitea 1.24): what they tell is kept in the job's record,
//! since nobody tells it twice.

use crate::identifier::{ForgeName, JobKey};
use crate::ledger::{Announcement, LedgerError};
use crate::record::{JobRecord, Told};
use crate::service::Service;

/// Attempts of one job that are looked through.
const MOST_GENERATIONS: u32 = 100;

impl Service {
    /// Records a queued attempt, each under a generation of its own, unless it is known. The record is given back under
    /// the key at which it was found or made.
    ///
    /// Gitea keeps a job's id when it is run again, and counts the attempts that a runner had. One that no runner had is
    /// not counted: if it is queued again, only its traces tell a re-run from a replay, and the worker looks at them.
    pub(super) async fn announce_told(&self, record: JobRecord, told: &Told) -> Result<(JobKey, Announcement), LedgerError> {
        let mut record = JobRecord { told: Some(told.clone()), ..record };
        loop {
            let key = record.key.clone();
            match self.ledger().announce(record.clone()).await? {
                Announcement::Known(known) if key.generation < MOST_GENERATIONS && !is_same(&known, told, &record) => {
                    self.outdate(&known, told).await?;
                    record.key = key.next_generation();
                }
                announcement => return Ok((key, announcement)),
            }
        }
    }

    /// Moves the record of the attempt that a delivery is about; one that has none is not ours.
    pub(super) async fn hear(&self, forge: &ForgeName, job: u64, told: &Told) -> Result<(), LedgerError> {
        let mut key = JobKey::first(forge.clone(), job);
        while key.generation <= MOST_GENERATIONS {
            let hear = |record: &mut JobRecord| record.told.as_mut().is_some_and(|known| known.hear(told));
            match self.ledger().annotate_job(&key, hear).await {
                Ok(()) => key = key.next_generation(),
                Err(LedgerError::Missing(_)) => return Ok(()),
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    /// An earlier attempt is over when a later one is queued, whether or not its end was told.
    async fn outdate(&self, known: &JobRecord, told: &Told) -> Result<(), LedgerError> {
        let earlier = known.told.as_ref().is_some_and(|known| known.attempts_before < told.attempts_before);
        if !known.is_open() || !earlier {
            return Ok(());
        }
        let end = |record: &mut JobRecord| record.told.as_mut().is_some_and(Told::outdate);
        self.ledger().annotate_job(&known.key, end).await
    }
}

/// Whether a record is about this very demand: the same attempt, waiting still, or taken by then, or one that still has no
/// pool.
fn is_same(known: &JobRecord, told: &Told, record: &JobRecord) -> bool {
    let Some(known_told) = &known.told else { return true };
    let done_with = known.is_open() || known_told.was_taken() || !record.is_open();
    known_told.attempts_before == told.attempts_before && done_with
}
