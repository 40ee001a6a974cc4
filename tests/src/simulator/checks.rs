//! The promises, checked against the world alone: what our own records say is no evidence.

use std::collections::{BTreeMap, BTreeSet};

use dispatch::identifier::{PoolName, Scope};
use dispatch::label::LabelSet;
use dispatch::record::Record;
use dispatch::store::Key;
use serde::Serialize;

use super::agenda::Millis;
use super::cloud::{Doom, Machine, Order, instance};
use super::forge::{Job, Status};
use super::others::is_foreign;
use super::script::Script;
use super::world::World;

/// A promise that can be broken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Promise {
    /// Every queued job that has a pool is served, or refused with a reason, in time.
    NothingForgotten,
    /// Machines beyond demand are explained by the failure of earlier ones.
    NothingDoubled,
    /// No machine lives beyond its bound.
    NoZombie,
    /// A busy runner is not killed before its bound.
    NoBusyKill,
    /// No job is killed by the removal of its runner's registration.
    NoRacingRemoval,
    /// No limit is exceeded.
    LimitsHold,
    /// Nothing of others is touched.
    OthersUntouched,
    /// A paused installation launches nothing.
    PauseHolds,
    /// An identity is used once.
    IdentityOnce,
    /// After quiet nothing is left.
    NothingLeft,
}

/// A broken promise.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Violation {
    /// Which.
    pub promise: Promise,
    /// When, in milliseconds since the beginning of the story.
    pub at: Millis,
    /// How.
    pub what: String,
}

/// What was seen so far.
#[derive(Debug, Default)]
pub struct Checks {
    /// Broken promises.
    pub violations: Vec<Violation>,
    /// Jobs that wait for a runner.
    pub demands: BTreeMap<u64, Demand>,
    /// Jobs that were taken.
    pub served: u64,
    /// Jobs that were told why they are not served.
    pub told: BTreeSet<u64>,
    /// Machines launched.
    pub launches: u64,
    /// Longest wait of a job that was taken, in milliseconds.
    pub longest_wait: Millis,
    /// Since when the operator's switch forbids launches.
    pub switched_off: Option<Millis>,
    /// Until when waiting machines are ended because the operator drains.
    pub drained_until: Millis,
    /// When the records were last deleted.
    pub(crate) records_deleted: Option<Millis>,
    /// Until when a process stood still last, and the number of the lease that was held then.
    pub last_freeze: Option<(Millis, Option<u64>)>,
    groups: BTreeMap<Group, Tally>,
    places: BTreeMap<Place, Use>,
}

/// A job that waits.
#[derive(Clone, Debug)]
pub struct Demand {
    since: Millis,
    group: Group,
    places: Vec<Place>,
    failed_before: u64,
}

/// Whoever has this in common can stand in for each other.
type Group = (Scope, LabelSet);

#[derive(Clone, Copy, Debug, Default)]
struct Tally {
    demanded: u64,
    launched: u64,
    failed: u64,
}

/// What has a limit.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Place {
    Total,
    Pool(PoolName),
    Owner(String),
    Repository(String),
}

#[derive(Clone, Debug, Default)]
struct Use {
    machines: u64,
    full_since: Option<Millis>,
    was_full: Vec<(Millis, Millis)>,
}

/// Seconds in which a job is served when nothing stands in its way: a sweep, a restart, a lease, a boot.
const PATIENCE_MS: Millis = 600_000;
/// How long our records may lag behind the end of a machine.
const NOTICE_MS: Millis = 150_000;
/// How much longer than its bound a machine may live.
const SLACK_MS: Millis = 150_000;
/// How old a decision may be when it takes effect.
const DECISION_MS: Millis = 60_000;

impl World {
    /// A promise is broken.
    pub fn violate(&mut self, promise: Promise, what: String) {
        self.tell(|| format!("BROKEN {promise:?}: {what}"));
        let at = self.now();
        self.checks.violations.push(Violation { promise, at, what });
    }

