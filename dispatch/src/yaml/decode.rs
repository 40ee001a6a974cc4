//! From bytes to text, with the rules of the YAML reader that the forges use.

use std::borrow::Cow;

use super::{Error, Span};

/// The text in `bytes`: UTF-8, or UTF-16 if a byte order mark says so, and no control characters.
///
/// A byte order mark at the beginning is dropped.
pub fn decode(bytes: &[u8]) -> Result<Cow<'_, str>, Error> {
    let text = match bytes {
        [0xff, 0xfe, rest @ ..] => Cow::Owned(utf16(rest, u16::from_le_bytes)?),
        [0xfe, 0xff, rest @ ..] => Cow::Owned(utf16(rest, u16::from_be_bytes)?),
        [0xef, 0xbb, 0xbf, rest @ ..] => Cow::Borrowed(utf8(rest)?),
        _ => Cow::Borrowed(utf8(bytes)?),
    };
    // Without a way out, so that many bytes are looked at at once.
    if text.bytes().fold(true, |is_plain, byte| is_plain & matches!(byte, b'\t' | b'\n' | b'\r' | b' '..=b'~')) {
        return Ok(text);
    }
    match text.char_indices().find(|(_, character)| !is_printable(*character)) {
        None => Ok(text),
        Some((offset, character)) => {
            let message = format!("the control character {} is not allowed", character.escape_unicode());
            Err(Error::new(at(text.as_bytes(), offset), message))
        }
    }
}

fn utf8(bytes: &[u8]) -> Result<&str, Error> {
    std::str::from_utf8(bytes).map_err(|error| Error::new(at(bytes, error.valid_up_to()), "this byte is not UTF-8"))
}

fn utf16(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> Result<String, Error> {
    let (pairs, rest) = bytes.as_chunks::<2>();
    let text = char::decode_utf16(pairs.iter().map(|pair| unit(*pair))).collect::<Result<String, _>>();
    match text {
        Ok(text) if rest.is_empty() => Ok(text),
        _ => Err(Error::new(at(bytes, 0), "this is not UTF-16 as its first bytes promise")),
    }
}

fn is_printable(character: char) -> bool {
    matches!(character,
        '\t' | '\n' | '\r' | ' '..='~' | '\u{85}' | '\u{a0}'..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..)
}

fn at(bytes: &[u8], offset: usize) -> Span {
    let before = bytes.get(..offset).unwrap_or_default();
    let mut lines = before.rsplit(|byte| *byte == b'\n');
    let column = lines.next().map_or(0, <[u8]>::len) + 1;
    let line = lines.count() + 1;
    Span { start: offset, end: offset, line, column }
}
