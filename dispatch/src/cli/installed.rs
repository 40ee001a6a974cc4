//! The installation that a command is about: its configuration and its records, whoever holds them now.

use std::sync::Arc;

use super::arguments::Place;
use super::exit::Exit;
use super::output;
use crate::clock::{Clock, SystemClock};
use crate::config::{self, Config, Environment};
use crate::ledger::Ledger;
use crate::store::{self, Store};

/// Configuration and records.
pub(super) struct Installed {
    pub(super) config: Config,
    pub(super) store: Arc<dyn Store>,
    pub(super) clock: SystemClock,
}

impl Installed {
    /// Loads the configuration and opens the records, through the running `serve` if there is one.
    pub(super) async fn open(place: &Place) -> Result<Self, Exit> {
        let config = configuration(place)?;
        match store::open(&config.serve.data).await {
            Ok(store) => Ok(Self { config, store, clock: SystemClock::start() }),
            Err(error) => {
                output::error(&format!("the records in {} cannot be opened: {error}", config.serve.data.display()));
                Err(Exit::Unavailable)
            }
        }
    }

    pub(super) fn ledger(&self) -> Ledger<'_> {
        Ledger::open(self.store.as_ref(), self.clock.now(), self.config.serve.keep_closed_s)
    }
}

/// The configuration; what is wrong with it goes to standard error.
pub(super) fn configuration(place: &Place) -> Result<Config, Exit> {
    match config::find(place.config.as_deref(), &Environment::of_process()) {
        Ok(loaded) => {
            if !loaded.warnings.is_empty() {
                output::say(loaded.warnings.for_people(true).trim_end());
            }
            Ok(loaded.config)
        }
        Err(report) => {
            output::say(report.for_people(true).trim_end());
            Err(Exit::Configuration)
        }
    }
}
