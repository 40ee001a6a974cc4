//! Which job a runner gets: the oldest that fits, and none for whoever lost a race (Gitea up to 1.26).

use super::super::fault::Fault;
use super::super::safety::Safety;
use super::super::world::World;
use super::{Job, Row, Status};

/// The answer to a runner that asked for work.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fetched {
    /// A job.
    Job(u64),
    /// A job, but the answer was lost on the way.
    Unheard(u64),
    /// None.
    Nothing,
}

impl World {
    /// A runner asks for work. Whether it may have any is decided when its request arrives; a request that was let in is
    /// answered, whatever becomes of the runner's row meanwhile (Gitea: `interceptor.go` reads the row, `FetchTask` picks).
    pub fn let_in(&mut self, registration: u64) -> Option<Row> {
        let now = self.now();
        let heeds = !self.without(Safety::FreshLookBeforeKill);
        let row = self.forge.registrations.get_mut(&registration)?;
        row.last_contact = Some(now);
        Some(row.clone()).filter(|row| !(row.disabled && heeds) && row.job.is_none())
    }

    /// What a request that was let in gets; `handle` names the one job that the runner is for.
    pub fn fetch(&mut self, registration: u64, row: &Row, handle: Option<&str>) -> Fetched {
        let fits =
            |job: &Job| job.status == Status::Waiting && row.covers(job) && (handle.is_none() || handle == job.handle.as_deref());
        let waiting = self.forge.jobs.iter().filter(|(_, job)| fits(job));
        let Some((id, _)) = waiting.min_by_key(|(id, job)| (job.updated, **id)) else { return Fetched::Nothing };
        let id = *id;
        if self.script.flavour.starves_losers() && self.strikes(Fault::RaceLost) {
            self.tell(|| format!("forge: runner {registration} loses the race for job {id} and idles"));
            return Fetched::Nothing;
        }
        if let Some(row) = self.forge.registrations.get_mut(&registration) {
            row.job = Some(id);
        }
        self.tell(|| format!("forge: runner {registration} takes job {id}"));
        self.start_job(id, registration);
        if self.strikes(Fault::FetchAnswerLost) {
            self.miss_task(id);
            return Fetched::Unheard(id);
        }
        Fetched::Job(id)
    }

    /// Something new waits: idle runners that could take it ask again within their two seconds.
    pub fn wake_runners(&mut self, job: &Job) {
        let idle: Vec<u64> = self
            .cloud
            .machines
            .iter()
            .filter(|(_, machine)| machine.is_idle())
            .filter(|(_, machine)| {
                machine.registration.and_then(|id| self.forge.registrations.get(&id)).is_some_and(|row| row.covers(job))
            })
            .map(|(number, _)| *number)
            .collect();
        for machine in idle {
            self.ask_soon(machine);
        }
    }
}
