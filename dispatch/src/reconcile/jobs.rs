//! What each job of the queue wants, and what became of the jobs that we know.

use std::collections::BTreeSet;

use super::{Draft, Runners};
use crate::config::Config;
use crate::evidence::{MOST_IN_VAIN, PATIENCE_S, UNHEARD_S};
use crate::forge::{ForgeJob, JobState, Trust};
use crate::identifier::{ForgeName, JobKey, Scope};
use crate::label::LabelSet;
use crate::plan::Action;
use crate::pool::{ForkPullRequests, Pool, choose};
use crate::reason::{Held, Reason};
use crate::record::{JobRecord, Mode, Story};
use crate::world::{ForgeView, View, World};

/// Machines in a row that may fail to serve a job before no more are launched for it.
pub(super) const MOST_FAILURES: u32 = 5;

/// A job that waits for a runner and has a pool.
#[derive(Clone, Debug)]
pub(super) struct Wanted<'a> {
    pub(super) key: JobKey,
    pub(super) pool: &'a Pool,
    pub(super) scope: Scope,
    pub(super) labels: &'a LabelSet,
    pub(super) handle: Option<String>,
    pub(super) launches: u32,
    /// Why nothing is launched for it now.
    pub(super) held: Option<Held>,
    /// No machine of its pool may run it, whoever launched it.
    pub(super) refused: bool,
}

/// Plans the records of jobs and returns those that wait, in the order in which forges hand them out.
pub(super) fn settle<'a>(world: &'a World, config: &'a Config, runners: &Runners<'a>, plan: &mut Draft) -> Vec<Wanted<'a>> {
    let mut wanted = Vec::new();
    for (forge, view) in &world.forges {
        match view {
            View::Seen(view) => {
                let ours = Ours::at(forge, runners);
                settle_forge(&Look { world, config, ours, forge, view }, plan, &mut wanted);
            }
            View::Unreachable(cause) => hold_all(world, forge, cause, plan),
        }
    }
    wanted.sort_by(|a, b| a.key.cmp(&b.key));
    wanted
}

/// One forge, and all that is needed to judge its jobs.
struct Look<'a> {
    world: &'a World,
    config: &'a Config,
    ours: Ours<'a>,
    forge: &'a ForgeName,
    view: &'a ForgeView,
}

/// By what a job can be known to run on a runner of ours.
#[derive(Default)]
struct Ours<'a> {
    registrations: BTreeSet<u64>,
    handles: BTreeSet<&'a str>,
    jobs: BTreeSet<&'a JobKey>,
}

impl<'a> Ours<'a> {
    fn at(forge: &ForgeName, runners: &Runners<'a>) -> Self {
        let mut ours = Self::default();
        for runner in runners.values().map(|now| now.record).filter(|runner| runner.forge == *forge) {
            ours.registrations.extend(runner.registration);
            ours.handles.extend(runner.handle.as_deref());
            ours.jobs.extend(&runner.job);
        }
        ours
    }

    fn have(&self, job: &ForgeJob, record: &JobRecord, registration: Option<u64>) -> bool {
        registration.is_some_and(|id| self.registrations.contains(&id))
            || job.handle.as_deref().is_some_and(|handle| self.handles.contains(handle))
            || self.jobs.contains(&record.key)
    }
}

fn hold_all(world: &World, forge: &ForgeName, cause: &str, plan: &mut Draft) {
    for job in world.jobs.values().filter(|job| job.key.forge == *forge && job.taken_by.is_none()) {
        let held = Held::ForgeUnreachable { forge: forge.clone(), cause: cause.to_owned() };
        note(job, Reason::Held(held), plan);
    }
}

fn settle_forge<'a>(look: &Look<'a>, plan: &mut Draft, wanted: &mut Vec<Wanted<'a>>) {
    let can = look.view.capabilities;
    for job in look.view.jobs.values() {
        let record = look.world.open_job(look.forge, job.id);
        match (&job.state, record) {
            (JobState::Queued, record) => wanted.extend(queued(look, job, record, plan)),
            (JobState::Running { registration }, Some(record)) => running(look, job, record, *registration, plan),
            (JobState::Blocked, Some(record)) => note(record, Reason::Held(Held::NotQueued), plan),
            (JobState::Over { .. }, Some(record)) if hides_another(look, record) => note(record, Reason::OverBeside, plan),
            (JobState::Over { conclusion, .. }, Some(record)) => {
                close(record, Reason::Over { conclusion: conclusion.clone() }, plan);
            }
            (JobState::Unknown, Some(record)) if !can.queue => close(record, unheard(look, record), plan),
            (JobState::Unknown, Some(record)) => close(record, Reason::Gone, plan),
            (JobState::Running { .. } | JobState::Blocked | JobState::Over { .. } | JobState::Unknown, None) => {}
        }
    }
}

fn queued<'a>(look: &Look<'a>, job: &'a ForgeJob, record: Option<&JobRecord>, plan: &mut Draft) -> Option<Wanted<'a>> {
    let pool = match choose(&look.config.pools, &job.labels) {
        Ok(pool) => pool,
        Err(no_pool) => {
            if let Some(record) = record {
                close(record, Reason::NoPool(no_pool), plan);
            }
            return None;
        }
    };
    if let Some(record) = record.filter(|record| record.taken_by.is_some()) {
        close(record, Reason::Gone, plan);
        return None;
    }
    Some(match record {
        Some(record) => want(look, job, record, pool),
        None => want(look, job, &open(look, job, plan), pool),
    })
}

