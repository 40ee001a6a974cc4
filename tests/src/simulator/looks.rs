//! What the seams of one process know of each other's looks, so that one can come too early, or not at all.

use std::sync::{Mutex, MutexGuard, PoisonError};

use dispatch::forge::ForgeJob;

/// The looks of one process.
#[derive(Debug, Default)]
pub(super) struct Looks {
    early: Mutex<Option<Vec<ForgeJob>>>,
    last: Mutex<Option<Vec<ForgeJob>>>,
}

impl Looks {
    /// What the queue showed before the machines were looked at.
    pub(super) fn note_early(&self, queue: Vec<ForgeJob>) {
        *lock(&self.early) = Some(queue);
    }

    /// The early look, in place of the one that the pass takes last.
    pub(super) fn instead_of_last(&self) -> Option<Vec<ForgeJob>> {
        lock(&self.early).take()
    }

    /// What the pass saw of the queue, for whoever would ask again.
    pub(super) fn note_last(&self, queue: &[ForgeJob]) {
        *lock(&self.last) = Some(queue.to_vec());
    }

    /// The pass begins to look.
    pub(super) fn begin(&self) {
        *lock(&self.last) = None;
    }

    /// What the pass has seen of the queue already.
    pub(super) fn last(&self) -> Option<Vec<ForgeJob>> {
        lock(&self.last).clone()
    }
}

fn lock(look: &Mutex<Option<Vec<ForgeJob>>>) -> MutexGuard<'_, Option<Vec<ForgeJob>>> {
    look.lock().unwrap_or_else(PoisonError::into_inner)
}
