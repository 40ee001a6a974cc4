//! One combination of a matrix.

use std::collections::BTreeMap;

use crate::expression::{Value, go_print};

/// The values of one row, by key. Empty for a job without a matrix.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Combination {
    pub(super) values: BTreeMap<String, Value>,
}

impl Combination {
    pub(super) fn is_empty(&self) -> bool {
        self.values.is_empty()
    }

    /// `(v1, v2)`, the values in the order of their keys. Rows are sorted by this text.
    pub(super) fn printed(&self) -> String {
        let values: Vec<String> = self.values.values().map(go_print).collect();
        format!("({})", values.join(", "))
    }

    /// `name (v1, v2)`, or the name alone for no matrix.
    pub(super) fn appended_to(&self, name: &str) -> String {
        if self.is_empty() { name.to_owned() } else { format!("{name} {}", self.printed()) }
    }

    /// The `matrix` context.
    pub(super) fn context(&self) -> Value {
        Value::Map(self.values.iter().map(|(key, value)| (key.clone(), value.clone())).collect())
    }
}
