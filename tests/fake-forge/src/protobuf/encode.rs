//! JSON to bytes.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

use super::schema::{Field, Kind, Message, OUTCOMES, Shape};
use super::well_known::{object, time};
use super::wire::Writer;
use crate::json::Fields as _;
use crate::world::report::int;

/// The message that a JSON object stands for; what has its default value is not written, as proto3 wants it.
pub(crate) fn encode(message: &Message, value: &Value) -> Vec<u8> {
    let mut writer = Writer::default();
    for field in message {
        add(&mut writer, field, value.field(field.name));
    }
    writer.0
}

fn add(writer: &mut Writer, field: &Field, value: &Value) {
    match field.shape {
        Shape::One => single(writer, field.number, field.kind, value),
        Shape::List => {
            for item in value.as_array().into_iter().flatten() {
                list_item(writer, field, item);
            }
        }
        Shape::Map => {
            for (key, item) in value.as_object().into_iter().flatten() {
                let mut entry = Writer::default();
                entry.bytes_field(1, key.as_bytes());
                single(&mut entry, 2, field.kind, item);
                writer.bytes_field(field.number, &entry.0);
            }
        }
    }
}

/// An item of a list counts even when it is empty. The protocol's lists hold texts and messages only.
fn list_item(writer: &mut Writer, field: &Field, item: &Value) {
    match field.kind {
        Kind::Message(message) => writer.bytes_field(field.number, &encode(message, item)),
        _ => writer.bytes_field(field.number, item.as_str().unwrap_or_default().as_bytes()),
    }
}

fn single(writer: &mut Writer, number: u64, kind: Kind, value: &Value) {
    match kind {
        _ if value.is_null() => {}
        Kind::Text => bytes(writer, number, value.as_str().unwrap_or_default().as_bytes()),
        Kind::Bytes => bytes(writer, number, &STANDARD.decode(value.as_str().unwrap_or_default()).unwrap_or_default()),
        Kind::Number => varint(writer, number, int(value).unwrap_or_default().cast_unsigned()),
        Kind::Truth => varint(writer, number, u64::from(value.as_bool().unwrap_or_default())),
        Kind::Outcome => varint(writer, number, outcome(value)),
        Kind::Time => writer.bytes_field(number, &time::write(value.as_str().unwrap_or_default())),
        Kind::Object => writer.bytes_field(number, &object::write(value)),
        Kind::Message(message) => writer.bytes_field(number, &encode(message, value)),
    }
}

fn outcome(value: &Value) -> u64 {
    let index = OUTCOMES.iter().position(|name| value.as_str() == Some(name));
    index.map_or_else(|| value.as_u64().unwrap_or_default(), |index| index as u64)
}

fn bytes(writer: &mut Writer, number: u64, bytes: &[u8]) {
    if !bytes.is_empty() {
        writer.bytes_field(number, bytes);
    }
}

fn varint(writer: &mut Writer, number: u64, content: u64) {
    if content != 0 {
        writer.varint_field(number, content);
    }
}
