//! The cloud as the product reaches it.

use std::sync::Arc;

use async_trait::async_trait;
use dispatch::cloud::{
    Cloud, CloudError, CloudErrorKind, HandOver, IdentityState, Instance, InstanceState, LaunchOrder, Withdrawal,
};
use dispatch::identifier::{InstanceId, RunnerKey};
use userdata::Identity as Handed;

use super::super::agenda::Millis;
use super::super::fault::Fault;
use super::super::line::{Fate, ask};
use super::super::looks::Looks;
use super::super::safety::Safety;
use super::super::world::{Shared, World, lock, moment};
use super::launch::refused;
use super::{Identity, Machine, Order, SHOWN_AFTER_END_MS, number};

/// One process's connection.
pub(crate) struct CloudSeam {
    world: Shared,
    looks: Arc<Looks>,
}

impl CloudSeam {
    /// A connection.
    pub(crate) fn new(world: Shared, looks: Arc<Looks>) -> Self {
        Self { world, looks }
    }

    async fn ask<T: Send + 'static>(
        &self,
        what: &'static str,
        takes: (Millis, Millis),
        effect: impl FnOnce(&mut World) -> Result<T, CloudError> + Send + 'static,
    ) -> Result<T, CloudError> {
        if lock(&self.world).strikes(Fault::CloudThrottled) {
            return Err(CloudError {
                what: what.to_owned(),
                cause: "RequestLimitExceeded".to_owned(),
                kind: CloudErrorKind::Throttled,
            });
        }
        let lost = || CloudError { what: what.to_owned(), cause: "no answer".to_owned(), kind: CloudErrorKind::Transient };
        ask(&self.world, |world| fate(world, takes), effect).await.unwrap_or_else(|| Err(lost()))
    }
}

fn fate(world: &mut World, (least, most): (Millis, Millis)) -> Fate {
    if world.suffers(Fault::CloudDown) {
        return Fate::fails(5_000);
    }
    let delay = world.random.between(least..=most);
    Fate::among(world, delay, Fault::CloudError, Fault::CloudAnswerLost)
}

#[async_trait]
impl Cloud for CloudSeam {
    async fn launch(&self, order: &LaunchOrder<'_>) -> Result<Vec<Instance>, CloudError> {
        let order = Order {
            batch: order.batch.clone(),
            pool: order.pool.clone(),
            labels: order.labels.iter().map(|label| label.name().to_owned()).collect(),
            sent: lock(&self.world).now(),
        };
        self.ask("launch", (500, 3_000), move |world| world.launch(&order)).await
    }

    async fn instances(&self) -> Result<Vec<Instance>, CloudError> {
        {
            let world = lock(&self.world);
            self.looks.begin();
            if world.without(Safety::OrderOfLooks) {
                self.looks.note_early(world.queue());
            }
        }
        self.ask("instances", (50, 300), |world| Ok(world.listed())).await
    }

    async fn terminate(&self, instances: &[InstanceId]) -> Result<(), CloudError> {
        let instances = instances.to_vec();
        self.ask("terminate", (50, 500), move |world| {
            world.terminate(&instances);
            Ok(())
        })
        .await
    }

    async fn hand_over(&self, instance: &InstanceId, identity: &Handed) -> Result<HandOver, CloudError> {
        let (instance, registration, handle) = (instance.clone(), identity.runner_id, identity.handle.clone());
        identity.to_wire().map_err(|refusal| refused(&refusal.to_string(), CloudErrorKind::Invalid))?;
        self.ask("hand over", (5, 30), move |world| Ok(world.hand_over(&instance, registration, handle))).await
    }

    async fn withdraw(&self, instance: &InstanceId) -> Result<Withdrawal, CloudError> {
        let instance = instance.clone();
        self.ask("withdraw", (5, 30), move |world| Ok(world.withdraw(&instance))).await
    }
}

impl World {
    /// What the cloud's list shows of one machine.
    pub(super) fn shown(&self, number: u64) -> Option<Instance> {
        self.cloud.machines.get(&number).map(|machine| self.shown_as(machine))
    }

    fn shown_as(&self, machine: &Machine) -> Instance {
        let now = self.now();
        let state = match machine.ended {
            Some((_, how)) if machine.end_listed <= now => InstanceState::Ended { how: Some(how.to_owned()) },
            _ if machine.terminated.is_some() => InstanceState::Ended { how: None },
            _ => InstanceState::Alive,
        };
        Instance {
            id: machine.id.clone(),
            runner: Some(RunnerKey { batch: machine.batch.clone(), index: machine.index }),
            pool: Some(machine.pool.clone()),
            serves: Some((machine.forge.clone(), machine.scope.clone())),
            launched_at: moment(machine.launched),
            state,
            identity: match machine.identity {
                Identity::NeverGiven => IdentityState::NeverGiven,
                Identity::Lies(_) => IdentityState::Waiting,
                Identity::Taken | Identity::Withdrawn => IdentityState::Taken,
            },
        }
    }

    /// The list: late to show what is new, and for a while also what is over.
    pub fn listed(&self) -> Vec<Instance> {
        let now = self.now();
        let forgotten = |ended: Millis| now >= ended + SHOWN_AFTER_END_MS;
        let listed = self
            .cloud
            .machines
            .values()
            .filter(|machine| machine.listed <= now && !machine.ended.is_some_and(|(at, _)| forgotten(at)));
        let others = self.cloud.others.iter().filter(|_| self.without(Safety::OwnTag));
        listed.map(|machine| self.shown_as(machine)).chain(others.cloned()).collect()
    }

    fn hand_over(&mut self, id: &InstanceId, registration: u64, handle: Option<String>) -> HandOver {
        let Some(machine) = number(id).and_then(|number| self.cloud.machines.get_mut(&number)) else {
            return HandOver::NoMachine;
        };
        if machine.ended.is_some() {
            return HandOver::NoMachine;
        }
        if machine.identity != Identity::NeverGiven {
            return HandOver::AlreadyGiven;
        }
        machine.identity = Identity::Lies(registration);
        machine.handle = handle;
        self.tell(|| format!("cloud: lays out the identity of runner {registration} for {id}"));
        if let Some(number) = number(id) {
            self.look_for_identity(number);
        }
        HandOver::Done
    }

    fn withdraw(&mut self, id: &InstanceId) -> Withdrawal {
        let believes = self.without(Safety::Withdrawal);
        let Some(machine) = number(id).and_then(|number| self.cloud.machines.get_mut(&number)) else {
            return Withdrawal::Withdrawn;
        };
        match machine.identity {
            Identity::Taken if !believes => Withdrawal::AlreadyTaken,
            Identity::Taken => Withdrawal::Withdrawn,
            Identity::Lies(_) if machine.takes > 0 => Withdrawal::AlreadyTaken,
            Identity::NeverGiven | Identity::Lies(_) | Identity::Withdrawn => {
                machine.identity = Identity::Withdrawn;
                Withdrawal::Withdrawn
            }
        }
    }
}
