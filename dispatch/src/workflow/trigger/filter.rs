//! One pattern key against branches, tags, files or names.

use crate::yaml::Span;

use super::super::changed::Changed;
use super::super::model::{Fault, Filter};
use super::super::pattern::{Because, Patterns, Verdict};
use super::super::why::{Inputs, Why};
use super::entry::Facts;
use super::keys::{Subject, subject};

/// What one key says.
pub(super) enum Said {
    Yes(String),
    No(Why, Span),
    Unknown(Why),
    Panics(Fault),
}

/// A key of `push`; none if `push` does not know it.
pub(super) fn push(filter: &Filter, facts: Facts<'_>) -> Option<Said> {
    let (subject, ignores) = subject(&filter.key)?;
    let event = facts.event;
    let name = match subject {
        Subject::Branch => event.branch(),
        Subject::Tag => event.tag(),
        Subject::Path if event.tag().is_some() && paths_pass_for_tags(facts) => {
            return Some(Said::Yes(format!("{} does not count for tags", filter.key)));
        }
        Subject::Path => return Some(files(filter, ignores, facts)),
    };
    if let Some(name) = name {
        return Some(list(filter, ignores, &[name], facts));
    }
    let key = filter.key.clone();
    let reference = event.reference.clone().unwrap_or_default();
    Some(Said::No(Why::WrongRef { key, reference }, filter.span))
}

/// Since Gitea 1.24 and Forgejo 12.
fn paths_pass_for_tags(facts: Facts<'_>) -> bool {
    facts.dialect.is_gitea_from(24) || facts.dialect.is_forgejo_from(12)
}

/// A key of `pull_request`; branches are those of the base.
pub(super) fn pull_request(filter: &Filter, facts: Facts<'_>) -> Option<Said> {
    let base = facts.event.pull_request.as_ref().map_or("", |request| &request.base_branch);
    match subject(&filter.key)? {
        (Subject::Branch, ignores) => Some(list(filter, ignores, &[base], facts)),
        (Subject::Path, ignores) => Some(files(filter, ignores, facts)),
        (Subject::Tag, _) => None,
    }
}

/// A key of `workflow_run`: names of workflows, and the branch that they ran on.
pub(super) fn workflow_run(filter: &Filter, facts: Facts<'_>) -> Option<Said> {
    let (workflow, branch) = facts.event.workflow_run.as_ref()?;
    match &*filter.key {
        "workflows" => Some(list(filter, false, &[workflow], facts)),
        "branches" => Some(list(filter, false, &[branch], facts)),
        "branches-ignore" => Some(list(filter, true, &[branch], facts)),
        _ => None,
    }
}

fn files(filter: &Filter, ignores: bool, facts: Facts<'_>) -> Said {
    match facts.changed {
        Changed::Unknown(_) if filter.values.is_empty() => list(filter, ignores, &[], facts),
        Changed::Unknown(what) => Said::Unknown(Why::Unknown { what: what.clone() }),
        Changed::Known(paths) => {
            let paths: Vec<&str> = paths.iter().map(String::as_str).collect();
            list(filter, ignores, &paths, facts)
        }
    }
}

fn list(filter: &Filter, ignores: bool, inputs: &[&str], facts: Facts<'_>) -> Said {
    let texts: Vec<&str> = filter.values.iter().map(|(text, _)| text.as_str()).collect();
    match Patterns::compile(&texts, facts.dialect.patterns()) {
        Err(invalid) => {
            let span = span(filter, invalid.index);
            Said::No(Why::InvalidPattern { key: filter.key.clone(), invalid: invalid.to_string() }, span)
        }
        Ok(patterns) if ignores => said(filter, patterns.ignore(inputs), inputs),
        Ok(patterns) => said(filter, patterns.include(inputs), inputs),
    }
}

fn said(filter: &Filter, verdict: Verdict, inputs: &[&str]) -> Said {
    let key = filter.key.clone();
    let pattern = |index: usize| filter.values.get(index).map_or_else(String::new, |(text, _)| text.clone());
    let input = |index: usize| (*inputs.get(index).unwrap_or(&"")).to_owned();
    match verdict.because {
        Because::EmptyList => Said::Yes(format!("{key} is empty")),
        Because::Included { pattern: at, input: which } => {
            Said::Yes(format!("{key} `{}` matches `{}`", pattern(at), input(which)))
        }
        Because::NotIgnored { input: which } => Said::Yes(format!("{key} leaves `{}`", input(which))),
        Because::NoInput => Said::No(Why::NoFiles { key }, filter.span),
        Because::Excluded { pattern: at, input: which } => {
            Said::No(Why::Excluded { key, pattern: pattern(at), input: input(which) }, span(filter, at))
        }
        Because::NothingMatched => {
            let patterns = filter.values.iter().map(|(text, _)| text.clone()).collect();
            Said::No(Why::NothingMatched { key, patterns, inputs: summary(filter, inputs) }, filter.span)
        }
        Because::AllIgnored { pattern: at } => {
            let why = Why::AllIgnored { key, pattern: pattern(at), inputs: summary(filter, inputs) };
            Said::No(why, span(filter, at))
        }
    }
}

fn summary(filter: &Filter, inputs: &[&str]) -> Inputs {
    match (subject(&filter.key), inputs) {
        (Some((Subject::Path, _)), _) => Inputs::Files(inputs.len()),
        (_, [name]) => Inputs::One((*name).to_owned()),
        _ => Inputs::Files(inputs.len()),
    }
}

fn span(filter: &Filter, value: usize) -> Span {
    filter.values.get(value).map_or(filter.span, |(_, span)| *span)
}
