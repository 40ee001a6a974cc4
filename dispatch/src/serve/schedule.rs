//! When the worker looks: at each ring of the bell, each few seconds while something is open, and at the sweep interval.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{Notify, watch};

use super::pulse::Pulse;
use crate::edge::LATER_S;
use crate::ledger::LedgerError;
use crate::service::Service;
use crate::worker::{LOOK_WHILE_OPEN_S, Pass};

/// After something was done: a job that is over may have unblocked others, and on Forgejo those ring no bell.
const LOOK_AFTER_WORK: Duration = Duration::from_secs(2);

/// Passes, one after the other, until `stop` is set.
pub(super) async fn work(service: Arc<Service>, bell: Arc<Notify>, pulse: Arc<Pulse>, mut stop: watch::Receiver<bool>) {
    let interval = Duration::from_secs(service.config.serve.sweep_interval_s);
    while !*stop.borrow() {
        let outcome = service.pass().await;
        let pause = pause(interval, &outcome);
        tell(&outcome);
        pulse.beat(service.clock.now(), outcome.err().map(|error| error.to_string()));
        tokio::select! {
            () = bell.notified() => {}
            () = tokio::time::sleep(pause) => {}
            _ = stop.wait_for(|stopped| *stopped) => {}
        }
    }
}

fn pause(interval: Duration, outcome: &Result<Pass, LedgerError>) -> Duration {
    match outcome {
        Ok(Pass { done: 0, open: 0, failed: 0, held_by_another: false, .. }) => interval,
        Ok(Pass { done: 1.., failed: 0, .. }) => interval.min(LOOK_AFTER_WORK),
        Ok(_) | Err(_) => interval.min(Duration::from_secs(LOOK_WHILE_OPEN_S)),
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
    for after_s in LATER_S {
        let bell = bell.clone();
        tokio::spawn(async move {
            tokio::time::sleep(Duration::from_secs(after_s)).await;
            bell.notify_one();
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::StoreError;

    #[test]
    fn the_next_look_comes_soon_while_something_moves_and_late_when_nothing_does() {
        let after = |pass| pause(Duration::from_mins(1), &Ok(pass)).as_secs();
        assert_eq!(after(Pass::default()), 60);
        assert_eq!(after(Pass { open: 1, ..Pass::default() }), 10);
        assert_eq!(after(Pass { done: 1, ..Pass::default() }), 2, "what waited for this job can begin now");
        assert_eq!(after(Pass { done: 1, open: 3, ..Pass::default() }), 2);
        assert_eq!(after(Pass { done: 1, failed: 1, ..Pass::default() }), 10, "what fails is not tried in haste");
        assert_eq!(after(Pass { held_by_another: true, ..Pass::default() }), 10);
        let failed = Err(LedgerError::Store(StoreError::Unavailable("it is away".to_owned())));
        assert_eq!(pause(Duration::from_mins(1), &failed).as_secs(), 10);
        assert_eq!(pause(Duration::from_secs(1), &failed).as_secs(), 1, "never later than the interval");
    }
}
