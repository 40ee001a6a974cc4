//! Launching: tokens, quota, capacity, partial fulfilment.

use dispatch::cloud::{CloudError, CloudErrorKind, Instance};
use dispatch::label::LabelSet;
use dispatch::pool::Pool;
use dispatch::record::Batch;

use super::super::agenda::Millis;
use super::super::fault::Fault;
use super::super::safety::Safety;
use super::super::world::World;
use super::{Doom, Identity, Limits, Machine, Parameters, Stage, instance};

/// Seconds after which the backend takes what is shown for all there is.
const SHOWN_AFTER_S: u64 = 300;

/// An order on its way to the cloud.
#[derive(Clone, Debug)]
pub(crate) struct Order {
    /// As stored.
    pub batch: Batch,
    /// The pool at the time of the call.
    pub pool: Pool,
    /// What the runners will offer.
    pub labels: LabelSet,
    /// When it was sent.
    pub sent: Millis,
}

impl Order {
    fn parameters(&self) -> Parameters {
        Parameters {
            pool: self.pool.clone(),
            scope: self.batch.scope.clone(),
            labels: self.labels.clone(),
            count: self.batch.members.len(),
        }
    }
}

impl World {
    /// The order arrives.
    pub(super) fn launch(&mut self, order: &Order) -> Result<Vec<Instance>, CloudError> {
        let token = order.batch.id.as_str().to_owned();
        let known = self.cloud.tokens.get(&token).filter(|_| !self.without(Safety::ClientToken)).cloned();
        if let Some((parameters, machines)) = known {
            if parameters != order.parameters() {
                self.tell(|| format!("cloud: refuses order {token}: another order had this token"));
                return self.known_by_tag(order);
            }
            self.tell(|| format!("cloud: order {token} again: the same {} machines", machines.len()));
            return Ok(machines.iter().filter_map(|machine| self.shown(*machine)).collect());
        }
        if order.batch.members.is_empty() {
            return Err(refused("InvalidParameterValue: minCount", CloudErrorKind::Invalid));
        }
        if self.strikes(Fault::CapacityFlickers) {
            let now = self.now();
            self.weather.excuse(now, now);
            return Err(refused("InsufficientInstanceCapacity", CloudErrorKind::Capacity));
        }
        if self.suffers(Fault::CapacityGone) {
            return Err(refused("InsufficientInstanceCapacity", CloudErrorKind::Capacity));
        }
        if self.suffers(Fault::QuotaReached) {
            return Err(refused("MaxSpotInstanceCountExceeded", CloudErrorKind::Quota));
        }
        let wanted = u16::try_from(order.batch.members.len()).unwrap_or(u16::MAX);
        let fewer = wanted > 1 && self.strikes(Fault::PartialLaunch);
        let count = if fewer { self.random.between(1..=u64::from(wanted) - 1) } else { u64::from(wanted) };
        self.check_order(order);
        let machines: Vec<u64> = (0..u16::try_from(count).unwrap_or(wanted)).map(|index| self.create(order, index)).collect();
        self.cloud.tokens.insert(token, (order.parameters(), machines.clone()));
        Ok(machines.iter().filter_map(|machine| self.shown(*machine)).collect())
    }

    /// What the backend makes of `IdempotentParameterMismatch` (`Ec2Cloud::launched_before`): the order was carried out, so its
    /// machines are those that the list shows, or will show; or they have come and gone, and another order takes its place.
    fn known_by_tag(&self, order: &Order) -> Result<Vec<Instance>, CloudError> {
        let is_of = |instance: &Instance| instance.runner.as_ref().is_some_and(|runner| runner.batch == order.batch.id);
        let machines: Vec<Instance> = self.listed().into_iter().filter(is_of).collect();
        let is_young = self.moment().since_s(order.batch.made_at) < SHOWN_AFTER_S;
        let mismatch = |kind| Err(refused("IdempotentParameterMismatch: the token was used for another order", kind));
        if is_young && machines.len() < order.batch.members.len() {
            return mismatch(CloudErrorKind::Transient);
        }
        if machines.is_empty() { mismatch(CloudErrorKind::Capacity) } else { Ok(machines) }
    }

    fn create(&mut self, order: &Order, index: u16) -> u64 {
        self.cloud.numbers += 1;
        let (number, now) = (self.cloud.numbers, self.now());
        let late = if self.strikes(Fault::ListLags) { self.random.between(1_000..=40_000) } else { 0 };
        let lag = late + self.random.mostly_small(50..=5_000);
        let machine = Machine {
            id: instance(number),
            batch: order.batch.id.clone(),
            index,
            pool: order.batch.pool.clone(),
            forge: order.batch.forge.clone(),
            scope: order.batch.scope.clone(),
            labels: order.labels.clone(),
            handle: None,
            launched: now,
            listed: now + lag,
            stage: Stage::Boots,
            doom: self.doom(),
            limits: Limits {
                boot: order.pool.boot_limit_s * 1_000,
                idle: order.pool.idle_limit_s * 1_000,
                age: order.pool.maximum_age_s * 1_000,
            },
            identity: Identity::NeverGiven,
            takes: 0,
            registration: None,
            online: None,
            asks: false,
            job: None,
            drained: None,
            stays_on: false,
            done: None,
            terminated: None,
            ended: None,
            end_listed: 0,
            settled: false,
        };
        self.tell(|| format!("cloud: launches {} in pool {} for {}", machine.id, machine.pool, machine.scope));
        self.cloud.machines.insert(number, machine);
        self.check_launch(number, order.sent);
        self.boot(number);
        number
    }

    fn doom(&mut self) -> Option<Doom> {
        let dooms = [
            (Fault::BootHangs, Doom::Hangs),
            (Fault::ScriptNeverRuns, Doom::NeverRuns),
            (Fault::RunnerDeaf, Doom::Deaf),
            (Fault::MachineClockWrong, Doom::ClockWrong),
        ];
        dooms.into_iter().find(|(fault, _)| self.strikes(*fault)).map(|(_, doom)| doom)
    }
}

pub(super) fn refused(cause: &str, kind: CloudErrorKind) -> CloudError {
    CloudError { what: "launch".to_owned(), cause: cause.to_owned(), kind }
}
