//! Rules about the entries of one mapping: keys given twice, and `<<`.

use super::{Error, Node, Value};

/// The first key that an earlier entry has already.
pub(super) fn refuse_duplicates(entries: &[(Node, Node)]) -> Result<(), Error> {
    for (index, (key, _)) in entries.iter().enumerate() {
        let earlier = entries.iter().take(index).find(|(other, _)| other.value == key.value);
        if let Some((earlier, _)) = earlier {
            let name = key.text().unwrap_or("this key");
            let message = format!("`{name}` is given twice; the first is in line {}", earlier.span.line);
            return Err(Error::new(key.span, message));
        }
    }
    Ok(())
}

/// Replaces each `<<` by the entries it brings; entries of the mapping itself win, earlier sources win over later.
pub(super) fn merged(entries: Vec<(Node, Node)>) -> Result<Vec<(Node, Node)>, Error> {
    if !entries.iter().any(|(key, _)| key.is_merge_key()) {
        return Ok(entries);
    }
    let (merges, mut own): (Vec<_>, Vec<_>) = entries.into_iter().partition(|(key, _)| key.is_merge_key());
    for (_, source) in merges {
        let span = source.span;
        let sources = match source.value {
            Value::Sequence(items) => items,
            _ => vec![source],
        };
        for source in sources {
            let Value::Mapping(entries) = source.value else {
                return Err(Error::new(span, "`<<` takes a mapping or a list of mappings"));
            };
            for (key, value) in entries {
                if !own.iter().any(|(name, _)| name.value == key.value) {
                    own.push((key, value));
                }
            }
        }
    }
    Ok(own)
}
