//! The life of a machine, as its first-boot script has it: deadlines, the identity once, one job, power off.

use super::super::fault::Fault;
use super::super::forge::{Fetched, Row};
use super::super::safety::Safety;
use super::super::world::World;
use super::{Doom, Identity, Machine, Stage, instance};

/// Why most machines end.
const AFTER_ITS_JOB: &str = "powered off after its job";

impl World {
    /// The machine begins to boot.
    pub(super) fn boot(&mut self, number: u64) {
        let script = self.random.between(5_000..=20_000);
        let boot_limit = self.cloud.machines.get(&number).map_or(0, |machine| machine.limits.boot);
        let slow = if self.strikes(Fault::BootSlow) { self.random.between(boot_limit / 2..=boot_limit * 2) } else { 0 };
        let ready = self.random.between(5_000..=50_000) + slow;
        if self.doom_of(number) != Some(Doom::NeverRuns) {
            self.after(script, move |world| world.arm(number));
            self.after(script + ready, move |world| world.wait_for_identity(number));
        }
        if self.strikes(Fault::MachineDies) {
            let life = self.random.mostly_small(1_000..=1_800_000);
            self.after(life, move |world| world.end_machine(number, "Server.SpotInstanceTermination"));
        }
        if self.strikes(Fault::MachineReboots) {
            let life = self.random.mostly_small(1_000..=1_800_000);
            self.after(life, move |world| world.reboot(number));
        }
    }

    fn doom_of(&self, number: u64) -> Option<Doom> {
        self.cloud.machines.get(&number)?.doom
    }

    fn living(&mut self, number: u64) -> Option<&mut Machine> {
        self.cloud.machines.get_mut(&number).filter(|machine| machine.ended.is_none())
    }

    /// The script arms its deadlines before it does anything else.
    fn arm(&mut self, number: u64) {
        let Some(limits) = self.living(number).map(|machine| machine.limits) else { return };
        if self.without(Safety::MachineDeadlines) {
            return;
        }
        self.after(limits.boot, move |world| {
            if world.living(number).is_some_and(|machine| machine.online.is_none()) {
                world.end_machine(number, "boot limit: no runner was started");
            }
        });
        self.after(limits.age, move |world| world.reach_maximum_age(number));
    }

    /// Its runner is stopped, and it powers off. If that hangs, the bound on its age is the next.
    fn reach_idle_limit(&mut self, number: u64) {
        if !self.strikes(Fault::PowerOffHangs) {
            return self.end_machine(number, "idle limit: no task");
        }
        self.disconnect(number);
        if let Some(machine) = self.living(number) {
            machine.stage = Stage::Leaves;
            machine.stays_on = true;
        }
        self.check_stays_on(number);
    }

    /// Whatever it does, it is told to power off.
    fn reach_maximum_age(&mut self, number: u64) {
        self.lose_work(number);
        self.leave(number, "maximum age reached");
    }

    fn wait_for_identity(&mut self, number: u64) {
        if let Some(machine) = self.living(number).filter(|machine| machine.doom != Some(Doom::Hangs)) {
            machine.stage = Stage::Waits;
            self.look_for_identity(number);
        }
    }

    /// A machine that waits looks each second, so what lies out is found within one.
    pub(super) fn look_for_identity(&mut self, number: u64) {
        let Some(machine) = self.living(number) else { return };
        let able = machine.stage == Stage::Waits && machine.doom != Some(Doom::ClockWrong);
        if able && matches!(machine.identity, Identity::Lies(_)) {
            let delay = self.random.between(0..=1_000);
            self.after(delay, move |world| world.take_identity(number));
        }
    }

    fn take_identity(&mut self, number: u64) {
        let single_use = !self.without(Safety::IdentitySingleUse);
        let Some(machine) = self.living(number) else { return };
        let Identity::Lies(registration) = machine.identity else { return };
        if machine.stage != Stage::Waits {
            return;
        }
        if single_use {
            machine.identity = Identity::Taken;
        }
        machine.takes += 1;
        machine.registration = Some(registration);
        machine.stage = Stage::Starts;
        self.tell(|| format!("machine {}: takes its identity (runner {registration})", instance(number)));
        self.check_take(number);
        let late = if self.strikes(Fault::BootSlow) { self.random.between(0..=60_000) } else { 0 };
        let delay = self.random.between(500..=3_000) + late;
        self.after(delay, move |world| world.start_runner(number));
    }

