//! Our records as the edge and the worker change them: each change one conditional transaction.

mod claim;
mod close;
mod lease;
mod sheet;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;
use std::sync::Arc;

pub use close::AfterClose;
pub use sheet::Sheet;

use crate::identifier::{JobKey, RunnerKey};
use crate::record::{Control, Drift, JobRecord, Notice, Record, RunnerRecord};
use crate::store::{CommitError, Conflict, Expect, Key, Life, Refusal, Store, StoreError, Stored, Transaction};
use crate::time::Timestamp;

/// Seconds in which the bell is rung once. Who hears it looks, and looks again when so much time has passed.
pub(crate) const BELL_S: u64 = 2;

/// Seconds until a bell may be forgotten.
const KEEP_BELL_S: u64 = 3_600;

/// Times that a change of a job is tried while others write it too; each of them writes it once.
const MOST_TRIES: usize = 10;

/// Reads and changes records, under a lease or without.
#[derive(Clone, Copy)]
pub struct Ledger<'a> {
    store: &'a dyn Store,
    fence: Option<u64>,
    now: Timestamp,
    keep_closed_s: u64,
}

/// Why a change did not happen.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LedgerError {
    /// Somebody else holds the lease now; a worker stops at once.
    #[error("another worker has taken over")]
    LeaseLost,
    /// Somebody else was faster, or a counter is at its bound.
    #[error("{0}")]
    Conflict(Conflict),
    /// There is no such record.
    #[error("there is no record `{0}`")]
    Missing(Key),
    /// The transaction was not one that any store takes: a fault of ours.
    #[error("{0}")]
    Refused(Refusal),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// What became of an announcement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Announcement {
    /// The job was unknown; now it has a record.
    New,
    /// It had one; nothing was changed.
    Known(Arc<JobRecord>),
}

impl<'a> Ledger<'a> {
    /// Without a lease: for the edge, which only ever adds jobs, and for reading.
    pub fn open(store: &'a dyn Store, now: Timestamp, keep_closed_s: u64) -> Self {
        Self { store, fence: None, now, keep_closed_s }
    }

    /// The same under a lease: no change happens once another worker has taken over.
    #[must_use]
    pub fn fenced(self, fence: u64) -> Self {
        Self { fence: Some(fence), ..self }
    }

    /// The moment that changes are stamped with.
    pub fn now(&self) -> Timestamp {
        self.now
    }

    /// Adds a job unless it is known.
    pub async fn announce(&self, job: JobRecord) -> Result<Announcement, LedgerError> {
        let key = Key::job(&job.key);
        let life = if job.is_open() { Life::Open } else { self.closed() };
        let put = self.begin().put(key.clone(), Expect::Absent, job.into(), life);
        match self.commit(put).await {
            Ok(()) => Ok(Announcement::New),
            Err(LedgerError::Conflict(_)) => match self.store.read(&key).await? {
                Some(Stored { record: Record::Job(known), .. }) => Ok(Announcement::Known(known)),
                _ => Err(LedgerError::Missing(key)),
            },
            Err(error) => Err(error),
        }
    }

    /// Rings for a worker that watches the records and is told of no job. However many ring together, few records are written;
    /// who rings when it has been rung for already is heard all the same, because the worker [looks again](BELL_S).
    pub async fn ring(&self) -> Result<(), LedgerError> {
        let life = Life::Closed { at: self.now, expires_at: self.now.plus_s(KEEP_BELL_S) };
        let put = self.begin().put(Key::bell(self.now, BELL_S), Expect::Absent, Record::Bell, life);
        match self.commit(put).await {
            Ok(()) | Err(LedgerError::Conflict(_)) => Ok(()),
            Err(error) => Err(error),
        }
    }

