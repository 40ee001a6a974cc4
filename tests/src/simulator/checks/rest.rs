//! After quiet nothing is left: no machine, registration, identity or open record.

use super::Promise;
use crate::simulator::cloud::{Identity, instance};
use crate::simulator::forge::{Job, Status};
use crate::simulator::others::is_foreign;
use crate::simulator::world::World;

impl World {
    /// After quiet.
    pub fn check_nothing_left(&mut self) {
        let machines = self.cloud.machines.iter().filter(|(_, machine)| machine.counts());
        let identities =
            self.cloud.machines.iter().filter(|(_, machine)| matches!(machine.identity, Identity::Lies(_)) && machine.takes == 0);
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
