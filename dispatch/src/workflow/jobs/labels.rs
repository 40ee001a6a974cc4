//! `runs-on`.

use crate::expression::{Contexts, Failure, Value, evaluate_scalar, holds_expression, interpolate, to_text};
use crate::workflow::model::{self, Fault};
use crate::yaml::{self, Node};

use super::context::ExpandContext;
use super::fault;
use super::names::or_empty;
use super::needs::{self, scalar};

/// The labels of a row, and what they depend on if nobody knows it yet.
#[derive(Debug, Default)]
pub(super) struct Labels {
    pub(super) labels: Vec<String>,
    pub(super) depends_on: Option<String>,
}

/// The labels that `runs-on` asks for.
pub(super) fn labels(node: Option<&Node>, contexts: &Contexts, context: &ExpandContext<'_>) -> Result<Labels, Fault> {
    let Some(node) = node else {
        return Ok(Labels::default());
    };
    let labels = if context.evaluates_trees() {
        refuse_what_cannot_be_copied(node)?;
        evaluated(node, contexts)
    } else {
        interpolated(node, contexts)
    };
    labels.map_err(|failure| fault::of_expression(&failure, node.span))
}

/// Forgejo ≥ 14 writes the node as YAML and reads it again, which fails for nothing at all and for an alias.
fn refuse_what_cannot_be_copied(node: &Node) -> Result<(), Fault> {
    if node.alias {
        return Err(Fault::refused(node.span, "`runs-on` cannot be an alias"));
    }
    if node.is_null() && node.span.start == node.span.end {
        return Err(Fault::refused(node.span, "`runs-on` is there and has no value"));
    }
    Ok(())
}

/// Each label on its own; a broken expression makes an empty label.
fn interpolated(node: &Node, contexts: &Contexts) -> Result<Labels, Failure> {
    let mut labels = Labels::default();
    for written in flattened(node) {
        match or_empty(interpolate(&written, contexts)) {
            Err(Failure::Depends { on }) => {
                labels.labels.push(written);
                labels.depends_on = Some(on);
            }
            label => labels.labels.push(label?),
        }
    }
    Ok(labels)
}

/// The labels as written: a text, a list of texts, or `labels` with `group` behind them. Anything else means none.
fn flattened(node: &Node) -> Vec<String> {
    if node.alias {
        return Vec::new();
    }
    match &node.value {
        yaml::Value::Mapping(_) => of_mapping(node).unwrap_or_default(),
        _ => texts(node),
    }
}

fn of_mapping(node: &Node) -> Option<Vec<String>> {
    let entries: Vec<_> = model::entries(node).ok()?.collect();
    let field = |name: &str| {
        let mut given = entries.iter().filter(|(key, _)| key.text() == Some(name));
        // A key that is given twice makes the whole mapping unreadable.
        let first = given.next();
        if given.next().is_some() { Err(()) } else { Ok(first.map(|(_, value)| *value)) }
    };
    let group = match field("group").ok()? {
        Some(group) => scalar(group)?,
        None => String::new(),
    };
    let mut labels = field("labels").ok()?.filter(|node| !node.alias).map(texts).unwrap_or_default();
    if !group.is_empty() {
        labels.push(group);
    }
    Some(labels)
}

fn texts(node: &Node) -> Vec<String> {
    match &node.value {
        yaml::Value::Sequence(items) => needs::texts(items).unwrap_or_default(),
        _ => scalar(node).into_iter().collect(),
    }
}

/// The whole tree at once, so that an expression may become a list. What fails stays as it is written, and so does
/// everything behind it.
fn evaluated(node: &Node, contexts: &Contexts) -> Result<Labels, Failure> {
    let mut evaluation = Evaluation { contexts, depends_on: None, has_failed: false };
    let labels = match &node.value {
        yaml::Value::Mapping(_) => evaluation.mapping(node)?,
        _ => evaluation.texts(node)?,
    };
    Ok(Labels { labels: labels.unwrap_or_default(), depends_on: evaluation.depends_on })
}

struct Evaluation<'c> {
    contexts: &'c Contexts,
    depends_on: Option<String>,
    has_failed: bool,
}

impl Evaluation<'_> {
    fn mapping(&mut self, node: &Node) -> Result<Option<Vec<String>>, Failure> {
        let (mut labels, mut group) = (Some(Vec::new()), Some(Vec::new()));
        for (key, value) in model::entries(node).into_iter().flatten() {
            match key.text() {
                Some("labels") if !value.alias => labels = self.texts(value)?,
                Some("group") => group = self.texts(value)?.filter(|_| value.is_scalar()),
                _ => {}
            }
        }
        let labels = labels.unwrap_or_default().into_iter();
        Ok(group.map(|group| labels.chain(group.into_iter().filter(|group| !group.is_empty())).collect()))
    }

    fn texts(&mut self, node: &Node) -> Result<Option<Vec<String>>, Failure> {
        match &node.value {
            yaml::Value::Mapping(_) => Ok(None),
            yaml::Value::Sequence(items) => {
                let mut labels = Vec::new();
                for item in items.iter().filter(|item| !item.is_null()) {
                    match (item.is_scalar(), self.scalar(item, true)?) {
                        (true, Some(mut more)) => labels.append(&mut more),
                        _ => return Ok(None),
                    }
                }
                Ok(Some(labels))
            }
            _ => self.scalar(node, false),
        }
    }

    fn scalar(&mut self, node: &Node, is_item: bool) -> Result<Option<Vec<String>>, Failure> {
        let Some(written) = scalar(node) else {
            return Ok(None);
        };
        if self.has_failed || node.alias || !holds_expression(&written) {
            return Ok(Some(vec![written]));
        }
        match evaluate_scalar(&written, self.contexts) {
            Ok(Value::Null) if is_item => Ok(Some(Vec::new())),
            Ok(value) => Ok(of_value(&value)),
            Err(Failure::Depends { on }) => {
                self.depends_on = Some(on);
                self.has_failed = true;
                Ok(Some(vec![written]))
            }
            Err(Failure::Syntax { .. } | Failure::Refused(_)) => {
                self.has_failed = true;
                Ok(Some(vec![written]))
            }
            Err(failure) => Err(failure),
        }
    }
}

/// The labels that an evaluated node holds.
fn of_value(value: &Value) -> Option<Vec<String>> {
    match value {
        Value::List(items) => items
            .iter()
            .filter(|item| **item != Value::Null)
            .map(|item| (!matches!(item, Value::List(_) | Value::Map(_))).then(|| to_text(item)))
            .collect(),
        Value::Map(_) => {
            let mut labels = value.get("labels").map_or(Some(Vec::new()), of_value)?;
            labels.extend(value.get("group").map(to_text).filter(|group| !group.is_empty()));
            Some(labels)
        }
        scalar => Some(vec![to_text(scalar)]),
    }
}
