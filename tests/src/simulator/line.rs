//! The wire between the product and the world: each call is a message that takes time and may be lost.
//!
//! A call has its effect at one moment of virtual time, whoever waits for the answer: a process that dies after it has
//! asked does not take its question back.

use std::future::poll_fn;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Poll, Waker};

use super::agenda::Millis;
use super::fault::Fault;
use super::world::{Shared, World, lock};

/// What becomes of a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Fate {
    /// Milliseconds until it has its effect or fails.
    pub delay: Millis,
    /// Whether it has its effect.
    pub works: bool,
    /// Whether the caller hears of it.
    pub answers: bool,
}

impl Fate {
    /// All goes well.
    pub(super) fn good(delay: Millis) -> Self {
        Self { delay, works: true, answers: true }
    }

    /// Nothing happens, and the caller is told so.
    pub(super) fn fails(delay: Millis) -> Self {
        Self { delay, works: false, answers: false }
    }

    /// It happens, and the caller is told that it may not have.
    pub(super) fn unheard(delay: Millis) -> Self {
        Self { delay, works: true, answers: false }
    }

    /// Whatever these two faults make of a call that takes so long: one takes its effect, the other its answer.
    pub(super) fn among(world: &mut World, delay: Millis, error: Fault, answer_lost: Fault) -> Self {
        if world.strikes(error) {
            Self::fails(delay)
        } else if world.strikes(answer_lost) {
            Self::unheard(delay)
        } else {
            Self::good(delay)
        }
    }
}

/// Asks the world something. `None` is a failure that tells nothing about the effect.
pub(super) async fn ask<T: Send + 'static>(
    world: &Shared,
    fate: impl FnOnce(&mut World) -> Fate,
    effect: impl FnOnce(&mut World) -> T + Send + 'static,
) -> Option<T> {
    let slot = Slot::default();
    let reply = slot.clone();
    {
        let mut world = lock(world);
        let fate = fate(&mut world);
        world.after(fate.delay, move |world| {
            let answer = fate.works.then(|| effect(world));
            reply.fill(answer.filter(|_| fate.answers));
        });
    }
    poll_fn(|context| slot.poll(context.waker())).await
}

/// Where an answer arrives.
struct Slot<T>(Arc<Mutex<Inbox<T>>>);

enum Inbox<T> {
    /// Nobody has answered; somebody may wait for it.
    Empty(Option<Waker>),
    /// The answer, or word that there is none.
    Full(Option<T>),
}

impl<T> Slot<T> {
    fn inbox(&self) -> MutexGuard<'_, Inbox<T>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn fill(&self, answer: Option<T>) {
        if let Inbox::Empty(Some(waker)) = std::mem::replace(&mut *self.inbox(), Inbox::Full(answer)) {
            waker.wake();
        }
    }

    fn poll(&self, waker: &Waker) -> Poll<Option<T>> {
        match std::mem::replace(&mut *self.inbox(), Inbox::Empty(Some(waker.clone()))) {
            Inbox::Full(answer) => Poll::Ready(answer),
            Inbox::Empty(_) => Poll::Pending,
        }
    }
}

impl<T> Default for Slot<T> {
    fn default() -> Self {
        Self(Arc::new(Mutex::new(Inbox::Empty(None))))
    }
}

impl<T> Clone for Slot<T> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}
