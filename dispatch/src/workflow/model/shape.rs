//! What may stand where, as go-yaml decides when it fills the forge's typed structures.
//!
//! go-yaml is lenient in its own way: nothing (`null`) fits everywhere, any scalar fits where text is expected, keys
//! that a structure does not know are skipped, but a known key that is given twice is an error.

use std::collections::HashSet;

use crate::yaml::{Node, Value};

use super::{Fault, merge};

/// So many keys of one mapping are compared with each other.
const FEW: usize = 8;

/// What one value may look like.
#[derive(Clone, Copy, Debug)]
pub(super) enum Shape {
    /// Kept as it is written; nobody looks inside at this point.
    Raw,
    /// Any value, but a mapping in it may not hold a key twice.
    Any,
    /// A scalar.
    Text,
    /// `true`, `false`, or one of the older spellings.
    Bool,
    /// A whole number.
    Whole,
    /// A list of values of one shape.
    List(&'static Self),
    /// A mapping from text to values of one shape.
    Map(&'static Self),
    /// A structure: known keys have a shape, others are skipped.
    Fields(&'static [(&'static str, Self)]),
    /// A scalar, or else the other shape.
    TextOr(&'static Self),
}

impl Shape {
    /// The first place where `node` does not fit.
    pub(super) fn check(self, node: &Node) -> Result<(), Fault> {
        if node.is_null() {
            return Ok(());
        }
        match self {
            Self::Raw => Ok(()),
            Self::Any => any(node),
            Self::Text => expect(node.is_scalar(), node, "text"),
            Self::Bool => expect(is_bool(node), node, "true or false"),
            Self::Whole => expect(matches!(node.value, Value::Integer(_)), node, "a whole number"),
            Self::List(item) => list(*item, node),
            Self::Map(value) => map(*value, node),
            Self::Fields(fields) => structure(fields, node),
            Self::TextOr(_) if node.is_scalar() => Ok(()),
            Self::TextOr(other) => other.check(node),
        }
    }
}

fn expect(fits: bool, node: &Node, wanted: &str) -> Result<(), Fault> {
    let message = || format!("{wanted} is expected here, not {}", node.kind());
    if fits { Ok(()) } else { Err(Fault::refused(node.span, message())) }
}

fn is_bool(node: &Node) -> bool {
    match &node.value {
        Value::Bool(_) => true,
        Value::String(text) => {
            matches!(&**text, "y" | "Y" | "yes" | "on" | "n" | "N" | "no" | "off")
        }
        _ => false,
    }
}

fn any(node: &Node) -> Result<(), Fault> {
    match &node.value {
        Value::Sequence(items) => items.iter().try_for_each(any),
        Value::Mapping(_) => {
            unique_keys(node)?;
            merge::entries(node)?.try_for_each(|(key, value)| any(key).and_then(|()| any(value)))
        }
        _ => Ok(()),
    }
}

fn list(item: Shape, node: &Node) -> Result<(), Fault> {
    expect(node.as_sequence().is_some(), node, "a list")?;
    node.as_sequence().unwrap_or_default().iter().try_for_each(|node| item.check(node))
}

fn map(value: Shape, node: &Node) -> Result<(), Fault> {
    expect(node.as_mapping().is_some(), node, "a mapping")?;
    unique_keys(node)?;
    for (key, node) in merge::entries(node)? {
        Shape::Text.check(key)?;
        value.check(node)?;
    }
    Ok(())
}

fn structure(fields: &'static [(&'static str, Shape)], node: &Node) -> Result<(), Fault> {
    expect(node.as_mapping().is_some(), node, "a mapping")?;
    // One bit for each field.
    let mut given = 0_u64;
    for (key, value) in merge::entries(node)? {
        Shape::Text.check(key)?;
        let field = key.text().and_then(|name| fields.iter().enumerate().find(|(_, (field, _))| *field == name));
        let Some((index, (_, shape))) = field else { continue };
        if given & (1 << index) != 0 {
            return Err(twice(key, node));
        }
        given |= 1 << index;
        shape.check(value)?;
    }
    Ok(())
}

/// Refuses a mapping that holds a key twice.
pub(super) fn unique_keys(node: &Node) -> Result<(), Fault> {
    let keys = || node.as_mapping().unwrap_or_default().iter().map(|(key, _)| key).filter(|key| key.text().is_some());
    // A few keys are sooner compared than hashed.
    let again = if keys().nth(FEW).is_none() {
        keys()
            .enumerate()
            .find(|(index, key)| keys().take(*index).any(|earlier| earlier.text() == key.text()))
            .map(|(_, key)| key)
    } else {
        let mut seen = HashSet::new();
        keys().find(|key| !seen.insert(key.text()))
    };
    again.map_or(Ok(()), |again| Err(twice(again, node)))
}

/// `again` has the text of an earlier key of `node`.
fn twice(again: &Node, node: &Node) -> Fault {
    let name = again.text().unwrap_or_default();
    let first = node.entry(name).map_or(again.span, |(first, _)| first.span);
    Fault::refused(again.span, format!("`{name}` is given twice; the first is in line {}", first.line))
}