    /// A job waits for a runner.
    pub fn open_demand(&mut self, id: u64, job: &Job) {
        let Some(pool) = self.script.pool_for(&job.labels).map(|pool| pool.name.clone()) else { return };
        let scope = scope_of(&self.script, job);
        let group = (scope.clone(), job.labels.clone());
        let tally = self.checks.groups.entry(group.clone()).or_default();
        tally.demanded += 1;
        let demand = Demand { since: self.agenda.now(), group, places: places(&scope, &pool), failed_before: tally.failed };
        self.checks.demands.insert(id, demand);
    }

    /// It waits no longer.
    pub fn close_demand(&mut self, id: u64, taken: bool) {
        if let Some(demand) = self.checks.demands.remove(&id).filter(|_| taken) {
            self.checks.served += 1;
            self.checks.longest_wait = self.checks.longest_wait.max(self.now() - demand.since);
        }
    }

    /// Somebody was told that it will not be served, and why.
    pub fn refuse_demand(&mut self, id: u64) {
        if self.checks.demands.remove(&id).is_some() {
            self.checks.told.insert(id);
        }
    }

    /// Looks for jobs that wait for too long; again each minute.
    pub fn watch_demands(&mut self) {
        let late: Vec<u64> = self.checks.demands.iter().filter(|(_, demand)| self.is_late(demand)).map(|(id, _)| *id).collect();
        for id in late {
            let since = self.checks.demands.remove(&id).map_or(0, |demand| demand.since);
            let waited_s = (self.now() - since) / 1_000;
            self.violate(Promise::NothingForgotten, format!("job {id} has waited for {waited_s} s"));
        }
        self.after(60_000, Self::watch_demands);
    }

    fn is_late(&self, demand: &Demand) -> bool {
        let now = self.now();
        let was_full: Vec<(Millis, Millis)> =
            demand.places.iter().filter_map(|place| self.checks.places.get(place)).flat_map(|used| used.full(now)).collect();
        let waited = self.weather.fair_ms(demand.since, now, &was_full);
        waited > PATIENCE_MS && waited > PATIENCE_MS + self.allowance(demand)
    }

    /// What failed machines and those that may yet fail cost.
    fn allowance(&self, demand: &Demand) -> Millis {
        let failed = self.checks.groups.get(&demand.group).map_or(0, |tally| tally.failed - demand.failed_before);
        let of_group = |machine: &&Machine| machine.scope == demand.group.0 && machine.labels == demand.group.1;
        let machines = self.cloud.machines.values().filter(of_group);
        let alive = machines.filter(|machine| machine.ended.is_none() && machine.job.is_none()).count();
        let bound = self.script.settings.pools.iter().map(|pool| pool.boot_limit_s + pool.idle_limit_s).max().unwrap_or(0);
        let tries = failed + u64::try_from(alive).unwrap_or(0);
        let backoff_s: u64 = (0..tries).map(|number| 60 << number.min(4)).sum();
        (tries * (bound + 300) + backoff_s) * 1_000
    }

    /// A process stands still until a moment; what it does then is old, unless another one takes over.
    pub(crate) fn note_freeze(&mut self, until: Millis) {
        self.checks.last_freeze = Some((until, self.lease_number()));
    }

    fn lease_number(&self) -> Option<u64> {
        match self.records.read(&Key::lease())?.record {
            Record::Lease(lease) => Some(lease.fence),
            _ => None,
        }
    }

    /// An order is about to bring machines. What was stored before the switch was turned may still come.
    pub(crate) fn check_order(&mut self, order: &Order) {
        let Some(since) = self.checks.switched_off else { return };
        let stored = self.records.ordered(&order.batch.id).unwrap_or(order.sent);
        let lease = self.lease_number();
        let alone = self.checks.last_freeze.is_some_and(|(until, held)| until + 2 * DECISION_MS > stored && held == lease);
        if stored > since + DECISION_MS && !alone {
            self.violate(Promise::PauseHolds, format!("order {} was stored although the installation is paused", order.batch.id));
        }
    }

