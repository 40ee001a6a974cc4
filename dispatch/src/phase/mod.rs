//! What a runner is doing now: derived from its record and what was just seen, never stored.

#[cfg(test)]
mod tests;

use crate::cloud::{IdentityState, Instance, InstanceState};
use crate::forge::{JobState, Registration};
use crate::identifier::InstanceId;
use crate::pool::Pool;
use crate::record::{Ending, RunnerRecord, RunnerState};
use crate::time::Timestamp;
use crate::world::{ForgeView, View};

/// Seconds that a machine gets to end by itself after its job.
pub const EXIT_GRACE_S: u64 = 30;
/// Seconds after the launch in which a machine that the cloud does not list is believed to exist. EC2's lists lag by seconds;
/// but the clock of the worker that looks may be minutes ahead of the one that launched. Our own time of the claim counts too:
/// by a clock that is ahead of the cloud's, a machine is old when it begins.
pub const VISIBILITY_GRACE_S: u64 = 300;
/// Seconds between disabling a runner and removing it: a request for work that was under way has ended by then
/// (both runners give up on `FetchTask` after 5 s).
pub const QUIET_S: u64 = 10;

/// The phases of an open runner.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Phase {
    /// Claimed, and no machine is to be seen: the order goes out, again if need be.
    Unlaunched,
    /// Claimed, and its machine exists: an earlier pass ended too soon.
    Found {
        /// The machine.
        instance: InstanceId,
        /// When the cloud began it.
        launched_at: Timestamp,
    },
    /// The machine waits for an identity that was never given.
    Unintroduced {
        /// A registration whose credential was lost on the way.
        lost: Option<u64>,
    },
    /// The identity was given; only the record does not say so.
    Introduced,
    /// On its way.
    Booting,
    /// It should long have been online.
    Hung,
    /// Online for the first time.
    ComesOnline,
    /// Online, waiting for a job.
    Idle,
    /// Online for too long without taking a job.
    Starved,
    /// The same, and the forge hears nothing from it any more: its runner has stopped, and the machine has not.
    Silent,
    /// Told to take nothing more; a last request may be under way.
    Quieting,
    /// Quiet for long enough to be removed.
    Quiet,
    /// A job is seen on it for the first time.
    Takes {
        /// The forge's id of the job.
        job: u64,
    },
    /// Working.
    Busy,
    /// Older than it may be.
    Overtime,
    /// Its job is seen to be over for the first time.
    Finishes {
        /// The forge's id of the job, where it can be told.
        job: Option<u64>,
    },
    /// Its job is over; the machine may still end by itself.
    Finishing,
    /// Nothing more to wait for.
    Done,
    /// Its end was decided for good, and is not complete.
    Ending(Ending),
    /// The machine is gone, and no job was ever seen on it.
    Lost {
        /// What the cloud says.
        how: Option<String>,
    },
    /// The machine is gone while its job still runs.
    Interrupted {
        /// What the cloud says.
        how: Option<String>,
    },
    /// Forge or cloud did not show enough to decide anything.
    Unobserved,
}

impl Phase {
    /// Whether the runner counts against the jobs that wait.
    ///
    /// In doubt it does: a job that waits a little longer costs less than a second machine. A lost one counts until its
    /// end is recorded, because only then it is known how long its job has to wait for the next; so does one that failed, or
    /// takes nothing more, and is not gone yet.
    pub fn waits(&self) -> bool {
        match self {
            Self::Unlaunched
            | Self::Found { .. }
            | Self::Unintroduced { .. }
            | Self::Introduced
            | Self::Booting
            | Self::Hung
            | Self::ComesOnline
            | Self::Idle
            | Self::Starved
            | Self::Quieting
            | Self::Quiet
            | Self::Lost { .. }
            | Self::Ending(Ending::Failed)
            | Self::Unobserved => true,
            Self::Silent
            | Self::Takes { .. }
            | Self::Busy
            | Self::Overtime
            | Self::Finishes { .. }
            | Self::Finishing
            | Self::Done
            | Self::Ending(Ending::Unneeded)
            | Self::Interrupted { .. } => false,
        }
    }
}

