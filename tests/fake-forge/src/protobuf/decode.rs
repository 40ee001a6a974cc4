//! Bytes to JSON.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value, json};

use super::schema::{Field, Kind, Message, OUTCOMES, Shape};
use super::well_known::{object, time};
use super::wire::{Content, Malformed, Reader};

/// The JSON that stands for a message; fields that the table does not name are left out.
pub(crate) fn decode(message: &Message, bytes: &[u8]) -> Result<Value, Malformed> {
    let (mut reader, mut value) = (Reader(bytes), Map::new());
    while let Some((number, content)) = reader.field()? {
        if let Some(field) = message.iter().find(|field| field.number == number) {
            add(&mut value, field, content)?;
        }
    }
    Ok(Value::Object(value))
}

fn add(value: &mut Map<String, Value>, field: &Field, content: Content<'_>) -> Result<(), Malformed> {
    let place = value.entry(field.name);
    match field.shape {
        Shape::One => *place.or_insert(Value::Null) = single(field.kind, content)?,
        Shape::List => {
            let item = single(field.kind, content)?;
            place.or_insert_with(|| json!([])).as_array_mut().ok_or(Malformed)?.push(item);
        }
        Shape::Map => {
            let (key, item) = pair(field.kind, content)?;
            place.or_insert_with(|| json!({})).as_object_mut().ok_or(Malformed)?.insert(key, item);
        }
    }
    Ok(())
}

fn single(kind: Kind, content: Content<'_>) -> Result<Value, Malformed> {
    Ok(match kind {
        Kind::Text => json!(content.text()?),
        Kind::Bytes => json!(STANDARD.encode(content.bytes()?)),
        Kind::Number => json!(content.varint()?.cast_signed().to_string()),
        Kind::Truth => json!(content.varint()? != 0),
        Kind::Outcome => outcome(content.varint()?),
        Kind::Time => json!(time::read(content.bytes()?)?),
        Kind::Object => object::read(content.bytes()?)?,
        Kind::Message(message) => decode(message, content.bytes()?)?,
    })
}

/// A name, or the number of one that came later.
fn outcome(number: u64) -> Value {
    let name = usize::try_from(number).ok().and_then(|index| OUTCOMES.get(index));
    name.map_or_else(|| json!(number), |name| json!(name))
}

fn pair(kind: Kind, content: Content<'_>) -> Result<(String, Value), Malformed> {
    let (mut reader, mut key, mut value) = (Reader(content.bytes()?), String::new(), Value::Null);
    while let Some((number, content)) = reader.field()? {
        match number {
            1 => content.text()?.clone_into(&mut key),
            2 => value = single(kind, content)?,
            _ => {}
        }
    }
    Ok((key, value))
}