    /// Keeps an event for the worker; whether it was not kept already.
    pub async fn notice(&self, notice: Notice) -> Result<bool, LedgerError> {
        let put = self.begin().put(Key::notice(&notice), Expect::Absent, Record::Notice(notice), Life::Open);
        match self.commit(put).await {
            Ok(()) => Ok(true),
            Err(LedgerError::Conflict(_)) => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// Forgets an event that was read; one that is gone is forgotten.
    pub async fn forget_notice(&self, notice: &Key) -> Result<(), LedgerError> {
        match self.store.read(notice).await? {
            Some(stored) => self.commit(self.begin().delete(notice.clone(), Expect::Version(stored.version))).await,
            None => Ok(()),
        }
    }

    /// One job.
    pub async fn job(&self, job: &JobKey) -> Result<Stored<JobRecord>, LedgerError> {
        let key = Key::job(job);
        match self.store.read(&key).await? {
            Some(Stored { version, record: Record::Job(record) }) => Ok(Stored { version, record: Arc::unwrap_or_clone(record) }),
            _ => Err(LedgerError::Missing(key)),
        }
    }

    /// One runner.
    pub async fn runner(&self, runner: &RunnerKey) -> Result<Stored<RunnerRecord>, LedgerError> {
        let key = Key::runner(runner);
        match self.store.read(&key).await? {
            Some(Stored { version, record: Record::Runner(record) }) => {
                Ok(Stored { version, record: Arc::unwrap_or_clone(record) })
            }
            _ => Err(LedgerError::Missing(key)),
        }
    }

    /// The operator's switch.
    pub async fn control(&self) -> Result<Control, LedgerError> {
        match self.store.read(&Key::control()).await? {
            Some(Stored { record: Record::Control(control), .. }) => Ok(control),
            _ => Ok(Control::default()),
        }
    }

    /// Turns the switch.
    pub async fn set_control(&self, control: Control) -> Result<(), LedgerError> {
        let key = Key::control();
        let expect = self.store.read(&key).await?.map_or(Expect::Absent, |stored| Expect::Version(stored.version));
        self.commit(self.begin().put(key, expect, Record::Control(control), Life::Standing)).await
    }

    /// Reads these records, to change them together.
    pub async fn sheet(&self, keys: impl IntoIterator<Item = Key> + Send) -> Result<Sheet, LedgerError> {
        let mut sheet = Sheet::default();
        self.read_into(&mut sheet, keys).await?;
        Ok(sheet)
    }

    /// Reads those of these records that the sheet does not have.
    pub async fn read_into(&self, sheet: &mut Sheet, keys: impl IntoIterator<Item = Key> + Send) -> Result<(), LedgerError> {
        let keys: BTreeSet<Key> = keys.into_iter().filter(|key| !sheet.has(key)).collect();
        if !keys.is_empty() {
            sheet.learn(self.store.read_many(&keys).await?);
        }
        Ok(())
    }

    /// Writes what differs from what was read, in one transaction. Nothing is asked if nothing does.
    pub async fn write(&self, sheet: &mut Sheet) -> Result<(), LedgerError> {
        if let Some(transaction) = sheet.writes(self.begin(), self.closed()) {
            self.commit(transaction).await?;
        }
        sheet.settle();
        Ok(())
    }

    /// Changes one job although others write it too; what `change` declines is not written.
    pub async fn annotate_job(
        &self,
        job: &JobKey,
        change: impl Fn(&mut JobRecord) -> bool + Send + Sync,
    ) -> Result<(), LedgerError> {
        let (key, mut last) = (Key::job(job), None);
        for _ in 0..MOST_TRIES {
            let mut sheet = Sheet::default();
            // One record and no batch: the edge's role on AWS may do no more.
            sheet.learn(self.store.read(&key).await?.map(|stored| (key.clone(), stored)).into_iter().collect());
            if !change(sheet.job_mut(job)?) {
                return Ok(());
            }
            match self.write(&mut sheet).await {
                Err(LedgerError::Conflict(conflict)) => last = Some(LedgerError::Conflict(conflict)),
                done => return done,
            }
        }
        last.map_or(Ok(()), Err)
    }

    /// Reads, changes, writes.
    pub async fn edit(
        &self,
        keys: impl IntoIterator<Item = Key> + Send,
        change: impl FnOnce(&mut Sheet) -> Result<(), LedgerError> + Send,
    ) -> Result<Sheet, LedgerError> {
        let mut sheet = self.sheet(keys).await?;
        change(&mut sheet)?;
        self.write(&mut sheet).await?;
        Ok(sheet)
    }

    /// Sets a counter right, if it is still the one that was suspected.
    pub async fn repair(&self, counter: &Key, drift: &Drift) -> Result<(), LedgerError> {
        let right = Record::Counter { value: drift.counted };
        self.commit(self.begin().put(counter.clone(), Expect::Version(drift.version), right, Life::Standing)).await
    }

    fn begin(&self) -> Transaction {
        let transaction = Transaction::new();
        match self.fence {
            Some(fence) => transaction.check(Key::lease(), Expect::Fence(fence)),
            None => transaction,
        }
    }

    async fn commit(&self, transaction: Transaction) -> Result<(), LedgerError> {
        match self.store.commit(transaction).await {
            Ok(()) => Ok(()),
            Err(CommitError::Conflict(conflict)) if conflict.key == Key::lease() && self.fence.is_some() => {
                Err(LedgerError::LeaseLost)
            }
            Err(CommitError::Conflict(conflict)) => Err(LedgerError::Conflict(conflict)),
            Err(CommitError::Refused(refusal)) => Err(LedgerError::Refused(refusal)),
            Err(CommitError::Store(error)) => Err(LedgerError::Store(error)),
        }
    }

    fn closed(&self) -> Life {
        Life::Closed { at: self.now, expires_at: self.now.plus_s(self.keep_closed_s) }
    }
}