/// What was seen of the three things that a runner consists of.
#[derive(Clone, Copy, Debug)]
struct Sight<'a> {
    machine: Seen<&'a Instance>,
    registration: Seen<&'a Registration>,
    work: Work,
    /// The work is only believed: the forge does not tell which runner has which job.
    believed: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Seen<T> {
    Here(T),
    Gone,
    NotLooked,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Work {
    None,
    Running(u64),
    Over(u64),
}

/// Derives the phase of an open runner.
pub fn phase(
    runner: &RunnerRecord,
    pool: Option<&Pool>,
    forge: Option<&View<ForgeView>>,
    cloud: Option<&View<Vec<Instance>>>,
    now: Timestamp,
) -> Phase {
    let registration = look_for_registration(runner, forge);
    let used_up = matches!(registration, Seen::Gone);
    let believed = forge.and_then(View::seen).is_some_and(|view| !view.capabilities.registrations);
    let work = look_for_work(runner, forge, used_up);
    let sight = Sight { machine: look_for_machine(runner, cloud), registration, work, believed };
    let bounds = Bounds::of(pool);
    match (&runner.state, runner.ending) {
        (RunnerState::Closed { .. }, _) => Phase::Done,
        (_, Some(ending)) => Phase::Ending(ending),
        (RunnerState::Claimed, None) => claimed(&sight),
        (RunnerState::Launched { at, .. }, None) => launched(runner, &sight, bounds, *at, now),
    }
}

/// The bounds of a runner; those of a removed pool are the defaults, so that its machines still end.
#[derive(Clone, Copy, Debug)]
#[expect(clippy::struct_field_names, reason = "the unit is part of each name")]
struct Bounds {
    boot_s: u64,
    idle_s: u64,
    age_s: u64,
}

impl Bounds {
    fn of(pool: Option<&Pool>) -> Self {
        Self {
            boot_s: pool.map_or(crate::pool::DEFAULT_BOOT_LIMIT_S, |pool| pool.boot_limit_s),
            idle_s: pool.map_or(crate::pool::DEFAULT_IDLE_LIMIT_S, |pool| pool.idle_limit_s),
            age_s: pool.map_or(crate::pool::DEFAULT_MAXIMUM_AGE_S, |pool| pool.maximum_age_s),
        }
    }
}

fn claimed(sight: &Sight<'_>) -> Phase {
    match sight.machine {
        Seen::Here(Instance { id, launched_at, state: InstanceState::Alive, .. }) => {
            Phase::Found { instance: id.clone(), launched_at: *launched_at }
        }
        Seen::Here(Instance { state: InstanceState::Ended { how }, .. }) => Phase::Lost { how: how.clone() },
        Seen::Gone => Phase::Unlaunched,
        Seen::NotLooked => Phase::Unobserved,
    }
}

fn launched(runner: &RunnerRecord, sight: &Sight<'_>, bounds: Bounds, at: Timestamp, now: Timestamp) -> Phase {
    let age_s = now.since_s(launched_at(sight, at));
    match sight.machine {
        Seen::NotLooked => Phase::Unobserved,
        Seen::Here(Instance { state: InstanceState::Ended { how }, .. }) => gone(runner, sight, how.clone()),
        Seen::Gone if now.since_s(at.max(runner.claimed_at)) >= VISIBILITY_GRACE_S => gone(runner, sight, None),
        Seen::Here(_) | Seen::Gone if age_s >= bounds.age_s => Phase::Overtime,
        Seen::Here(_) | Seen::Gone => alive(runner, sight, bounds, age_s, now),
    }
}

/// The cloud's own account of the launch counts, where it has one: our clock may have been corrected since.
fn launched_at(sight: &Sight<'_>, recorded: Timestamp) -> Timestamp {
    match sight.machine {
        Seen::Here(instance) => instance.launched_at,
        Seen::Gone | Seen::NotLooked => recorded,
    }
}

fn gone(runner: &RunnerRecord, sight: &Sight<'_>, how: Option<String>) -> Phase {
    let consumed = sight.registration == Seen::Gone && runner.handed_over_at.is_some();
    match sight.work {
        Work::Over(_) => Phase::Done,
        Work::None if runner.job_over_at.is_some() || consumed => Phase::Done,
        Work::Running(_) => Phase::Interrupted { how },
        // Nobody will ever tell more; whether it served another job is seen beside the others.
        Work::None if sight.believed && runner.handed_over_at.is_some() => Phase::Lost { how },
        Work::None if runner.registration.is_some() && sight.registration == Seen::NotLooked => Phase::Unobserved,
        Work::None => Phase::Lost { how },
    }
}

fn alive(runner: &RunnerRecord, sight: &Sight<'_>, bounds: Bounds, age_s: u64, now: Timestamp) -> Phase {
    match sight.work {
        Work::Running(job) if runner.job.is_none() => Phase::Takes { job },
        Work::Running(_) => Phase::Busy,
        Work::Over(job) => over(runner, Some(job), sight, now),
        Work::None if runner.job_over_at.is_some() => over(runner, None, sight, now),
        Work::None => without_work(runner, sight, bounds, age_s, now),
    }
}

/// Two jobs may have swapped their runners. Where that cannot be seen, the runner of the one that is over may be at work on
/// the other, so only its machine's own end, or its age, ends it.
fn over(runner: &RunnerRecord, job: Option<u64>, sight: &Sight<'_>, now: Timestamp) -> Phase {
    match runner.job_over_at {
        None => Phase::Finishes { job },
        Some(_) if sight.believed => Phase::Finishing,
        Some(at) if now.since_s(at) < EXIT_GRACE_S => Phase::Finishing,
        Some(_) => Phase::Done,
    }
}

fn without_work(runner: &RunnerRecord, sight: &Sight<'_>, bounds: Bounds, age_s: u64, now: Timestamp) -> Phase {
    if runner.handed_over_at.is_none() {
        return before_hand_over(runner, sight, bounds, age_s);
    }
    match sight.registration {
        Seen::NotLooked => Phase::Unobserved,
        Seen::Gone => Phase::Finishes { job: None },
        Seen::Here(registration) => registered(runner, registration, bounds, age_s, now),
    }
}

fn before_hand_over(runner: &RunnerRecord, sight: &Sight<'_>, bounds: Bounds, age_s: u64) -> Phase {
    let identity = match sight.machine {
        Seen::Here(instance) => instance.identity,
        Seen::Gone | Seen::NotLooked => IdentityState::Unknown,
    };
    match (identity, runner.registration) {
        _ if age_s >= bounds.boot_s => Phase::Hung,
        (IdentityState::Waiting | IdentityState::Taken, Some(_)) => Phase::Introduced,
        (IdentityState::NeverGiven, lost) => Phase::Unintroduced { lost },
        (_, None) => Phase::Unintroduced { lost: None },
        (IdentityState::Unknown, Some(_)) => Phase::Booting,
    }
}

fn registered(runner: &RunnerRecord, registration: &Registration, bounds: Bounds, age_s: u64, now: Timestamp) -> Phase {
    if let Some(at) = runner.disabled_at {
        return if now.since_s(at) < QUIET_S { Phase::Quieting } else { Phase::Quiet };
    }
    match runner.online_at {
        None if registration.online => Phase::ComesOnline,
        None if age_s >= bounds.boot_s => Phase::Hung,
        None => Phase::Booting,
        Some(at) if now.since_s(at) >= bounds.idle_s && !registration.online => Phase::Silent,
        Some(at) if now.since_s(at) >= bounds.idle_s => Phase::Starved,
        Some(_) => Phase::Idle,
    }
}

fn look_for_machine<'a>(runner: &RunnerRecord, cloud: Option<&'a View<Vec<Instance>>>) -> Seen<&'a Instance> {
    let Some(View::Seen(instances)) = cloud else {
        return Seen::NotLooked;
    };
    let is_ours = |instance: &&Instance| match runner.instance() {
        Some(id) => instance.id == *id,
        None => instance.runner.as_ref() == Some(&runner.key),
    };
    instances.iter().find(is_ours).map_or(Seen::Gone, Seen::Here)
}

