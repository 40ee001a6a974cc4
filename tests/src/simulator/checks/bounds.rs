//! No machine lives beyond its bound, nor long after its work.

use super::{PATIENCE_MS, Promise, SLACK_MS};
use crate::simulator::agenda::Millis;
use crate::simulator::cloud::{Doom, Machine, instance};
use crate::simulator::world::World;

impl World {
    pub(super) fn watch_machine(&mut self, number: u64, machine: &Machine) {
        let limits = machine.limits;
        self.after(limits.boot + limits.idle + SLACK_MS, move |world| world.check_without_work(number));
        self.after(limits.age + SLACK_MS, move |world| world.check_age(number));
    }

    fn check_without_work(&mut self, number: u64) {
        let is_due = |machine: &&Machine| machine.counts() && machine.job.is_none() && !machine.stays_on;
        let Some(machine) = self.cloud.machines.get(&number).filter(is_due) else { return };
        let limits = machine.limits;
        self.check_bound(number, limits.boot + limits.idle, "without ever having worked", Self::check_without_work);
    }

    pub(super) fn check_age(&mut self, number: u64) {
        // The end of one that has done its work is awaited already.
        let waits = |machine: &&Machine| machine.counts() && machine.done.is_none();
        let Some(limits) = self.cloud.machines.get(&number).filter(waits).map(|machine| machine.limits) else { return };
        self.check_bound(number, limits.age, "beyond its maximum age", Self::check_age);
    }

    /// Only for a machine that does not end itself does the bound depend on us, and so on the weather.
    fn check_bound(&mut self, number: u64, bound: Millis, how: &str, again: fn(&mut Self, u64)) {
        let Some(machine) = self.cloud.machines.get(&number) else { return };
        let age = self.now() - machine.launched;
        let needs_us = machine.doom == Some(Doom::NeverRuns) || machine.stays_on;
        if needs_us && self.weather.fair_ms(machine.launched, self.now(), &[]) <= bound + 2 * SLACK_MS {
            self.after(60_000, move |world| again(world, number));
            return;
        }
        let name = instance(number);
        self.violate(Promise::NoZombie, format!("{name} lives for {} s {how}", age / 1_000));
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
}
