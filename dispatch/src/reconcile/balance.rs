//! Counts, not pairs: jobs that wait against runners that wait, for each forge, scope, pool and set of labels.
//!
//! No forge binds a job to a runner before Forgejo 15, so a runner takes whatever waits first. Two jobs may swap their
//! runners; in number nothing changes. Where a handle binds, each job is a group of its own.

use std::collections::{BTreeMap, BTreeSet};

use super::jobs::Wanted;
use super::{Draft, Now, Runners};
use crate::config::Config;
use crate::identifier::{ForgeName, JobKey, PoolName, RunnerKey, Scope};
use crate::label::LabelSet;
use crate::phase::Phase;
use crate::plan::{Action, Claim, Member};
use crate::reason::{Held, Reason};
use crate::record::{Batch, Mode, RunnerRecord};
use crate::store::Key;
use crate::world::World;

/// What is out of balance on the side of the runners.
#[derive(Debug, Default)]
pub(super) struct Balance {
    /// Runners that no job needs, with the reason.
    pub(super) surplus: BTreeMap<RunnerKey, Reason>,
}

/// Whoever has all of these in common can stand in for each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Group<'a> {
    order: Order<'a>,
    handle: Option<&'a str>,
}

#[derive(Debug, Default)]
struct Sides<'a> {
    jobs: Vec<&'a Wanted<'a>>,
    runners: Vec<&'a Now<'a>>,
}

/// Plans claims for what is missing, notes for what must wait, and names what is too much.
pub(super) fn balance(world: &World, config: &Config, wanted: &[Wanted<'_>], runners: &Runners<'_>, plan: &mut Draft) -> Balance {
    let groups = group(wanted, runners);
    let surplus = groups.values().flat_map(|sides| surplus(world, sides)).collect();
    let mut missing: Vec<&Wanted<'_>> = groups.values().flat_map(missing).collect();
    missing.sort_by(|a, b| a.key.cmp(&b.key));
    let mut room = Room::new(world, config);
    let beside_forks = beside_forks(wanted);
    let mut orders: BTreeMap<Order<'_>, Vec<&Wanted<'_>>> = BTreeMap::new();
    for job in missing {
        let beside = (job.handle.is_none() && beside_forks(job)).then_some(Held::BesideFork);
        match job.held.clone().or(beside).or_else(|| room.take(job)) {
            Some(held) => hold(world, job, held, plan),
            None => orders.entry(Order::of(job)).or_default().push(job),
        }
    }
    for jobs in orders.values() {
        for members in jobs.chunks(Batch::MOST_MEMBERS) {
            claim(world, config, members, plan);
        }
    }
    Balance { surplus }
}

fn group<'a>(wanted: &'a [Wanted<'a>], runners: &'a Runners<'a>) -> BTreeMap<Group<'a>, Sides<'a>> {
    let mut groups: BTreeMap<Group<'a>, Sides<'a>> = BTreeMap::new();
    for job in wanted {
        let group = Group { order: Order::of(job), handle: job.handle.as_deref() };
        groups.entry(group).or_default().jobs.push(job);
    }
    for now in runners.values().filter(|now| now.phase.waits()) {
        let RunnerRecord { forge, scope, pool, labels, handle, .. } = now.record;
        let group = Group { order: Order { forge, scope, pool, labels }, handle: handle.as_deref() };
        groups.entry(group).or_default().runners.push(now);
    }
    groups
}

/// Too many runners: those that are least far go first, then the youngest.
fn surplus(world: &World, sides: &Sides<'_>) -> Vec<(RunnerKey, Reason)> {
    let draining = world.control.mode == Mode::Draining;
    let seen = |forge: &ForgeName| world.forges.get(forge).is_some_and(|view| view.seen().is_some());
    let needed = if draining { 0 } else { sides.jobs.iter().filter(|job| !job.refused).count() };
    let ends_anyway = |now: &Now<'_>| matches!(now.phase, Phase::Quiet | Phase::Lost { .. } | Phase::Ending(_));
    let staying: Vec<&Now<'_>> = sides.runners.iter().copied().filter(|now| !ends_anyway(now)).collect();
    let waiting = staying.len();
    let mut candidates: Vec<&Now<'_>> = staying.into_iter().filter(|now| seen(&now.record.forge)).collect();
    candidates.sort_by_key(|now| (how_far(&now.phase), std::cmp::Reverse(now.record.born_at()), now.record.key.clone()));
    let reason = if draining { Reason::Drained } else { Reason::Surplus { waiting, queued: needed } };
    candidates.into_iter().take(waiting.saturating_sub(needed)).map(|now| (now.record.key.clone(), reason.clone())).collect()
}

fn how_far(phase: &Phase) -> u8 {
    match phase {
        Phase::Unlaunched => 0,
        Phase::Found { .. } | Phase::Unintroduced { .. } => 1,
        Phase::Hung | Phase::Starved | Phase::Quieting => 2,
        Phase::Introduced | Phase::Booting => 3,
        _ => 4,
    }
}

/// Too few: the oldest jobs for which no waiting runner was launched come first.
fn missing<'a>(sides: &Sides<'a>) -> Vec<&'a Wanted<'a>> {
    let lacking = sides.jobs.len().saturating_sub(sides.runners.len());
    let launched: BTreeSet<&JobKey> = sides.runners.iter().map(|now| &now.record.launched_for).collect();
    let (with, without): (Vec<_>, Vec<_>) = sides.jobs.iter().copied().partition(|job| launched.contains(&job.key));
    without.into_iter().chain(with).take(lacking).collect()
}

