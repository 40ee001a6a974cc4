//! What a scalar means.

use super::{Schema, Value};

/// The prefix of the tags written `!!name`.
const CORE_TAG: &str = "tag:yaml.org,2002:";

/// The value of a plain scalar.
pub(super) fn plain(text: &str, schema: Schema) -> Value {
    let Some(first) = text.bytes().next() else {
        return Value::Null;
    };
    match first {
        b'~' | b'n' | b'N' | b't' | b'T' | b'f' | b'F' => word(text),
        b'0'..=b'9' | b'+' | b'-' | b'.' => number(text, schema),
        _ => None,
    }
    .unwrap_or_else(|| Value::String(text.to_owned()))
}

/// The value of a scalar with an explicit tag; `Err` says what is wrong with it.
pub(super) fn tagged(text: &str, tag: &str, schema: Schema) -> Result<Value, String> {
    let Some(name) = tag.strip_prefix(CORE_TAG) else {
        return Ok(Value::String(text.to_owned()));
    };
    let value = plain(text, schema);
    let fits = match name {
        "null" => matches!(value, Value::Null),
        "bool" => matches!(value, Value::Bool(_)),
        "int" => matches!(value, Value::Integer(_)),
        "float" => matches!(value, Value::Integer(_) | Value::Float(_)),
        "timestamp" => matches!(value, Value::Timestamp(_)),
        "seq" | "map" => false,
        _ => return Ok(Value::String(text.to_owned())),
    };
    match value {
        #[expect(clippy::cast_precision_loss, reason = "this is what the tag asks for")]
        Value::Integer(number) if name == "float" => Ok(Value::Float(number as f64)),
        value if fits => Ok(value),
        _ => Err(format!("`{text}` cannot be read as !!{name}")),
    }
}

fn word(text: &str) -> Option<Value> {
    match text {
        "~" | "null" | "Null" | "NULL" => Some(Value::Null),
        "true" | "True" | "TRUE" => Some(Value::Bool(true)),
        "false" | "False" | "FALSE" => Some(Value::Bool(false)),
        _ => None,
    }
}

fn number(text: &str, schema: Schema) -> Option<Value> {
    match text {
        ".nan" | ".NaN" | ".NAN" => return Some(Value::Float(f64::NAN)),
        ".inf" | ".Inf" | ".INF" | "+.inf" | "+.Inf" | "+.INF" => {
            return Some(Value::Float(f64::INFINITY));
        }
        "-.inf" | "-.Inf" | "-.INF" => return Some(Value::Float(f64::NEG_INFINITY)),
        _ => {}
    }
    match schema {
        Schema::Core => integer(text, |digits| (10, digits)).map(Value::Integer).or_else(|| float(text)),
        Schema::Go if is_timestamp(text) => Some(Value::Timestamp(text.to_owned())),
        Schema::Go => {
            let digits = text.replace('_', "");
            integer(&digits, go_base).map(Value::Integer).or_else(|| float(&digits))
        }
    }
}

/// Go's `ParseInt` with base 0: a leading zero means octal.
fn go_base(digits: &str) -> (u32, &str) {
    match digits.as_bytes() {
        [b'0', b'b' | b'B', ..] => (2, digits.get(2..).unwrap_or_default()),
        [b'0', _, ..] => (8, digits.get(1..).unwrap_or_default()),
        _ => (10, digits),
    }
}

fn integer(text: &str, base: fn(&str) -> (u32, &str)) -> Option<i128> {
    let (sign, digits) = match text.as_bytes() {
        [b'-', ..] => (-1, text.get(1..)?),
        [b'+', ..] => (1, text.get(1..)?),
        _ => (1, text),
    };
    let (radix, digits) = match digits.as_bytes() {
        [b'0', b'x', ..] => (16, digits.get(2..)?),
        [b'0', b'o', ..] => (8, digits.get(2..)?),
        _ => base(digits),
    };
    if !digits.bytes().next()?.is_ascii_alphanumeric() {
        return None;
    }
    let number = sign * i128::from_str_radix(digits, radix).ok()?;
    (i128::from(i64::MIN)..=i128::from(u64::MAX)).contains(&number).then_some(number)
}

/// `[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?`
fn float(text: &str) -> Option<Value> {
    let unsigned = text.strip_prefix(['-', '+']).unwrap_or(text);
    let starts = unsigned.strip_prefix('.').unwrap_or(unsigned);
    let looks_so = starts.bytes().next()?.is_ascii_digit()
        && unsigned.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'.' | b'e' | b'E' | b'-' | b'+'));
    looks_so.then(|| text.parse().ok().filter(|float: &f64| float.is_finite())).flatten().map(Value::Float)
}

/// The four layouts that go-yaml tries: a date, or a date and a time after `T`, `t` or a space.
fn is_timestamp(text: &str) -> bool {
    let (date, time) = match text.find(['T', 't', ' ']) {
        Some(at) => (text.get(..at).unwrap_or_default(), text.get(at..)),
        None => (text, None),
    };
    is_date(date)
        && time.is_none_or(|time| match time.strip_prefix(' ') {
            Some(clock) => is_clock(clock),
            None => time.get(1..).and_then(split_zone).is_some_and(is_clock),
        })
}

fn is_date(text: &str) -> bool {
    let mut parts = text.split('-');
    let (year, month, day) = (parts.next(), parts.next(), parts.next());
    year.is_some_and(|year| year.len() == 4 && number_within(year, 4, 0, 9999).is_some())
        && month
            .zip(day)
            .is_some_and(|(month, day)| number_within(month, 2, 1, 12).is_some() && number_within(day, 2, 1, 31).is_some())
        && parts.next().is_none()
}

fn is_clock(text: &str) -> bool {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, "0"));
    let mut parts = whole.split(':');
    let fields = [(parts.next(), 23), (parts.next(), 59), (parts.next(), 59)];
    parts.next().is_none()
        && fields.into_iter().all(|(field, most)| field.is_some_and(|field| number_within(field, 2, 0, most).is_some()))
        && !fraction.is_empty()
        && fraction.bytes().all(|byte| byte.is_ascii_digit())
}

/// The clock before `Z` or `+hh:mm`.
fn split_zone(text: &str) -> Option<&str> {
    if let Some(clock) = text.strip_suffix('Z') {
        return Some(clock);
    }
    let (clock, zone) = text.split_at_checked(text.rfind(['+', '-'])?)?;
    let (hours, minutes) = zone.get(1..)?.split_once(':')?;
    (hours.len() == 2 && minutes.len() == 2).then_some(())?;
    number_within(hours, 2, 0, 24).and(number_within(minutes, 2, 0, 60)).map(|_| clock)
}

fn number_within(digits: &str, width: usize, least: u32, most: u32) -> Option<u32> {
    let fits = (1..=width).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit());
    digits.parse().ok().filter(|number| fits && (least..=most).contains(number))
}
