//! Virtual time: what happens next, and when. Nothing ever waits for a real clock.

use std::cmp::Ordering;
use std::collections::BinaryHeap;

use super::world::World;

/// Milliseconds since the beginning of the story.
pub type Millis = u64;

/// Something that happens to the world.
pub type Event = Box<dyn FnOnce(&mut World) + Send>;

/// Events in order of time; those of one moment in the order in which they were planned.
#[derive(Default)]
pub struct Agenda {
    now: Millis,
    planned: u64,
    heap: BinaryHeap<Entry>,
}

struct Entry {
    at: Millis,
    number: u64,
    event: Event,
}

impl Agenda {
    /// Now.
    pub fn now(&self) -> Millis {
        self.now
    }

    /// Plans an event; the past counts as now.
    pub fn plan(&mut self, at: Millis, event: Event) {
        self.planned += 1;
        self.heap.push(Entry { at: at.max(self.now), number: self.planned, event });
    }

    /// Moves time to the next event and takes it out, unless it is later than `until`.
    pub fn next(&mut self, until: Millis) -> Option<Event> {
        if self.heap.peek()?.at > until {
            self.now = until.max(self.now);
            return None;
        }
        let entry = self.heap.pop()?;
        self.now = entry.at;
        Some(entry.event)
    }
}

impl Ord for Entry {
    /// The heap gives out its greatest entry, which has to be the earliest.
    fn cmp(&self, other: &Self) -> Ordering {
        (other.at, other.number).cmp(&(self.at, self.number))
    }
}

impl PartialOrd for Entry {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Entry {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Entry {}