    /// Whatever runs on the machine has its rights, and so may ask for what lies out for it.
    fn ask_again(&mut self, number: u64) {
        let Some(machine) = self.living(number) else { return };
        if matches!(machine.identity, Identity::Lies(_)) {
            machine.takes += 1;
            self.check_take(number);
        }
    }

    fn start_runner(&mut self, number: u64) {
        let now = self.now();
        let Some(machine) = self.living(number) else { return };
        if machine.stage != Stage::Starts {
            return;
        }
        machine.stage = Stage::Idles;
        machine.online = Some(now);
        let (registration, idle) = (machine.registration, machine.limits.idle);
        if let Some(row) = registration.and_then(|id| self.forge.registrations.get_mut(&id)) {
            row.connected = true;
        }
        self.ask_soon(number);
        if !self.without(Safety::MachineDeadlines) {
            self.after(idle, move |world| {
                if world.living(number).is_some_and(|machine| machine.stage == Stage::Idles) {
                    world.reach_idle_limit(number);
                }
            });
        }
    }

    /// The runner asks for work at its next turn; it has one every two seconds.
    pub fn ask_soon(&mut self, number: u64) {
        let delay = self.random.between(0..=2_000);
        self.after(delay, move |world| world.ask_for_work(number));
    }

    fn ask_for_work(&mut self, number: u64) {
        let Some(machine) = self.living(number).filter(|machine| machine.is_idle() && !machine.asks) else { return };
        let Some(registration) = machine.registration else { return };
        let Some(row) = self.let_in(registration) else { return };
        let slow = self.strikes(Fault::FetchSlow);
        let delay = if slow { self.random.between(500..=5_000) } else { self.random.between(5..=50) };
        if let Some(machine) = self.living(number) {
            machine.asks = true;
        }
        self.after(delay, move |world| world.hear(number, registration, &row));
    }

    /// The forge answers. A runner that has stopped meanwhile has hung up, and gets nothing.
    fn hear(&mut self, number: u64, registration: u64, row: &Row) {
        let Some(machine) = self.living(number) else { return };
        machine.asks = false;
        if !machine.is_idle() {
            return;
        }
        let handle = machine.handle.clone();
        match self.fetch(registration, row, handle.as_deref()) {
            Fetched::Job(job) => self.work(number, job),
            Fetched::Unheard(job) => self.check_work(number, job),
            Fetched::Nothing => {}
        }
    }

    fn work(&mut self, number: u64, job: u64) {
        self.check_work(number, job);
        self.check_given(number, job);
        let attempt = self.forge.jobs.get(&job).map_or(0, |job| job.attempt);
        let Some(machine) = self.living(number) else { return };
        machine.stage = Stage::Works;
        machine.job = Some((job, attempt));
        let age = machine.limits.age;
        if self.strikes(Fault::IdentityAskedAgain) {
            self.after(1_000, move |world| world.ask_again(number));
        }
        let lasts = if self.strikes(Fault::JobEndless) { age * 2 } else { self.lasts_s(job) * 1_000 };
        self.after(lasts, move |world| {
            if world.living(number).is_some_and(|machine| machine.works()) {
                world.finish_job(job, attempt, "success");
                world.leave(number, AFTER_ITS_JOB);
            }
        });
    }

    /// The forge told the runner that its job was cancelled.
    pub fn stop_working(&mut self, job: u64) {
        let works = |(_, machine): &(&u64, &Machine)| machine.works() && machine.job.is_some_and(|(id, _)| id == job);
        if let Some(number) = self.cloud.machines.iter().find(works).map(|(number, _)| *number) {
            self.leave(number, AFTER_ITS_JOB);
        }
    }

    /// The runner is through, and the machine powers off.
    fn leave(&mut self, number: u64, why: &'static str) {
        let Some(machine) = self.living(number) else { return };
        machine.stage = Stage::Leaves;
        self.disconnect(number);
        self.expect_end(number);
        if self.strikes(Fault::PowerOffHangs) {
            return;
        }
        let delay = self.random.between(1_000..=5_000);
        self.after(delay, move |world| world.end_machine(number, why));
    }

    /// A machine serves one boot only: whatever it did before, it powers off.
    fn reboot(&mut self, number: u64) {
        let single_use = !self.without(Safety::IdentitySingleUse);
        let Some(machine) = self.living(number) else { return };
        let took = machine.takes > 0;
        self.tell(|| format!("machine {}: reboots", instance(number)));
        if single_use || !took {
            return self.end_machine(number, "rebooted");
        }
        self.lose_work(number);
        if let Some(machine) = self.living(number) {
            machine.stage = Stage::Boots;
        }
        self.after(20_000, move |world| world.wait_for_identity(number));
    }
}
