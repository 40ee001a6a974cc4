//! From YAML to values, as go-yaml decodes into Go's `any`, with expressions evaluated on the way if asked for.

use crate::expression::{Contexts, Failure, Value, evaluate_scalar, holds_expression};
use crate::workflow::model;
use crate::yaml::{self, Node};

use super::needs::scalar;

/// Why a tree has no value.
#[derive(Debug)]
pub(super) enum Trouble {
    /// go-yaml cannot decode it: a key is given twice, a merge is none.
    Undecodable,
    /// An expression in it has no value.
    Expression(Failure),
}

impl From<Failure> for Trouble {
    fn from(failure: Failure) -> Self {
        Self::Expression(failure)
    }
}

/// A value, and whether it can be a combination.
#[derive(Debug)]
pub(super) struct Item {
    pub(super) value: Value,
    /// It is a mapping with a key that is not text, which the forge's code does not expect.
    pub(super) has_odd_keys: bool,
}

impl From<Value> for Item {
    fn from(value: Value) -> Self {
        Self { value, has_odd_keys: false }
    }
}

/// Decodes trees; with contexts it evaluates the expressions in them first (Forgejo ≥ 14).
pub(super) struct Decoder<'c> {
    pub(super) contexts: Option<&'c Contexts>,
}

impl Decoder<'_> {
    /// A list's items. A single expression that evaluates to a list is spliced in.
    pub(super) fn items(&self, nodes: &[Node]) -> Result<Vec<Item>, Trouble> {
        let mut items = Vec::new();
        for node in nodes {
            match (self.value(node)?, node.is_scalar()) {
                (Value::List(spliced), true) => items.extend(spliced.into_iter().map(Item::from)),
                (value, _) => items.push(Item { value, has_odd_keys: has_odd_keys(node) }),
            }
        }
        Ok(items)
    }

    pub(super) fn value(&self, node: &Node) -> Result<Value, Trouble> {
        match &node.value {
            yaml::Value::Null => Ok(Value::Null),
            yaml::Value::Bool(bool) => Ok(Value::Bool(*bool)),
            yaml::Value::Integer(integer) => Ok(Value::Integer(*integer)),
            yaml::Value::Float(float) => Ok(Value::Float(*float)),
            yaml::Value::Timestamp(text) => Ok(Value::Timestamp(text.clone())),
            yaml::Value::String(text) => self.text(text, node.alias),
            yaml::Value::Sequence(nodes) => Ok(Value::List(self.items(nodes)?.into_iter().map(|item| item.value).collect())),
            yaml::Value::Mapping(_) => self.entries(node).map(Value::Map),
        }
    }

    /// The entries of a mapping, sorted by key. `${{ insert }}` as a key brings the entries of its value.
    pub(super) fn entries(&self, node: &Node) -> Result<Vec<(String, Value)>, Trouble> {
        let mut entries: Vec<(String, Value)> = Vec::new();
        for (key, node) in model::entries(node).map_err(|_| Trouble::Undecodable)? {
            let name = scalar(key).ok_or(Trouble::Undecodable)?;
            let value = self.value(node)?;
            match value {
                Value::Map(inserted) if self.is_insert(&name) => entries.extend(inserted),
                _ => entries.push((self.key(name)?, value)),
            }
        }
        entries.sort_by(|(one, _), (other, _)| one.cmp(other));
        let twice = entries.iter().zip(entries.iter().skip(1)).any(|((one, _), (next, _))| one == next);
        if twice { Err(Trouble::Undecodable) } else { Ok(entries) }
    }

    pub(super) fn is_insert(&self, key: &str) -> bool {
        let inside = key.strip_prefix("${{").and_then(|rest| rest.strip_suffix("}}"));
        self.contexts.is_some() && inside.is_some_and(|inside| inside.trim() == "insert")
    }

    pub(super) fn key(&self, name: String) -> Result<String, Trouble> {
        match self.text(&name, false)? {
            Value::Text(name) => Ok(name),
            _ => Ok(name),
        }
    }

    /// The forge does not look behind an alias for expressions.
    fn text(&self, text: &str, is_alias: bool) -> Result<Value, Trouble> {
        match self.contexts {
            Some(contexts) if !is_alias && holds_expression(text) => Ok(as_yaml(evaluate_scalar(text, contexts)?)),
            _ => Ok(Value::text(text)),
        }
    }
}

/// A value after it was written as YAML and read again: a float without a fraction is a whole number then.
fn as_yaml(value: Value) -> Value {
    match value {
        #[expect(clippy::cast_possible_truncation, reason = "the range is checked before")]
        Value::Float(float) if float.fract() == 0.0 && float.abs() < 1e6 => Value::Integer(float as i128),
        Value::List(items) => Value::List(items.into_iter().map(as_yaml).collect()),
        Value::Map(entries) => {
            let mut entries: Vec<_> = entries.into_iter().map(|(key, value)| (key, as_yaml(value))).collect();
            entries.sort_by(|(one, _), (other, _)| one.cmp(other));
            Value::Map(entries)
        }
        other => other,
    }
}

fn has_odd_keys(node: &Node) -> bool {
    let is_text = |key: &Node| matches!(key.value, yaml::Value::String(_));
    node.as_mapping().is_some_and(|entries| entries.iter().any(|(key, _)| !is_text(key)))
}
