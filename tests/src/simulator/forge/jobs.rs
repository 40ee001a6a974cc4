//! The life of a job at the forge: inserted, blocked, waiting, running, over, and perhaps run again.

use super::super::cloud::Machine;
use super::super::fault::Fault;
use super::super::script::{JobPlan, Turn};
use super::super::world::World;
use super::{Job, Status};

/// A registration number that no runner of ours can have.
const FOREIGN: u64 = 1_000_000_000;

impl World {
    /// Plans the insertion of every job of the script.
    pub fn plan_jobs(&mut self) {
        let script = self.script.clone();
        for (number, plan) in script.jobs.iter().enumerate() {
            self.agenda.plan(plan.at, Box::new(move |world| world.insert_job(number)));
        }
    }

    fn plan_of(&self, number: usize) -> Option<JobPlan> {
        self.script.jobs.get(number).cloned()
    }

    fn insert_job(&mut self, number: usize) {
        let Some(plan) = self.plan_of(number) else { return };
        let Ok(repository) = plan.repository.parse() else { return };
        let id = self.forge.next_id();
        let job = Job {
            plan: number,
            repository,
            labels: plan.labels.clone(),
            status: Status::Blocked,
            updated: self.now(),
            registration: None,
            attempt: 1,
            handle: self.script.flavour.is_forgejo().then(|| format!("{id}-1")),
        };
        self.forge.jobs.insert(id, job);
        self.tell(|| format!("forge: job {id} of {} wants {}", plan.repository, dispatch::label::listed(&plan.labels)));
        if plan.blocked_s > 0 {
            self.announce(id, "waiting");
            self.after(plan.blocked_s * 1_000, move |world| world.unblock_job(id, 1));
        } else {
            self.unblock_job(id, 1);
        }
        self.announce_push(id);
        if let Turn::Cancelled { after_s } = plan.turn {
            self.after(after_s * 1_000, move |world| world.cancel_job(id));
        }
    }

    fn unblock_job(&mut self, id: u64, attempt: u32) {
        let now = self.now();
        let Some(job) = self.forge.jobs.get_mut(&id) else { return };
        if job.status != Status::Blocked || job.attempt != attempt {
            return;
        }
        job.status = Status::Waiting;
        job.updated = now;
        let wanted = job.clone();
        self.open_demand(id, &wanted);
        self.announce(id, "queued");
        self.wake_runners(&wanted);
        if self.strikes(Fault::ForeignRunner) {
            let delay = self.random.between(1_000..=60_000);
            self.after(delay, move |world| world.take_elsewhere(id, attempt));
        }
    }

    fn take_elsewhere(&mut self, id: u64, attempt: u32) {
        let waits = self.forge.jobs.get(&id).is_some_and(|job| job.status == Status::Waiting && job.attempt == attempt);
        if waits {
            self.tell(|| format!("forge: a runner that is not ours takes job {id}"));
            self.start_job(id, FOREIGN);
            let lasts_s = self.lasts_s(id);
            self.after(lasts_s * 1_000, move |world| world.finish_job(id, attempt, "success"));
        }
    }

    /// Seconds of work that a job is.
    pub fn lasts_s(&self, job: u64) -> u64 {
        let plan = self.forge.jobs.get(&job).and_then(|job| self.script.jobs.get(job.plan));
        plan.map_or(0, |plan| plan.lasts_s)
    }

    /// A runner has the job.
    pub fn start_job(&mut self, id: u64, registration: u64) {
        let now = self.now();
        let Some(job) = self.forge.jobs.get_mut(&id) else { return };
        job.status = Status::Running;
        job.updated = now;
        job.registration = Some(registration);
        self.close_demand(id, true);
        self.announce(id, "in_progress");
    }

    /// The job is over, and with it the registration that had it.
    pub fn finish_job(&mut self, id: u64, attempt: u32, conclusion: &'static str) {
        let now = self.now();
        let Some(job) = self.forge.jobs.get_mut(&id) else { return };
        if matches!(job.status, Status::Over(_)) || job.attempt != attempt {
            return;
        }
        job.status = Status::Over(conclusion);
        job.updated = now;
        let (registration, plan) = (job.registration, job.plan);
        self.tell(|| format!("forge: job {id} is over ({conclusion})"));
        if let Some(registration) = registration {
            self.forge.registrations.remove(&registration);
        }
        self.close_demand(id, false);
        self.release_machine(id);
        self.announce(id, "completed");
        self.announce_push(id);
        if let Some(Turn::Again { after_s }) = self.plan_of(plan).map(|plan| plan.turn)
            && attempt == 1
        {
            self.after(after_s * 1_000, move |world| world.run_again(id));
        }
    }

    /// Whoever still works on a job that is over works for nobody.
    fn release_machine(&mut self, id: u64) {
        let works = |machine: &Machine| machine.works() && machine.job.is_some_and(|(job, _)| job == id);
        let number = self.cloud.machines.iter().find(|(_, machine)| works(machine)).map(|(number, _)| *number);
        if let Some(number) = number {
            self.expect_end(number);
        }
    }

    /// Somebody cancels the job. Up to Gitea 1.26 its runner never hears of it.
    pub fn cancel_job(&mut self, id: u64) {
        let Some(job) = self.forge.jobs.get(&id).cloned() else { return };
        if matches!(job.status, Status::Over(_)) {
            return;
        }
        self.finish_job(id, job.attempt, "cancelled");
        if self.script.flavour.tells_of_cancels() {
            self.after(5_000, move |world| world.stop_working(id));
        }
    }

    fn run_again(&mut self, id: u64) {
        let Some(mut job) = self.forge.jobs.get(&id).cloned() else { return };
        job.status = Status::Blocked;
        job.registration = None;
        job.attempt += 1;
        let id = if self.script.flavour.keeps_job_ids() { id } else { self.forge.next_id() };
        job.handle = job.handle.map(|_| format!("{id}-{}", job.attempt));
        let attempt = job.attempt;
        self.tell(|| format!("forge: job {id} is run again"));
        self.forge.jobs.insert(id, job);
        self.unblock_job(id, attempt);
    }

    /// The forge's watch over tasks that are no longer reported on: failed after 10 to 15 minutes.
    pub fn miss_task(&mut self, id: u64) {
        let Some(attempt) = self.forge.jobs.get(&id).map(|job| job.attempt) else { return };
        let delay = self.random.between(600_000..=900_000);
        self.after(delay, move |world| world.finish_job(id, attempt, "failure"));
    }
}
