//! The claim: everything that must be true before a machine is launched, in one transaction.

use super::{Ledger, LedgerError, Sheet};
use crate::identifier::RunnerKey;
use crate::plan::Claim;
use crate::reason::Reason;
use crate::record::{Control, Mode, Record, RunnerRecord};
use crate::store::{Conflict, Key};

impl Ledger<'_> {
    /// Stores a batch with its runners, raises the counters, and marks the jobs: all or nothing, and nothing from the
    /// moment on in which the operator turns the switch. All of it, as it is now, is on the sheet that comes back.
    pub async fn claim(&self, claim: &Claim) -> Result<Sheet, LedgerError> {
        let (batch, count) = (&claim.batch, i64::try_from(claim.members.len()).unwrap_or(i64::MAX));
        let jobs = claim.members.iter().map(|member| Key::job(&member.job));
        let mut sheet = self.sheet(jobs.chain([Key::control()])).await?;
        rely_on_running(&mut sheet)?;
        sheet.add(Key::batch(&batch.id), Record::Batch(batch.clone()));
        for (index, member) in (0_u16..).zip(&claim.members) {
            let runner = RunnerKey { batch: batch.id.clone(), index };
            let job = sheet.job_mut(&member.job)?;
            if job.launches != member.launches || !job.is_open() {
                return Err(LedgerError::Conflict(Conflict { key: Key::job(&member.job), at_limit: false }));
            }
            let reason = Reason::Launching { pool: batch.pool.clone(), runner: runner.clone() };
            job.add_runner(runner.clone());
            job.story.add(self.now, &reason);
            let mut record = RunnerRecord::claimed(batch, runner, member.job.clone(), member.handle.clone(), self.now);
            record.story.add(self.now, &reason);
            sheet.add(Key::runner(&record.key), record.into());
        }
        for (counter, limit) in &claim.counters {
            sheet.count(counter.clone(), count, limit.map(u64::from));
        }
        self.write(&mut sheet).await?;
        Ok(sheet)
    }
}

fn rely_on_running(sheet: &mut Sheet) -> Result<(), LedgerError> {
    let key = Key::control();
    match sheet.found(&key) {
        None | Some(Record::Control(Control { mode: Mode::Running, .. })) => {
            sheet.rely_on(key);
            Ok(())
        }
        Some(_) => Err(LedgerError::Conflict(Conflict { key, at_limit: false })),
    }
}
