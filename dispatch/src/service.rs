//! One installation: its configuration and the seams through which it touches the world.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::clock::Clock;
use crate::cloud::Cloud;
use crate::config::Config;
use crate::forge::Forge;
use crate::identifier::{BackendName, ForgeName};
use crate::journal::Journal;
use crate::ledger::Ledger;
use crate::store::Store;

/// Everything that the edge and the worker may touch; they are given this and nothing else.
pub struct Service {
    /// As loaded and checked.
    pub config: Config,
    /// Where records are kept.
    pub store: Arc<dyn Store>,
    /// What time it is.
    pub clock: Arc<dyn Clock>,
    /// The forges of the configuration.
    pub forges: BTreeMap<ForgeName, Arc<dyn Forge>>,
    /// The backends of the pools.
    pub clouds: BTreeMap<BackendName, Arc<dyn Cloud>>,
    /// Who hears what is done.
    pub journal: Arc<dyn Journal>,
    /// Under which name the worker takes its lease; two processes that may run at once have two names.
    pub holder: String,
}

impl Service {
    /// The records, without a lease, as of now.
    pub fn ledger(&self) -> Ledger<'_> {
        Ledger::open(self.store.as_ref(), self.clock.now(), self.config.serve.keep_closed_s)
    }
}
