//! Values as keys of a table.

use std::hash::{Hash, Hasher};

use crate::expression::Value;

/// A value that is looked up by what it is, type and all. No value with a NaN in it is ever found, not even by itself.
#[derive(Debug, PartialEq)]
pub(super) struct Exactly<'v>(pub(super) &'v Value);

impl Eq for Exactly<'_> {}

impl Hash for Exactly<'_> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        std::mem::discriminant(self.0).hash(state);
        match self.0 {
            Value::Null => {}
            Value::Bool(bool) => bool.hash(state),
            Value::Integer(integer) => integer.hash(state),
            // There are two zeros, and they are equal.
            Value::Float(float) => (float + 0.0).to_bits().hash(state),
            Value::Timestamp(text) | Value::Text(text) | Value::Unknown { name: text } => text.hash(state),
            Value::List(items) => items.iter().for_each(|item| Self(item).hash(state)),
            Value::Map(entries) => entries.iter().for_each(|(key, value)| (key, Exactly(value)).hash(state)),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn only_equals_find_each_other() {
        let list = |value| Value::List(vec![Value::Null, value]);
        let values = [
            Value::Null,
            Value::Integer(1),
            Value::Float(1.0),
            Value::text("1"),
            Value::Timestamp("1".to_owned()),
            list(Value::Bool(true)),
            list(Value::Bool(false)),
            Value::texts([("a", "1")]),
        ];
        let table: HashSet<_> = values.iter().map(Exactly).collect();
        assert_eq!(table.len(), values.len());
        assert!(values.clone().iter().all(|value| table.contains(&Exactly(value))));
        assert!(!table.contains(&Exactly(&Value::Bool(true))));
    }

    #[test]
    fn zeros_are_one_and_what_is_no_number_is_none() {
        let (zero, nan) = (list(0.0), list(f64::NAN));
        let table = HashSet::from([Exactly(&zero), Exactly(&nan)]);
        assert!(table.contains(&Exactly(&list(-0.0))));
        assert!(!table.contains(&Exactly(&nan)));
    }

    fn list(float: f64) -> Value {
        Value::List(vec![Value::Float(float)])
    }
}