    /// A machine was launched.
    pub fn check_launch(&mut self, number: u64, sent: Millis) {
        let Some(machine) = self.cloud.machines.get(&number).cloned() else { return };
        self.checks.launches += 1;
        let tally = self.checks.groups.entry((machine.scope.clone(), machine.labels.clone())).or_default();
        tally.launched += 1;
        self.watch_machine(number, &machine);
        if self.checks.records_deleted.is_some_and(|at| sent <= at) {
            return self.forgive(number);
        }
        for place in places(&machine.scope, &machine.pool) {
            self.occupy(place);
        }
        self.check_demand(number, &machine);
    }

    /// What is launched beyond demand must be explained.
    fn check_demand(&mut self, number: u64, machine: &Machine) {
        let group = (machine.scope.clone(), machine.labels.clone());
        let Tally { demanded, launched, failed } = self.checks.groups.get(&group).copied().unwrap_or_default();
        if launched > demanded + failed {
            let name = instance(number);
            self.violate(
                Promise::NothingDoubled,
                format!(
                    "{name} is machine {launched} for {demanded} jobs of {}, of whose machines {failed} failed",
                    machine.scope
                ),
            );
        }
    }

    fn forgive(&mut self, number: u64) {
        let Some(machine) = self.cloud.machines.get_mut(&number).filter(|machine| !machine.settled) else { return };
        machine.settled = true;
        let machine = machine.clone();
        self.checks.groups.entry((machine.scope, machine.labels)).or_default().failed += 1;
    }

    fn occupy(&mut self, place: Place) {
        let now = self.now();
        let limit = limit_of(&self.script, &place);
        let used = self.checks.places.entry(place.clone()).or_default();
        used.machines += 1;
        let machines = used.machines;
        if limit.is_some_and(|limit| machines >= limit) {
            used.full_since.get_or_insert(now);
        }
        if let Some(limit) = limit.filter(|limit| machines > *limit) {
            self.violate(Promise::LimitsHold, format!("{machines} machines at {place:?}, which may have {limit}"));
        }
    }

    fn leave_place(&mut self, place: Place) {
        let now = self.now();
        let used = self.checks.places.entry(place).or_default();
        used.machines = used.machines.saturating_sub(1);
        if let Some(since) = used.full_since.take() {
            used.was_full.push((since, now + NOTICE_MS));
        }
    }

    fn leave_places(&mut self, number: u64) {
        let Some(machine) = self.cloud.machines.get(&number).filter(|machine| !machine.settled) else { return };
        for place in places(&machine.scope, &machine.pool) {
            self.leave_place(place);
        }
    }

    /// A machine counts no longer.
    pub fn check_end(&mut self, number: u64) {
        let now = self.now();
        self.leave_places(number);
        let Some(machine) = self.cloud.machines.get_mut(&number).filter(|machine| !machine.settled) else { return };
        machine.settled = true;
        let machine = machine.clone();
        if has_failed(&machine, now) || (machine.job.is_none() && now < self.checks.drained_until) {
            self.checks.groups.entry((machine.scope, machine.labels)).or_default().failed += 1;
        }
    }

    /// All records are gone: what was launched before explains what is launched again.
    pub fn forgive_lost_records(&mut self) {
        self.checks.records_deleted = Some(self.now());
        let alive = self.cloud.machines.iter().filter(|(_, machine)| machine.counts());
        let alive: Vec<u64> = alive.map(|(number, _)| *number).collect();
        for number in alive {
            self.leave_places(number);
            self.forgive(number);
        }
    }

    fn watch_machine(&mut self, number: u64, machine: &Machine) {
        let limits = machine.limits;
        self.after(limits.boot + limits.idle + SLACK_MS, move |world| world.check_without_work(number));
        self.after(limits.age + SLACK_MS, move |world| world.check_age(number));
    }

    fn check_without_work(&mut self, number: u64) {
        let Some(machine) = self.cloud.machines.get(&number).filter(|machine| machine.counts() && machine.job.is_none()) else {
            return;
        };
        let limits = machine.limits;
        self.check_bound(number, limits.boot + limits.idle, "without ever having worked", Self::check_without_work);
    }

