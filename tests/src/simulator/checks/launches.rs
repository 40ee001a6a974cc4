//! Nothing is doubled: what is launched beyond demand is explained by machines that failed.

use dispatch::identifier::Scope;
use dispatch::label::LabelSet;

use super::Promise;
use super::limits::{NOTICE_MS, places};
use crate::simulator::agenda::Millis;
use crate::simulator::cloud::{Machine, Order, Stage, instance};
use crate::simulator::forge::ForgeTables;
use crate::simulator::world::World;

/// Whoever has this in common can stand in for each other.
pub(super) type Group = (Scope, LabelSet);

#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Tally {
    pub(super) demanded: u64,
    /// Jobs that wait now.
    pub(super) waiting: usize,
    pub(super) launched: u64,
    pub(super) failed: u64,
    /// When somebody looked at the queue and saw more jobs than machines that could still take one.
    short_at: Millis,
}

/// By how much bounds are reached early: clocks count whole seconds, and the cloud says when it began.
const EARLY_MS: Millis = 5_000;

/// How much older than the last look the one may be that an order follows from: what a pass takes, and more than a lease.
const DECISION_MS: Millis = 120_000;

impl World {
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
            self.occupy(&place);
        }
        self.check_demand(number, &machine);
    }

    /// What is launched beyond demand must be explained.
    fn check_demand(&mut self, number: u64, machine: &Machine) {
        let group = (machine.scope.clone(), machine.labels.clone());
        let Tally { demanded, launched, failed, .. } = self.checks.groups.get(&group).copied().unwrap_or_default();
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

    /// Somebody looks at the queue, or at a job.
    pub(crate) fn note_shortage(&mut self) {
        let now = self.now();
        self.checks.looked_at = now;
        if self.checks.demands.is_empty() {
            return;
        }
        let Self { checks, cloud, forge, .. } = self;
        let able: Vec<&Machine> = cloud.machines.values().filter(|machine| is_able(machine, forge)).collect();
        for ((scope, labels), tally) in checks.groups.iter_mut().filter(|(_, tally)| tally.waiting > 0) {
            let can_take = |machine: &&&Machine| machine.scope == *scope && machine.labels == *labels;
            if tally.waiting > able.iter().filter(can_take).count() {
                tally.short_at = now;
            }
        }
    }

    /// An order for which there has been no need at any look for as long as a decision may take: somebody made it who has
    /// lost his lease meanwhile. (A handle binds a machine to its job, so that others of its kind say nothing about it.)
    pub(crate) fn check_need(&mut self, order: &Order) {
        let stored = self.records.ordered(&order.batch.id).unwrap_or(order.sent);
        let group = (order.batch.scope.clone(), order.labels.clone());
        let short_at = self.checks.groups.get(&group).map_or(0, |tally| tally.short_at);
        let last_look = self.checks.looked_at.min(stored);
        if !self.script.flavour.is_forgejo() && last_look > short_at + DECISION_MS {
            let (batch, for_s) = (&order.batch.id, (last_look - short_at) / 1_000);
            let what = format!("order {batch} was stored when each job had been seen to have a machine for {for_s} s");
            self.violate(Promise::NothingDoubled, what);
        }
    }

    /// A machine that never worked and never will is still there.
    pub(crate) fn check_stays_on(&mut self, number: u64) {
        if self.cloud.machines.get(&number).is_some_and(|machine| !machine.settled) {
            self.count_failure(number);
        }
    }

    /// One machine more of its kind is explained.
    fn count_failure(&mut self, number: u64) {
        let Some(machine) = self.cloud.machines.get(&number) else { return };
        let group = (machine.scope.clone(), machine.labels.clone());
        self.checks.groups.entry(group).or_default().failed += 1;
    }

    fn forgive(&mut self, number: u64) {
        let Some(machine) = self.cloud.machines.get_mut(&number).filter(|machine| !machine.settled) else { return };
        machine.settled = true;
        self.count_failure(number);
    }

    /// A machine counts no longer.
    pub fn check_end(&mut self, number: u64) {
        let (now, early) = (self.now(), EARLY_MS + self.furthest_ahead());
        self.leave_places(number);
        let Some(machine) = self.cloud.machines.get_mut(&number).filter(|machine| !machine.settled) else { return };
        machine.settled = true;
        let drained = machine.job.is_none() && (machine.drained.is_some() || now < self.checks.drained_until);
        if !machine.stays_on && (has_failed(machine, now, early) || drained) {
            self.count_failure(number);
        }
    }

    /// All records are gone: what was launched before explains what is launched again.
    pub fn forgive_lost_records(&mut self) {
        let now = self.now();
        self.checks.records_deleted = Some(now);
        self.checks.lost_since.get_or_insert(now);
        let alive = self.cloud.machines.iter().filter(|(_, machine)| machine.counts());
        let alive: Vec<u64> = alive.map(|(number, _)| *number).collect();
        for number in alive {
            self.leave_places(number);
            self.forgive(number);
        }
    }

    /// When machines of lost records were alive: whether these have their places back, nobody can tell.
    pub(super) fn with_unsure_places(&self) -> Option<(Millis, Millis)> {
        let (since, lost) = self.checks.lost_since.zip(self.checks.records_deleted)?;
        let of_lost = self.cloud.machines.values().filter(|machine| machine.launched <= lost);
        let until = of_lost.map(|machine| machine.ended.map_or(self.now(), |(at, _)| at + NOTICE_MS)).max()?;
        Some((since, until))
    }

    /// A machine took a job. One with fewer labels belongs to other machines: its own job needs another.
    pub(crate) fn check_work(&mut self, number: u64, job: u64) {
        let Some(machine) = self.cloud.machines.get(&number) else { return };
        if self.forge.jobs.get(&job).is_some_and(|job| job.labels != machine.labels) {
            self.count_failure(number);
        }
    }
}

/// Whether a machine will take a job of its kind, as far as anybody can know. One that works for lost records does not count.
fn is_able(machine: &Machine, forge: &ForgeTables) -> bool {
    let row = || machine.registration.map(|id| forge.registrations.get(&id));
    let may_take = || row().is_none_or(|row| row.is_some_and(|row| !row.disabled && row.job.is_none()));
    machine.counts() && !machine.settled && machine.job.is_none() && machine.stage != Stage::Leaves && may_take()
}

/// A machine that did no work, and whose end nobody but itself or its bounds brought about; these are reached `early` by a clock
/// that is ahead.
fn has_failed(machine: &Machine, now: Millis, early: Millis) -> bool {
    let starved = machine.online.is_some_and(|at| now - at + early >= machine.limits.idle);
    // For us its boot limit counts from the launch, for itself from its script: it may come online in between, and too late.
    let hung = machine.online.unwrap_or(now) - machine.launched + early >= machine.limits.boot;
    machine.job.is_none() && (machine.ended.is_some() || machine.doom.is_some() || starved || hung)
}
