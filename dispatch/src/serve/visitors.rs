//! The records as commands reach them through us: the same, but a turned switch wakes the worker at once.

use std::sync::Arc;

use async_trait::async_trait;
use tokio::sync::Notify;

use crate::record::Record;
use crate::store::{CommitError, Key, Store, StoreError, Stored, Transaction, Write};
use crate::time::Timestamp;

/// A store that rings when the operator's switch is written.
pub(super) struct Visited {
    store: Arc<dyn Store>,
    bell: Arc<Notify>,
}

impl Visited {
    pub(super) fn new(store: Arc<dyn Store>, bell: Arc<Notify>) -> Self {
        Self { store, bell }
    }
}

#[async_trait]
impl Store for Visited {
    async fn read(&self, key: &Key) -> Result<Option<Stored<Record>>, StoreError> {
        self.store.read(key).await
    }

    async fn open_records(&self) -> Result<Vec<(Key, Stored<Record>)>, StoreError> {
        self.store.open_records().await
    }

    async fn closed_records(&self, most: usize) -> Result<Vec<(Key, Stored<Record>)>, StoreError> {
        self.store.closed_records(most).await
    }

    async fn commit(&self, transaction: Transaction) -> Result<(), CommitError> {
        let turned = turns_the_switch(&transaction);
        self.store.commit(transaction).await?;
        if turned {
            self.bell.notify_one();
        }
        Ok(())
    }

    async fn expire(&self, now: Timestamp) -> Result<usize, StoreError> {
        self.store.expire(now).await
    }
}

fn turns_the_switch(transaction: &Transaction) -> bool {
    let switch = Key::control();
    transaction.writes().iter().any(|write| matches!(write, Write::Put { key, .. } if *key == switch))
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt;

    use super::*;
    use crate::ledger::Ledger;
    use crate::record::Control;
    use crate::store::MemoryStore;

    #[tokio::test]
    async fn only_the_switch_rings() {
        let bell = Arc::new(Notify::new());
        let visited = Visited::new(Arc::new(MemoryStore::new()), bell.clone());
        let ledger = Ledger::open(&visited, Timestamp::default(), 60);
        ledger.lease("sweep-1", 60).await.unwrap();
        assert!(bell.notified().now_or_never().is_none(), "a command that works itself does not wake the worker");
        ledger.set_control(Control::default()).await.unwrap();
        assert!(bell.notified().now_or_never().is_some());
    }
}
