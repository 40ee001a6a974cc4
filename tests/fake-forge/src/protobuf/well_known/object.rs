//! `google.protobuf.Struct`: any JSON object, as a map from names to `Value`s.

use serde_json::{Map, Value, json};

use crate::protobuf::wire::{Content, Malformed, Reader, Writer};

/// Values inside values beyond this are refused, as protobuf's own libraries do.
const DEEPEST: u32 = 100;

pub(in crate::protobuf) fn read(bytes: &[u8]) -> Result<Value, Malformed> {
    object(bytes, DEEPEST)
}

pub(in crate::protobuf) fn write(object: &Value) -> Vec<u8> {
    let mut writer = Writer::default();
    for (key, value) in object.as_object().into_iter().flatten() {
        let mut entry = Writer::default();
        entry.bytes_field(1, key.as_bytes());
        entry.bytes_field(2, &write_value(value));
        writer.bytes_field(1, &entry.0);
    }
    writer.0
}

fn object(bytes: &[u8], depth: u32) -> Result<Value, Malformed> {
    let (mut reader, mut fields) = (Reader(bytes), Map::new());
    while let Some((_, entry)) = reader.field()? {
        let (mut reader, mut key, mut item) = (Reader(entry.bytes()?), String::new(), Value::Null);
        while let Some((number, content)) = reader.field()? {
            match number {
                1 => content.text()?.clone_into(&mut key),
                _ => item = value(content.bytes()?, depth)?,
            }
        }
        fields.insert(key, item);
    }
    Ok(Value::Object(fields))
}

fn value(bytes: &[u8], depth: u32) -> Result<Value, Malformed> {
    let depth = depth.checked_sub(1).ok_or(Malformed)?;
    let (mut reader, mut found) = (Reader(bytes), Value::Null);
    while let Some((number, content)) = reader.field()? {
        found = match (number, content) {
            (2, Content::Fixed64(bits)) => json_number(f64::from_bits(bits)),
            (3, _) => json!(content.text()?),
            (4, _) => json!(content.varint()? != 0),
            (5, _) => object(content.bytes()?, depth)?,
            (6, _) => list(content.bytes()?, depth)?,
            _ => Value::Null,
        };
    }
    Ok(found)
}

/// Protobuf knows doubles only; a whole one is written like an integer, as in its own JSON.
fn json_number(double: f64) -> Value {
    serde_json::from_str(&double.to_string()).unwrap_or_default()
}

fn list(bytes: &[u8], depth: u32) -> Result<Value, Malformed> {
    let (mut reader, mut items) = (Reader(bytes), Vec::new());
    while let Some((_, content)) = reader.field()? {
        items.push(value(content.bytes()?, depth)?);
    }
    Ok(Value::Array(items))
}

fn write_value(value: &Value) -> Vec<u8> {
    let mut writer = Writer::default();
    match value {
        Value::Null => writer.varint_field(1, 0),
        Value::Number(number) => writer.double_field(2, number.as_f64().unwrap_or_default()),
        Value::String(text) => writer.bytes_field(3, text.as_bytes()),
        Value::Bool(truth) => writer.varint_field(4, u64::from(*truth)),
        Value::Object(_) => writer.bytes_field(5, &write(value)),
        Value::Array(items) => {
            let mut list = Writer::default();
            for item in items {
                list.bytes_field(1, &write_value(item));
            }
            writer.bytes_field(6, &list.0);
        }
    }
    writer.0
}