/// Whether a runner for a job could take one that its pool refuses: same forge and scope, and no label that it lacks.
fn beside_forks<'a>(wanted: &'a [Wanted<'a>]) -> impl Fn(&Wanted<'_>) -> bool + 'a {
    let refused: Vec<&Wanted<'a>> = wanted.iter().filter(|job| job.refused && job.handle.is_none()).collect();
    move |job| {
        let same_queue =
            |other: &&&Wanted<'_>| other.key.forge == job.key.forge && other.scope == job.scope && other.key != job.key;
        refused.iter().filter(same_queue).any(|other| other.labels.is_subset(job.labels))
    }
}

fn hold(world: &World, job: &Wanted<'_>, held: Held, plan: &mut Draft) {
    let reason = Reason::Held(held);
    let said = world.jobs.get(&job.key).is_some_and(|record| record.story.ends_with(&reason));
    if !said {
        plan.record(Action::Note(job.key.clone()), reason);
    }
}

/// Jobs that one launch order can serve. Handles differ from member to member.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Order<'a> {
    forge: &'a ForgeName,
    scope: &'a Scope,
    pool: &'a PoolName,
    labels: &'a LabelSet,
}

impl<'a> Order<'a> {
    fn of(job: &'a Wanted<'_>) -> Self {
        Self { forge: &job.key.forge, scope: &job.scope, pool: &job.pool.name, labels: job.labels }
    }
}

fn claim(world: &World, config: &Config, jobs: &[&Wanted<'_>], plan: &mut Draft) {
    let Some(first) = jobs.first() else { return };
    let Order { forge, scope, pool, labels } = Order::of(first);
    let id = Batch::id_for(jobs.iter().map(|job| (&job.key, job.launches)));
    let counters = bounds(config, first);
    let members = jobs.iter().map(|job| Member { job: job.key.clone(), handle: job.handle.clone(), launches: job.launches });
    let runner = RunnerKey { batch: id.clone(), index: 0 };
    let reason = Reason::Launching { pool: pool.clone(), runner };
    let batch = Batch {
        id,
        pool: pool.clone(),
        backend: first.pool.backend.clone(),
        forge: forge.clone(),
        scope: scope.clone(),
        labels: labels.clone(),
        members: jobs.iter().map(|job| job.key.clone()).collect(),
        made_at: world.now,
    };
    plan.begin(Action::Claim(Box::new(Claim { batch, members: members.collect(), counters })), reason);
}

/// The counters that a job's runner counts against, each with its bound.
fn bounds(config: &Config, job: &Wanted<'_>) -> Vec<(Key, Option<u32>)> {
    let Order { forge, scope, pool, .. } = Order::of(job);
    Key::counters(forge, scope, pool).into_iter().map(|key| (key.clone(), bound(config, job, &key))).collect()
}

/// The bound of one of the counters that a job's runner counts against.
fn bound(config: &Config, job: &Wanted<'_>, key: &Key) -> Option<u32> {
    if *key == Key::total() {
        return config.limits.total;
    }
    if *key == Key::pool(&job.pool.name) {
        return Some(job.pool.limit);
    }
    match &job.scope {
        Scope::Repository(repository) if *key == Key::repository(&job.key.forge, repository) => config.limits.per_repository,
        Scope::Repository(_) | Scope::Organisation(_) => config.limits.per_owner,
        Scope::Instance => None,
    }
}

/// How many machines each counter still allows, while claims are planned.
struct Room<'a> {
    config: &'a Config,
    counters: BTreeMap<Key, u64>,
    /// What the jobs of an order count against, each with its bound.
    bounds: BTreeMap<Order<'a>, Vec<(Key, Option<u32>)>>,
}

impl<'a> Room<'a> {
    fn new(world: &World, config: &'a Config) -> Self {
        let counters = world.counters.iter().map(|(key, counter)| (key.clone(), counter.value)).collect();
        Self { config, counters, bounds: BTreeMap::new() }
    }

    /// Takes a place for a job under all of its bounds, or says which is reached.
    fn take(&mut self, job: &'a Wanted<'_>) -> Option<Held> {
        let bounds = self.bounds.entry(Order::of(job)).or_insert_with(|| bounds(self.config, job));
        for (key, limit) in bounds.iter() {
            let used = self.counters.get(key).copied().unwrap_or(0);
            if let Some(limit) = limit.filter(|limit| used >= u64::from(*limit)) {
                return Some(Held::Limit { what: described(key), limit });
            }
        }
        for (key, _) in bounds {
            *self.counters.entry(key.clone()).or_default() += 1;
        }
        None
    }
}

/// A counter in the words of the configuration.
pub(crate) fn described(key: &Key) -> String {
    let path = key.as_str().trim_start_matches("counter#");
    match path.split_once('/') {
        Some((kind, name)) => format!("{kind} `{name}`"),
        None => path.to_owned(),
    }
}
