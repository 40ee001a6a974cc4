//! Registers runners at the forge and gives their machines the identity, many at a time.
//!
//! The registration is recorded before the identity is handed over. A crash in between leaves a registration that
//! nobody can use and that the record names; the next pass replaces it if the cloud says that nothing was handed over.

use std::collections::BTreeMap;

use futures_util::stream::{self, StreamExt};
use userdata::{ForgeUrl, Identity, Labels};

use super::changes::Changes;
use super::{Applied, Apply, Failed, Launched, call_failed, cloud_failed};
use crate::cloud::{CloudError, HandOver};
use crate::forge::{Credential, NewRunner};
use crate::identifier::{BackendName, InstanceId, RunnerKey};
use crate::ledger::LedgerError;
use crate::plan::{Action, Planned};
use crate::reason::Reason;
use crate::record::RunnerRecord;
use crate::store::Key;

/// Registrations under way at one forge at the same time.
const REGISTRATIONS_AT_ONCE: usize = 8;

/// Runners that are introduced together: what a process that ends in between leaves to be done again.
const MOST_TOGETHER: usize = 50;

/// What follows when a machine cannot be introduced.
const UNTIL_THE_BOOT_LIMIT: &str = "tried again at the next pass, until the boot limit";

/// A runner whose registration was just made.
struct Introduced {
    runner: RunnerRecord,
    instance: InstanceId,
    credential: Credential,
}

