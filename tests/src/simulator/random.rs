//! Chance that follows from one seed: the same seed, the same story, on every machine.

use std::ops::RangeInclusive;

/// A stream of numbers (`SplitMix64`). Streams with different purposes never disturb each other.
#[derive(Clone, Debug)]
pub struct Random(u64);

impl Random {
    /// The stream of a seed.
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// An independent stream, named by its purpose.
    pub fn of(seed: u64, purpose: u64) -> Self {
        let mut parent = Self(seed ^ purpose.wrapping_mul(0xd6e8_feb8_6659_fd93));
        Self(parent.number())
    }

    /// The next number.
    pub fn number(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number below `end`; 0 if there is none.
    pub fn below(&mut self, end: u64) -> u64 {
        let wide = u128::from(self.number()) * u128::from(end);
        u64::try_from(wide >> 64).unwrap_or(0)
    }

    /// A number of the range, each as likely as the others.
    pub fn between(&mut self, range: RangeInclusive<u64>) -> u64 {
        let (from, to) = range.into_inner();
        from + self.below(to.saturating_sub(from) + 1)
    }

    /// A number of the range, small ones far more often: each doubling is as likely as the others.
    pub fn mostly_small(&mut self, range: RangeInclusive<u64>) -> u64 {
        let (from, to) = range.into_inner();
        let from = from.max(1);
        let doublings = u64::from((to / from).max(1).ilog2());
        let low = from << self.between(0..=doublings);
        self.between(low..=(low * 2).min(to).max(low))
    }

    /// True in `odds` of a thousand cases.
    pub fn permille(&mut self, odds: u64) -> bool {
        self.below(1_000) < odds
    }

    /// One of several.
    pub fn pick<'a, T>(&mut self, among: &'a [T]) -> Option<&'a T> {
        let index = self.below(u64::try_from(among.len()).unwrap_or(0));
        among.get(usize::try_from(index).ok()?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_tells_the_same_story_again() {
        let numbers = |seed| (0..5).scan(Random::new(seed), |random, _| Some(random.number())).collect::<Vec<_>>();
        assert_eq!(numbers(7), numbers(7));
        assert_ne!(numbers(7), numbers(8));
    }

    #[test]
    fn numbers_stay_in_their_range_and_reach_its_ends() {
        let mut random = Random::new(1);
        let drawn: Vec<u64> = (0..1_000).map(|_| random.between(3..=6)).collect();
        assert_eq!((drawn.iter().min(), drawn.iter().max()), (Some(&3), Some(&6)));
        assert!((0..1_000).all(|_| (5..=1_800).contains(&random.mostly_small(5..=1_800))));
    }

    #[test]
    fn odds_are_kept() {
        let mut random = Random::new(2);
        let hits = (0..10_000).filter(|_| random.permille(250)).count();
        assert!((2_300..2_700).contains(&hits), "{hits}");
    }
}
