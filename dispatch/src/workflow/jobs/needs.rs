//! `needs`.

use crate::yaml::{Node, Value};

/// The ids in `needs`: one text, or a list of texts. Anything else means none.
pub(super) fn needs(node: Option<&Node>) -> Vec<String> {
    let Some(node) = node.filter(|node| !node.alias) else {
        return Vec::new();
    };
    match &node.value {
        Value::Sequence(items) => texts(items).unwrap_or_default(),
        Value::Mapping(_) => Vec::new(),
        _ => scalar(node).into_iter().collect(),
    }
}

/// The texts of a list as go-yaml puts them into a list of strings: it drops nulls, and takes nothing but scalars.
pub(super) fn texts(items: &[Node]) -> Option<Vec<String>> {
    items.iter().filter(|item| !item.is_null()).map(scalar).collect()
}

/// The text of a scalar as go-yaml puts it into a string: nothing for null.
pub(super) fn scalar(node: &Node) -> Option<String> {
    match &node.value {
        Value::Sequence(_) | Value::Mapping(_) => None,
        Value::Null => Some(String::new()),
        _ => node.text().map(str::to_owned),
    }
}
