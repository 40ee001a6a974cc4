//! One node of the tree.

use super::Span;

/// A value and where it was written.
#[derive(Clone, Debug, PartialEq)]
pub struct Node {
    /// What it is.
    pub value: Value,
    /// Where it was written. For an alias this is the `*name`; the nodes inside the copy keep the place of the
    /// original.
    pub span: Span,
    /// How it was written.
    pub style: Style,
    /// The node is a copy made by an alias (`*name`).
    pub alias: bool,
    /// An explicit tag, resolved: `tag:yaml.org,2002:str` for `!!str`, `!own` for `!own`.
    pub tag: Option<Box<str>>,
    /// The text of a scalar whose value no longer tells it (`010`, `1.10`, `~`).
    pub(super) written: Option<Box<str>>,
}

/// What a node is.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// `null`, `~` or nothing at all.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A whole number; go-yaml knows those of 64 bits, signed or not.
    Integer(i128),
    /// Any other number, `.inf` and `.nan` included.
    Float(f64),
    /// A date or time; only in the Go schema.
    Timestamp(String),
    /// Text.
    String(String),
    /// Items in order.
    Sequence(Vec<Node>),
    /// Entries in order of the text; keys are any nodes.
    Mapping(Vec<(Node, Node)>),
}

/// How a node was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Style {
    /// A scalar without quotes, or nothing at all.
    Plain,
    /// A scalar in single or double quotes.
    Quoted,
    /// A scalar after `|` or `>`.
    Block,
    /// A sequence or mapping.
    Collection,
}

impl Node {
    /// The text of a scalar of any type, escapes resolved, numbers and nulls as they were written.
    pub fn text(&self) -> Option<&str> {
        match &self.value {
            Value::String(text) | Value::Timestamp(text) => Some(text),
            _ => self.written.as_deref(),
        }
    }

    /// The text, if the node is text and not a number or the like.
    pub fn as_str(&self) -> Option<&str> {
        match &self.value {
            Value::String(text) => Some(text),
            _ => None,
        }
    }

    /// The items of a sequence.
    pub fn as_sequence(&self) -> Option<&[Self]> {
        match &self.value {
            Value::Sequence(items) => Some(items),
            _ => None,
        }
    }

    /// The entries of a mapping.
    pub fn as_mapping(&self) -> Option<&[(Self, Self)]> {
        match &self.value {
            Value::Mapping(entries) => Some(entries),
            _ => None,
        }
    }

    /// The first entry of a mapping whose key is written as `key`.
    pub fn entry(&self, key: &str) -> Option<(&Self, &Self)> {
        let entries = self.as_mapping()?;
        entries.iter().find(|(name, _)| name.text() == Some(key)).map(|(name, value)| (name, value))
    }

    /// The value of that entry.
    pub fn get(&self, key: &str) -> Option<&Self> {
        self.entry(key).map(|(_, value)| value)
    }

    /// The value of that entry; `null` takes its place.
    pub fn take(&mut self, key: &str) -> Option<Self> {
        let Value::Mapping(entries) = &mut self.value else { return None };
        let (_, value) = entries.iter_mut().find(|(name, _)| name.text() == Some(key))?;
        let span = value.span;
        Some(std::mem::replace(value, Self::scalar(Value::Null, span)))
    }

    /// Whether this is `null`, `~` or nothing.
    pub fn is_null(&self) -> bool {
        matches!(self.value, Value::Null)
    }

    /// Whether this is a scalar of any type.
    pub fn is_scalar(&self) -> bool {
        !matches!(self.value, Value::Sequence(_) | Value::Mapping(_))
    }

    /// Whether this is the key `<<` of a merge.
    pub fn is_merge_key(&self) -> bool {
        self.style == Style::Plain && self.text() == Some("<<")
    }

    /// What the node is, for a message: "a mapping".
    pub fn kind(&self) -> &'static str {
        match self.value {
            Value::Null => "nothing",
            Value::Bool(_) => "a boolean",
            Value::Integer(_) | Value::Float(_) => "a number",
            Value::Timestamp(_) => "a date",
            Value::String(_) => "text",
            Value::Sequence(_) => "a list",
            Value::Mapping(_) => "a mapping",
        }
    }

    /// The number of nodes in this tree.
    pub(super) fn size(&self) -> usize {
        1 + match &self.value {
            Value::Sequence(items) => items.iter().map(Self::size).sum(),
            Value::Mapping(entries) => entries.iter().map(|(key, value)| key.size() + value.size()).sum(),
            _ => 0,
        }
    }

    /// The nesting of this tree; a scalar has none.
    pub(super) fn depth(&self) -> usize {
        match &self.value {
            Value::Sequence(items) => 1 + items.iter().map(Self::depth).max().unwrap_or(0),
            Value::Mapping(entries) => 1 + entries.iter().map(|(key, value)| key.depth().max(value.depth())).max().unwrap_or(0),
            _ => 0,
        }
    }
}
