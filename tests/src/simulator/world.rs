//! Everything outside of the product: forge, cloud, machines, store and time, as plain tables.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use dispatch::time::Timestamp;

use super::agenda::{Agenda, Millis};
use super::checks::Checks;
use super::cloud::CloudTables;
use super::fault::Fault;
use super::forge::ForgeTables;
use super::phases::Phases;
use super::random::Random;
use super::records::Records;
use super::safety::Safety;
use super::script::Script;
use super::story::Story;
use super::weather::Weather;
use super::wish::Wish;

/// 2026-01-01: every story begins there.
const BEGINNING_MS: u64 = 1_767_225_600_000;

/// The world, shared between the loop that moves it and the seams through which the product touches it.
pub(super) type Shared = Arc<Mutex<World>>;

/// One world.
pub struct World {
    /// The story to be told.
    pub script: Arc<Script>,
    /// What happens when.
    pub agenda: Agenda,
    /// Chance, for everything but faults.
    pub random: Random,
    /// Faults.
    pub weather: Weather,
    /// The forge.
    pub forge: ForgeTables,
    /// The cloud and its machines.
    pub cloud: CloudTables,
    /// The store.
    pub records: Records,
    /// What was promised.
    pub checks: Checks,
    /// Whether a worker has just asked for the claim after which it orders machines.
    pub claims: bool,
    /// What the processes shall do next.
    pub wishes: Vec<Wish>,
    /// What is told to people.
    pub story: Story,
    /// Phases that the product's runners went through.
    pub phases: Phases,
    /// The clocks of processes, by number.
    clocks: BTreeMap<u64, Wrong>,
}

/// What is wrong with a clock.
#[derive(Clone, Copy, Debug, Default)]
struct Wrong {
    off_ms: i64,
    /// For how long it stood still, as far as it does not know yet.
    behind_ms: Millis,
}

impl World {
    /// The world before the first event.
    pub fn new(script: Arc<Script>, story: Story) -> Self {
        let random = |purpose| Random::of(script.seed, purpose);
        Self {
            agenda: Agenda::default(),
            random: random(1),
            weather: Weather::new(&script.windows, random(2)),
            forge: ForgeTables::default(),
            cloud: CloudTables::default(),
            records: Records::default(),
            checks: Checks::default(),
            claims: false,
            wishes: Vec::new(),
            story,
            phases: Phases::default(),
            clocks: BTreeMap::new(),
            script,
        }
    }

    /// Milliseconds since the beginning.
    pub fn now(&self) -> Millis {
        self.agenda.now()
    }

    /// The true time as a moment of the calendar.
    pub fn moment(&self) -> Timestamp {
        moment(self.now())
    }

    /// Starts the clock of a process, off by what that believes; its number.
    pub(super) fn start_clock(&mut self, off_ms: i64) -> u64 {
        let id = u64::try_from(self.clocks.len()).unwrap_or(u64::MAX);
        self.clocks.insert(id, Wrong { off_ms, behind_ms: 0 });
        id
    }

    /// A clock stands still for so long, and does not know it.
    pub(super) fn hold_back_clock(&mut self, id: u64, by_ms: Millis) {
        self.clocks.entry(id).or_default().behind_ms += by_ms;
    }

    /// A clock learns for how long it stood still.
    pub(super) fn correct_clock(&mut self, id: u64) {
        self.clocks.entry(id).or_default().behind_ms = 0;
    }

    /// By how much the clock of some process is, or was, ahead.
    pub(super) fn furthest_ahead(&self) -> Millis {
        self.clocks.values().filter_map(|wrong| Millis::try_from(wrong.off_ms).ok()).max().unwrap_or(0)
    }

    /// The time by one of the clocks.
    pub(super) fn shown_by(&self, id: u64) -> Timestamp {
        let Wrong { off_ms, behind_ms } = self.clocks.get(&id).copied().unwrap_or_default();
        let millis = self.moment().millis().saturating_sub(behind_ms);
        Timestamp::from_millis(millis.saturating_add_signed(off_ms))
    }

    /// Plans something for later.
    pub fn after(&mut self, delay: Millis, event: impl FnOnce(&mut Self) + Send + 'static) {
        let at = self.now().saturating_add(delay);
        self.agenda.plan(at, Box::new(event));
    }

    /// Whether a fault strikes here and now.
    pub fn strikes(&mut self, fault: Fault) -> bool {
        let now = self.now();
        self.weather.strikes(fault, now)
    }

    /// Whether a fault is in the air; counts it as having struck.
    pub fn suffers(&mut self, fault: Fault) -> bool {
        let suffers = self.weather.odds(fault, self.now()).is_some();
        if suffers {
            self.weather.count(fault);
        }
        suffers
    }

    /// Whether a mechanism is switched off.
    pub fn without(&self, safety: Safety) -> bool {
        self.script.without.contains(&safety)
    }

    /// Tells people something, if anybody listens.
    pub fn tell(&mut self, line: impl FnOnce() -> String) {
        let now = self.now();
        self.story.add(now, line);
    }
}

/// A moment of the calendar.
pub(super) fn moment(at: Millis) -> Timestamp {
    Timestamp::from_millis(BEGINNING_MS + at)
}

/// Looks at or changes the world; never held across an await.
pub(super) fn lock(world: &Shared) -> MutexGuard<'_, World> {
    world.lock().unwrap_or_else(PoisonError::into_inner)
}
