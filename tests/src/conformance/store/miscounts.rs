//! Counts that do not agree with the open runners: whole passes, since it takes several to set one right.
#![expect(clippy::missing_panics_doc, clippy::unwrap_used, reason = "rules fail by panicking")]

use std::collections::BTreeMap;
use std::sync::Arc;

use dispatch::clock::HandClock;
use dispatch::config::{Environment, from_environment};
use dispatch::journal::Silence;
use dispatch::record::{Drift, Record};
use dispatch::service::Service;
use dispatch::store::{Key, Store, Transaction};
use dispatch::time::Timestamp;

use super::samples::{count, found};

const NOON: Timestamp = Timestamp::from_seconds(43_200);

/// An installation that nobody wants anything from.
struct Idle {
    service: Service,
    clock: Arc<HandClock>,
}

impl Idle {
    fn with(store: Arc<dyn Store>) -> Self {
        let clock = Arc::new(HandClock::at(NOON));
        let variables = [("GITEA_URL", "https://git.example.com"), ("GITEA_TOKEN", "t"), ("WEBHOOK_SECRET", "s")];
        let service = Service {
            config: from_environment(&Environment::from_iter(variables)).unwrap().into_config().unwrap(),
            store,
            clock: clock.clone(),
            forges: BTreeMap::new(),
            clouds: BTreeMap::new(),
            journal: Arc::new(Silence),
            holder: "worker".to_owned(),
        };
        Self { service, clock }
    }

    /// A pass so many seconds later, and the count after it.
    async fn count_after(&self, seconds: u64) -> u64 {
        self.clock.advance_s(seconds);
        assert_eq!(self.service.pass().await.unwrap().failed, 0);
        count(&*self.service.store, &Key::total()).await
    }

    async fn add(&self, by: i64) {
        self.service.store.commit(Transaction::new().add(Key::total(), by, None)).await.unwrap();
    }

    async fn suspicion(&self) -> Option<Record> {
        found(&*self.service.store, &Key::drift(&Key::total())).await.map(|stored| stored.record)
    }
}

/// A list may be late, so one look proves nothing.
pub async fn a_miscount_is_suspected_first_and_corrected_a_minute_later(store: Arc<dyn Store>) {
    let idle = Idle::with(store);
    idle.add(3).await;
    assert_eq!(idle.count_after(0).await, 3);
    assert_eq!(idle.suspicion().await, Some(Record::Drift(Drift { version: 1, counted: 0, since: NOON })));
    assert_eq!(idle.count_after(59).await, 3);
    assert_eq!(idle.count_after(1).await, 0);
}

/// Whoever claims or closes changes the count's version, though not always its value.
pub async fn a_count_that_moved_since_is_suspected_anew(store: Arc<dyn Store>) {
    let idle = Idle::with(store);
    idle.add(3).await;
    assert_eq!(idle.count_after(0).await, 3);
    idle.add(1).await;
    idle.add(-1).await;
    assert_eq!(idle.count_after(60).await, 3, "the minute begins again");
    assert_eq!(idle.suspicion().await, Some(Record::Drift(Drift { version: 3, counted: 0, since: NOON.plus_s(60) })));
    assert_eq!(idle.count_after(60).await, 0);
    idle.add(2).await;
    assert_eq!(idle.count_after(60).await, 2, "an old suspicion says nothing of a new miscount");
    assert_eq!(idle.count_after(60).await, 0);
}
