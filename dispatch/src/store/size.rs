//! How large a record is, without writing it down.

use std::io::{self, Write};

use serde::Serialize;

/// The length of `value` as JSON.
pub(super) fn json_bytes(value: &impl Serialize) -> usize {
    let mut length = Length(0);
    // Nothing that counts can fail, and what has no form as JSON fails where it is written.
    let _ = serde_json::to_writer(&mut length, value);
    length.0
}

struct Length(usize);

impl Write for Length {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0 = self.0.saturating_add(bytes.len());
        Ok(bytes.len())
    }

    /// JSON is written in pieces of a few bytes, so the loop of the usual one costs more than the counting.
    fn write_all(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.0 = self.0.saturating_add(bytes.len());
        Ok(())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_as_long_as_its_json() {
        for value in ["", "größe \"x\"\n"] {
            assert_eq!(json_bytes(&value), serde_json::to_vec(&value).unwrap().len());
        }
    }
}
