//! Field by field: names and types must be equal, and values too unless `exempt` says otherwise.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use crate::exempt::{self, Freedom};

/// Differences found so far, and which made-up word of ours stands for which of theirs.
#[derive(Default)]
pub(crate) struct Comparison {
    pub(crate) differences: Vec<String>,
    words: BTreeMap<String, String>,
}

impl Comparison {
    /// Notes a difference.
    pub(crate) fn note(&mut self, place: &str, what: impl std::fmt::Display) {
        self.differences.push(format!("{place}: {what}"));
    }

    /// Compares two JSON values.
    pub(crate) fn values(&mut self, place: &str, theirs: &Value, ours: &Value) {
        match (theirs, ours) {
            (Value::Object(theirs), Value::Object(ours)) => self.objects(place, theirs, ours),
            (Value::Array(theirs), Value::Array(ours)) => {
                if theirs.len() != ours.len() {
                    self.note(place, format!("{} items, ours has {}", theirs.len(), ours.len()));
                }
                for (index, (theirs, ours)) in theirs.iter().zip(ours).enumerate() {
                    self.values(&format!("{place}[{index}]"), theirs, ours);
                }
            }
            (Value::String(theirs), Value::String(ours)) => self.texts(place, theirs, ours),
            _ if theirs == ours => {}
            _ => self.note(place, format!("{theirs}, ours is {ours}")),
        }
    }

    fn objects(&mut self, place: &str, theirs: &Map<String, Value>, ours: &Map<String, Value>) {
        let free = |name: &str| matches!(exempt::freedom(theirs, name), Freedom::Whole);
        for name in ours.keys().filter(|name| !theirs.contains_key(*name) && !free(name)) {
            self.note(place, format!("has no field {name}"));
        }
        for (name, theirs_value) in theirs.iter().filter(|(name, _)| !free(name)) {
            let place = format!("{place}.{name}");
            let Some(ours_value) = ours.get(name) else {
                self.note(&place, format!("missing; theirs is {theirs_value}"));
                continue;
            };
            match exempt::freedom(theirs, name) {
                Freedom::None => self.values(&place, theirs_value, ours_value),
                Freedom::Value if same_type(theirs_value, ours_value) => {}
                Freedom::Value => self.note(&place, format!("{theirs_value}, ours is {ours_value}: another type")),
                Freedom::Word => self.words(&place, theirs_value, ours_value),
                Freedom::Whole => unreachable!("filtered above"),
            }
        }
    }

    /// A random word: each of theirs always stands for the same one of ours.
    fn words(&mut self, place: &str, theirs: &Value, ours: &Value) {
        let (Some(theirs), Some(ours)) = (theirs.as_str(), ours.as_str()) else {
            return self.values(place, theirs, ours);
        };
        let known = self.words.entry(theirs.to_owned()).or_insert_with(|| ours.to_owned());
        if known != ours {
            let known = known.clone();
            self.note(place, format!("{theirs} was {known} before, now {ours}"));
        }
    }

    fn texts(&mut self, place: &str, theirs: &str, ours: &str) {
        if let (Ok(theirs), Ok(ours)) = (json_inside(theirs), json_inside(ours)) {
            return self.values(&format!("{place}(json)"), &theirs, &ours);
        }
        match (moment(theirs), moment(ours)) {
            // "Never" must stay never; other moments are those of another day.
            (Some(theirs), Some(ours)) if (theirs <= 0) == (ours <= 0) => {}
            _ if theirs == ours => {}
            _ => self.note(place, format!("{theirs:?}, ours is {ours:?}")),
        }
    }
}

fn same_type(theirs: &Value, ours: &Value) -> bool {
    std::mem::discriminant(theirs) == std::mem::discriminant(ours)
}

/// Forgejo keeps the event of a run as JSON inside a string.
fn json_inside(text: &str) -> Result<Value, ()> {
    if !text.starts_with('{') {
        return Err(());
    }
    serde_json::from_str(text).map_err(|_| ())
}

/// Seconds since 1970 of a time stamp.
pub(crate) fn moment(text: &str) -> Option<i64> {
    text.parse::<jiff::Timestamp>().ok().map(jiff::Timestamp::as_second)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn differences(theirs: &Value, ours: &Value) -> Vec<String> {
        let mut comparison = Comparison::default();
        comparison.values("", theirs, ours);
        comparison.differences
    }

    #[test]
    fn names_types_and_values_must_agree() {
        assert!(differences(&json!({"a": [1]}), &json!({"a": [1]})).is_empty());
        assert_eq!(differences(&json!({"a": 1}), &json!({"b": 1})).len(), 2);
        assert_eq!(differences(&json!({"a": 1}), &json!({"a": "1"})).len(), 1);
        assert_eq!(differences(&json!([1, 2]), &json!([1])).len(), 1);
    }

    #[test]
    fn never_is_not_the_same_as_some_time() {
        let (never, then, now) = ("1970-01-01T00:00:00Z", "2026-11-21T09:54:50Z", "2030-01-01T00:00:00Z");
        assert!(differences(&json!(then), &json!(now)).is_empty());
        assert_eq!(differences(&json!(never), &json!(now)).len(), 1);
    }

    #[test]
    fn a_random_word_must_stay_the_same() {
        let theirs = json!([{"handle": "x"}, {"handle": "x"}]);
        assert!(differences(&theirs, &json!([{"handle": "y"}, {"handle": "y"}])).is_empty());
        assert_eq!(differences(&theirs, &json!([{"handle": "y"}, {"handle": "z"}])).len(), 1);
    }
}
