//! Events that may start jobs: where nothing else tells which, the event is kept for the worker, who may ask the forge.

use super::{Reply, Ring, may_start_jobs};
use crate::delivery::Delivery;
use crate::event::Event;
use crate::identifier::{ForgeName, RepositoryName};
use crate::record::Notice;
use crate::service::Service;

impl Service {
    /// Keeps the event if its forge may be one whose jobs have to be predicted; rings in any case. Where records are watched, an
    /// event that is kept is its own bell.
    pub(super) async fn notice(&self, forge: &ForgeName, delivery: &Delivery, event: &Event) -> Reply {
        let rings = Reply::ok(may_start_jobs(forge, delivery.forge_hint()), Ring::NowAndLater);
        if !delivery.may_need_prediction() {
            return rings;
        }
        let repository = event.repository().and_then(|repository| repository.full_name.parse::<RepositoryName>().ok());
        let (Some(repository), Some(name)) = (repository, delivery.event_type()) else { return rings };
        let Ok(payload) = serde_json::from_slice(delivery.json()) else { return rings };
        let Some(notice) = Notice::new(forge.clone(), name.to_owned(), repository, payload, self.clock.now()) else {
            let text = "the payload is too large to be kept, so what it starts cannot be predicted; a forge that lists its jobs needs no prediction";
            return Reply::ok(text.to_owned(), Ring::NowAndLater);
        };
        match self.ledger().notice(notice).await {
            Ok(recorded) => Reply { recorded, ..rings },
            Err(error) => Reply::failed(&error.to_string(), true),
        }
    }
}
