//! Aliases that lose their anchor.
//!
//! The forge cuts a file into one document per job. What it keeps as raw YAML in there, `env` or `needs` for instance, still
//! holds its aliases; if the anchor stood elsewhere in the file, the document cannot be read again and there is no run.

use std::collections::HashMap;

use crate::workflow::model::{Fault, Job};
use crate::yaml::{Node, Value};

/// The keys of a job that are kept as they are written. (`runs-on` and `strategy` are written anew.)
const RAW: [&str; 6] = ["needs", "env", "if", "container", "secrets", "permissions"];
/// The same for a step.
const RAW_IN_STEP: [&str; 2] = ["if", "env"];

/// Refuses a job that keeps an alias to an anchor outside of what is kept.
pub(super) fn check(job: &Job) -> Result<(), Fault> {
    let kept = kept(job);
    if !kept.iter().any(|node| holds_alias(node)) {
        return Ok(());
    }
    let mut nodes = Nodes::default();
    for node in kept {
        nodes.collect(node);
    }
    match nodes.aliases.iter().find(|alias| !nodes.hold_anchor_of(alias)) {
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

fn holds_alias(node: &Node) -> bool {
    node.alias
        || match &node.value {
            Value::Sequence(items) => items.iter().any(holds_alias),
            Value::Mapping(entries) => entries.iter().any(|(key, value)| holds_alias(key) || holds_alias(value)),
            _ => false,
        }
}

fn children(node: &Node) -> Vec<&Node> {
    match &node.value {
        Value::Sequence(items) => items.iter().collect(),
        Value::Mapping(entries) => entries.iter().flat_map(|(key, value)| [key, value]).collect(),
        _ => Vec::new(),
    }
}

/// What is kept of a job, in order to look up where an anchor stands.
#[derive(Default)]
struct Nodes<'n> {
    aliases: Vec<&'n Node>,
    /// Collections that have parts, by the place of the first.
    collections: HashMap<usize, Vec<&'n Node>>,
    /// Other nodes in the order of the text; of equal ones only the first.
    bare: HashMap<String, &'n Node>,
}

impl<'n> Nodes<'n> {
    fn collect(&mut self, node: &'n Node) {
        if node.alias {
            return self.aliases.push(node);
        }
        let children = children(node);
        match children.first() {
            Some(first) => self.collections.entry(first.span.start).or_default().push(node),
            None => drop(self.bare.entry(printed(node)).or_insert(node)),
        }
        for child in children {
            self.collect(child);
        }
    }

    /// Whether the node that `alias` copies is among them. The parts of a copy keep the place of the original; a node
    /// without parts has none, so an equal one that stands before it is taken for it.
    fn hold_anchor_of(&self, alias: &Node) -> bool {
        match children(alias).first() {
            Some(part) => {
                let there = self.collections.get(&part.span.start).into_iter().flatten();
                there.into_iter().any(|node| node.value == alias.value)
            }
            None => self.bare.get(&printed(alias)).is_some_and(|node| node.span.start < alias.span.start),
        }
    }
}

/// Equal for nodes without parts whose values are equal.
fn printed(node: &Node) -> String {
    format!("{:?}", node.value)
}
