//! Many seeds at once: each is played on one thread, and what comes of them is told in their order.

use std::collections::BTreeMap;
use std::ops::RangeInclusive;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc;
use std::thread;

/// Plays each seed on one of so many threads. `done` hears of them on this one, the smallest first, as soon as it can.
pub fn side_by_side<T: Send>(
    seeds: RangeInclusive<u64>,
    threads: usize,
    play: impl Fn(u64) -> T + Sync,
    mut done: impl FnMut(u64, T),
) {
    let (first, last) = seeds.into_inner();
    let next = AtomicU64::new(first);
    let take = || Some(next.fetch_add(1, Ordering::Relaxed)).filter(|seed| *seed <= last);
    thread::scope(|scope| {
        let (send, played) = mpsc::channel();
        for _ in 0..threads.max(1) {
            let send = send.clone();
            let (take, play) = (&take, &play);
            scope.spawn(move || {
                while let Some(seed) = take() {
                    let _nobody_left_who_listens = send.send((seed, play(seed)));
                }
            });
        }
        drop(send);
        let (mut early, mut awaited) = (BTreeMap::new(), first);
        for (seed, outcome) in played {
            early.insert(seed, outcome);
            while let Some(outcome) = early.remove(&awaited) {
                done(awaited, outcome);
                awaited += 1;
            }
        }
    });
}

#[cfg(test)]
mod tests {
    use std::sync::Barrier;

    use super::*;

    #[test]
    fn each_seed_is_played_once_and_told_in_order() {
        for threads in [0, 1, 7] {
            let mut told = Vec::new();
            side_by_side(3..=40, threads, |seed| seed * 10, |seed, outcome| told.push((seed, outcome)));
            assert_eq!(told, (3..=40).map(|seed| (seed, seed * 10)).collect::<Vec<_>>(), "{threads} threads");
        }
    }

    #[test]
    fn a_seed_that_is_played_early_waits_for_those_before_it() {
        // The second thread begins with the last seed, and the first waits for it.
        let (last_is_played, mut told) = (Barrier::new(2), Vec::new());
        let play = |_| last_is_played.wait();
        side_by_side(1..=2, 2, play, |seed, _| told.push(seed));
        assert_eq!(told, [1, 2]);
    }
}
