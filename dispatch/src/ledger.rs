//! Our records as the edge and the worker change them: each change one conditional transaction.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::identifier::{JobKey, RunnerKey};
use crate::plan::Claim;
use crate::reason::Reason;
use crate::record::{Batch, Control, Drift, JobRecord, Lease, Mode, Notice, Record, RunnerRecord, RunnerState, Story};
use crate::store::{CommitError, Conflict, Expect, Key, Life, Refusal, Store, StoreError, Stored, Transaction};
use crate::time::Timestamp;

/// Times that a change of the lease, or of a job, is tried while others write it too; each of them writes it once.
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

    /// Several jobs in one look; an error if one is missing.
    async fn jobs(&self, jobs: impl Iterator<Item = &JobKey>) -> Result<BTreeMap<JobKey, Stored<JobRecord>>, LedgerError> {
        let keys: BTreeSet<Key> = jobs.map(Key::job).collect();
        let mut found = self.store.read_many(&keys).await?;
        let job = |key| match found.remove(&key) {
            Some(Stored { version, record: Record::Job(record) }) => {
                Ok((record.key.clone(), Stored { version, record: Arc::unwrap_or_clone(record) }))
            }
            _ => Err(LedgerError::Missing(key)),
        };
        keys.into_iter().map(job).collect()
    }

    /// Several runners in one look; an error if one is missing.
    pub async fn runners(&self, runners: &[RunnerKey]) -> Result<Vec<Stored<RunnerRecord>>, LedgerError> {
        let keys: Vec<Key> = runners.iter().map(Key::runner).collect();
        let mut found = self.store.read_many(&keys.iter().cloned().collect()).await?;
        let runner = |key| match found.remove(&key) {
            Some(Stored { version, record: Record::Runner(record) }) => {
                Ok(Stored { version, record: Arc::unwrap_or_clone(record) })
            }
            _ => Err(LedgerError::Missing(key)),
        };
        keys.into_iter().map(runner).collect()
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

    /// One batch.
    pub async fn batch(&self, batch: &crate::identifier::BatchId) -> Result<Stored<Batch>, LedgerError> {
        let key = Key::batch(batch);
        match self.store.read(&key).await? {
            Some(Stored { version, record: Record::Batch(record) }) => Ok(Stored { version, record }),
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

    /// Changes one job.
    pub async fn change_job(&self, job: &JobKey, change: impl FnOnce(&mut JobRecord) + Send) -> Result<JobRecord, LedgerError> {
        let mut stored = self.job(job).await?;
        change(&mut stored.record);
        let record = stored.record.clone();
        self.commit(self.put_job(self.begin(), stored)).await?;
        Ok(record)
    }

    /// Changes one job although others write it too; what `change` declines is not written.
    pub async fn annotate_job(
        &self,
        job: &JobKey,
        change: impl Fn(&mut JobRecord) -> bool + Send + Sync,
    ) -> Result<(), LedgerError> {
        let mut last = None;
        for _ in 0..MOST_TRIES {
            let mut stored = self.job(job).await?;
            if !change(&mut stored.record) {
                return Ok(());
            }
            match self.commit(self.put_job(self.begin(), stored)).await {
                Err(LedgerError::Conflict(conflict)) => last = Some(LedgerError::Conflict(conflict)),
                done => return done,
            }
        }
        last.map_or(Ok(()), Err)
    }

    /// Changes several runners in one transaction, or none of them.
    pub async fn change_runners(
        &self,
        runners: &[RunnerKey],
        change: impl Fn(&mut RunnerRecord) + Send + Sync,
    ) -> Result<Vec<RunnerRecord>, LedgerError> {
        let mut transaction = self.begin();
        let mut changed = Vec::with_capacity(runners.len());
        for mut stored in self.runners(runners).await? {
            change(&mut stored.record);
            changed.push(stored.record.clone());
            transaction = self.put_runner(transaction, stored);
        }
        self.commit(transaction).await?;
        Ok(changed)
    }

    /// Links a runner and the job that it took.
    pub async fn take(&self, runner: &RunnerKey, job: &JobKey, reason: &Reason) -> Result<(), LedgerError> {
        let mut taker = self.runner(runner).await?;
        taker.record.job = Some(job.clone());
        taker.record.story.add(self.now, reason);
        let mut transaction = self.put_runner(self.begin(), taker);
        match self.job(job).await {
            Ok(mut taken) => {
                taken.record.taken_by = Some(runner.clone());
                taken.record.failures = 0;
                taken.record.story.add(self.now, &Reason::TakenBy { runner: runner.clone() });
                transaction = self.put_job(transaction, taken);
            }
            Err(LedgerError::Missing(_)) => {}
            Err(error) => return Err(error),
        }
        self.commit(transaction).await
    }

    /// Stores a batch with its runners, raises the counters, and marks the jobs: all or nothing, and nothing from the
    /// moment on in which the operator turns the switch.
    pub async fn claim(&self, claim: &Claim) -> Result<(), LedgerError> {
        let count = i64::try_from(claim.members.len()).unwrap_or(i64::MAX);
        let batch = &claim.batch;
        let running = self.begin_while_running().await?;
        let mut transaction = running.put(Key::batch(&batch.id), Expect::Absent, Record::Batch(batch.clone()), Life::Open);
        for (counter, limit) in &claim.counters {
            transaction = transaction.add(counter.clone(), count, limit.map(u64::from));
        }
        let mut jobs = self.jobs(claim.members.iter().map(|member| &member.job)).await?;
        for (index, member) in (0_u16..).zip(&claim.members) {
            let runner = RunnerKey { batch: batch.id.clone(), index };
            let mut job = jobs.remove(&member.job).ok_or_else(|| LedgerError::Missing(Key::job(&member.job)))?;
            if job.record.launches != member.launches || !job.record.is_open() {
                return Err(LedgerError::Conflict(Conflict { key: Key::job(&member.job), at_limit: false }));
            }
            let reason = Reason::Launching { pool: batch.pool.clone(), runner: runner.clone() };
            job.record.add_runner(runner.clone());
            job.record.story.add(self.now, &reason);
            transaction = self.put_job(transaction, job);
            let record = self.claimed(batch, runner, member.job.clone(), member.handle.clone(), &reason);
            transaction = transaction.put(Key::runner(&record.key), Expect::Absent, record.into(), Life::Open);
        }
        self.commit(transaction).await
    }

    /// Closes a runner and gives back its places under the limits.
    pub async fn close_runner(&self, runner: &RunnerKey, reason: &Reason, then: AfterClose) -> Result<(), LedgerError> {
        let mut stored = self.runner(runner).await?;
        if !stored.record.is_open() {
            return Ok(());
        }
        stored.record.state = RunnerState::Closed { at: self.now };
        stored.record.story.add(self.now, reason);
        let (job, counters) = (stored.record.launched_for.clone(), counters(&stored.record));
        let mut transaction = self.put_runner(self.begin(), stored);
        for counter in counters {
            transaction = transaction.add(counter, -1, None);
        }
        match self.job(&job).await {
            Ok(mut job) if job.record.is_open() && then.touches(&job.record) => {
                then.mark(&mut job.record, self.now);
                transaction = self.put_job(transaction, job);
            }
            Ok(_) | Err(LedgerError::Missing(_)) => {}
            Err(error) => return Err(error),
        }
        self.commit(transaction).await
    }

    /// Closes a batch.
    pub async fn close_batch(&self, batch: &crate::identifier::BatchId) -> Result<(), LedgerError> {
        let stored = self.batch(batch).await?;
        let expect = Expect::Version(stored.version);
        self.commit(self.begin().put(Key::batch(batch), expect, Record::Batch(stored.record), self.closed())).await
    }

    /// Remembers that a counter looks wrong.
    pub async fn suspect(&self, counter: &Key, drift: &Drift) -> Result<(), LedgerError> {
        let key = Key::drift(counter);
        let expect = self.store.read(&key).await?.map_or(Expect::Absent, |stored| Expect::Version(stored.version));
        self.commit(self.begin().put(key, expect, Record::Drift(drift.clone()), self.closed())).await
    }

    /// Sets a counter right, if it is still the one that was suspected.
    pub async fn repair(&self, counter: &Key, drift: &Drift) -> Result<(), LedgerError> {
        let right = Record::Counter { value: drift.counted };
        self.commit(self.begin().put(counter.clone(), Expect::Version(drift.version), right, Life::Standing)).await
    }

    /// Takes or renews the worker's lease; `None` while another holds it.
    pub async fn lease(&self, holder: &str, lasts_s: u64) -> Result<Option<Lease>, LedgerError> {
        let (expect, fence) = match self.held_lease().await? {
            Some(Stored { version, record: lease }) => {
                if lease.holder != holder && lease.expires_at > self.now {
                    return Ok(None);
                }
                (Expect::Version(version), lease.fence + 1)
            }
            None => (Expect::Absent, 1),
        };
        let lease = Lease { holder: holder.to_owned(), fence, expires_at: self.now.plus_s(lasts_s), look_again: false };
        Ok(self.put_lease(expect, &lease).await?.then_some(lease))
    }

    /// Asks whoever holds the lease to look once more before it ends; false if nobody holds it any more.
    pub async fn ask_to_look_again(&self) -> Result<bool, LedgerError> {
        for _ in 0..MOST_TRIES {
            let Some(Stored { version, record: lease }) = self.held_lease().await? else { return Ok(false) };
            if lease.expires_at <= self.now {
                return Ok(false);
            }
            if lease.look_again || self.put_lease(Expect::Version(version), &Lease { look_again: true, ..lease }).await? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Prolongs a lease that is still ours.
    pub async fn renew(&self, lease: &Lease, lasts_s: u64) -> Result<Lease, LedgerError> {
        let until = self.now.plus_s(lasts_s);
        self.change_lease(lease, |held| Lease { expires_at: until, ..held }).await
    }

    /// Gives the lease back, unless somebody asked to look again: then it is prolonged and returned.
    pub async fn release_unless_asked(&self, lease: &Lease, lasts_s: u64) -> Result<Option<Lease>, LedgerError> {
        let (now, until) = (self.now, self.now.plus_s(lasts_s));
        let settle = |held: Lease| Lease { expires_at: if held.look_again { until } else { now }, look_again: false, ..held };
        let settled = self.change_lease(lease, settle).await?;
        Ok((settled.expires_at > now).then_some(settled))
    }

    /// Gives the lease back.
    pub async fn release(&self, lease: &Lease) -> Result<(), LedgerError> {
        let now = self.now;
        self.change_lease(lease, |held| Lease { expires_at: now, look_again: false, ..held }).await.map(drop)
    }

    /// Changes a lease that is still ours. Who asks to look again writes it too, which is no reason to lose it.
    async fn change_lease(&self, ours: &Lease, change: impl Fn(Lease) -> Lease) -> Result<Lease, LedgerError> {
        for _ in 0..MOST_TRIES {
            let held = self.held_lease().await?.filter(|held| held.record.fence == ours.fence);
            let Some(Stored { version, record }) = held else { return Err(LedgerError::LeaseLost) };
            let changed = change(record);
            if self.put_lease(Expect::Version(version), &changed).await? {
                return Ok(changed);
            }
        }
        Err(LedgerError::LeaseLost)
    }

    async fn held_lease(&self) -> Result<Option<Stored<Lease>>, LedgerError> {
        match self.store.read(&Key::lease()).await? {
            Some(Stored { version, record: Record::Lease(record) }) => Ok(Some(Stored { version, record })),
            _ => Ok(None),
        }
    }

    /// False if somebody else wrote it since it was read.
    async fn put_lease(&self, expect: Expect, lease: &Lease) -> Result<bool, LedgerError> {
        let put = Transaction::new().put(Key::lease(), expect, Record::Lease(lease.clone()), Life::Standing);
        match self.store.commit(put).await {
            Ok(()) => Ok(true),
            Err(CommitError::Conflict(_)) => Ok(false),
            Err(CommitError::Refused(refusal)) => Err(LedgerError::Refused(refusal)),
            Err(CommitError::Store(error)) => Err(LedgerError::Store(error)),
        }
    }

    fn begin(&self) -> Transaction {
        let transaction = Transaction::new();
        match self.fence {
            Some(fence) => transaction.check(Key::lease(), Expect::Fence(fence)),
            None => transaction,
        }
    }

    async fn begin_while_running(&self) -> Result<Transaction, LedgerError> {
        let key = Key::control();
        let expect = match self.store.read(&key).await? {
            None => Expect::Absent,
            Some(Stored { version, record: Record::Control(Control { mode: Mode::Running, .. }) }) => Expect::Version(version),
            Some(_) => return Err(LedgerError::Conflict(Conflict { key, at_limit: false })),
        };
        Ok(self.begin().check(key, expect))
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

    fn put_job(&self, transaction: Transaction, stored: Stored<JobRecord>) -> Transaction {
        let life = if stored.record.is_open() { Life::Open } else { self.closed() };
        transaction.put(Key::job(&stored.record.key), Expect::Version(stored.version), stored.record.into(), life)
    }

    fn put_runner(&self, transaction: Transaction, stored: Stored<RunnerRecord>) -> Transaction {
        let life = if stored.record.is_open() { Life::Open } else { self.closed() };
        transaction.put(Key::runner(&stored.record.key), Expect::Version(stored.version), stored.record.into(), life)
    }

    fn claimed(&self, batch: &Batch, key: RunnerKey, job: JobKey, handle: Option<String>, reason: &Reason) -> RunnerRecord {
        RunnerRecord {
            key,
            pool: batch.pool.clone(),
            backend: batch.backend.clone(),
            forge: batch.forge.clone(),
            scope: batch.scope.clone(),
            labels: batch.labels.clone(),
            launched_for: job,
            handle,
            claimed_at: self.now,
            state: RunnerState::Claimed,
            registration: None,
            handed_over_at: None,
            online_at: None,
            disabled_at: None,
            job: None,
            job_over_at: None,
            story: Story::beginning(self.now, reason),
        }
    }
}

fn counters(runner: &RunnerRecord) -> Vec<Key> {
    Key::counters(&runner.forge, &runner.scope, &runner.pool)
}

/// What the end of a runner means for the job that it was launched for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AfterClose {
    /// Nothing.
    Nothing,
    /// The machine failed the job, so the next one comes later, and after too many none.
    Failure,
    /// No machine was to be had; the next try is not before this many seconds have passed.
    RetryAfter(u64),
}

impl AfterClose {
    fn touches(self, job: &JobRecord) -> bool {
        self != Self::Nothing && job.taken_by.is_none()
    }

    fn mark(self, job: &mut JobRecord, now: Timestamp) {
        match self {
            Self::Nothing => {}
            Self::Failure => {
                job.failures += 1;
                job.not_before = Some(now.plus_s(backoff_s(job.failures)));
            }
            Self::RetryAfter(seconds) => job.not_before = Some(now.plus_s(seconds)),
        }
    }
}

/// The first replacement comes at once, since the failed machine has cost enough time; then 1, 2, 4, 8 minutes.
fn backoff_s(failures: u32) -> u64 {
    match failures {
        0 | 1 => 0,
        more => 60_u64.saturating_mul(1 << (more - 2).min(4)),
    }
}
