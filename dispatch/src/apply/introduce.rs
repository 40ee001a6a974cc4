//! Registers runners at the forge and gives their machines the identity, several at a time.
//!
//! The registration is recorded before the identity is handed over. A crash in between leaves a registration that
//! nobody can use and that the record names; the next pass replaces it if the cloud says that nothing was handed over.

use std::sync::Arc;

use futures_util::stream::{self, StreamExt};
use userdata::{ForgeUrl, Identity, Labels};

use super::{Apply, Failed, call_failed};
use crate::cloud::{Cloud, HandOver};
use crate::forge::{Credential, Forge, NewRunner};
use crate::identifier::{InstanceId, RunnerKey};
use crate::journal::Subject;
use crate::reason::Reason;
use crate::record::RunnerRecord;

/// Registrations under way at one forge at the same time.
const REGISTRATIONS_AT_ONCE: usize = 8;

/// A runner whose registration was just made.
struct Introduced {
    runner: RunnerRecord,
    instance: InstanceId,
    credential: Credential,
}

impl Apply<'_> {
    /// Introduces a runner of an earlier pass.
    pub(super) async fn introduce_again(&self, runner: &RunnerKey, lost: Option<u64>, reason: &Reason) -> Result<(), Failed> {
        let record = self.ledger().runner(runner).await?.record;
        if record.handed_over_at.is_some() || !record.is_open() {
            return Err(Failed::Overtaken);
        }
        if let Some(registration) = lost {
            self.forge(&record)?
                .deregister(&record.scope, registration)
                .await
                .map_err(|error| Failed::Call(error.to_string()))?;
            self.record(runner, reason, |record, _| record.registration = None).await?;
        }
        self.introduce(vec![record]).await
    }

    /// Registers, records, hands over, records.
    pub(super) async fn introduce(&self, runners: Vec<RunnerRecord>) -> Result<(), Failed> {
        let wanting = runners.into_iter().filter(|runner| runner.handed_over_at.is_none());
        let attempts: Vec<_> =
            stream::iter(wanting).map(|runner| self.register(runner)).buffered(REGISTRATIONS_AT_ONCE).collect().await;
        let (made, failed): (Vec<_>, Vec<_>) = attempts.into_iter().partition(Result::is_ok);
        let made: Vec<Introduced> = made.into_iter().filter_map(Result::ok).collect();
        if let Err(error) = self.record_registrations(&made).await {
            self.undo(&made).await;
            return Err(error);
        }
        let given = self.hand_over(&made).await?;
        if !given.is_empty() {
            self.change(&given, &Reason::HandedOver, |record, now| record.handed_over_at = Some(now)).await?;
        }
        failed.into_iter().find_map(Result::err).map_or(Ok(()), Err)
    }

    async fn register(&self, runner: RunnerRecord) -> Result<Introduced, Failed> {
        let Some(instance) = runner.instance().cloned() else { return Err(Failed::Overtaken) };
        let name = self.service.config.runner_name(&instance);
        let new = NewRunner { name, labels: runner.labels.clone() };
        match self.forge(&runner)?.register(&runner.scope, &new).await {
            Ok(credential) => Ok(Introduced { runner, instance, credential }),
            Err(error) => {
                let reason = call_failed("registering the runner", &error, "tried again at the next pass, until the boot limit");
                self.record(&runner.key, &reason, |_, _| ()).await?;
                Err(Failed::Call(error.to_string()))
            }
        }
    }

    async fn record_registrations(&self, made: &[Introduced]) -> Result<(), Failed> {
        if made.is_empty() {
            return Ok(());
        }
        let now = self.service.clock.now();
        let registration = |key: &RunnerKey| {
            made.iter().find(|introduced| introduced.runner.key == *key).map(|introduced| introduced.credential.registration)
        };
        let keys: Vec<RunnerKey> = made.iter().map(|introduced| introduced.runner.key.clone()).collect();
        let record = |runner: &mut RunnerRecord| {
            if let Some(id) = registration(&runner.key) {
                runner.registration = Some(id);
                runner.story.add(now, &Reason::Registered { registration: id, scope: runner.scope.to_string() });
            }
        };
        for runner in self.ledger().change_runners(&keys, record).await? {
            if let Some(registration) = runner.registration {
                self.tell(&Subject::Runner(runner.key), &Reason::Registered { registration, scope: runner.scope.to_string() });
            }
        }
        Ok(())
    }

    /// Another worker was faster: its registrations count, ours go.
    async fn undo(&self, made: &[Introduced]) {
        for introduced in made {
            if let Ok(forge) = self.forge(&introduced.runner) {
                let _becomes_a_ghost = forge.deregister(&introduced.runner.scope, introduced.credential.registration).await;
            }
        }
    }

    /// Those whose machines can take their identities. All are of one order, and so of one cloud.
    async fn hand_over(&self, made: &[Introduced]) -> Result<Vec<RunnerKey>, Failed> {
        let mut ready = Vec::with_capacity(made.len());
        for introduced in made {
            match self.identity(introduced) {
                Ok(identity) => ready.push((introduced, (introduced.instance.clone(), identity))),
                Err(refusal) => self.hand_over_failed(&introduced.runner, &refusal).await?,
            }
        }
        let (ready, identities): (Vec<_>, Vec<_>) = ready.into_iter().unzip();
        let Some(first) = ready.first() else { return Ok(Vec::new()) };
        let outcomes = self.cloud(&first.runner)?.hand_over_all(&identities).await;
        let mut given = Vec::with_capacity(ready.len());
        for (introduced, outcome) in ready.into_iter().zip(outcomes) {
            match outcome {
                Ok(HandOver::Done) => given.push(introduced.runner.key.clone()),
                Ok(HandOver::AlreadyGiven) => self.adopt(introduced).await?,
                Ok(HandOver::NoMachine) => self.undo(std::slice::from_ref(introduced)).await,
                Err(error) => self.hand_over_failed(&introduced.runner, &error).await?,
            }
        }
        Ok(given)
    }

    /// The machine had its identity before our records knew of it, as after the loss of the store. The registration of
    /// its name is the one that it uses; if there is none, its one job is over.
    async fn adopt(&self, introduced: &Introduced) -> Result<(), Failed> {
        self.undo(std::slice::from_ref(introduced)).await;
        let Introduced { runner, instance, credential } = introduced;
        let name = self.service.config.runner_name(instance);
        let known = match self.forge(runner)?.registrations(&runner.scope).await {
            Ok(known) => known,
            Err(error) => {
                let reason = call_failed("looking for the machine's runner", &error, "tried again at the next pass");
                self.record(&runner.key, &reason, |record, _| record.registration = None).await?;
                return Err(Failed::Call(error.to_string()));
            }
        };
        let others = known.into_iter().filter(|other| other.name == name && other.id != credential.registration);
        let registration = others.max_by_key(|other| other.online).map_or(credential.registration, |other| other.id);
        let adopt = |record: &mut RunnerRecord, now| {
            record.registration = Some(registration);
            record.handed_over_at = Some(now);
        };
        self.record(&runner.key, &Reason::Registered { registration, scope: runner.scope.to_string() }, adopt).await
    }

    async fn hand_over_failed(&self, runner: &RunnerRecord, cause: &(dyn std::fmt::Display + Sync)) -> Result<(), Failed> {
        let reason = call_failed("handing over the identity", cause, "tried again at the next pass, until the boot limit");
        self.record(&runner.key, &reason, |_, _| ()).await
    }

    fn identity(&self, introduced: &Introduced) -> Result<Identity, userdata::Refusal> {
        let Introduced { runner, instance, credential } = introduced;
        let config = &self.service.config;
        let url = config.forges.get(&runner.forge).map(|forge| forge.url.as_str()).unwrap_or_default();
        let pool = config.pools.iter().find(|pool| pool.name == runner.pool);
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

    pub(super) fn forge(&self, runner: &RunnerRecord) -> Result<Arc<dyn Forge>, Failed> {
        let missing = || Failed::Call(format!("forge `{}` is no longer configured", runner.forge));
        self.service.forges.get(&runner.forge).cloned().ok_or_else(missing)
    }

    pub(super) fn cloud(&self, runner: &RunnerRecord) -> Result<Arc<dyn Cloud>, Failed> {
        let missing = || Failed::Call(format!("backend `{}` is no longer configured", runner.backend));
        self.service.clouds.get(&runner.backend).cloned().ok_or_else(missing)
    }
}
