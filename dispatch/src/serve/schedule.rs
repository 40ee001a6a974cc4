//! When the worker looks: at each ring of the bell, each few seconds while something is open, and at the sweep interval.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{Notify, watch};

use super::pulse::Pulse;
use crate::ledger::LedgerError;
use crate::service::Service;
use crate::worker::Pass;

/// While a job or runner is open. Jobs that were waiting for another job ring no bell on Forgejo.
const LOOK_WHILE_OPEN: Duration = Duration::from_secs(10);
/// When a queue is looked at again after a delivery that only says that something happened.
const LATER: [Duration; 2] = [Duration::from_secs(2), Duration::from_secs(10)];

/// Passes, one after the other, until `stop` is set.
pub(super) async fn work(service: Arc<Service>, bell: Arc<Notify>, pulse: Arc<Pulse>, mut stop: watch::Receiver<bool>) {
    while !*stop.borrow() {
        let outcome = service.pass().await;
        let pause = pause(&service, &outcome);
        tell(&outcome);
        pulse.beat(service.clock.now(), outcome.err().map(|error| error.to_string()));
        tokio::select! {
            () = bell.notified() => {}
            () = tokio::time::sleep(pause) => {}
            _ = stop.wait_for(|stopped| *stopped) => {}
        }
    }
}

fn pause(service: &Service, outcome: &Result<Pass, LedgerError>) -> Duration {
    let interval = Duration::from_secs(service.config.serve.sweep_interval_s);
    match outcome {
        // What was done just now may have opened something.
        Ok(Pass { open: 0, done: 0, failed: 0, held_by_another: false, .. }) => interval,
        Ok(_) | Err(_) => interval.min(LOOK_WHILE_OPEN),
    }
}

fn tell(outcome: &Result<Pass, LedgerError>) {
    match outcome {
        Ok(pass) if pass.held_by_another => tracing::warn!("another worker holds the lease; looking again shortly"),
        Ok(pass) => tracing::debug!(done = pass.done, failed = pass.failed, open = pass.open, "pass"),
        Err(error) => tracing::error!("the pass stopped: {error}; nothing is lost, the next one looks again"),
    }
}

/// Rings again after a while.
pub(super) fn ring_later(bell: &Arc<Notify>) {
    for after in LATER {
        let bell = bell.clone();
        tokio::spawn(async move {
            tokio::time::sleep(after).await;
            bell.notify_one();
        });
    }
}