impl Apply<'_> {
    /// Has runners of an earlier pass introduced, with the others.
    pub(super) async fn introduce_again(&mut self, planned: &[Planned], applied: &mut Applied) -> Result<(), LedgerError> {
        let runners = planned.iter().filter_map(|one| match &one.action {
            Action::Introduce { runner, lost } => Some((runner, *lost, &one.reason)),
            _ => None,
        });
        let runners: Vec<_> = runners.collect();
        let mut changes = self.changes(self.ledger().sheet(runners.iter().map(|(runner, ..)| Key::runner(runner))).await?);
        let mut ready = Vec::with_capacity(runners.len());
        for (runner, lost, reason) in runners {
            let outcome = self.make_ready(&mut changes, runner, lost, reason).await;
            ready.extend(outcome.is_ok().then(|| runner.clone()));
            applied.count(outcome, 1)?;
        }
        self.will_introduce(changes.sheet, ready);
        Ok(())
    }

    /// Removes a registration that nobody can use; that the record names it no more is written with the next one.
    async fn make_ready(
        &self,
        changes: &mut Changes,
        runner: &RunnerKey,
        lost: Option<u64>,
        reason: &Reason,
    ) -> Result<(), Failed> {
        let record = changes.sheet.runner_mut(runner)?.clone();
        if record.handed_over_at.is_some() || !record.is_open() {
            return Err(Failed::Overtaken);
        }
        if let Some(registration) = lost {
            self.forge(&record.forge).await?.deregister(&record.scope, registration).await?;
            changes.runner(runner, reason, |record, _| record.registration = None)?;
        }
        Ok(())
    }

    /// Introduces all whose machines wait.
    pub(super) async fn introduce_launched(&mut self, applied: &mut Applied) -> Result<(), LedgerError> {
        let Launched { sheet, runners } = std::mem::take(&mut self.launched);
        for runners in runners.chunks(MOST_TOGETHER) {
            if self.is_over() {
                applied.left += runners.len();
                continue;
            }
            self.keep_lease().await?;
            let wanting = |key| sheet.runner(key).filter(|runner| runner.handed_over_at.is_none()).cloned();
            let wanting: Vec<RunnerRecord> = runners.iter().filter_map(wanting).collect();
            let mut changes = self.changes(sheet.part(wanting.iter().map(|runner| Key::runner(&runner.key))));
            match self.introduce(&mut changes, wanting).await {
                Ok(failed) => applied.failed += failed,
                outcome @ Err(_) => applied.count(outcome.map(drop), runners.len())?,
            }
        }
        Ok(())
    }

    /// Registers, records, hands over, records; how many have to be tried again.
    async fn introduce(&self, changes: &mut Changes, runners: Vec<RunnerRecord>) -> Result<usize, Failed> {
        let wanting = runners.len();
        let made = self.register_all(changes, runners).await?;
        if let Err(error) = self.write(changes).await {
            self.undo(&made).await;
            return Err(error);
        }
        let given = self.hand_over(changes, &made).await?;
        self.write(changes).await?;
        Ok(wanting.saturating_sub(given))
    }

    async fn register_all(&self, changes: &mut Changes, runners: Vec<RunnerRecord>) -> Result<Vec<Introduced>, Failed> {
        let attempts = stream::iter(runners).map(|runner| self.register(runner)).buffered(REGISTRATIONS_AT_ONCE);
        let mut made = Vec::new();
        for attempt in attempts.collect::<Vec<_>>().await {
            match attempt {
                Ok(introduced) => {
                    let registration = introduced.credential.registration;
                    let reason = Reason::Registered { registration, scope: introduced.runner.scope.to_string() };
                    changes.runner(&introduced.runner.key, &reason, |record, _| record.registration = Some(registration))?;
                    made.push(introduced);
                }
                Err((runner, cause)) => {
                    changes.runner(&runner, &call_failed("registering the runner", &cause, UNTIL_THE_BOOT_LIMIT), |_, _| ())?;
                }
            }
        }
        Ok(made)
    }

    async fn register(&self, runner: RunnerRecord) -> Result<Introduced, (RunnerKey, String)> {
        let failed = |cause: String| (runner.key.clone(), cause);
        let instance = runner.instance().cloned().ok_or_else(|| failed("it has no machine any more".to_owned()))?;
        let new = NewRunner { name: self.service.config.runner_name(&instance), labels: runner.labels.clone() };
        let forge = self.forge(&runner.forge).await.map_err(|error| failed(error.to_string()))?;
        let credential = forge.register(&runner.scope, &new).await.map_err(|error| failed(error.to_string()))?;
        Ok(Introduced { runner, instance, credential })
    }

    /// Another worker was faster: its registrations count, ours go, with or without a lease: nobody else knows of them.
    async fn undo(&self, made: &[Introduced]) {
        for introduced in made {
            if let Some(forge) = self.service.forges.get(&introduced.runner.forge) {
                let _becomes_a_ghost = forge.deregister(&introduced.runner.scope, introduced.credential.registration).await;
            }
        }
    }

    /// Gives their machines the identities; how many have theirs, or need none any more.
    async fn hand_over(&self, changes: &mut Changes, made: &[Introduced]) -> Result<usize, Failed> {
        let mut settled = 0;
        let mut ready: BTreeMap<&BackendName, Vec<(&Introduced, Identity)>> = BTreeMap::new();
        for introduced in made {
            match self.identity(introduced) {
                Ok(identity) => ready.entry(&introduced.runner.backend).or_default().push((introduced, identity)),
                Err(refusal) => {
                    let reason = call_failed("handing over the identity", &refusal, UNTIL_THE_BOOT_LIMIT);
                    changes.runner(&introduced.runner.key, &reason, |_, _| ())?;
                }
            }
        }
        for (backend, ready) in ready {
            let machine = |(introduced, identity): (&Introduced, Identity)| (introduced.instance.clone(), identity);
            let introduced: Vec<&Introduced> = ready.iter().map(|(introduced, _)| *introduced).collect();
            let identities: Vec<_> = ready.into_iter().map(machine).collect();
            let outcomes = self.cloud(backend).await?.hand_over_all(&identities).await;
            for (introduced, outcome) in introduced.into_iter().zip(outcomes) {
                settled += usize::from(self.handed_over(changes, introduced, outcome).await?);
            }
        }
        Ok(settled)
    }

    async fn handed_over(
        &self,
        changes: &mut Changes,
        introduced: &Introduced,
        outcome: Result<HandOver, CloudError>,
    ) -> Result<bool, Failed> {
        let runner = &introduced.runner;
        match outcome {
            Ok(HandOver::Done) => {
                changes.runner(&runner.key, &Reason::HandedOver, |record, now| record.handed_over_at = Some(now))?;
                Ok(true)
            }
            Ok(HandOver::AlreadyGiven) => self.adopt(changes, introduced).await,
            Ok(HandOver::NoMachine) => {
                self.undo(std::slice::from_ref(introduced)).await;
                Ok(true)
            }
            Err(error) => {
                changes.runner(&runner.key, &cloud_failed(&error, UNTIL_THE_BOOT_LIMIT), |_, _| ())?;
                Ok(false)
            }
        }
    }

    /// The machine had its identity before our records knew of it, as after the loss of the store. The registration of
    /// its name is the one that it uses; if there is none, its one job is over.
    async fn adopt(&self, changes: &mut Changes, introduced: &Introduced) -> Result<bool, Failed> {
        self.undo(std::slice::from_ref(introduced)).await;
        let Introduced { runner, instance, credential } = introduced;
        let name = self.service.config.runner_name(instance);
        let known = match self.forge(&runner.forge).await?.registrations(&runner.scope).await {
            Ok(known) => known,
            Err(error) => {
                let reason = call_failed("looking for the machine's runner", &error, "tried again at the next pass");
                changes.runner(&runner.key, &reason, |record, _| record.registration = None)?;
                return Ok(false);
            }
        };
        let others = known.into_iter().filter(|other| other.name == name && other.id != credential.registration);
        let registration = others.max_by_key(|other| other.online).map_or(credential.registration, |other| other.id);
        let reason = Reason::Registered { registration, scope: runner.scope.to_string() };
        changes.runner(&runner.key, &reason, |record, now| {
            record.registration = Some(registration);
            record.handed_over_at = Some(now);
        })?;
        Ok(true)
    }

    fn identity(&self, introduced: &Introduced) -> Result<Identity, userdata::Refusal> {
        let Introduced { runner, instance, credential } = introduced;
        let config = &self.service.config;
        let url = config.forges.get(&runner.forge).map(|forge| forge.url.as_str()).unwrap_or_default();
        let pool = config.pool(&runner.pool);
        let labels: Vec<String> =
            pool.map(|pool| pool.labels_for(&runner.labels)).unwrap_or_default().iter().map(ToString::to_string).collect();
        Ok(Identity {
            forge_url: ForgeUrl::parse(url)?,
            runner_name: config.runner_name(instance),
            runner_id: credential.registration,
            uuid: credential.uuid.clone(),
            token: credential.token.clone(),
            labels: Labels::parse(labels.iter().map(String::as_str))?,
            ephemeral: true,
            handle: runner.handle.clone(),
            clone_credential: None,
        })
    }
}
