//! The worker's lease: one holder at a time, each with a higher fencing number than the one before.

use super::{Ledger, LedgerError};
use crate::record::{Lease, Record};
use crate::store::{CommitError, Expect, Key, Life, Stored, Transaction};

/// Times that a change of the lease is tried while others write it too; each of them writes it once.
const LEASE_TRIES: usize = 10;

impl Ledger<'_> {
    /// Takes or renews the worker's lease; `None` while another holds it.
    pub async fn lease(&self, holder: &str, lasts_s: u64) -> Result<Option<Stored<Lease>>, LedgerError> {
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
        self.put_lease(expect, lease).await
    }

    /// Asks whoever holds the lease to look once more before it ends; false if nobody holds it any more.
    pub async fn ask_to_look_again(&self) -> Result<bool, LedgerError> {
        for _ in 0..LEASE_TRIES {
            let Some(Stored { version, record: lease }) = self.held_lease().await? else { return Ok(false) };
            if lease.expires_at <= self.now {
                return Ok(false);
            }
            let asked = Lease { look_again: true, ..lease };
            if lease.look_again || self.put_lease(Expect::Version(version), asked).await?.is_some() {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Prolongs a lease that is still ours.
    pub async fn renew(&self, lease: &Stored<Lease>, lasts_s: u64) -> Result<Stored<Lease>, LedgerError> {
        let until = self.now.plus_s(lasts_s);
        self.change_lease(lease, |held| Lease { expires_at: until, ..held }).await
    }

    /// Gives the lease back, unless somebody asked to look again: then it is prolonged and returned.
    pub async fn release_unless_asked(&self, lease: &Stored<Lease>, lasts_s: u64) -> Result<Option<Stored<Lease>>, LedgerError> {
        let (now, until) = (self.now, self.now.plus_s(lasts_s));
        let settle = |held: Lease| Lease { expires_at: if held.look_again { until } else { now }, look_again: false, ..held };
        let settled = self.change_lease(lease, settle).await?;
        Ok((settled.record.expires_at > now).then_some(settled))
    }

    /// Gives the lease back.
    pub async fn release(&self, lease: &Stored<Lease>) -> Result<(), LedgerError> {
        let now = self.now;
        self.change_lease(lease, |held| Lease { expires_at: now, look_again: false, ..held }).await.map(drop)
    }

    /// Changes a lease that is still ours. Who asks to look again writes it too, which is no reason to lose it: then it is
    /// read again.
    async fn change_lease(&self, ours: &Stored<Lease>, change: impl Fn(Lease) -> Lease) -> Result<Stored<Lease>, LedgerError> {
        let mut held = ours.clone();
        for _ in 0..LEASE_TRIES {
            let Stored { version, record } = held;
            if let Some(changed) = self.put_lease(Expect::Version(version), change(record)).await? {
                return Ok(changed);
            }
            let still_ours = self.held_lease().await?.filter(|now| now.record.fence == ours.record.fence);
            held = still_ours.ok_or(LedgerError::LeaseLost)?;
        }
        Err(LedgerError::LeaseLost)
    }

    async fn held_lease(&self) -> Result<Option<Stored<Lease>>, LedgerError> {
        match self.store.read(&Key::lease()).await? {
            Some(Stored { version, record: Record::Lease(record) }) => Ok(Some(Stored { version, record })),
            _ => Ok(None),
        }
    }

    /// The lease as it is then; none if somebody else wrote it since it was read.
    async fn put_lease(&self, expect: Expect, lease: Lease) -> Result<Option<Stored<Lease>>, LedgerError> {
        let version = if let Expect::Version(version) = expect { version.saturating_add(1) } else { 1 };
        let put = Transaction::new().put(Key::lease(), expect, Record::Lease(lease.clone()), Life::Standing);
        match self.store.commit(put).await {
            Ok(()) => Ok(Some(Stored { version, record: lease })),
            Err(CommitError::Conflict(_)) => Ok(None),
            Err(CommitError::Refused(refusal)) => Err(LedgerError::Refused(refusal)),
            Err(CommitError::Store(error)) => Err(LedgerError::Store(error)),
        }
    }
}
