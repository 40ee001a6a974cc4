//! Nobody is ended while it works, and no identity is used twice.

use super::{Promise, SLACK_MS};
use crate::simulator::cloud::{Machine, instance};
use crate::simulator::forge::Status;
use crate::simulator::world::World;

impl World {
    /// Somebody asks for the end of a machine.
    pub fn check_termination(&mut self, number: u64) {
        if let Some(job) = self.killed_with(number) {
            self.violate(Promise::NoBusyKill, format!("{} is ended while it works on job {job}", instance(number)));
        }
    }

    /// Somebody tells a runner to take nothing more. While the operator drains, its machine is ended for that, however late.
    pub fn check_disabling(&mut self, registration: u64) {
        self.check_touch(registration);
        let now = self.now();
        let drains = now < self.checks.drained_until;
        let machines = self.cloud.machines.values_mut();
        if let Some(machine) = machines.filter(|_| drains).find(|machine| machine.registration == Some(registration)) {
            machine.drained = Some(now);
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

    /// A job is given to a runner. If somebody is removing that runner, the job has died with it.
    pub fn check_given(&mut self, number: u64, job: u64) {
        let Some(machine) = self.cloud.machines.get(&number) else { return };
        let registered = machine.registration.is_some_and(|id| self.forge.registrations.contains_key(&id));
        let young = self.now() - machine.launched + SLACK_MS < machine.limits.age;
        if young && (!registered || machine.terminated.is_some()) {
            let name = instance(number);
            self.violate(Promise::NoRacingRemoval, format!("job {job} is given to {name} while that is being removed"));
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
}
