//! What must hold between values. Findings name a key; the caller knows where it was written.

mod aws;
mod forges;
mod limits;
mod pools;

use std::collections::BTreeSet;

use super::Config;
use crate::diagnostic::Finding;

/// Everything that the settings say against each other or against reason.
///
/// `secret_variables` are the environment variables that hold a secret.
pub(super) fn check(config: &Config, secret_variables: &BTreeSet<String>) -> Vec<Finding> {
    [forges::check(config), pools::check(&config.pools, secret_variables), aws::check(config), limits::check(config)].concat()
}

/// Without what only follows from a value that could not be read: an error at the same key, or below it, says it.
pub(super) fn without_consequences(found: Vec<Finding>, errors: &[Finding]) -> Vec<Finding> {
    let below = |error: &Finding, key: &str| {
        error.key.strip_prefix(key).is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
    };
    let follows = |finding: &Finding| errors.iter().any(|error| error.is_error() && below(error, &finding.key));
    found.into_iter().filter(|finding| !follows(finding)).collect()
}
