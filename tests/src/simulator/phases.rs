//! Counts the phases that the product's runners go through, so that none is left out of every story.

use std::collections::BTreeMap;

use dispatch::phase::phase;
use dispatch::world::{ForgeView, View};

use super::world::World;

/// How often each phase was seen at the beginning of a pass.
pub type Phases = BTreeMap<String, u64>;

/// Every phase that a run which is long enough must reach.
pub const ALL: [&str; 22] = [
    "Unlaunched",
    "Found",
    "Unintroduced",
    "Introduced",
    "Booting",
    "Hung",
    "ComesOnline",
    "Idle",
    "Starved",
    "Silent",
    "Quieting",
    "Quiet",
    "Takes",
    "Busy",
    "Overtime",
    "Finishes",
    "Finishing",
    "Done",
    "Ending",
    "Lost",
    "Interrupted",
    "Unobserved",
];

impl World {
    /// Looks at every open runner as a pass would that began now.
    pub fn count_phases(&mut self) {
        let now = self.moment();
        let forge = self.forge_view();
        let cloud = View::Seen(self.listed());
        let mut seen = Vec::new();
        for runner in self.records.shown_runners() {
            let pool = self.script.settings.pools.iter().find(|pool| pool.name == runner.pool);
            seen.push(phase(&runner, pool, Some(&forge), Some(&cloud), now));
        }
        for phase in seen {
            let name: String = format!("{phase:?}").chars().take_while(|c| c.is_alphabetic()).collect();
            *self.phases.entry(name).or_default() += 1;
        }
    }

    fn forge_view(&self) -> View<ForgeView> {
        if self.weather.odds(super::fault::Fault::ForgeDown, self.now()).is_some() {
            return View::Unreachable("it is down".to_owned());
        }
        let jobs = self.queue().into_iter().map(|job| (job.id, job));
        let mut registrations = BTreeMap::new();
        for row in self.forge.registrations.values() {
            if !registrations.contains_key(&row.scope) {
                registrations.insert(row.scope.clone(), self.shown_registrations(&row.scope));
            }
        }
        View::Seen(ForgeView {
            capabilities: self.script.flavour.capabilities(),
            jobs: jobs.collect(),
            registrations,
            trust: BTreeMap::new(),
        })
    }
}
