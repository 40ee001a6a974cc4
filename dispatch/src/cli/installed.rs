//! The installation that a command is about: its configuration and its records, whoever holds them now.

use std::path::Path;
use std::sync::Arc;

use super::arguments::Place;
use super::exit::Exit;
use super::output;
use crate::clock::{Clock, SystemClock};
use crate::config::{AwsConfig, Config, Environment, Loaded, from_environment, load};
use crate::diagnostic::{Colour, Report};
use crate::ledger::Ledger;
use crate::store::{self, Store, StoreError};

/// Configuration and records.
pub(super) struct Installed {
    pub(super) config: Config,
    pub(super) store: Arc<dyn Store>,
    pub(super) clock: SystemClock,
}

impl Installed {
    /// Loads the configuration and opens the records: on AWS in their table, else through the running `serve` if there is one.
    pub(super) async fn open(place: &Place) -> Result<Self, Exit> {
        let config = configuration(place)?;
        let (where_they_are, opened) = match &config.aws {
            Some(aws) => (format!("table `{}`", aws.table), in_table(aws).await),
            None => (config.serve.data.display().to_string(), store::open(&config.serve.data).await),
        };
        match opened {
            Ok(store) => Ok(Self { config, store, clock: SystemClock::start() }),
            Err(error) => {
                output::error(&format!("the records in {where_they_are} cannot be opened: {error}"));
                Err(Exit::Unavailable)
            }
        }
    }

    pub(super) fn ledger(&self) -> Ledger<'_> {
        Ledger::open(self.store.as_ref(), self.clock.now(), self.config.serve.keep_closed_s)
    }
}

#[cfg(feature = "dynamodb")]
async fn in_table(aws: &AwsConfig) -> Result<Arc<dyn Store>, StoreError> {
    let settings = crate::aws::settings(Some(&aws.region)).await;
    Ok(Arc::new(store::DynamoDbStore::new(&settings, &aws.table)))
}

#[cfg(not(feature = "dynamodb"))]
#[expect(clippy::unused_async, reason = "with DynamoDB it takes a moment")]
async fn in_table(aws: &AwsConfig) -> Result<Arc<dyn Store>, StoreError> {
    let cause = "this `dispatch` was built without DynamoDB: build it with `--features dynamodb`".to_owned();
    Err(StoreError::Unusable { place: format!("in {}", aws.region), cause })
}

/// What is looked for when no file is named.
const FILE: &str = "dispatch.yaml";

/// The settings for work; what is wrong with them goes to standard error.
pub(super) fn configuration(place: &Place) -> Result<Config, Exit> {
    let loaded = loaded(place).map_err(|report| refused(place, &report))?;
    let warnings = loaded.warnings();
    if !warnings.findings().is_empty() {
        output::say(warnings.render(Colour::Styled).trim_end());
    }
    loaded.into_config().map_err(|error| {
        output::error(&error.to_string());
        Exit::Configuration
    })
}

/// The settings for a look, where there are any: a file that is refused is an error, an environment without them is not.
/// Who does not sign in anywhere needs none of the file's secrets.
pub(super) fn if_any(place: &Place, signs_in: bool) -> Result<Option<Config>, Exit> {
    let file = place.config.as_deref().or_else(|| Some(Path::new(FILE)).filter(|file| file.exists()));
    let loaded = match file {
        Some(file) if !signs_in => load(file, &Environment::of_process().with_stand_ins()),
        _ => loaded(place),
    };
    match loaded {
        Ok(loaded) => Ok(Some(loaded.config().clone())),
        Err(_) if file.is_none() => Ok(None),
        Err(report) => Err(refused(place, &report)),
    }
}

/// The named file, else `dispatch.yaml` where it is, else the environment alone.
pub(super) fn loaded(place: &Place) -> Result<Loaded, Report> {
    let environment = Environment::of_process();
    match &place.config {
        Some(path) => load(path, &environment),
        None if Path::new(FILE).exists() => load(Path::new(FILE), &environment),
        None => from_environment(&environment),
    }
}

/// What to know when the configuration is refused: where it was looked for, if nobody named a file.
pub(super) fn whence(place: &Place) -> Option<&'static str> {
    let from_environment = place.config.is_none() && !Path::new(FILE).exists();
    from_environment.then_some(
        "this was read from the environment alone: there is no `dispatch.yaml` in this folder; `--config FILE` names a file elsewhere",
    )
}

/// Says all that is wrong.
fn refused(place: &Place, report: &Report) -> Exit {
    output::say(report.render(Colour::Styled).trim_end());
    if let Some(whence) = whence(place) {
        output::say(whence);
    }
    Exit::Configuration
}
