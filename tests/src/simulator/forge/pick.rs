//! Which job a runner gets: the oldest that fits, and none for whoever lost a race (Gitea up to 1.26).

use super::super::fault::Fault;
use super::super::world::World;
use super::{Job, Status};

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
    /// A runner asks; `handle` names the one job that it is for.
    pub fn fetch(&mut self, registration: u64, handle: Option<&str>) -> Fetched {
        let now = self.now();
        let Some(row) = self.forge.registrations.get_mut(&registration) else { return Fetched::Nothing };
        row.last_contact = Some(now);
        if row.disabled || row.job.is_some() {
            return Fetched::Nothing;
        }
        let row = row.clone();
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