fn look_for_registration<'a>(runner: &RunnerRecord, forge: Option<&'a View<ForgeView>>) -> Seen<&'a Registration> {
    let (Some(View::Seen(view)), Some(id)) = (forge, runner.registration) else {
        return Seen::NotLooked;
    };
    if !view.capabilities.registrations || !view.registrations.contains_key(&runner.scope) {
        return Seen::NotLooked;
    }
    view.registration(&runner.scope, id).map_or(Seen::Gone, Seen::Here)
}

/// The job of a runner: the one that its record names, else the one that the forge shows on its registration or handle.
fn look_for_work(runner: &RunnerRecord, forge: Option<&View<ForgeView>>, used_up: bool) -> Work {
    let view = forge.and_then(View::seen);
    if let Some(job) = &runner.job {
        return recorded_work(runner, job.job, view, used_up);
    }
    let Some(view) = view else { return Work::None };
    if !view.capabilities.registrations {
        return believed_work(runner, view);
    }
    let by_registration = |id| view.running_on(id).map(|job| Work::Running(job.id));
    let finished = |id| view.finished_by(id).map(|job| Work::Over(job.id));
    let by_handle = |handle: &String| match view.bound_to(handle) {
        Some(job) if matches!(job.state, JobState::Running { .. }) => Some(Work::Running(job.id)),
        _ => None,
    };
    (runner.registration.and_then(by_registration))
        .or_else(|| runner.handle.as_ref().and_then(by_handle))
        .or_else(|| runner.registration.and_then(finished))
        .unwrap_or(Work::None)
}

/// With the forge out of sight, a job that was running still is; unless the registration, which ends with it, is gone. What
/// was over stays over: a job that is run again under its id (Gitea up to 1.26, Forgejo) runs on another machine.
fn recorded_work(runner: &RunnerRecord, job: u64, view: Option<&ForgeView>, used_up: bool) -> Work {
    match view.and_then(|view| view.state(job)) {
        Some(JobState::Running { .. }) if runner.job_over_at.is_some() => Work::Over(job),
        Some(JobState::Running { registration: Some(other) }) if runner.registration.is_some_and(|own| own != *other) => {
            Work::Over(job)
        }
        Some(JobState::Queued | JobState::Blocked | JobState::Over { .. } | JobState::Unknown) => Work::Over(job),
        None if runner.job_over_at.is_some() || used_up => Work::Over(job),
        Some(JobState::Running { .. }) | None => Work::Running(job),
    }
}

/// Forges that do not tell which runner has a job (Forgejo before 15): each runner is believed to have the job that it
/// was launched for, once its machine has an identity. Among jobs with the same labels that is true in number, if not one
/// by one.
fn believed_work(runner: &RunnerRecord, view: &ForgeView) -> Work {
    let job = runner.launched_for.job;
    if runner.handed_over_at.is_none() {
        return Work::None;
    }
    match view.state(job) {
        Some(JobState::Running { .. }) => Work::Running(job),
        Some(JobState::Over { .. } | JobState::Unknown) => Work::Over(job),
        Some(JobState::Queued | JobState::Blocked) | None => Work::None,
    }
}
