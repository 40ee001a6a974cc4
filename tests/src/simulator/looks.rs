//! What the seams of one process know of each other's looks, so that one can come too early.

use std::sync::{Mutex, MutexGuard, PoisonError};

use dispatch::forge::ForgeJob;

/// The looks of one process.
#[derive(Debug, Default)]
pub(super) struct Looks {
    early: Mutex<Option<Vec<ForgeJob>>>,
}

impl Looks {
    /// What the queue showed before the machines were looked at.
    pub(super) fn note_early(&self, queue: Vec<ForgeJob>) {
        *self.early() = Some(queue);
    }

    /// The early look, in place of the one that the pass takes last.
    pub(super) fn instead_of_last(&self) -> Option<Vec<ForgeJob>> {
        self.early().take()
    }

    fn early(&self) -> MutexGuard<'_, Option<Vec<ForgeJob>>> {
        self.early.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
