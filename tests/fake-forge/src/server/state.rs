//! What the handle and the service share.

use std::sync::{Mutex, MutexGuard, PoisonError};

use http::{HeaderValue, StatusCode};
use tokio::sync::Notify;

use crate::faults::Faults;
use crate::request_log::Served;
use crate::webhook::{Attempt, Sender, Steering};
use crate::world::{Delivery, World, clock};

/// Seconds since 1970, from whoever owns the clock.
pub(super) type Clock = Box<dyn Fn() -> i64 + Send + Sync>;

pub(super) struct State {
    pub(super) world: Mutex<World>,
    pub(super) faults: Mutex<Faults>,
    pub(super) requests: Mutex<Vec<Served>>,
    pub(super) attempts: Mutex<Vec<Attempt>>,
    pub(super) steering: Mutex<Steering>,
    pub(super) sender: Sender,
    /// `None`: the test turns the world's own clock.
    pub(super) clock: Option<Clock>,
    /// Something may be in the outbox.
    pub(super) posted: Notify,
    /// Held while a delivery is on its way, so that "nothing left" can be waited for.
    pub(super) sending: tokio::sync::Mutex<()>,
}

/// Locks; a test that panicked while it held the lock must not hide behind poison.
pub(super) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl State {
    /// Acts on the world at the present time; what it announces goes out afterwards.
    pub(super) fn act<R>(&self, act: impl FnOnce(&mut World) -> R) -> R {
        let mut world = lock(&self.world);
        if let Some(clock) = &self.clock {
            world.set_now(clock());
        }
        let result = act(&mut world);
        drop(world);
        self.posted.notify_one();
        result
    }

    /// The time by the clock that was given; without one the socket tells its own.
    pub(super) fn date(&self) -> Option<HeaderValue> {
        let clock = self.clock.as_ref()?;
        HeaderValue::try_from(clock::http_date(clock())).ok()
    }

    /// Notes that a request came; returns its place in the log.
    pub(super) fn note_request(&self, request: Served) -> usize {
        let mut log = lock(&self.requests);
        log.push(request);
        log.len() - 1
    }

    /// Notes what it got, if anything.
    pub(super) fn note_status(&self, place: usize, status: Option<StatusCode>) {
        if let Some(request) = lock(&self.requests).get_mut(place) {
            request.status = status.map(|status| status.as_u16());
        }
    }

    /// Takes a delivery out of the outbox: the one with this id, or the oldest.
    pub(super) fn take(&self, id: Option<i64>) -> Option<Delivery> {
        let outbox = &mut lock(&self.world).outbox;
        let index = match id {
            Some(id) => outbox.iter().position(|delivery| delivery.id == id)?,
            None => 0,
        };
        outbox.remove(index)
    }

    /// Sends a delivery and keeps what came back.
    pub(super) async fn send(&self, delivery: &Delivery) -> Attempt {
        let attempt = self.sender.send(delivery).await;
        lock(&self.attempts).push(attempt.clone());
        attempt
    }

    /// Sends whatever is in the outbox, oldest first, until it is empty.
    pub(super) async fn send_all(&self) -> Vec<Attempt> {
        let _on_its_way = self.sending.lock().await;
        let mut attempts = Vec::new();
        while let Some(delivery) = self.take(None) {
            attempts.push(self.send(&delivery).await);
        }
        attempts
    }

    /// Sends by itself for as long as it is asked to.
    pub(super) async fn send_automatically(&self) {
        loop {
            self.posted.notified().await;
            let automatic = *lock(&self.steering) == Steering::Automatic;
            if automatic {
                self.send_all().await;
            }
        }
    }
}