    fn check_age(&mut self, number: u64) {
        let Some(limits) = self.cloud.machines.get(&number).filter(|machine| machine.counts()).map(|machine| machine.limits)
        else {
            return;
        };
        self.check_bound(number, limits.age, "beyond its maximum age", Self::check_age);
    }

    /// Only for a machine whose script never ran does the bound depend on us, and so on the weather.
    fn check_bound(&mut self, number: u64, bound: Millis, how: &str, again: fn(&mut Self, u64)) {
        let Some(machine) = self.cloud.machines.get(&number) else { return };
        let age = self.now() - machine.launched;
        if machine.doom == Some(Doom::NeverRuns)
            && self.weather.fair_ms(machine.launched, self.now(), &[]) <= bound + 2 * SLACK_MS
        {
            self.after(60_000, move |world| again(world, number));
            return;
        }
        let name = instance(number);
        self.violate(Promise::NoZombie, format!("{name} lives for {} s {how}", age / 1_000));
    }

    /// Somebody asks for the end of a machine.
    pub fn check_termination(&mut self, number: u64) {
        if let Some(job) = self.killed_with(number) {
            self.violate(Promise::NoBusyKill, format!("{} is ended while it works on job {job}", instance(number)));
        }
    }

    /// Somebody removes a registration.
    pub fn check_deregistration(&mut self, registration: u64) {
        self.check_touch(registration);
        let has = |(_, machine): &(&u64, &Machine)| machine.registration == Some(registration) && machine.counts();
        let machine = self.cloud.machines.iter().find(has).map(|(number, _)| *number);
        if let Some((machine, job)) = machine.and_then(|number| Some((number, self.killed_with(number)?))) {
            let name = instance(machine);
            self.violate(
                Promise::NoRacingRemoval,
                format!("runner {registration} of {name} is removed while it works on job {job}"),
            );
        }
    }

    /// The job that would be killed with a machine before its bound.
    fn killed_with(&self, number: u64) -> Option<u64> {
        let machine = self.cloud.machines.get(&number).filter(|machine| machine.works() && machine.counts())?;
        let young = self.now() - machine.launched + SLACK_MS < machine.limits.age;
        let (job, attempt) = machine.job.filter(|_| young)?;
        let runs = self.forge.jobs.get(&job).is_some_and(|job| job.status == Status::Running && job.attempt == attempt);
        runs.then_some(job)
    }

    /// A machine took a job. One with fewer labels belongs to other machines: its own job needs another.
    pub(crate) fn check_work(&mut self, number: u64, job: u64) {
        let Some(machine) = self.cloud.machines.get(&number) else { return };
        let strange = self.forge.jobs.get(&job).is_some_and(|job| job.labels != machine.labels);
        if strange {
            let group = (machine.scope.clone(), machine.labels.clone());
            self.checks.groups.entry(group).or_default().failed += 1;
        }
    }

    /// A machine took an identity.
    pub fn check_take(&mut self, number: u64) {
        let Some(machine) = self.cloud.machines.get(&number) else { return };
        let (takes, registration) = (machine.takes, machine.registration);
        let users = self.cloud.machines.values().filter(|machine| machine.registration == registration).count();
        if takes > 1 || users > 1 {
            let name = instance(number);
            self.violate(Promise::IdentityOnce, format!("{name} uses an identity that was used before"));
        }
    }

    /// The work of a machine is over; it must end soon.
    pub fn expect_end(&mut self, number: u64) {
        let now = self.now();
        if let Some(machine) = self.cloud.machines.get_mut(&number) {
            machine.done.get_or_insert(now);
            self.after(SLACK_MS, move |world| world.check_done(number));
        }
    }

