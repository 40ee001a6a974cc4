//! Aliases that lose their anchor.
//!
//! The forge cuts a file into one document per job. What it keeps as raw YAML in there, `env` or `needs` for instance, still
//! holds its aliases; if the anchor stood elsewhere in the file, the document cannot be read again and there is no run.

use crate::workflow::model::{Fault, Job};
use crate::yaml::{Node, Value};

/// The keys of a job that are kept as they are written. (`runs-on` and `strategy` are written anew.)
const RAW: [&str; 6] = ["needs", "env", "if", "container", "secrets", "permissions"];
/// The same for a step.
const RAW_IN_STEP: [&str; 2] = ["if", "env"];

/// Refuses a job that keeps an alias to an anchor outside of what is kept.
pub(super) fn check(job: &Job) -> Result<(), Fault> {
    let kept = kept(job);
    let mut aliases = Vec::new();
    for node in &kept {
        collect(node, &mut aliases);
    }
    match aliases.into_iter().find(|alias| !kept.iter().any(|node| holds_anchor_of(node, alias))) {
        Some(alias) => Err(Fault::refused(
            alias.span,
            "the forge cannot follow this alias, because its anchor is outside of what it keeps of the job",
        )),
        None => Ok(()),
    }
}

fn kept(job: &Job) -> Vec<&Node> {
    let steps = job.get("steps").and_then(Node::as_sequence).unwrap_or_default();
    let in_steps = steps.iter().flat_map(|step| RAW_IN_STEP.iter().filter_map(|key| step.get(key)));
    RAW.iter().filter_map(|key| job.get(key)).chain(in_steps).collect()
}

fn collect<'n>(node: &'n Node, aliases: &mut Vec<&'n Node>) {
    if node.alias {
        aliases.push(node);
        return;
    }
    for child in children(node) {
        collect(child, aliases);
    }
}

fn children(node: &Node) -> Vec<&Node> {
    match &node.value {
        Value::Sequence(items) => items.iter().collect(),
        Value::Mapping(entries) => entries.iter().flat_map(|(key, value)| [key, value]).collect(),
        _ => Vec::new(),
    }
}

/// Whether the node that `alias` copies stands in `node`. The parts of a copy keep the place of the original; a scalar has no
/// parts, so an equal one that stands before it is taken for it.
fn holds_anchor_of(node: &Node, alias: &Node) -> bool {
    let is_original = !node.alias
        && node.value == alias.value
        && match children(alias).first() {
            Some(part) => (node.span.start..node.span.end).contains(&part.span.start),
            None => node.span.start < alias.span.start,
        };
    is_original || !node.alias && children(node).into_iter().any(|child| holds_anchor_of(child, alias))
}
