//! What follows a backslash in Go's regular expressions.

use super::{Fault, go_regex};

/// An escape that asserts a position, at the start of `text`: what follows it.
pub(super) fn assertion<'t>(text: &'t str, out: &mut String) -> Option<&'t str> {
    const ASSERTIONS: [(&str, &str); 4] = [("\\A", "\\A"), ("\\z", "\\z"), ("\\b", "(?-u:\\b)"), ("\\B", "(?-u:\\B)")];
    ASSERTIONS.iter().find_map(|(go, rust)| {
        let rest = text.strip_prefix(go)?;
        out.push_str(rust);
        Some(rest)
    })
}

/// An escape that stands for one character of a set or for a certain one: what follows it.
pub(super) fn class_or_character<'t>(text: &'t str, out: &mut String) -> Result<&'t str, Fault> {
    if let Some(rest) = class(text, out)? {
        return Ok(rest);
    }
    let (c, rest) = character(text)?;
    go_regex::literal(c, out);
    Ok(rest)
}

/// `\d`, `\s`, `\w`, `\pL`, `\p{Greek}` and their complements. Go's are ASCII.
pub(super) fn class<'t>(text: &'t str, out: &mut String) -> Result<Option<&'t str>, Fault> {
    const CLASSES: [(&str, &str); 6] = [
        ("\\d", "[0-9]"),
        ("\\D", "[^0-9]"),
        ("\\s", "[\\t\\n\\f\\r ]"),
        ("\\S", "[^\\t\\n\\f\\r ]"),
        ("\\w", "[0-9A-Za-z_]"),
        ("\\W", "[^0-9A-Za-z_]"),
    ];
    for (go, rust) in CLASSES {
        if let Some(rest) = text.strip_prefix(go) {
            out.push_str(rust);
            return Ok(Some(rest));
        }
    }
    unicode(text, out)
}

fn unicode<'t>(text: &'t str, out: &mut String) -> Result<Option<&'t str>, Fault> {
    let Some(rest) = text.strip_prefix("\\p").or_else(|| text.strip_prefix("\\P")) else {
        return Ok(None);
    };
    let (name, rest) = match rest.strip_prefix('{') {
        Some(named) => named.split_once('}').ok_or(Fault::BadRange)?,
        None => rest.split_at_checked(1).ok_or(Fault::BadRange)?,
    };
    let negated = text.starts_with("\\P") != name.starts_with('^');
    let name = name.trim_start_matches('^');
    if name.is_empty() || !name.bytes().all(|b| b.is_ascii_alphabetic() || b == b'_') {
        return Err(Fault::BadRange);
    }
    let sign = if negated { "P" } else { "p" };
    out.extend(["\\", sign, "{", name, "}"]);
    Ok(Some(rest))
}

/// An escape for one certain character, and what follows it.
pub(super) fn character(text: &str) -> Result<(char, &str), Fault> {
    let mut chars = text.chars();
    chars.next();
    let c = chars.next().ok_or(Fault::TrailingBackslash)?;
    let rest = chars.as_str();
    let plain = match c {
        'a' => '\u{7}',
        'f' => '\u{c}',
        'n' => '\n',
        'r' => '\r',
        't' => '\t',
        'v' => '\u{b}',
        'x' => return hexadecimal(rest),
        '0'..='7' => return octal(c, rest),
        _ if c.is_ascii() && !c.is_ascii_alphanumeric() => c,
        _ => return Err(Fault::BadEscape),
    };
    Ok((plain, rest))
}

fn hexadecimal(rest: &str) -> Result<(char, &str), Fault> {
    let (digits, rest) = match rest.strip_prefix('{') {
        Some(braced) => braced.split_once('}').ok_or(Fault::BadEscape)?,
        None => rest.split_at_checked(2).ok_or(Fault::BadEscape)?,
    };
    if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_hexdigit()) {
        return Err(Fault::BadEscape);
    }
    let code = u32::from_str_radix(digits, 16).map_err(|_| Fault::BadEscape)?;
    Ok((char::from_u32(code).ok_or(Fault::BadEscape)?, rest))
}

/// `\0`, `\12`, `\123`. A single digit other than 0 would be a back reference, which Go does not have.
fn octal(first: char, rest: &str) -> Result<(char, &str), Fault> {
    let more = rest.bytes().take(2).take_while(|b| matches!(b, b'0'..=b'7')).count();
    if first != '0' && more == 0 {
        return Err(Fault::BadEscape);
    }
    let (digits, rest) = rest.split_at_checked(more).ok_or(Fault::BadEscape)?;
    let code = u32::from_str_radix(&format!("{first}{digits}"), 8).map_err(|_| Fault::BadEscape)?;
    Ok((char::from_u32(code).ok_or(Fault::BadEscape)?, rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_certain_character() {
        for (text, expected) in [
            ("\\.x", ('.', "x")),
            ("\\tx", ('\t', "x")),
            ("\\x41x", ('A', "x")),
            ("\\x{e9}x", ('é', "x")),
            ("\\0x", ('\0', "x")),
            ("\\1012", ('A', "2")),
        ] {
            assert_eq!(character(text), Ok(expected), "{text}");
        }
        for refused in ["\\é", "\\y", "\\8", "\\1", "\\xg0", "\\x{110000}", "\\"] {
            assert!(character(refused).is_err(), "{refused}");
        }
    }

    #[test]
    fn a_unicode_class_keeps_its_sign() {
        for (text, expected) in [("\\pL", "\\p{L}"), ("\\P{Greek}", "\\P{Greek}"), ("\\P{^Greek}", "\\p{Greek}")] {
            let mut out = String::new();
            assert_eq!(class(text, &mut out), Ok(Some("")));
            assert_eq!(out, expected);
        }
    }
}
