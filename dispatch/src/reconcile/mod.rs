//! The decision: from what is wanted and what exists to what must be done. Pure; the heart of the program.
//!
//! Order of thought: what became of each runner ([`runners`]), what each job wants ([`jobs`]), whether both are in
//! balance ([`balance`]), and what lies around that belongs to nobody ([`strays`]).

mod balance;
mod counters;
mod jobs;
mod notices;
mod runners;
mod strays;
mod swaps;
#[cfg(test)]
mod tests;

pub(crate) use balance::described;

use std::collections::BTreeMap;

use crate::config::Config;
use crate::identifier::RunnerKey;
use crate::phase::{Phase, phase};
use crate::plan::{Action, Plan, Planned};
use crate::reason::Reason;
use crate::record::RunnerRecord;
use crate::world::World;

/// Decides what to do.
///
/// The plan of a world in which the last plan has been carried out, and nothing else happened, is empty.
pub fn reconcile(world: &World, config: &Config) -> Plan {
    let runners = runners_now(world, config);
    let mut plan = Draft::default();
    notices::settle(world, &mut plan);
    let demand = jobs::settle(world, config, &runners, &mut plan);
    let balance = balance::balance(world, config, &demand, &runners, &mut plan);
    runners::settle(world, &runners, &balance.surplus, &mut plan);
    strays::settle(world, &mut plan);
    counters::settle(world, &mut plan);
    plan.ordered()
}

/// An open runner with its phase.
#[derive(Clone, Debug)]
struct Now<'a> {
    record: &'a RunnerRecord,
    phase: Phase,
}

type Runners<'a> = BTreeMap<&'a RunnerKey, Now<'a>>;

fn runners_now<'a>(world: &'a World, config: &Config) -> Runners<'a> {
    let now = |record: &'a RunnerRecord| {
        let pool = config.pool(&record.pool);
        let phase = phase(record, pool, world.forges.get(&record.forge), world.clouds.get(&record.backend), world.now);
        Now { record, phase }
    };
    let mut runners = world.runners.iter().map(|(key, record)| (key, now(record))).collect();
    swaps::settle(world, &mut runners);
    runners
}

/// The plan while it is written: what ends, what is recorded, what begins.
#[derive(Debug, Default)]
struct Draft {
    endings: Vec<Planned>,
    records: Vec<Planned>,
    beginnings: Vec<Planned>,
}

impl Draft {
    fn end(&mut self, action: Action, reason: Reason) {
        self.endings.push(Planned { action, reason });
    }

    fn record(&mut self, action: Action, reason: Reason) {
        self.records.push(Planned { action, reason });
    }

    fn begin(&mut self, action: Action, reason: Reason) {
        self.beginnings.push(Planned { action, reason });
    }

    fn ordered(self) -> Plan {
        let actions = self.endings.into_iter().chain(self.records).chain(self.beginnings);
        Plan { actions: actions.collect() }
    }
}
