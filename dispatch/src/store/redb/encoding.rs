//! The form of one record in the file: JSON with the schema version beside it, readable by a person in need.

use serde::{Deserialize, Serialize};

use crate::record::{Record, SCHEMA};
use crate::store::change::Entry;
use crate::store::{Life, StoreError, Stored};

#[derive(Serialize)]
struct Written<'a> {
    schema: u32,
    version: u64,
    life: Life,
    record: &'a Record,
}

/// Read first, on its own: what a newer program wrote may have any other shape.
#[derive(Deserialize)]
struct Schema {
    schema: u32,
}

#[derive(Deserialize)]
struct Read {
    version: u64,
    life: Life,
    record: Record,
}

pub(super) fn encode(key: &str, entry: &Entry) -> Result<Vec<u8>, StoreError> {
    let Entry { stored: Stored { version, record }, life } = entry;
    let written = Written { schema: SCHEMA, version: *version, life: *life, record };
    serde_json::to_vec(&written).map_err(|error| StoreError::unreadable(key, &error))
}

pub(super) fn decode(key: &str, bytes: &[u8]) -> Result<Entry, StoreError> {
    let Schema { schema } = serde_json::from_slice(bytes).map_err(|error| StoreError::unreadable(key, &error))?;
    if schema > SCHEMA {
        return Err(StoreError::newer(key, schema));
    }
    let Read { version, life, record } = serde_json::from_slice(bytes).map_err(|error| StoreError::unreadable(key, &error))?;
    Ok(Entry { stored: Stored { version, record }, life })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of_schema(schema: u32) -> String {
        format!(r#"{{"schema":{schema},"version":7,"life":"standing","record":{{"record":"counter","value":3}}}}"#)
    }

    fn counter() -> Entry {
        Entry { stored: Stored { version: 7, record: Record::Counter { value: 3 } }, life: Life::Standing }
    }

    #[test]
    fn a_record_is_plain_json() {
        let bytes = encode("counter#total", &counter()).unwrap();
        assert_eq!(String::from_utf8(bytes).unwrap(), of_schema(SCHEMA));
    }

    #[test]
    fn what_an_older_program_wrote_is_read() {
        for schema in 0..=SCHEMA {
            assert_eq!(decode("counter#total", of_schema(schema).as_bytes()), Ok(counter()));
        }
    }

    #[test]
    fn what_a_newer_program_wrote_is_refused_whatever_its_shape() {
        for text in [of_schema(SCHEMA + 1), format!(r#"{{"schema":{},"other":[1]}}"#, SCHEMA + 1)] {
            let error = decode("job#home/7/1", text.as_bytes()).unwrap_err();
            assert_eq!(
                error.to_string(),
                "the record `job#home/7/1` cannot be read: a newer dispatch wrote it (schema 2, this one knows up to 1); \
                 run the newer one"
            );
        }
    }

    #[test]
    fn what_is_no_record_names_its_key() {
        for text in ["", "{", "null", r#"{"schema":1}"#, r#"{"schema":1,"version":1,"life":"standing","record":{"record":"x"}}"#]
        {
            let error = decode("control", text.as_bytes()).unwrap_err();
            assert!(matches!(&error, StoreError::Unreadable { key, .. } if key == "control"), "{text}: {error}");
        }
    }
}
