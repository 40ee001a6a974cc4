//! One forge.

use super::fields::Fields;
use crate::config::keys::WATCH;
use crate::config::values::{AbsolutePath, ForgeUrl, Hostname, Owner};
use crate::config::{ForgeConfig, RegisterAt, Watch};
use crate::forge::ForgeKind;
use crate::identifier::ForgeName;

/// Reads the forge of that name.
pub(super) fn forge(name: &str, mut fields: Fields<'_, '_, '_>) -> (ForgeName, ForgeConfig) {
    let forge = ForgeConfig {
        kind: fields.word("kind").map(|kind| if kind == "forgejo" { ForgeKind::Forgejo } else { ForgeKind::Gitea }),
        url: fields.optional::<ForgeUrl>("url").unwrap_or_default().0,
        hostnames: fields.list::<Hostname>("hostnames").into_iter().map(|host| host.0).collect(),
        token: fields.optional("token").unwrap_or_default(),
        webhook_secrets: fields.list("webhook_secrets"),
        watch: watch(&mut fields),
        register_at: match fields.word("register_at") {
            Some("organisation") => RegisterAt::Organisation,
            Some("instance") => RegisterAt::Instance,
            _ => RegisterAt::Repository,
        },
        certificate_authority: fields.optional::<AbsolutePath>("certificate_authority").map(|path| path.0),
    };
    (ForgeName::new(name), forge)
}

/// The word `instance`, which is also the default, or what is listed.
fn watch(fields: &mut Fields<'_, '_, '_>) -> Watch {
    if fields.given("watch").is_none_or(|given| given.node.as_mapping().is_none()) {
        fields.word("watch");
        return Watch::Instance;
    }
    let mut listed = fields.section("watch", &WATCH);
    Watch::Only {
        organisations: listed.list::<Owner>("organisations").into_iter().map(|owner| owner.0).collect(),
        repositories: listed.list("repositories"),
    }
}
