//! What stands below an event, as Forgejo and Gitea ≤ 1.22 read it: by the type of the decoded value.

use crate::yaml::{Node, Span, Value};

use super::super::super::Dialect;
use super::super::shape::Shape;
use super::super::{Cron, Fault, Filter, Trigger, merge};

/// Completes `trigger` with what stands below it.
pub(super) fn read(trigger: Trigger, node: &Node, dialect: Dialect) -> Result<Trigger, Fault> {
    Shape::Any.check(node)?;
    match &node.value {
        Value::Null => Ok(trigger),
        Value::String(_) if !dialect.is_forgejo_from(13) => Ok(trigger),
        Value::Sequence(items) => schedule(trigger, node, items, dialect),
        Value::Mapping(_) => filters(trigger, node),
        _ => {
            let message = format!("below `{}` stands {}; a mapping is expected", trigger.event, node.kind());
            Err(Fault::refused(node.span, message))
        }
    }
}

fn schedule(mut trigger: Trigger, node: &Node, items: &[Node], dialect: Dialect) -> Result<Trigger, Fault> {
    if trigger.event != "schedule" {
        let message = format!("below `{}` stands a list, which only `schedule` may have", trigger.event);
        return Err(Fault::refused(node.span, message));
    }
    let crons = items.iter().map(|item| crons(item, dialect)).collect::<Result<Vec<_>, _>>()?;
    trigger.schedule = Some(crons.into_iter().flatten().collect());
    Ok(trigger)
}

fn crons(item: &Node, dialect: Dialect) -> Result<Vec<Cron>, Fault> {
    if item.as_mapping().is_none() {
        return Err(Fault::refused(item.span, format!("a schedule is a list of `cron: …`, not of {}", item.kind())));
    }
    let mut crons = Vec::new();
    for (key, value) in merge::entries(item)? {
        let name = key.text().unwrap_or_default();
        if dialect.is_forgejo_from(13) && !name.eq_ignore_ascii_case("cron") {
            return Err(Fault::refused(key.span, format!("`{name}` is not `cron`")));
        }
        match value.as_str() {
            Some(line) if name == "cron" => crons.push(Cron { line: line.to_owned(), span: value.span }),
            Some(_) => {}
            None => {
                return Err(Fault::refused(value.span, format!("text is expected here, not {}", value.kind())));
            }
        }
    }
    Ok(crons)
}

fn filters(mut trigger: Trigger, node: &Node) -> Result<Trigger, Fault> {
    for (key, value) in merge::entries(node)? {
        let Some(name) = key.as_str() else {
            return Err(Fault::refused(key.span, format!("a key is text, not {}", key.kind())));
        };
        match &value.value {
            Value::Mapping(_) => inputs_or_outputs(&trigger.event, key)?,
            _ => trigger.filters.push(Filter { key: name.to_owned(), span: key.span, values: values(value)? }),
        }
    }
    if matches!(&*trigger.event, "workflow_dispatch" | "workflow_call") {
        trigger.filters.clear();
    }
    Ok(trigger)
}

fn values(node: &Node) -> Result<Vec<(String, Span)>, Fault> {
    match &node.value {
        Value::String(text) => Ok(vec![(text.clone(), node.span)]),
        Value::Sequence(items) => items.iter().map(text).collect(),
        _ => Err(Fault::refused(node.span, format!("text or a list of texts is expected here, not {}", node.kind()))),
    }
}

fn text(item: &Node) -> Result<(String, Span), Fault> {
    match item.as_str() {
        Some(text) => Ok((text.to_owned(), item.span)),
        None => Err(Fault::refused(item.span, format!("text is expected here, not {}", item.kind()))),
    }
}

fn inputs_or_outputs(event: &str, key: &Node) -> Result<(), Fault> {
    match (event, key.text()) {
        ("workflow_dispatch" | "workflow_call", Some("inputs")) | ("workflow_call", Some("outputs" | "secrets")) => Ok(()),
        (_, name) => {
            let message =
                format!("a mapping below `{event}: {}` is something that the forge does not know", name.unwrap_or_default());
            Err(Fault::refused(key.span, message))
        }
    }
}
