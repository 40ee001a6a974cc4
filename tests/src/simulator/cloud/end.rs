//! How machines end, and what their end means for the forge.

use dispatch::identifier::InstanceId;

use super::super::fault::Fault;
use super::super::forge::Status;
use super::super::world::World;
use super::{Identity, instance, number};

impl World {
    /// The machine stops.
    pub fn end_machine(&mut self, number: u64, how: &'static str) {
        let now = self.now();
        let lag = if self.strikes(Fault::ListLags) { self.random.between(1_000..=45_000) } else { 0 };
        self.lose_work(number);
        self.disconnect(number);
        let Some(machine) = self.cloud.machines.get_mut(&number).filter(|machine| machine.ended.is_none()) else { return };
        machine.ended = Some((now, how));
        machine.end_listed = now + lag;
        self.tell(|| format!("machine {}: ends ({how})", instance(number)));
        self.check_end(number);
    }

    /// Its runner reports no longer; the forge will notice in its own time.
    pub(super) fn lose_work(&mut self, number: u64) {
        let Some(machine) = self.cloud.machines.get(&number).filter(|machine| machine.works()) else { return };
        let Some((job, attempt)) = machine.job else { return };
        let runs = self.forge.jobs.get(&job).is_some_and(|job| job.status == Status::Running && job.attempt == attempt);
        if runs {
            self.miss_task(job);
        }
    }

    /// Its runner speaks no longer.
    pub(super) fn disconnect(&mut self, number: u64) {
        let now = self.now();
        let registration = self.cloud.machines.get(&number).and_then(|machine| machine.registration);
        if let Some(row) = registration.and_then(|id| self.forge.registrations.get_mut(&id)).filter(|row| row.connected) {
            row.connected = false;
            row.last_contact = Some(now);
        }
    }

    /// Somebody asks the cloud to end machines.
    pub(super) fn terminate(&mut self, instances: &[InstanceId]) {
        for id in instances {
            self.check_whose(id);
            if let Some(machine) = number(id) {
                self.terminate_one(machine);
            }
        }
    }

    fn terminate_one(&mut self, number: u64) {
        let now = self.now();
        self.check_termination(number);
        let Some(machine) = self.cloud.machines.get_mut(&number) else { return };
        if matches!(machine.identity, Identity::Lies(_) | Identity::NeverGiven) {
            machine.identity = Identity::Withdrawn;
        }
        if machine.ended.is_some() || machine.terminated.is_some() {
            return;
        }
        machine.terminated = Some(now);
        self.tell(|| format!("cloud: is asked to end {}", instance(number)));
        self.check_end(number);
        let slow = self.strikes(Fault::TerminateSlow);
        let delay = if slow { self.random.between(10_000..=300_000) } else { self.random.between(0..=3_000) };
        self.after(delay, move |world| world.end_machine(number, "User initiated"));
    }
}
