//! From values to text, numbers and truth.

use super::{Value, evaluate, number};

/// The text that a value becomes inside of a string: nothing for null, `Array` and `Object` for collections.
pub fn to_text(value: &Value) -> String {
    match value {
        Value::Null | Value::Unknown { .. } => String::new(),
        Value::Bool(bool) => bool.to_string(),
        Value::Integer(integer) => integer.to_string(),
        Value::Float(float) if float.is_infinite() => if *float > 0.0 { "Infinity" } else { "-Infinity" }.to_owned(),
        Value::Float(float) => number::fifteen_digits(*float),
        Value::Timestamp(_) => "<time.Time Value>".to_owned(),
        Value::Text(text) => text.clone(),
        Value::List(_) => "Array".to_owned(),
        Value::Map(_) => "Object".to_owned(),
    }
}

/// The text that Go's `fmt.Sprint` makes of a value; matrix combinations are named and sorted by it.
pub fn go_print(value: &Value) -> String {
    match value {
        Value::Null => "<nil>".to_owned(),
        Value::Float(float) => number::shortest(*float),
        Value::Timestamp(written) => go_time(written),
        Value::List(items) => {
            let items: Vec<String> = items.iter().map(go_print).collect();
            format!("[{}]", items.join(" "))
        }
        Value::Map(entries) => {
            let mut sorted: Vec<_> = entries.iter().collect();
            sorted.sort_by(|(one, _), (other, _)| one.cmp(other));
            let entries: Vec<String> = sorted.into_iter().map(|(key, value)| format!("{key}:{}", go_print(value))).collect();
            format!("map[{}]", entries.join(" "))
        }
        _ => to_text(value),
    }
}

/// A date without a time, as Go prints it; a date with a time stays as written.
fn go_time(written: &str) -> String {
    let parts: Vec<&str> = written.split('-').collect();
    match parts.as_slice() {
        [year, month, day] if written.len() <= 10 => {
            format!("{year}-{month:0>2}-{day:0>2} 00:00:00 +0000 UTC")
        }
        _ => written.to_owned(),
    }
}

/// Whether `&&`, `||` and `if` take the value for true.
pub fn is_truthy(value: &Value) -> bool {
    match value {
        Value::Bool(bool) => *bool,
        Value::Integer(integer) => *integer != 0,
        Value::Float(float) => !float.is_nan() && *float != 0.0,
        Value::Text(text) => !text.is_empty(),
        Value::List(_) | Value::Map(_) => true,
        Value::Null | Value::Timestamp(_) | Value::Unknown { .. } => false,
    }
}

/// The number for a comparison of unlike values. Text is read as an expression of its own: `"0x10"` and `"(3)"` are numbers.
pub(super) fn to_number(value: &Value, budget: evaluate::Budget) -> f64 {
    match value {
        Value::Null => 0.0,
        Value::Bool(bool) => f64::from(u8::from(*bool)),
        Value::Text(text) if text.is_empty() => 0.0,
        Value::Text(text) => evaluate::constant(text, budget).as_ref().and_then(as_number).unwrap_or(f64::NAN),
        _ => as_number(value).unwrap_or(f64::NAN),
    }
}

/// The number, if the value is one.
pub(super) fn as_number(value: &Value) -> Option<f64> {
    match value {
        #[expect(clippy::cast_precision_loss, reason = "the forge compares whole numbers as floats, too")]
        Value::Integer(integer) => Some(*integer as f64),
        Value::Float(float) => Some(*float),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_print_as_go_prints_them() {
        let value = Value::Map(vec![
            ("b".to_owned(), Value::Null),
            ("a".to_owned(), Value::List(vec![Value::Integer(1), Value::text("x"), Value::Bool(true)])),
        ]);
        assert_eq!(go_print(&value), "map[a:[1 x true] b:<nil>]");
        assert_eq!(go_print(&Value::Timestamp("2026-1-2".to_owned())), "2026-01-02 00:00:00 +0000 UTC");
    }

    #[test]
    fn only_nothing_is_false() {
        for falsy in [Value::Null, Value::Bool(false), Value::Integer(0), Value::Float(f64::NAN), Value::text("")] {
            assert!(!is_truthy(&falsy), "{falsy:?}");
        }
        for truthy in [Value::text("false"), Value::text("0"), Value::List(Vec::new()), Value::empty()] {
            assert!(is_truthy(&truthy), "{truthy:?}");
        }
    }
}
