//! Nothing is doubled: what is launched beyond demand is explained by machines that failed.

use dispatch::identifier::Scope;
use dispatch::label::LabelSet;

use super::Promise;
use super::limits::places;
use crate::simulator::agenda::Millis;
use crate::simulator::cloud::{Machine, instance};
use crate::simulator::world::World;

/// Whoever has this in common can stand in for each other.
pub(super) type Group = (Scope, LabelSet);

#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Tally {
    pub(super) demanded: u64,
    pub(super) launched: u64,
    pub(super) failed: u64,
}

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

    /// A machine took a job. One with fewer labels belongs to other machines: its own job needs another.
    pub(crate) fn check_work(&mut self, number: u64, job: u64) {
        let Some(machine) = self.cloud.machines.get(&number) else { return };
        let strange = self.forge.jobs.get(&job).is_some_and(|job| job.labels != machine.labels);
        if strange {
            let group = (machine.scope.clone(), machine.labels.clone());
            self.checks.groups.entry(group).or_default().failed += 1;
        }
    }
}

/// A machine that did no work, and whose end nobody but itself or its bounds brought about.
fn has_failed(machine: &Machine, now: Millis) -> bool {
    let age = now - machine.launched;
    let starved = machine.online.is_some_and(|at| now - at + 5_000 >= machine.limits.idle);
    let hung = machine.online.is_none() && age + 5_000 >= machine.limits.boot;
    machine.job.is_none() && (machine.ended.is_some() || machine.doom.is_some() || starved || hung)
}