/// Begins the record of a job that only the queue told of.
fn open(look: &Look<'_>, job: &ForgeJob, plan: &mut Draft) -> JobRecord {
    let closed = look.world.closed_generations.get(&(look.forge.clone(), job.id)).copied();
    let generation = closed.map_or(1, |closed| closed.saturating_add(1));
    let key = JobKey { forge: look.forge.clone(), job: job.id, generation };
    let reason = match closed {
        Some(_) => Reason::QueuedAgain { generation },
        None => Reason::FoundInQueue { forge: look.forge.clone() },
    };
    let (repository, name) = (job.repository.clone(), job.name.clone());
    let story = Story::beginning(look.world.now, &reason);
    let record = JobRecord::new(key, repository, name, job.labels.clone(), look.world.now, story);
    plan.record(Action::Open(Box::new(record.clone())), reason);
    record
}

fn want<'a>(look: &Look<'_>, job: &'a ForgeJob, record: &JobRecord, pool: &'a Pool) -> Wanted<'a> {
    let fork = fork(look, job, pool);
    Wanted {
        key: record.key.clone(),
        pool,
        scope: look.config.scope_for(look.forge, &job.repository),
        labels: &job.labels,
        handle: job.handle.clone(),
        launches: record.launches,
        refused: fork.is_some(),
        held: switched_off(look.world.control.mode)
            .or(fork)
            .or_else(|| failed_before(look.world, record))
            .or_else(|| out_of_sight(look.world, pool)),
    }
}

fn switched_off(mode: Mode) -> Option<Held> {
    match mode {
        Mode::Running => None,
        Mode::Paused => Some(Held::Paused),
        Mode::Draining => Some(Held::Draining),
        Mode::Stopped => Some(Held::Stopped),
    }
}

fn fork(look: &Look<'_>, job: &ForgeJob, pool: &Pool) -> Option<Held> {
    match (pool.fork_pull_requests, look.view.trust.get(&job.id)) {
        (ForkPullRequests::Allow, _) | (ForkPullRequests::Refuse, Some(Trust::Own)) => None,
        (ForkPullRequests::Refuse, Some(Trust::Fork)) => Some(Held::ForkPullRequest { pool: pool.name.clone() }),
        (ForkPullRequests::Refuse, Some(Trust::Unknown { cause })) => {
            Some(Held::TrustUnknown { pool: pool.name.clone(), cause: cause.clone() })
        }
        (ForkPullRequests::Refuse, None) => {
            Some(Held::TrustUnknown { pool: pool.name.clone(), cause: "the forge was not asked yet".to_owned() })
        }
    }
}

fn failed_before(world: &World, record: &JobRecord) -> Option<Held> {
    if record.failures >= MOST_FAILURES {
        return Some(Held::GaveUp { failures: record.failures });
    }
    let until = record.not_before.filter(|until| *until > world.now)?;
    Some(match record.failures {
        0 => Held::NoMachine { until },
        failures => Held::Backoff { failures, until },
    })
}

fn out_of_sight(world: &World, pool: &Pool) -> Option<Held> {
    let backend = pool.backend.to_string();
    match world.clouds.get(&pool.backend) {
        Some(View::Seen(_)) => None,
        Some(View::Unreachable(cause)) => Some(Held::CloudUnreachable { backend, cause: cause.clone() }),
        None => Some(Held::CloudUnreachable { backend, cause: "it is not connected".to_owned() }),
    }
}

/// A job that runs on one of our runners is linked from the runner's side; on any other it is not ours any more.
fn running(look: &Look<'_>, job: &ForgeJob, record: &JobRecord, registration: Option<u64>, plan: &mut Draft) {
    let can = look.view.capabilities;
    // Without the delivery that told of it, such a forge does not say whose runner has the job.
    let untold = !can.queue && registration.is_none();
    if record.taken_by.is_some() || !can.registrations || untold {
        return;
    }
    if !look.ours.have(job, record, registration) {
        close(record, Reason::TakenElsewhere, plan);
    }
}

/// Whether what the forge shows of this job could be taken for another's, which shares its status and has shown nothing of
/// its own, if this record were gone.
fn hides_another(look: &Look<'_>, record: &JobRecord) -> bool {
    let Some(own) = &record.predicted else { return false };
    let mut others = look.world.jobs.values().filter(|other| other.key != record.key && other.repository == record.repository);
    others.any(|other| {
        let shares = other.predicted.as_ref().is_some_and(|theirs| theirs.shares_status(own));
        let unshown = |job: &ForgeJob| job.run.is_none() && matches!(job.state, JobState::Queued | JobState::Blocked);
        shares && look.view.jobs.get(&other.key.job).is_some_and(unshown)
    })
}

fn unheard(look: &Look<'_>, record: &JobRecord) -> Reason {
    let age_s = look.world.now.since_s(record.first_seen);
    if record.predicted.is_some() && record.failures >= MOST_IN_VAIN && age_s < UNHEARD_S {
        return Reason::InVain { failures: record.failures };
    }
    if record.predicted.is_some() && age_s < UNHEARD_S {
        return Reason::Unconfirmed { patience_s: PATIENCE_S };
    }
    Reason::Unheard { hours: age_s / 3_600 }
}

fn note(record: &JobRecord, reason: Reason, plan: &mut Draft) {
    if !record.story.ends_with(&reason) {
        plan.record(Action::Note(record.key.clone()), reason);
    }
}

fn close(record: &JobRecord, reason: Reason, plan: &mut Draft) {
    plan.record(Action::Close(record.key.clone()), reason);
}