    fn check_done(&mut self, number: u64) {
        let Some(machine) = self.cloud.machines.get(&number).filter(|machine| machine.counts()) else { return };
        let Some(done) = machine.done else { return };
        if self.weather.fair_ms(done, self.now(), &[]) <= PATIENCE_MS {
            self.after(60_000, move |world| world.check_done(number));
            return;
        }
        let since_s = (self.now() - done) / 1_000;
        self.violate(Promise::NoZombie, format!("{} lives {since_s} s after its job was over", instance(number)));
    }

    /// After quiet.
    pub fn check_nothing_left(&mut self) {
        let machines = self.cloud.machines.iter().filter(|(_, machine)| machine.counts());
        let identities = self
            .cloud
            .machines
            .iter()
            .filter(|(_, machine)| matches!(machine.identity, super::cloud::Identity::Lies(_)) && machine.takes == 0);
        let rows = self.forge.registrations.iter().filter(|(_, row)| !is_foreign(&row.name));
        let mut left: Vec<String> = machines.map(|(number, _)| format!("machine {}", instance(*number))).collect();
        left.extend(identities.map(|(number, _)| format!("the identity of {}", instance(*number))));
        left.extend(rows.map(|(id, _)| format!("runner {id} at the forge")));
        left.extend(self.records.open().map(|key| format!("open record {key}")));
        if !left.is_empty() {
            self.violate(Promise::NothingLeft, left.join(", "));
        }
        let forgotten: Vec<u64> = self.checks.demands.keys().copied().collect();
        for id in forgotten {
            self.violate(Promise::NothingForgotten, format!("job {id} still waits at the end"));
        }
    }

    /// Whether nothing of ours is left, at the forge or in the cloud.
    pub fn is_quiet(&self) -> bool {
        let over = |job: &Job| matches!(job.status, Status::Over(_)) || (job.status == Status::Waiting && !self.is_wanted(job));
        self.checks.demands.is_empty()
            && self.forge.jobs.values().all(over)
            && !self.cloud.machines.values().any(|machine| machine.ended.is_none())
            && self.records.open().next().is_none()
    }

    fn is_wanted(&self, job: &Job) -> bool {
        self.script.pool_for(&job.labels).is_some()
    }
}

impl Use {
    fn full(&self, now: Millis) -> impl Iterator<Item = (Millis, Millis)> {
        self.was_full.iter().copied().chain(self.full_since.map(|since| (since, now)))
    }
}

/// A machine that did no work, and whose end nobody but itself or its bounds brought about.
fn has_failed(machine: &Machine, now: Millis) -> bool {
    let age = now - machine.launched;
    let starved = machine.online.is_some_and(|at| now - at + 5_000 >= machine.limits.idle);
    let hung = machine.online.is_none() && age + 5_000 >= machine.limits.boot;
    machine.job.is_none() && (machine.ended.is_some() || machine.doom.is_some() || starved || hung)
}

fn scope_of(script: &Script, job: &Job) -> Scope {
    match script.settings.register_at {
        dispatch::config::RegisterAt::Repository => Scope::Repository(job.repository.clone()),
        dispatch::config::RegisterAt::Organisation => Scope::Organisation(job.repository.owner().to_owned()),
        dispatch::config::RegisterAt::Instance => Scope::Instance,
    }
}

fn places(scope: &Scope, pool: &PoolName) -> Vec<Place> {
    let mut places = vec![Place::Total, Place::Pool(pool.clone())];
    match scope {
        Scope::Repository(repository) => {
            places.push(Place::Owner(repository.owner().to_owned()));
            places.push(Place::Repository(repository.to_string()));
        }
        Scope::Organisation(owner) => places.push(Place::Owner(owner.clone())),
        Scope::Instance => {}
    }
    places
}

fn limit_of(script: &Script, place: &Place) -> Option<u64> {
    let limits = &script.settings.limits;
    let limit = match place {
        Place::Total => limits.total,
        Place::Owner(_) => limits.per_owner,
        Place::Repository(_) => limits.per_repository,
        Place::Pool(name) => script.settings.pools.iter().find(|pool| pool.name == *name).map(|pool| pool.limit),
    };
    limit.map(u64::from)
}
