//! The clients of all forges of a configuration.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::client::ForgeClient;
use super::{Forge, ForgeError};
use crate::config::Config;
use crate::identifier::ForgeName;
use crate::pool::labels_served;

/// Makes them; nothing is sent yet.
///
/// # Errors
/// A forge whose configuration cannot work.
pub fn connect(config: &Config) -> Result<BTreeMap<ForgeName, Arc<dyn Forge>>, ForgeError> {
    let served = labels_served(&config.pools);
    let connect = |(name, forge): (&ForgeName, _)| {
        let client: Arc<dyn Forge> = Arc::new(ForgeClient::new(name, forge, &served)?);
        Ok((name.clone(), client))
    };
    config.forges.iter().map(connect).collect()
}
