//! One action for each phase of a runner.

use std::collections::BTreeMap;

use super::{Draft, Now, Runners};
use crate::forge::Capabilities;
use crate::identifier::{JobKey, RunnerKey};
use crate::phase::Phase;
use crate::plan::{Action, Unless};
use crate::reason::Reason;
use crate::record::{Mode, RunnerRecord};
use crate::world::{View, World};

/// Plans what each open runner needs.
pub(super) fn settle(world: &World, runners: &Runners<'_>, surplus: &BTreeMap<RunnerKey, Reason>, plan: &mut Draft) {
    for now in runners.values() {
        if world.control.mode == Mode::Stopped && now.phase != Phase::Unlaunched {
            end(now.record, Unless::Never, Reason::Stopped, plan);
        } else if let Some(reason) = surplus.get(&now.record.key) {
            retire(world, now, reason.clone(), plan);
        } else {
            follow(world, now, plan);
        }
    }
    relaunch(world, runners, plan);
}

/// One exhaustive match: a new phase cannot be forgotten.
fn follow(world: &World, now: &Now<'_>, plan: &mut Draft) {
    let runner = now.record;
    let key = runner.key.clone();
    match &now.phase {
        Phase::Found { instance, launched_at } => {
            let reason = Reason::Found { instance: instance.clone() };
            plan.begin(Action::Find { runner: key, instance: instance.clone(), launched_at: *launched_at }, reason);
        }
        Phase::Unintroduced { lost } => {
            let reason = lost.map_or(Reason::LaunchAgain, |registration| Reason::Replaced { registration });
            plan.begin(Action::Introduce { runner: key, lost: *lost }, reason);
        }
        Phase::Introduced => plan.record(Action::RecordHandOver(key), Reason::HandedOver),
        Phase::ComesOnline => plan.record(Action::RecordOnline(key), Reason::Online),
        Phase::Takes { job } => {
            let job = job_key(world, runner, *job);
            plan.record(Action::RecordTake { runner: key, job: job.clone() }, Reason::Took { job });
        }
        Phase::Finishes { job } => plan.record(Action::RecordOver(key), over(world, runner, *job)),
        Phase::Hung => end(runner, Unless::Busy, hung(world, runner), plan),
        Phase::Starved | Phase::Silent => retire(world, now, starved(world, runner), plan),
        Phase::Quiet => retire(world, now, Reason::Quiet, plan),
        Phase::Overtime => end(runner, Unless::Never, overtime(world, runner), plan),
        Phase::Done => end(runner, Unless::Never, Reason::Served, plan),
        Phase::Ending(_) => end(runner, Unless::Never, Reason::Ending, plan),
        Phase::Lost { how } => end(runner, Unless::Never, Reason::Lost { how: how.clone() }, plan),
        Phase::Interrupted { how } => end(runner, Unless::Never, Reason::Interrupted { how: how.clone() }, plan),
        Phase::Unlaunched
        | Phase::Booting
        | Phase::Idle
        | Phase::Quieting
        | Phase::Busy
        | Phase::Finishing
        | Phase::Unobserved => {}
    }
}

/// Ends a runner that is not needed, so that no job can be killed by it.
///
/// Before its identity is taken it can be withdrawn. After that, a forge that can disable runners (Gitea from 1.26) is
/// told to, and the end follows once no request for work can be under way. A runner bound to a job that no longer waits
/// can take nothing. On other forges the machine's own idle limit ends it.
fn retire(world: &World, now: &Now<'_>, reason: Reason, plan: &mut Draft) {
    let runner = now.record;
    let can = capabilities(world, runner);
    let disables = can.is_some_and(|can| can.disable);
    match &now.phase {
        Phase::Found { .. } | Phase::Unintroduced { .. } | Phase::Introduced | Phase::Booting | Phase::Hung | Phase::Quiet => {
            end(runner, Unless::Busy, reason, plan);
        }
        Phase::ComesOnline | Phase::Idle | Phase::Starved | Phase::Silent if disables => {
            plan.end(Action::Disable(runner.key.clone()), reason);
        }
        Phase::ComesOnline | Phase::Idle | Phase::Starved | Phase::Silent if runner.handle.is_some() => {
            end(runner, Unless::Busy, reason, plan);
        }
        Phase::ComesOnline => plan.record(Action::RecordOnline(runner.key.clone()), Reason::Online),
        Phase::Unlaunched
        | Phase::Idle
        | Phase::Starved
        | Phase::Silent
        | Phase::Quieting
        | Phase::Takes { .. }
        | Phase::Busy
        | Phase::Overtime
        | Phase::Finishes { .. }
        | Phase::Finishing
        | Phase::Done
        | Phase::Ending(_)
        | Phase::Lost { .. }
        | Phase::Interrupted { .. }
        | Phase::Unobserved => {}
    }
}

/// A launch order whose outcome is unknown goes out again, whole and unchanged.
fn relaunch(world: &World, runners: &Runners<'_>, plan: &mut Draft) {
    let mut orders: Vec<_> =
        runners.values().filter(|now| now.phase == Phase::Unlaunched).map(|now| &now.record.key.batch).collect();
    orders.dedup();
    for batch in orders {
        if world.control.mode == Mode::Running && world.batches.contains_key(batch) {
            plan.begin(Action::Relaunch(batch.clone()), Reason::LaunchAgain);
        }
    }
}

fn end(runner: &RunnerRecord, unless: Unless, reason: Reason, plan: &mut Draft) {
    plan.end(Action::End { runner: runner.key.clone(), unless }, reason);
}

fn capabilities(world: &World, runner: &RunnerRecord) -> Option<Capabilities> {
    world.forges.get(&runner.forge).and_then(View::seen).map(|view| view.capabilities)
}

/// The open generation of a job, or the first for one that never had a record.
fn job_key(world: &World, runner: &RunnerRecord, job: u64) -> JobKey {
    let open = world.open_job(&runner.forge, job).map(|record| record.key.clone());
    open.unwrap_or_else(|| JobKey::first(runner.forge.clone(), job))
}

fn over(world: &World, runner: &RunnerRecord, job: Option<u64>) -> Reason {
    let view = world.forges.get(&runner.forge).and_then(View::seen);
    let state = job.zip(view).and_then(|(job, view)| view.state(job).cloned());
    match state {
        Some(crate::forge::JobState::Over { conclusion, .. }) => Reason::Over { conclusion },
        _ => Reason::Gone,
    }
}

fn hung(world: &World, runner: &RunnerRecord) -> Reason {
    Reason::Hung { age_s: world.now.since_s(runner.born_at()) }
}

fn starved(world: &World, runner: &RunnerRecord) -> Reason {
    Reason::Starved { age_s: world.now.since_s(runner.online_at.unwrap_or(runner.born_at())) }
}

fn overtime(world: &World, runner: &RunnerRecord) -> Reason {
    Reason::Overtime { age_s: world.now.since_s(runner.born_at()) }
}
