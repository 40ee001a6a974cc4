//! What is written once and copied by counting: names, keys and records go through every pass by the thousand.

use std::cmp::Ordering;
use std::fmt;
use std::ops::Deref;
use std::sync::Arc;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A text whose copies share their bytes.
#[derive(Clone, PartialEq, Eq, Hash)]
pub(crate) struct SharedText(Arc<str>);

impl Ord for SharedText {
    /// Copies are told by their place: the names of forges and pools are compared far more often than they are made.
    fn cmp(&self, other: &Self) -> Ordering {
        if Arc::ptr_eq(&self.0, &other.0) { Ordering::Equal } else { self.0.cmp(&other.0) }
    }
}

impl PartialOrd for SharedText {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Deref for SharedText {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

impl<T: Into<String>> From<T> for SharedText {
    fn from(text: T) -> Self {
        Self(text.into().into())
    }
}

impl fmt::Debug for SharedText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&*self.0, f)
    }
}

impl fmt::Display for SharedText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl Serialize for SharedText {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self)
    }
}

impl<'de> Deserialize<'de> for SharedText {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(Self::from)
    }
}

/// How serde writes and reads a shared value: as the value.
pub(crate) mod value {
    use std::sync::Arc;

    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    pub(crate) fn serialize<T: Serialize, S: Serializer>(shared: &Arc<T>, serializer: S) -> Result<S::Ok, S::Error> {
        T::serialize(shared, serializer)
    }

    pub(crate) fn deserialize<'de, T: Deserialize<'de>, D: Deserializer<'de>>(deserializer: D) -> Result<Arc<T>, D::Error> {
        T::deserialize(deserializer).map(Arc::new)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_stored_and_shown_as_the_text_that_it_is() {
        let text = SharedText::from("a \"b\"");
        let json = serde_json::to_string(&text).unwrap();
        assert_eq!(json, serde_json::to_string("a \"b\"").unwrap());
        assert_eq!(serde_json::from_str::<SharedText>(&json).unwrap(), text);
        assert_eq!((text.to_string(), format!("{text:?}")), ("a \"b\"".to_owned(), "\"a \\\"b\\\"\"".to_owned()));
    }

    #[test]
    fn the_order_is_that_of_the_texts_whoever_shares_them() {
        let (a, b) = (SharedText::from("a"), SharedText::from("b"));
        assert_eq!((a.cmp(&a.clone()), a.cmp(&SharedText::from("a"))), (Ordering::Equal, Ordering::Equal));
        assert_eq!((a.cmp(&b), b.cmp(&a)), (Ordering::Less, Ordering::Greater));
    }

    #[test]
    fn copies_share_their_bytes() {
        let text = SharedText::from("name");
        assert_eq!(text.clone().as_ptr(), text.as_ptr());
    }
}
