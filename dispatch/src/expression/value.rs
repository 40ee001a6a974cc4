//! What an expression can evaluate to.

/// A value of an expression, with the distinctions that the forge's own evaluator makes.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// Nothing: `null`, a missing key.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A whole number: from YAML or written in the expression.
    Integer(i128),
    /// Any other number, and every number that came from JSON.
    Float(f64),
    /// A date from YAML, as written.
    Timestamp(String),
    /// Text.
    Text(String),
    /// A list.
    List(Vec<Self>),
    /// A map. The order is that of the source; keys are compared without regard to case.
    Map(Vec<(String, Self)>),
    /// Something that only the forge knows; using it makes the answer depend on it.
    Unknown {
        /// Its name as in an expression: `github.run_id`.
        name: String,
    },
}

impl Value {
    /// A text.
    pub fn text(text: impl Into<String>) -> Self {
        Self::Text(text.into())
    }

    /// A map of texts.
    pub fn texts<K: Into<String>, V: Into<String>>(entries: impl IntoIterator<Item = (K, V)>) -> Self {
        Self::Map(entries.into_iter().map(|(key, value)| (key.into(), Self::text(value))).collect())
    }

    /// An empty map.
    pub fn empty() -> Self {
        Self::Map(Vec::new())
    }

    /// The value of a key of a map, whatever its case.
    pub fn get(&self, key: &str) -> Option<&Self> {
        let Self::Map(entries) = self else {
            return None;
        };
        entries.iter().find(|(name, _)| is_same_key(name, key)).map(|(_, value)| value)
    }
}

fn is_same_key(one: &str, other: &str) -> bool {
    one.eq_ignore_ascii_case(other) || !(one.is_ascii() && other.is_ascii()) && one.to_lowercase() == other.to_lowercase()
}

impl From<serde_json::Value> for Value {
    fn from(json: serde_json::Value) -> Self {
        match json {
            serde_json::Value::Null => Self::Null,
            serde_json::Value::Bool(bool) => Self::Bool(bool),
            serde_json::Value::Number(number) => Self::Float(number.as_f64().unwrap_or(f64::NAN)),
            serde_json::Value::String(text) => Self::Text(text),
            serde_json::Value::Array(items) => Self::List(items.into_iter().map(Self::from).collect()),
            serde_json::Value::Object(entries) => {
                Self::Map(entries.into_iter().map(|(key, value)| (key, Self::from(value))).collect())
            }
        }
    }
}
