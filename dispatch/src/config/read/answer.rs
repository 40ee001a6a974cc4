//! What is answered to keys that are unknown, repeated or missing.

use crate::config::keys::{Key, Kind, Presence, Section, all_sections};
use crate::diagnostic::{Finding, closest, listed, looks_secret, quoted};
use crate::yaml::Node;

/// A key that its section does not have.
pub(super) fn unknown(section: &Section, route: &str, name: &Node) -> Finding {
    let text = name.text().filter(|_| name.is_scalar());
    let message = match text {
        Some(text) => format!("{} is not a key of {}", quoted(text), section.name),
        None => "a key must be a single word".to_owned(),
    };
    let meant = meant(section, name).map(|meant| format!("did you mean `{meant}`?"));
    Finding::error(route, message).at(name.span).help(meant.unwrap_or_else(|| remedy(section, text.unwrap_or_default())))
}

/// The key that an unknown one is a slip of.
pub(super) fn meant(section: &Section, name: &Node) -> Option<&'static str> {
    closest(name.text()?, section.names())
}

/// Where such a key belongs, or all there are.
fn remedy(section: &Section, text: &str) -> String {
    match all_sections().into_iter().find(|other| other.key(text).is_some()) {
        Some(other) if other.path.is_empty() => format!("`{text}` belongs at the top level"),
        Some(other) => format!("`{text}` belongs below `{}`", other.path),
        None => format!("the keys of {} are {}", section.name, listed(&section.names(), "and")),
    }
}

/// Whether the value of an unknown key may be a credential: a misspelled `token` is one.
pub(super) fn may_hide_secret(section: &Section, name: &Node) -> bool {
    let text = name.text().unwrap_or_default();
    let meant = meant(section, name).and_then(|meant| section.key(meant));
    meant.is_some_and(holds_secret) || looks_secret(&format!("{text}: value"))
}

/// Whether what stands behind a key leads to a credential.
pub(super) fn holds_secret(key: &Key) -> bool {
    matches!(key.kind, Kind::Secret | Kind::List { of: Kind::Secret, .. })
}

/// A key that an earlier entry of the same mapping has already.
pub(super) fn repeated(route: &str, name: &Node, earlier: &[(Node, Node)]) -> Option<Finding> {
    let text = name.text()?;
    let (first, _) = earlier.iter().find(|(other, _)| other.text() == Some(text))?;
    let finding = Finding::error(route, format!("{} is given twice", quoted(text)));
    Some(finding.at(name.span).related(first.span, "first given here").help("keep one of them"))
}

/// A key that must be given and is not.
pub(super) fn missing(key: &Key, section_route: &str, route: &str) -> Finding {
    let place = if section_route.is_empty() { "at the top level".to_owned() } else { format!("below `{section_route}`") };
    let add = format!("add `{}: {}`", key.name, key.example);
    let help = match key.presence {
        Presence::Variable(name) => format!("{add}, or set the environment variable `{name}`"),
        Presence::Required | Presence::Optional(_) | Presence::Default(_) => add,
    };
    Finding::error(route, format!("`{}` is missing {place}", key.name)).help(help)
}
