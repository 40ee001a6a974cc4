//! Nothing is forgotten: every job that has a pool is served in time, or told why not.

use dispatch::identifier::Scope;

use super::launches::Group;
use super::limits::{Place, places};
use super::{PATIENCE_MS, Promise};
use crate::simulator::agenda::Millis;
use crate::simulator::cloud::Machine;
use crate::simulator::forge::Job;
use crate::simulator::script::Script;
use crate::simulator::world::World;

/// A job that waits.
#[derive(Clone, Debug)]
pub struct Demand {
    since: Millis,
    group: Group,
    places: Vec<Place>,
    failed_before: u64,
    /// Until then it cannot be late.
    look_at: Millis,
}

impl World {
    /// A job waits for a runner.
    pub fn open_demand(&mut self, id: u64, job: &Job) {
        let Some(pool) = self.script.pool_for(&job.labels).map(|pool| pool.name.clone()) else { return };
        let scope = scope_of(&self.script, job);
        let group = (scope.clone(), job.labels.clone());
        let tally = self.checks.groups.entry(group.clone()).or_default();
        tally.demanded += 1;
        tally.waiting += 1;
        let demand =
            Demand { since: self.agenda.now(), group, places: places(&scope, &pool), failed_before: tally.failed, look_at: 0 };
        self.checks.demands.insert(id, demand);
    }

    fn remove_demand(&mut self, id: u64) -> Option<Demand> {
        let demand = self.checks.demands.remove(&id)?;
        if let Some(tally) = self.checks.groups.get_mut(&demand.group) {
            tally.waiting -= 1;
        }
        Some(demand)
    }

    /// It waits no longer.
    pub fn close_demand(&mut self, id: u64, taken: bool) {
        if let Some(demand) = self.remove_demand(id).filter(|_| taken) {
            self.checks.served += 1;
            self.checks.longest_wait = self.checks.longest_wait.max(self.now() - demand.since);
        }
    }

    /// Somebody was told that it will not be served, and why; he cancels it when he has read it.
    pub fn refuse_demand(&mut self, id: u64) {
        if self.remove_demand(id).is_some() {
            self.checks.told.insert(id);
            self.after(600_000, move |world| world.cancel_job(id));
        }
    }

    /// Looks for jobs that wait for too long; again each minute.
    pub fn watch_demands(&mut self) {
        let now = self.now();
        let due = self.checks.demands.iter().filter(|(_, demand)| demand.look_at <= now);
        let looked: Vec<(u64, Option<Millis>)> = due.map(|(id, demand)| (*id, self.patience_left(demand))).collect();
        for (id, left) in looked {
            match left {
                Some(left) => self.look_later(id, now + left),
                None => self.forgotten(id),
            }
        }
        self.after(60_000, Self::watch_demands);
    }

    fn look_later(&mut self, id: u64, at: Millis) {
        if let Some(demand) = self.checks.demands.get_mut(&id) {
            demand.look_at = at;
        }
    }

    fn forgotten(&mut self, id: u64) {
        let Some(demand) = self.remove_demand(id) else { return };
        let waited_s = (self.now() - demand.since) / 1_000;
        self.violate(Promise::NothingForgotten, format!("job {id} has waited for {waited_s} s"));
    }

    /// How long a job can still wait at least; `None` for one that should long have been served.
    fn patience_left(&self, demand: &Demand) -> Option<Millis> {
        let now = self.now();
        let full = demand.places.iter().filter_map(|place| self.checks.places.get(place)).flat_map(|used| used.full(now));
        let was_full: Vec<(Millis, Millis)> = full.chain(self.with_unsure_places()).collect();
        let waited = self.weather.fair_ms(demand.since, now, &was_full);
        let left = PATIENCE_MS.saturating_sub(waited);
        (left > 0 || waited <= PATIENCE_MS + self.allowance(demand)).then_some(left)
    }

    /// What failed machines and those that may yet fail cost.
    fn allowance(&self, demand: &Demand) -> Millis {
        let failed = self.checks.groups.get(&demand.group).map_or(0, |tally| tally.failed - demand.failed_before);
        let of_group = |machine: &&Machine| machine.scope == demand.group.0 && machine.labels == demand.group.1;
        let machines = self.cloud.machines.values().filter(of_group);
        let alive = machines.filter(|machine| machine.ended.is_none() && machine.job.is_none()).count();
        let bound = self.script.settings.pools.iter().map(|pool| pool.boot_limit_s + pool.idle_limit_s).max().unwrap_or(0);
        let tries = failed + u64::try_from(alive).unwrap_or(0);
        let backoff_s: u64 = (0..tries).map(|number| 60 << number.min(4)).sum();
        (tries * (bound + 300) + backoff_s) * 1_000
    }
}

fn scope_of(script: &Script, job: &Job) -> Scope {
    match script.settings.register_at {
        dispatch::config::RegisterAt::Repository => Scope::Repository(job.repository.clone()),
        dispatch::config::RegisterAt::Organisation => Scope::Organisation(job.repository.owner().to_owned()),
        dispatch::config::RegisterAt::Instance => Scope::Instance,
    }
}
