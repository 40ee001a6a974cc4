//! Limits: a bound that cannot be held must not be promised.

use crate::config::{Config, RegisterAt};
use crate::diagnostic::Finding;
use crate::identifier::ForgeName;

pub(super) fn check(config: &Config) -> Vec<Finding> {
    let per_owner = config.limits.per_owner.and_then(|_| broken(config, "per_owner", "owner", |at| at == RegisterAt::Instance));
    let per_repository = config
        .limits
        .per_repository
        .and_then(|_| broken(config, "per_repository", "repository", |at| at != RegisterAt::Repository));
    per_owner.into_iter().chain(per_repository).collect()
}

/// The first forge whose runners may be taken by others than the bound counts.
fn broken(config: &Config, key: &str, whose: &str, is_wider: fn(RegisterAt) -> bool) -> Option<Finding> {
    let (forge, at) = config.forges.iter().map(|(name, forge)| (name, forge.register_at)).find(|(_, at)| is_wider(*at))?;
    Some(
        Finding::error(format!("limits.{key}"), reason(forge, at, key, whose))
            .help(format!("remove `{key}`, or write `register_at: repository` for `{forge}`")),
    )
}

fn reason(forge: &ForgeName, at: RegisterAt, key: &str, whose: &str) -> String {
    let word = if at == RegisterAt::Instance { "instance" } else { "organisation" };
    format!(
        "`{key}` cannot be held while `{forge}` has `register_at: {word}`: any other {whose} may take a machine that was counted for this one"
    )
}
