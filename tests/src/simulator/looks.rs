//! What the seams of one process know of each other's looks, so that one can be left out or come too early.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use dispatch::forge::ForgeJob;

/// The looks of one process.
#[derive(Debug, Default)]
pub(super) struct Looks {
    ending: AtomicBool,
    last: Mutex<Option<Vec<ForgeJob>>>,
    early: Mutex<Option<Vec<ForgeJob>>>,
}

type Queue = Option<Vec<ForgeJob>>;

impl Looks {
    /// Whether a runner whose identity was taken is about to be ended, unless the forge shows that it works.
    pub(super) fn note_ending(&self, ending: bool) {
        self.ending.store(ending, Ordering::Relaxed);
    }

    /// What the queue showed.
    pub(super) fn note(&self, queue: &[ForgeJob]) {
        *inside(&self.last) = Some(queue.to_vec());
    }

    /// What the queue showed before the machines were looked at.
    pub(super) fn note_early(&self, queue: Vec<ForgeJob>) {
        *inside(&self.early) = Some(queue);
    }

    /// The last look, in place of the fresh one before an end.
    pub(super) fn instead_of_fresh(&self) -> Queue {
        if self.ending.swap(false, Ordering::Relaxed) { inside(&self.last).clone() } else { None }
    }

    /// The early look, in place of the one that the pass takes last.
    pub(super) fn instead_of_last(&self) -> Queue {
        inside(&self.early).take()
    }
}

fn inside(queue: &Mutex<Queue>) -> MutexGuard<'_, Queue> {
    queue.lock().unwrap_or_else(PoisonError::into_inner)
}
