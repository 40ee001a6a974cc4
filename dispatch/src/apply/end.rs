//! Ends runners, machines and registrations, so that no job can be killed by it before its bound.

use super::changes::Changes;
use super::{Apply, Failed, call_failed, cloud_failed};
use crate::cloud::Withdrawal;
use crate::forge::{ForgeErrorKind, JobState, Registration};
use crate::identifier::{BackendName, ForgeName, InstanceId, RunnerKey, Scope};
use crate::journal::Subject;
use crate::ledger::AfterClose;
use crate::phase::QUIET_S;
use crate::plan::Unless;
use crate::reason::Reason;
use crate::record::{Ending, RunnerRecord, RunnerState};
use crate::store::Key;
use crate::time::Timestamp;

impl Apply<'_> {
    /// Makes sure that the runner is not needed, removes its registration, ends its machine, closes its record.
    ///
    /// The record stays open until forge and cloud have both said yes, so nothing is forgotten; and the reason is kept in it.
    pub(super) async fn end(&self, runner: &RunnerKey, unless: Unless, reason: &Reason) -> Result<(), Failed> {
        let mut sheet = self.ledger().sheet([Key::runner(runner)]).await?;
        let mut record = sheet.runner_mut(runner)?.clone();
        if !record.is_open() {
            return Ok(());
        }
        if record.instance().is_none() {
            match self.found(&record).await? {
                Some(state) => record.state = state,
                // Its machine was seen, or it would not be ended with care.
                None if unless == Unless::Busy => return Err(Failed::Overtaken),
                None => {}
            }
        }
        if unless == Unless::Busy && self.may_be_busy(&record, reason).await? {
            return Err(Failed::Overtaken);
        }
        let mut changes = self.changes(sheet);
        let record = self.keep_verdict(&mut changes, record, reason).await?;
        self.remove(&record).await?;
        self.ledger().read_into(&mut changes.sheet, [Key::job(&record.launched_for)]).await?;
        changes.sheet.close_runner(runner, changes.now, reason, after_close(&record))?;
        if !record.story.ends_with(reason) {
            changes.will_tell(Subject::Runner(runner.clone()), reason);
        }
        self.write(&mut changes).await
    }

    /// Writes down what the end means before anything is taken from the runner: afterwards it cannot be seen any more. One
    /// that served looks as if it had, so nothing is written of it.
    async fn keep_verdict(&self, changes: &mut Changes, runner: RunnerRecord, reason: &Reason) -> Result<RunnerRecord, Failed> {
        if runner.ending.is_some() || *reason == Reason::Served {
            return Ok(runner);
        }
        let ending = Some(verdict(&runner, reason));
        changes.runner(&runner.key, reason, |kept, _| (kept.state, kept.ending) = (runner.state, ending))?;
        self.write(changes).await?;
        Ok(changes.sheet.runner_mut(&runner.key)?.clone())
    }

    /// Registration and machine.
    async fn remove(&self, runner: &RunnerRecord) -> Result<(), Failed> {
        let deregistered = self.deregister(runner).await;
        self.terminate(runner).await?;
        deregistered
    }

    /// The machine of a runner whose launch was never recorded, if the cloud shows one. Whoever forgets the runner without it
    /// has a machine too many, which counts against no limit.
    async fn found(&self, runner: &RunnerRecord) -> Result<Option<RunnerState>, Failed> {
        let machines = self.cloud(&runner.backend).await?.instances().await?;
        let own = machines.into_iter().find(|machine| machine.runner.as_ref() == Some(&runner.key));
        Ok(own.map(|machine| RunnerState::Launched { instance: machine.id, at: machine.launched_at }))
    }

    async fn record(
        &self,
        runner: &RunnerKey,
        reason: &Reason,
        change: impl FnOnce(&mut RunnerRecord, Timestamp),
    ) -> Result<(), Failed> {
        let mut changes = self.changes(self.ledger().sheet([Key::runner(runner)]).await?);
        changes.runner(runner, reason, change)?;
        self.write(&mut changes).await
    }

    /// Without an identity a machine can never become a runner. With one it may be asking for work in this moment, and no
    /// look at the forge shows what that will bring; so a look counts only for a runner that gets nothing any more.
    async fn may_be_busy(&self, runner: &RunnerRecord, reason: &Reason) -> Result<bool, Failed> {
        if let Some(instance) = runner.instance()
            && self.cloud(&runner.backend).await?.withdraw(instance).await? == Withdrawal::Withdrawn
        {
            return Ok(false);
        }
        let own = self.registrations_of(runner).await?;
        if !self.is_quiet(runner, &own, reason).await? {
            return Ok(true);
        }
        let queue = self.forge(&runner.forge).await?.queue().await?;
        Ok(queue.iter().any(|job| {
            let bound = runner.handle.is_some() && job.handle == runner.handle;
            match &job.state {
                JobState::Running { registration } => {
                    let recorded = registration.is_some() && *registration == runner.registration;
                    bound || recorded || own.iter().any(|own| Some(own.id) == *registration)
                }
                JobState::Queued => bound,
                JobState::Blocked | JobState::Over { .. } | JobState::Unknown => false,
            }
        }))
    }

    /// Whether a runner gets nothing any more but what it has. A forge that can disable runners is told to, and asked again
    /// once no request for work can be under way, by the clock that told it: seconds between two clocks mean nothing.
    /// Elsewhere only the one job of its handle can come to it; and where there is no handle either, the machine's own limits
    /// end it.
    async fn is_quiet(&self, runner: &RunnerRecord, own: &[Registration], reason: &Reason) -> Result<bool, Failed> {
        let forge = self.forge(&runner.forge).await?;
        let can = forge.capabilities(false).await?;
        if !can.disable {
            return Ok(runner.handle.is_some());
        }
        if own.is_empty() {
            return Ok(true);
        }
        let told_by_us = runner.disabled_by == Some(self.service.clock.id());
        let is_told = told_by_us && own.iter().all(|registration| registration.disabled);
        if let Some(since) = runner.disabled_at.filter(|_| is_told) {
            return Ok(self.service.clock.now().since_s(since) >= QUIET_S);
        }
        for registration in own {
            forge.disable(&runner.scope, registration.id).await?;
        }
        self.record_disabled(&runner.key, reason).await?;
        Ok(false)
    }

    async fn record_disabled(&self, runner: &RunnerKey, reason: &Reason) -> Result<(), Failed> {
        let clock = self.service.clock.id();
        let stamp = |record: &mut RunnerRecord, now| (record.disabled_at, record.disabled_by) = (Some(now), Some(clock));
        self.record(runner, reason, stamp).await
    }

    /// What the forge has for the machine: the recorded registration, and any other of the machine's name. Our records
    /// may have lost the one that it uses.
    async fn registrations_of(&self, runner: &RunnerRecord) -> Result<Vec<Registration>, Failed> {
        let name = runner.instance().map(|instance| self.service.config.runner_name(instance));
        match self.forge(&runner.forge).await?.registrations(&runner.scope).await {
            Ok(known) => Ok(known
                .into_iter()
                .filter(|registration| Some(registration.id) == runner.registration || Some(&registration.name) == name.as_ref())
                .collect()),
            Err(error) if error.kind == ForgeErrorKind::NotSupported => Ok(Vec::new()),
            Err(error) => Err(error.into()),
        }
    }

    async fn deregister(&self, runner: &RunnerRecord) -> Result<(), Failed> {
        let Some(registration) = runner.registration else { return Ok(()) };
        match self.forge(&runner.forge).await?.deregister(&runner.scope, registration).await {
            Ok(()) => Ok(()),
            Err(error) if error.kind == ForgeErrorKind::NotSupported => Ok(()),
            Err(error) => {
                let reason = call_failed("removing the registration", &error, "tried again at the next pass");
                self.record(&runner.key, &reason, |_, _| ()).await?;
                Err(Failed::Told)
            }
        }
    }

    async fn terminate(&self, runner: &RunnerRecord) -> Result<(), Failed> {
        let Some(instance) = runner.instance() else { return Ok(()) };
        match self.cloud(&runner.backend).await?.terminate(std::slice::from_ref(instance)).await {
            Ok(()) => Ok(()),
            Err(error) => {
                self.record(&runner.key, &cloud_failed(&error, "tried again at the next pass"), |_, _| ()).await?;
                Err(Failed::Told)
            }
        }
    }

    pub(super) async fn disable(&self, runner: &RunnerKey, reason: &Reason) -> Result<(), Failed> {
        let record = self.ledger().runner(runner).await?.record;
        let (Some(registration), true) = (record.registration, record.is_open()) else { return Err(Failed::Overtaken) };
        self.forge(&record.forge).await?.disable(&record.scope, registration).await?;
        self.record_disabled(runner, reason).await
    }

    pub(super) async fn end_orphan(
        &self,
        backend: &BackendName,
        instance: &InstanceId,
        unless: Unless,
        reason: &Reason,
    ) -> Result<(), Failed> {
        let cloud = self.cloud(backend).await?;
        if unless == Unless::Busy && cloud.withdraw(instance).await? == Withdrawal::AlreadyTaken {
            return Err(Failed::Overtaken);
        }
        cloud.terminate(std::slice::from_ref(instance)).await?;
        self.tell(&Subject::Machine(instance.clone()), reason);
        Ok(())
    }

    pub(super) async fn remove_ghost(
        &self,
        forge: &ForgeName,
        scope: &Scope,
        registration: u64,
        reason: &Reason,
    ) -> Result<(), Failed> {
        self.forge(forge).await?.deregister(scope, registration).await?;
        self.tell(&Subject::Installation, reason);
        Ok(())
    }
}

/// A machine that ended without having been wanted less, and without a job, has failed the job that it was for.
fn verdict(runner: &RunnerRecord, reason: &Reason) -> Ending {
    match reason {
        Reason::Hung { .. } | Reason::Lost { .. } | Reason::Quiet if runner.job.is_none() => Ending::Failed,
        _ => Ending::Unneeded,
    }
}

fn after_close(runner: &RunnerRecord) -> AfterClose {
    match runner.ending {
        Some(Ending::Failed) => AfterClose::Failure,
        Some(Ending::Unneeded) | None => AfterClose::Nothing,
    }
}
