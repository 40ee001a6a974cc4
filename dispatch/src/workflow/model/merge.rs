//! The entries of a mapping as go-yaml hands them to a typed value: `<<` replaced, nothing overwritten.

use std::collections::HashSet;

use crate::yaml::{Node, Value};

use super::Fault;

/// The entries of `node` with those that `<<` brings after its own. Nothing for a node that is no mapping.
pub(in crate::workflow) fn entries(node: &Node) -> Result<Vec<(&Node, &Node)>, Fault> {
    let written = node.as_mapping().unwrap_or_default();
    let own = written.iter().filter(|(key, _)| !key.is_merge_key());
    let mut entries: Vec<_> = own.map(|(key, value)| (key, value)).collect();
    if entries.len() == written.len() {
        return Ok(entries);
    }
    let mut names: HashSet<_> = entries.iter().map(|(key, _)| key.text()).collect();
    for (_, source) in written.iter().filter(|(key, _)| key.is_merge_key()) {
        let sources = match &source.value {
            Value::Sequence(items) if !source.alias => items.iter().collect(),
            _ => vec![source],
        };
        for source in sources {
            let brought = brought(source)?.into_iter();
            entries.extend(brought.filter(|(key, _)| names.insert(key.text())));
        }
    }
    Ok(entries)
}

fn brought(source: &Node) -> Result<Vec<(&Node, &Node)>, Fault> {
    if source.as_mapping().is_none() {
        let message = format!("`<<` takes a mapping, not {}", source.kind());
        return Err(Fault::refused(source.span, message));
    }
    entries(source)
}

/// `node` with its `<<` replaced.
pub(super) fn resolved(mut node: Node) -> Result<Node, Fault> {
    let has_merge = |entries: &[(Node, Node)]| entries.iter().any(|(key, _)| key.is_merge_key());
    if !node.as_mapping().is_some_and(has_merge) {
        return Ok(node);
    }
    let entries = entries(&node)?.into_iter();
    let entries = entries.map(|(key, value)| (key.clone(), value.clone())).collect();
    node.value = Value::Mapping(entries);
    Ok(node)
}
