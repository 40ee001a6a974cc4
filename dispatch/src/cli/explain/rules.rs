//! By whose rules a question is decided: those of the release that is named, of the configured forge, or the newest known.

use crate::config::Config;
use crate::explain::Unanswerable;
use crate::forge::client::ForgeClient;
use crate::label::LabelSet;
use crate::workflow::Dialect;

use super::ExplainArguments;
use super::ask::Source;

/// The newest releases whose decisions were recorded.
const GITEA: Dialect = Dialect::gitea(27);
const FORGEJO: Dialect = Dialect::forgejo(15);

/// The forge that is named, or the only one that is configured.
pub(super) fn forge(config: Option<&Config>, arguments: &ExplainArguments) -> Result<Option<ForgeClient>, Unanswerable> {
    let forges = config.map(|config| &config.forges).into_iter().flatten();
    let found: Vec<_> = forges.filter(|(name, _)| arguments.forge.as_ref().is_none_or(|wanted| wanted == *name)).collect();
    match (found.as_slice(), &arguments.forge) {
        ([(name, forge)], _) => Ok(Some(ForgeClient::new(name, forge, &LabelSet::new())?)),
        (_, Some(wanted)) => Err(Unanswerable::question(format!(
            "the configuration has no forge `{wanted}`: `dispatch check` lists those that it has"
        ))),
        ([], None) => Ok(None),
        (_, None) if arguments.dialect.is_some() => Ok(None),
        (_, None) => {
            let names: Vec<&str> = found.iter().map(|(name, _)| name.as_str()).collect();
            let names = crate::diagnostic::listed(&names, "or");
            Err(Unanswerable::question(format!("say whose rules hold, those of {names}: `--dialect gitea-1.27` names a release")))
        }
    }
}

/// The rules, and a note where they were guessed.
pub(super) async fn dialect(
    arguments: &ExplainArguments,
    forge: Option<&ForgeClient>,
    source: &Source<'_>,
) -> Result<(Dialect, Option<String>), Unanswerable> {
    if let Some(dialect) = arguments.dialect {
        return Ok((dialect, None));
    }
    if let Some(client) = forge {
        use crate::forge::Forge as _;
        return match client.capabilities(false).await {
            Ok(found) => Ok((found.dialect(), None)),
            Err(error) if arguments.forge.is_some() => Err(error.into()),
            Err(error) => {
                Err(Unanswerable::question(format!("{error}; without the forge, name its release: `--dialect gitea-1.27`")))
            }
        };
    }
    let dialect = if has_forgejo_folder(source).await? { FORGEJO } else { GITEA };
    let note = format!("no forge is configured, so the rules of {dialect} are taken: `--dialect RELEASE` names others");
    Ok((dialect, Some(note)))
}

async fn has_forgejo_folder(source: &Source<'_>) -> Result<bool, Unanswerable> {
    let listing = source.repository().listing("HEAD").await?.unwrap_or_default();
    Ok(listing.keys().any(|path| path.starts_with(".forgejo/workflows/")))
}
