//! One entry of `on` against one event.

use crate::yaml::Span;

use super::super::changed::Changed;
use super::super::event::{Event, Kind};
use super::super::model::{Fault, Filter, Trigger};
use super::super::{Dialect, Why};
use super::filter::{self, Said};
use super::{keys, types};

/// What is needed besides the entry.
#[derive(Clone, Copy, Debug)]
pub(in crate::workflow) struct Facts<'a> {
    /// Whose rules.
    pub(in crate::workflow) dialect: Dialect,
    /// What happened.
    pub(in crate::workflow) event: &'a Event,
    /// The names of the activity; any of them may match.
    pub(in crate::workflow) activity: &'a [&'static str],
    /// The changed files.
    pub(in crate::workflow) changed: &'a Changed,
}

/// What one entry of `on` says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::workflow) enum Answer {
    /// The workflow starts.
    Yes(Why, Span),
    /// It does not.
    No(Why, Span),
    /// That depends on something that is not known.
    Unknown(Why, Span),
    /// The entry makes the forge panic.
    Panics(Fault),
}

/// Whether `entry` is started. The entry must be one that [`Kind::starts`] and no schedule.
pub(in crate::workflow) fn answer(entry: &Trigger, facts: Facts<'_>) -> Answer {
    let kind = facts.event.kind;
    if matches!(kind, Kind::Create | Kind::Delete | Kind::Fork | Kind::Wiki) {
        return Answer::Yes(Why::Unfiltered { event: entry.event.clone() }, entry.span);
    }
    let has_types = entry.filters.iter().any(|filter| filter.key == "types");
    if kind.is_pull_request()
        && !has_types
        && let Err(why) = types::default_of_pull_request(facts)
    {
        return Answer::No(why, entry.span);
    }
    if entry.filters.is_empty() {
        return Answer::Yes(Why::Unfiltered { event: entry.event.clone() }, entry.span);
    }
    combine(entry, facts)
}

/// Every key must be satisfied, but if a push is filtered by branches *and* by tags, one key may be missing, since no ref
/// is both.
fn combine(entry: &Trigger, facts: Facts<'_>) -> Answer {
    let mut yes = Vec::new();
    let mut no = Vec::new();
    let mut unknown = None;
    for filter in &entry.filters {
        match one(entry, filter, facts) {
            Said::Yes(phrase) => yes.push((phrase, filter.span)),
            Said::No(why, span) => no.push((why, span)),
            Said::Unknown(why) => unknown = Some((why, filter.span)),
            Said::Panics(fault) => return Answer::Panics(fault),
        }
    }
    let forgiven = usize::from(facts.event.kind == Kind::Push && keys::names_branches_and_tags(entry));
    if no.len() > forgiven {
        no.sort_by_key(|(why, _)| matches!(why, Why::WrongRef { .. }));
        if let Some((why, span)) = no.into_iter().next() {
            return Answer::No(why, span);
        }
    }
    if let Some((why, span)) = unknown {
        return Answer::Unknown(why, span);
    }
    let span = yes.first().map_or(entry.span, |(_, span)| *span);
    let phrases = yes.into_iter().map(|(phrase, _)| phrase).collect();
    Answer::Yes(Why::Satisfied { event: entry.event.clone(), phrases }, span)
}

fn one(entry: &Trigger, filter: &Filter, facts: Facts<'_>) -> Said {
    let unknown = || Why::UnknownKey { event: entry.event.clone(), key: filter.key.clone() };
    match (facts.event.kind, &*filter.key) {
        (Kind::Push, "types") => Said::No(unknown(), filter.span),
        (_, "types") => types::check(filter, facts),
        (Kind::Push, _) => filter::push(filter, facts).unwrap_or_else(|| Said::No(unknown(), filter.span)),
        (Kind::WorkflowRun, _) => filter::workflow_run(filter, facts).unwrap_or_else(|| Said::No(unknown(), filter.span)),
        (kind, _) if kind.is_pull_request() => {
            filter::pull_request(filter, facts).unwrap_or_else(|| Said::No(unknown(), filter.span))
        }
        _ => Said::No(unknown(), filter.span),
    }
}
