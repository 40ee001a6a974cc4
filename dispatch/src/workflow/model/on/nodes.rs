//! What stands below an event, as Gitea ≥ 1.23 reads it: by the kind of YAML node.

use std::collections::HashSet;

use crate::yaml::{Node, Value};

use super::super::shape::{Shape, unique_keys};
use super::super::{Cron, Fault, Filter, Trigger};

/// The structure of one input of `workflow_dispatch`.
const INPUT: Shape = Shape::Fields(&[
    ("name", Shape::Text),
    ("description", Shape::Text),
    ("required", Shape::Bool),
    ("default", Shape::Text),
    ("type", Shape::Text),
    ("options", Shape::List(&Shape::Text)),
]);

/// Completes `trigger` with what stands below it.
pub(super) fn read(trigger: Trigger, node: &Node) -> Result<Trigger, Fault> {
    if node.alias {
        return Err(alias(node));
    }
    match &node.value {
        Value::Sequence(items) => sequence(trigger, node, items),
        Value::Mapping(entries) => mapping(trigger, entries),
        _ => Ok(trigger),
    }
}

fn alias(node: &Node) -> Fault {
    Fault::refused(node.span, "the forge does not follow an alias here")
}

/// Any list makes the entry a schedule to the forge, unless it is empty; only a `schedule` is looked into.
fn sequence(mut trigger: Trigger, node: &Node, items: &[Node]) -> Result<Trigger, Fault> {
    Shape::Any.check(node)?;
    let crons = if trigger.event == "schedule" { items.iter().map(crons).collect::<Result<Vec<_>, _>>()? } else { Vec::new() };
    trigger.schedule = (!items.is_empty()).then(|| crons.into_iter().flatten().collect());
    Ok(trigger)
}

fn crons(item: &Node) -> Result<Vec<Cron>, Fault> {
    let Some(entries) = item.as_mapping() else {
        return Err(Fault::refused(item.span, format!("a schedule is a list of `cron: …`, not of {}", item.kind())));
    };
    let mut crons = Vec::new();
    for (key, value) in entries {
        match value.as_str() {
            Some(line) if key.text() == Some("cron") => crons.push(Cron { line: line.to_owned(), span: value.span }),
            Some(_) => {}
            None => {
                return Err(Fault::refused(value.span, format!("text is expected here, not {}", value.kind())));
            }
        }
    }
    Ok(crons)
}

fn mapping(mut trigger: Trigger, entries: &[(Node, Node)]) -> Result<Trigger, Fault> {
    for (key, value) in entries {
        if key.alias || !key.is_scalar() {
            return Err(Fault::refused(key.span, "a key is text"));
        }
        let key_text = if key.is_null() { "" } else { key.text().unwrap_or_default() };
        match &value.value {
            _ if value.alias => return Err(alias(value)),
            Value::Mapping(inputs) => dispatch_inputs(&trigger.event, key, inputs)?,
            _ => {
                let filter = Filter { key: key_text.to_owned(), span: key.span, values: values(value)? };
                trigger.filters.push(filter);
            }
        }
    }
    last_of_each(&mut trigger.filters);
    Ok(trigger)
}

/// The last of several equal keys counts.
fn last_of_each(filters: &mut Vec<Filter>) {
    let mut seen = HashSet::new();
    let mut is_last: Vec<bool> = filters.iter().rev().map(|filter| seen.insert(filter.key.as_str())).collect();
    filters.retain(|_| is_last.pop().unwrap_or(true));
}

/// A scalar is a list of one. Nothing is a list of one empty text, but nothing *in* a list is left out.
fn values(node: &Node) -> Result<Vec<(String, crate::yaml::Span)>, Fault> {
    match &node.value {
        Value::Sequence(items) => {
            Shape::List(&Shape::Text).check(node)?;
            Ok(items
                .iter()
                .filter(|item| !item.is_null())
                .filter_map(|item| Some((item.text()?.to_owned(), item.span)))
                .collect())
        }
        Value::Null => Ok(vec![(String::new(), node.span)]),
        _ => Ok(vec![(node.text().unwrap_or_default().to_owned(), node.span)]),
    }
}

fn dispatch_inputs(event: &str, key: &Node, inputs: &[(Node, Node)]) -> Result<(), Fault> {
    if event != "workflow_dispatch" || key.text() != Some("inputs") {
        let message =
            format!("a mapping below `{event}: {}` is something that the forge does not know", key.text().unwrap_or_default());
        return Err(Fault::refused(key.span, message));
    }
    for (name, input) in inputs {
        if name.alias || !name.is_scalar() || input.alias || input.as_mapping().is_none() {
            return Err(Fault::refused(input.span, "an input is a mapping"));
        }
        unique_keys(input)?;
        INPUT.check(input)?;
    }
    Ok(())
}
