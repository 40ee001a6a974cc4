//! Expressions of DynamoDB, with their names and values kept in step.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;

/// The names and values that an expression uses. Every attribute goes by a substitute, because hundreds of words are
/// reserved; a substitute that is given but not used is refused by DynamoDB, so each is added where it is used.
#[derive(Debug, Default)]
pub(super) struct Substitutes {
    names: HashMap<String, String>,
    values: HashMap<String, AttributeValue>,
}

impl Substitutes {
    /// How the expression calls an attribute.
    pub(super) fn name(&mut self, attribute: &str) -> String {
        let substitute = format!("#{attribute}");
        self.names.insert(substitute.clone(), attribute.to_owned());
        substitute
    }

    /// How the expression calls a value; `role` is unique in it.
    pub(super) fn value(&mut self, role: &str, value: AttributeValue) -> String {
        let substitute = format!(":{role}");
        self.values.insert(substitute.clone(), value);
        substitute
    }

    /// The names; none where there are none, as DynamoDB wants it.
    pub(super) fn names(&self) -> Option<HashMap<String, String>> {
        Some(self.names.clone()).filter(|names| !names.is_empty())
    }

    /// The values; none where there are none.
    pub(super) fn values(&self) -> Option<HashMap<String, AttributeValue>> {
        Some(self.values.clone()).filter(|values| !values.is_empty())
    }
}
