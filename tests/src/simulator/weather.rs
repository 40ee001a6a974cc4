//! Which faults are in the air, which have struck, and for how long nothing could be expected of anybody.

use std::collections::BTreeMap;

use super::agenda::Millis;
use super::fault::Fault;
use super::random::Random;
use super::script::Window;

/// After trouble has passed, the next look may be a minute away.
const RECOVERY_MS: Millis = 150_000;

/// The faults of one story.
#[derive(Debug)]
pub struct Weather {
    windows: BTreeMap<Fault, Vec<Window>>,
    excuses: Vec<(Millis, Millis)>,
    random: Random,
    struck: BTreeMap<Fault, u64>,
}

impl Weather {
    /// The forecast.
    pub fn new(windows: &[Window], random: Random) -> Self {
        let mut by_fault: BTreeMap<Fault, Vec<Window>> = BTreeMap::new();
        for window in windows {
            by_fault.entry(window.fault).or_default().push(*window);
        }
        let excusing = windows.iter().filter(|window| window.fault.excuses_waiting());
        let excuses = excusing.map(|window| (window.from, window.until + RECOVERY_MS)).collect();
        Self { windows: by_fault, excuses, random, struck: BTreeMap::new() }
    }

    /// Whether a fault is in the air, and how often it strikes.
    pub fn odds(&self, fault: Fault, now: Millis) -> Option<u64> {
        let windows = self.windows.get(&fault)?;
        windows.iter().find(|window| window.from <= now && now < window.until).map(|window| window.odds)
    }

    /// Whether it strikes here and now.
    pub fn strikes(&mut self, fault: Fault, now: Millis) -> bool {
        let strikes = self.odds(fault, now).is_some_and(|odds| self.random.permille(odds));
        if strikes {
            self.count(fault);
        }
        strikes
    }

    /// Counts a fault that had an effect.
    pub fn count(&mut self, fault: Fault) {
        *self.struck.entry(fault).or_default() += 1;
    }

    /// Something else explains why nobody did anything.
    pub(crate) fn excuse(&mut self, from: Millis, until: Millis) {
        self.excuses.push((from, until + RECOVERY_MS));
    }

    /// The same where nothing has to recover first.
    pub(crate) fn hold_up(&mut self, from: Millis, until: Millis) {
        self.excuses.push((from, until));
    }

    /// How often each fault has struck.
    pub fn struck(&self) -> &BTreeMap<Fault, u64> {
        &self.struck
    }

    /// Milliseconds between two moments in which something could be expected, given further excuses.
    pub fn fair_ms(&self, from: Millis, until: Millis, further: &[(Millis, Millis)]) -> Millis {
        let mut excused: Vec<(Millis, Millis)> = self
            .excuses
            .iter()
            .chain(further)
            .map(|(start, end)| ((*start).max(from), (*end).min(until)))
            .filter(|(start, end)| start < end)
            .collect();
        excused.sort_unstable();
        let mut fair = until.saturating_sub(from);
        let mut covered = from;
        for (start, end) in excused {
            fair -= end.saturating_sub(start.max(covered));
            covered = covered.max(end);
        }
        fair
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn time_under_an_excuse_does_not_count() {
        let window = Window { fault: Fault::ForgeDown, from: 100_000, until: 200_000, odds: 1_000 };
        let weather = Weather::new(&[window], Random::new(0));
        assert_eq!(weather.fair_ms(0, 100_000, &[]), 100_000);
        assert_eq!(weather.fair_ms(0, 400_000, &[]), 400_000 - 100_000 - RECOVERY_MS);
        assert_eq!(weather.fair_ms(0, 400_000, &[(0, 120_000)]), 400_000 - 200_000 - RECOVERY_MS, "overlaps count once");
    }
}
