//! The JSON Schema of the configuration, from the table: for editors that complete and check while one types.

use serde_json::{Map, Value, json};

use super::{Key, Kind, Presence, ROOT, SECRET, Section};
use crate::yaml;

/// The JSON Schema (2020-12) of the configuration file, with a line break at its end.
pub fn schema() -> String {
    let mut schema = section(&ROOT);
    let head = json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Configuration of dispatch",
        "$defs": { "secret": secret() },
    });
    if let (Value::Object(schema), Value::Object(head)) = (&mut schema, head) {
        schema.extend(head);
    }
    format!("{schema:#}\n")
}

fn section(section: &Section) -> Value {
    let properties: Map<String, Value> = section.keys.iter().map(|key| (key.name.to_owned(), property(key))).collect();
    let required: Vec<&str> = section.keys.iter().filter(|key| key.presence == Presence::Required).map(|key| key.name).collect();
    json!({
        "type": "object",
        "description": section.doc,
        "properties": properties,
        "required": required,
        "additionalProperties": false,
    })
}

fn property(key: &Key) -> Value {
    let mut schema = kind(&key.kind);
    if let Value::Object(schema) = &mut schema {
        schema.insert("description".into(), key.doc.into());
        schema.insert("examples".into(), json!([written(key.example)]));
        schema.extend(key.default().map(|text| ("default".to_owned(), written(text))));
    }
    schema
}

fn kind(kind: &Kind) -> Value {
    match kind {
        Kind::Count => json!({ "type": "integer", "minimum": 1, "maximum": u32::MAX }),
        Kind::Url => json!({ "type": "string", "format": "uri", "pattern": "^https?://" }),
        Kind::Hostname => json!({ "type": "string", "format": "hostname" }),
        Kind::Flag => json!({ "type": "boolean" }),
        Kind::Word(words) => json!({ "enum": words }),
        Kind::Secret => json!({ "$ref": "#/$defs/secret" }),
        Kind::List { of, least, most } => list(of, *least, *most),
        Kind::Section(keys) => section(keys),
        Kind::Named(keys) => named(keys),
        Kind::WordOr(words, keys) => json!({ "oneOf": [{ "enum": words }, section(keys)] }),
        scalar => json!({ "type": "string", "pattern": pattern(scalar) }),
    }
}

fn list(of: &Kind, least: usize, most: usize) -> Value {
    let mut schema = json!({ "type": "array", "items": kind(of), "minItems": least });
    if let (Value::Object(schema), true) = (&mut schema, most < usize::MAX) {
        schema.insert("maxItems".into(), most.into());
    }
    schema
}

fn named(keys: &Section) -> Value {
    json!({ "type": "object", "propertyNames": { "pattern": pattern(&Kind::Name) }, "additionalProperties": section(keys) })
}

fn secret() -> Value {
    let mut schema = section(&SECRET);
    if let Value::Object(schema) = &mut schema {
        schema.insert("minProperties".into(), 1.into());
        schema.insert("maxProperties".into(), 1.into());
    }
    schema
}

/// What a text must look like; the reader of the value is stricter.
fn pattern(kind: &Kind) -> &'static str {
    match kind {
        Kind::Name => "^[A-Za-z0-9][A-Za-z0-9_-]{0,39}$",
        Kind::Owner => "^[A-Za-z0-9._-]+$",
        Kind::Repository => "^[A-Za-z0-9._-]+/[A-Za-z0-9._-]+$",
        Kind::Variable => "^[A-Z_][A-Z0-9_]*$",
        Kind::Label => "^[^:,\\s]+(:host|:docker://.+)?$",
        Kind::Path => "^/",
        Kind::Address => "^.+:[0-9]+$",
        Kind::Duration => "^([0-9]+d)?([0-9]+h)?([0-9]+m)?([0-9]+s)?$",
        Kind::Size => "^[0-9]+(B|KiB|MiB|GiB)$",
        Kind::Disk => "^[0-9]+GiB$",
        Kind::Text(pattern) => pattern.regex,
        _ => "",
    }
}

/// A value of the table, which is written in YAML, as JSON.
fn written(text: &str) -> Value {
    yaml::parse(text, &yaml::Options::strict()).map_or(Value::Null, |node| json_of(&node))
}

fn json_of(node: &yaml::Node) -> Value {
    match &node.value {
        yaml::Value::Bool(flag) => (*flag).into(),
        yaml::Value::Integer(number) => i64::try_from(*number).map_or(Value::Null, Value::from),
        yaml::Value::Sequence(items) => items.iter().map(json_of).collect(),
        yaml::Value::Mapping(entries) => entries
            .iter()
            .map(|(key, value)| (key.text().unwrap_or_default().to_owned(), json_of(value)))
            .collect::<Map<_, _>>()
            .into(),
        _ => node.text().map_or(Value::Null, Value::from),
    }
}
