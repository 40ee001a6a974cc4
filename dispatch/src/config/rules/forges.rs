//! Forges: each once, on safe ground, with something to serve.

use crate::config::values::is_loopback;
use crate::config::{Config, ForgeConfig, Watch};
use crate::diagnostic::Finding;
use crate::identifier::ForgeName;

pub(super) fn check(config: &Config) -> Vec<Finding> {
    let none = config.forges.is_empty().then(|| {
        Finding::error("forges", "no forge is configured, so there is nothing to serve")
            .help("add one: `home: { url: https://git.example.com/, token: { env: GITEA_TOKEN }, webhook_secrets: [{ env: WEBHOOK_SECRET }] }`")
    });
    let each = config
        .forges
        .iter()
        .flat_map(|(name, forge)| [same_address(config, name, forge), in_the_clear(name, forge), nothing_to_do(name, forge)]);
    none.into_iter().chain(each.flatten()).collect()
}

/// Names are ordered, so only the later of two is told.
fn same_address(config: &Config, name: &ForgeName, forge: &ForgeConfig) -> Option<Finding> {
    let (first, _) =
        config.forges.iter().find(|(other, same)| *other < name && same.url == forge.url && !forge.url.is_empty())?;
    let message = format!("`{first}` and `{name}` are the same forge, so each of its jobs would be served twice");
    Some(
        Finding::error(format!("forges.{name}.url"), message)
            .help("keep one; a forge may list further `hostnames`, `webhook_secrets` and what to `watch`"),
    )
}

fn in_the_clear(name: &ForgeName, forge: &ForgeConfig) -> Option<Finding> {
    let open = forge.url.starts_with("http://") && !is_loopback(&forge.url);
    let message = "the API token and the credentials of runners travel to this forge in the clear";
    open.then(|| {
        Finding::warning(format!("forges.{name}.url"), message)
            .help("use `https://`; for a private authority name `certificate_authority`")
    })
}

fn nothing_to_do(name: &ForgeName, forge: &ForgeConfig) -> Option<Finding> {
    let Watch::Only { organisations, repositories } = &forge.watch else { return None };
    let nothing = organisations.is_empty() && repositories.is_empty();
    nothing.then(|| {
        Finding::warning(format!("forges.{name}.watch"), "an empty list means nothing: no job of this forge is served")
            .help("name organisations or repositories, or write `watch: instance`")
    })
}
