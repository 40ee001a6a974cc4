//! How the forges write "nothing" and how much of a list is read.
//!
//! Both are Go programs: an absent time is the year 1 or 1970, an absent id is 0 or -1, an absent list is null, and an absent text is empty.

use std::fmt;
use std::marker::PhantomData;

use jiff::Timestamp;
use serde::de::{Error, IgnoredAny, IntoDeserializer, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};

use super::job::Conclusion;

/// Null is the default value.
pub(super) fn or_default<'de, D, T>(deserializer: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: Default + Deserialize<'de>,
{
    Ok(Option::deserialize(deserializer)?.unwrap_or_default())
}

/// Null and the empty text are nothing.
pub(super) fn non_empty<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    let text: Option<String> = Option::deserialize(deserializer)?;
    Ok(text.filter(|text| !text.is_empty()))
}

/// Null, zero and negative ids are nothing.
pub(super) fn positive<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<u64>, D::Error> {
    let id: Option<i64> = Option::deserialize(deserializer)?;
    Ok(id.and_then(|id| u64::try_from(id).ok()).filter(|&id| id > 0))
}

/// Null, 1970 and everything before are nothing.
pub(super) fn time<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Timestamp>, D::Error> {
    let Some(text) = non_empty(deserializer)? else {
        return Ok(None);
    };
    let time: Timestamp = text.parse().map_err(|_| Error::custom("not a time"))?;
    Ok(Some(time).filter(|&time| time > Timestamp::UNIX_EPOCH))
}

/// Null and the empty text are no conclusion yet.
pub(super) fn conclusion<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Conclusion>, D::Error> {
    non_empty(deserializer)?.map(|word| Conclusion::deserialize(word.into_deserializer())).transpose()
}

/// The names of labels, each of which comes as an object.
pub(super) fn label_names<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<String>, D::Error> {
    #[derive(Deserialize)]
    struct Label {
        name: String,
    }
    let labels: Vec<Label> = at_most::<1000, _, _>(deserializer)?;
    Ok(labels.into_iter().map(|label| label.name).collect())
}

/// A list of at most `MAX` items; a longer one is an error. Null is the empty list.
pub(super) fn at_most<'de, const MAX: usize, D, T>(deserializer: D) -> Result<Vec<T>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    let list: List<MAX, T> = List::read(deserializer)?;
    if list.is_whole { Ok(list.items) } else { Err(Error::custom(format_args!("more than {MAX} items"))) }
}

/// The first `MAX` items of a list.
pub(super) fn first<'de, const MAX: usize, D, T>(deserializer: D) -> Result<Vec<T>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    Ok(List::<MAX, T>::read(deserializer)?.items)
}

/// A list of at most `MAX` items; `None` if it is longer.
pub(super) fn all_if_few<'de, const MAX: usize, D, T>(deserializer: D) -> Result<Option<Vec<T>>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    let list: List<MAX, T> = List::read(deserializer)?;
    Ok(list.is_whole.then_some(list.items))
}

/// The beginning of a list. The rest is skipped without being kept, however long it is.
struct List<const MAX: usize, T> {
    items: Vec<T>,
    is_whole: bool,
}

impl<'de, const MAX: usize, T: Deserialize<'de>> List<MAX, T> {
    fn read<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ListVisitor(PhantomData))
    }
}

struct ListVisitor<const MAX: usize, T>(PhantomData<T>);

impl<'de, const MAX: usize, T: Deserialize<'de>> Visitor<'de> for ListVisitor<MAX, T> {
    type Value = List<MAX, T>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a list or null")
    }

    fn visit_unit<E: Error>(self) -> Result<Self::Value, E> {
        Ok(List { items: Vec::new(), is_whole: true })
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut sequence: A) -> Result<Self::Value, A::Error> {
        let mut items = Vec::new();
        while items.len() < MAX {
            match sequence.next_element()? {
                Some(item) => items.push(item),
                None => {
                    return Ok(List { items, is_whole: true });
                }
            }
        }
        let mut is_whole = true;
        while sequence.next_element::<IgnoredAny>()?.is_some() {
            is_whole = false;
        }
        Ok(List { items, is_whole })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    #[test]
    fn go_has_several_words_for_no_time() {
        for none in [
            json!(null),
            json!(""),
            json!("0001-01-01T00:00:00Z"),
            json!("1970-01-01T00:00:00Z"),
            json!("1970-01-01T01:00:00+01:00"),
        ] {
            assert_eq!(time(none).unwrap(), None);
        }
        assert_eq!(time(json!("2026-11-21T10:54:50+01:00")).unwrap(), Some("2026-11-21T09:54:50Z".parse().unwrap()));
        for wrong in [json!("soon"), json!(1)] {
            assert!(time(wrong).is_err());
        }
    }

    #[test]
    fn ids_that_name_nothing_are_none() {
        for none in [json!(null), json!(0), json!(-1)] {
            assert_eq!(positive(none).unwrap(), None);
        }
        assert_eq!(positive(json!(7)).unwrap(), Some(7));
        assert!(positive(json!("7")).is_err());
    }

    #[test]
    fn an_empty_conclusion_is_none() {
        for none in [json!(null), json!("")] {
            assert_eq!(conclusion(none).unwrap(), None);
        }
        assert_eq!(conclusion(json!("cancelled")).unwrap(), Some(Conclusion::Cancelled));
        assert_eq!(conclusion(json!("exploded")).unwrap(), Some(Conclusion::Unknown));
    }

    #[test]
    fn long_lists_are_refused_cut_or_given_up() {
        let short = json!(["a", "b"]);
        let long = json!(["a", "b", "c"]);
        let two = vec!["a".to_owned(), "b".to_owned()];
        assert_eq!(at_most::<2, Value, String>(short.clone()).unwrap(), two);
        assert!(at_most::<2, Value, String>(long.clone()).is_err());
        assert_eq!(first::<2, Value, String>(long.clone()).unwrap(), two);
        assert_eq!(all_if_few::<2, Value, _>(short).unwrap(), Some(two));
        assert_eq!(all_if_few::<2, Value, String>(long).unwrap(), None);
        assert!(at_most::<2, Value, String>(Value::Null).unwrap().is_empty());
        assert!(first::<2, Value, String>(json!("a")).is_err());
    }
}
