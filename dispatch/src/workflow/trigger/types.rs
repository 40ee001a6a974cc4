//! `types`: which activities of an event count.

use globset::GlobBuilder;

use super::super::Why;
use super::super::model::{Fault, Filter};
use super::entry::Facts;
use super::filter::Said;

/// Without `types` a pull request starts workflows when it is opened, reopened or pushed to.
pub(super) fn default_of_pull_request(facts: Facts<'_>) -> Result<(), Why> {
    const DEFAULT: [&str; 3] = ["opened", "reopened", "synchronize"];
    if facts.activity.iter().any(|name| DEFAULT.contains(name)) {
        return Ok(());
    }
    let types = DEFAULT.iter().map(|name| (*name).to_owned()).collect();
    Err(Why::Activity { activity: told(facts), types })
}

/// The value of `types`: globs, any of which may match any name of the activity. One that is no glob makes the forge
/// panic, if it is reached.
pub(super) fn check(filter: &Filter, facts: Facts<'_>) -> Said {
    for (pattern, span) in &filter.values {
        match matches(pattern, facts) {
            Ok(Some(name)) => return Said::Yes(format!("types `{pattern}` matches `{name}`")),
            Ok(None) => {}
            Err(()) => {
                let message = format!("`{pattern}` is no pattern for an activity type");
                return Said::Panics(Fault::panics(*span, message));
            }
        }
    }
    let types = filter.values.iter().map(|(text, _)| text.clone()).collect();
    Said::No(Why::Activity { activity: told(facts), types }, filter.span)
}

fn matches(pattern: &str, facts: Facts<'_>) -> Result<Option<&'static str>, ()> {
    if is_plain(pattern) {
        return Ok(facts.activity.iter().find(|name| **name == pattern).copied());
    }
    if facts.dialect.is_gitea_from(27) && escapes_a_letter(pattern) {
        return Err(());
    }
    let glob = GlobBuilder::new(pattern).literal_separator(true).backslash_escape(true).build().map_err(|_| ())?;
    let matcher = glob.compile_matcher();
    Ok(facts.activity.iter().find(|name| matcher.is_match(name)).copied())
}

fn is_plain(pattern: &str) -> bool {
    !pattern.contains(['*', '?', '[', ']', '{', '}', '\\', '!'])
}

/// Gitea ≥ 1.27 hands `\o` to a regular expression, where it means nothing.
fn escapes_a_letter(pattern: &str) -> bool {
    let mut characters = pattern.chars();
    while let Some(character) = characters.next() {
        if character == '\\' && characters.next().is_none_or(char::is_alphanumeric) {
            return true;
        }
    }
    false
}

fn told(facts: Facts<'_>) -> String {
    match facts.activity {
        [] => facts.event.action.clone(),
        names => names.join("` or `"),
    }
}
