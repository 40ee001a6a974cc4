//! `toJSON` and `fromJSON`.

use super::{Failure, Value};

/// What Go escapes although JSON does not ask for it.
const ESCAPES: [(char, &str); 5] =
    [('<', "\\u003c"), ('>', "\\u003e"), ('&', "\\u0026"), ('\u{2028}', "\\u2028"), ('\u{2029}', "\\u2029")];

/// Two-space indented JSON as Go writes it: keys sorted, `<`, `>` and `&` escaped.
pub(super) fn write(value: &Value) -> Result<String, Failure> {
    let text = serde_json::to_string_pretty(&to_json(value)?).map_err(|error| Failure::Refused(error.to_string()))?;
    Ok(ESCAPES.iter().fold(text, |text, (c, escape)| text.replace(*c, escape)))
}

fn to_json(value: &Value) -> Result<serde_json::Value, Failure> {
    Ok(match value {
        Value::Null => serde_json::Value::Null,
        Value::Bool(bool) => (*bool).into(),
        Value::Integer(integer) => match i64::try_from(*integer) {
            Ok(integer) => integer.into(),
            Err(_) => u64::try_from(*integer).unwrap_or(u64::MAX).into(),
        },
        Value::Float(float) => float_to_json(*float)?,
        Value::Timestamp(text) | Value::Text(text) => text.clone().into(),
        Value::List(items) => items.iter().map(to_json).collect::<Result<_, _>>()?,
        Value::Map(entries) => {
            let mut sorted = serde_json::Map::new();
            for (key, value) in entries {
                sorted.insert(key.clone(), to_json(value)?);
            }
            serde_json::Value::Object(sorted)
        }
        Value::Unknown { name } => return Err(Failure::Depends { on: name.clone() }),
    })
}

fn float_to_json(float: f64) -> Result<serde_json::Value, Failure> {
    #[expect(clippy::cast_possible_truncation, reason = "the range is checked before")]
    if float.fract() == 0.0 && float.abs() < 1e15 {
        return Ok((float as i64).into());
    }
    serde_json::Number::from_f64(float)
        .map(serde_json::Value::Number)
        .ok_or_else(|| Failure::Refused("JSON has no infinite numbers".to_owned()))
}

/// The value of a JSON text. Every number becomes a float.
pub(super) fn read(value: &Value) -> Result<Value, Failure> {
    let Value::Text(text) = value else {
        return Err(Failure::Refused("fromJSON takes text".to_owned()));
    };
    serde_json::from_str::<serde_json::Value>(text)
        .map(Value::from)
        .map_err(|error| Failure::Refused(format!("fromJSON was given invalid JSON: {error}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_is_written_as_go_writes_it() {
        let value = Value::Map(vec![
            ("s".to_owned(), Value::text("<&>\"\u{2028}")),
            ("a".to_owned(), Value::List(vec![Value::Float(1.0), Value::Float(1.5)])),
            ("m".to_owned(), Value::empty()),
        ]);
        let expected = "{\n  \"a\": [\n    1,\n    1.5\n  ],\n  \"m\": {},\n  \"s\": \"\\u003c\\u0026\\u003e\\\"\\u2028\"\n}";
        assert_eq!(write(&value).unwrap(), expected);
    }

    #[test]
    fn what_is_read_is_what_was_written() {
        let value = Value::Map(vec![("a".to_owned(), Value::List(vec![Value::Float(1.5), Value::Null]))]);
        assert_eq!(read(&Value::text(write(&value).unwrap())).unwrap(), value);
        assert!(read(&Value::text("{")).is_err());
        assert!(read(&Value::Integer(1)).is_err());
    }
}
