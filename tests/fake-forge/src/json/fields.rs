//! Fields of JSON objects, without the panics of indexing.

use serde_json::Value;

/// Reading and writing by name.
pub(crate) trait Fields {
    /// The field, or null.
    fn field(&self, name: &str) -> &Value;
    /// Sets a field of an object; on anything else it does nothing.
    fn set(&mut self, name: &str, value: Value);
    /// Takes a field away.
    fn leave_out(&mut self, name: &str);
}

impl Fields for Value {
    fn field(&self, name: &str) -> &Value {
        self.get(name).unwrap_or(&Self::Null)
    }

    fn set(&mut self, name: &str, value: Value) {
        if let Some(fields) = self.as_object_mut() {
            fields.insert(name.to_owned(), value);
        }
    }

    fn leave_out(&mut self, name: &str) {
        if let Some(fields) = self.as_object_mut() {
            fields.remove(name);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_is_not_there_is_null_and_what_is_no_object_stays() {
        let mut value = json!({ "a": 1 });
        value.set("b", json!(2));
        value.leave_out("a");
        assert_eq!(value, json!({ "b": 2 }));
        assert_eq!(value.field("a"), &Value::Null);
        let mut list = json!([]);
        list.set("a", json!(1));
        assert_eq!(list, json!([]));
    }
}
