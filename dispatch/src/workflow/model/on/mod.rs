//! The entries of `on`, in the two ways in which the forges' parsers read them.
//!
//! Both know a word, a list of words and a mapping. They part ways below an event: Gitea ≥ 1.23 looks at the YAML
//! nodes ([`nodes`]), where an alias or `<<` is something unknown; Forgejo and older Gitea look at the decoded values
//! ([`values`]), where a number or nothing at all is.

mod nodes;
mod values;

use crate::yaml::{Node, Span, Value};

use super::super::Dialect;
use super::{Fault, Trigger};

/// Reads the value of `on`.
pub(super) fn read(node: &Node, dialect: Dialect) -> Result<Vec<Trigger>, Fault> {
    if node.alias {
        return Err(Fault::refused(node.span, "the forge does not follow an alias as the value of `on`"));
    }
    match &node.value {
        Value::Sequence(items) => items.iter().map(word).collect(),
        Value::Mapping(entries) => entries.iter().filter_map(|entry| below(entry, dialect).transpose()).collect(),
        _ => {
            let event = if node.is_null() { "" } else { node.text().unwrap_or_default() };
            Ok(vec![trigger(event, node.span)])
        }
    }
}

fn word(item: &Node) -> Result<Trigger, Fault> {
    match item.as_str() {
        Some(event) => Ok(trigger(event, item.span)),
        None => Err(Fault::refused(item.span, format!("an event is text, not {}", item.kind()))),
    }
}

fn below((key, value): &(Node, Node), dialect: Dialect) -> Result<Option<Trigger>, Fault> {
    let event = match key.text() {
        Some(event) if !key.alias => event,
        _ => {
            return Err(Fault::refused(key.span, format!("an event is text, not {}", key.kind())));
        }
    };
    if dialect.is_gitea_from(26) && event == "workflow_call" {
        return Ok(None);
    }
    let trigger = trigger(event, key.span);
    if dialect.is_gitea_from(23) {
        nodes::read(trigger, value).map(Some)
    } else {
        values::read(trigger, value, dialect).map(Some)
    }
}

fn trigger(event: &str, span: Span) -> Trigger {
    Trigger { event: event.to_owned(), span, filters: Vec::new(), schedule: None }
}
