//! The entries of a mapping as go-yaml hands them to a typed value: `<<` replaced, nothing overwritten.

use std::collections::HashSet;

use crate::yaml::{Node, Value};

use super::Fault;

/// The entries of one mapping, one by one.
pub(in crate::workflow) enum Entries<'n> {
    /// As they are written, since there is no `<<` among them.
    Written(std::slice::Iter<'n, (Node, Node)>),
    /// Its own entries, then those that `<<` brings.
    Merged(std::vec::IntoIter<(&'n Node, &'n Node)>),
}

impl<'n> Iterator for Entries<'n> {
    type Item = (&'n Node, &'n Node);

    fn next(&mut self) -> Option<Self::Item> {
        match self {
            Self::Written(entries) => entries.next().map(|(key, value)| (key, value)),
            Self::Merged(entries) => entries.next(),
        }
    }
}

/// The entries of `node` with those that `<<` brings after its own. Nothing for a node that is no mapping.
pub(in crate::workflow) fn entries(node: &Node) -> Result<Entries<'_>, Fault> {
    let written = node.as_mapping().unwrap_or_default();
    if has_merge_key(written) { merged(written) } else { Ok(Entries::Written(written.iter())) }
}

fn has_merge_key(written: &[(Node, Node)]) -> bool {
    written.iter().any(|(key, _)| key.is_merge_key())
}

fn merged(written: &[(Node, Node)]) -> Result<Entries<'_>, Fault> {
    let own = written.iter().filter(|(key, _)| !key.is_merge_key());
    let mut entries: Vec<_> = own.map(|(key, value)| (key, value)).collect();
    let mut names: HashSet<_> = entries.iter().map(|(key, _)| key.text()).collect();
    for (_, source) in written.iter().filter(|(key, _)| key.is_merge_key()) {
        let sources = match &source.value {
            Value::Sequence(items) if !source.alias => items.iter().collect(),
            _ => vec![source],
        };
        for source in sources {
            entries.extend(brought(source)?.filter(|(key, _)| names.insert(key.text())));
        }
    }
    Ok(Entries::Merged(entries.into_iter()))
}

fn brought(source: &Node) -> Result<Entries<'_>, Fault> {
    if source.as_mapping().is_none() {
        let message = format!("`<<` takes a mapping, not {}", source.kind());
        return Err(Fault::refused(source.span, message));
    }
    entries(source)
}

/// `node` with its `<<` replaced.
pub(super) fn resolved(mut node: Node) -> Result<Node, Fault> {
    if !node.as_mapping().is_some_and(has_merge_key) {
        return Ok(node);
    }
    let entries = entries(&node)?.map(|(key, value)| (key.clone(), value.clone())).collect();
    node.value = Value::Mapping(entries);
    Ok(node)
}
