//! `google.protobuf.Timestamp`: seconds (1) and nanoseconds (2).

use crate::protobuf::wire::{Malformed, Reader, Writer};

pub(in crate::protobuf) fn read(bytes: &[u8]) -> Result<String, Malformed> {
    let (mut reader, mut seconds, mut nanoseconds) = (Reader(bytes), 0, 0);
    while let Some((number, content)) = reader.field()? {
        match number {
            1 => seconds = content.varint()?.cast_signed(),
            2 => nanoseconds = i32::try_from(content.varint()?).map_err(|_| Malformed)?,
            _ => {}
        }
    }
    let moment = jiff::Timestamp::new(seconds, nanoseconds).map_err(|_| Malformed)?;
    Ok(moment.to_string())
}

/// What is no moment becomes the epoch.
pub(in crate::protobuf) fn write(text: &str) -> Vec<u8> {
    let moment = text.parse().unwrap_or(jiff::Timestamp::UNIX_EPOCH);
    let mut writer = Writer::default();
    let parts = [(1, moment.as_second().cast_unsigned()), (2, i64::from(moment.subsec_nanosecond()).cast_unsigned())];
    for (number, part) in parts.into_iter().filter(|(_, part)| *part != 0) {
        writer.varint_field(number, part);
    }
    writer.0
}
