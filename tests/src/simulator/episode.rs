//! One story from its first event until nothing is left of it.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use super::agenda::Millis;
use super::checks::Violation;
use super::fault::Fault;
use super::phases::Phases;
use super::processes::Processes;
use super::script::Script;
use super::story::Story;
use super::world::{Shared, World, lock};

/// How long after its last job a story may take to come to rest.
const REST_MS: Millis = 24 * 3_600_000;
/// How long it has to stay at rest.
const QUIET_MS: Millis = 300_000;
const STEP_MS: Millis = 60_000;

/// What came of a story.
#[derive(Debug)]
pub struct Outcome {
    /// Jobs of the script.
    pub jobs: u64,
    /// Jobs that were taken by a runner.
    pub served: u64,
    /// Jobs that were told why not.
    pub refused: u64,
    /// Machines.
    pub launches: u64,
    /// Passes.
    pub passes: u64,
    /// Longest wait of a served job.
    pub longest_wait: Millis,
    /// Broken promises.
    pub violations: Vec<Violation>,
    /// Faults that struck.
    pub faults: BTreeMap<Fault, u64>,
    /// Phases that were seen.
    pub phases: Phases,
    /// What happened, if it was told.
    pub lines: Vec<(Millis, String)>,
}

/// Plays a script.
pub fn play(script: &Arc<Script>, story: Story) -> Outcome {
    let world: Shared = Arc::new(Mutex::new(World::new(script.clone(), story)));
    {
        let mut world = lock(&world);
        world.place_others();
        world.plan_jobs();
        world.plan_operations();
        world.watch_demands();
    }
    let mut processes = Processes::new(&world, script.settings.clone());
    let last = script.last();
    let mut quiet_since = None;
    loop {
        let next = lock(&world).now() + STEP_MS;
        processes.run(next);
        let world = lock(&world);
        let (now, quiet) = (world.now(), world.is_quiet());
        quiet_since = if quiet && now >= last { quiet_since.or(Some(now)) } else { None };
        let rested = quiet_since.is_some_and(|since| now >= since + QUIET_MS);
        if rested || now > last + REST_MS || !world.checks.violations.is_empty() {
            break;
        }
    }
    let passes = processes.passes;
    drop(processes);
    let mut world = lock(&world);
    if world.checks.violations.is_empty() {
        world.check_nothing_left();
    }
    Outcome {
        jobs: u64::try_from(script.jobs.len()).unwrap_or(u64::MAX),
        served: world.checks.served,
        refused: u64::try_from(world.checks.told.len()).unwrap_or(u64::MAX),
        launches: world.checks.launches,
        passes,
        longest_wait: world.checks.longest_wait,
        violations: std::mem::take(&mut world.checks.violations),
        faults: world.weather.struck().clone(),
        phases: std::mem::take(&mut world.phases),
        lines: world.story.lines().to_vec(),
    }
}
