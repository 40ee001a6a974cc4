//! `[…]` as Go reads it, written for Rust: no set operations, and a class inside a class only by its POSIX name.

use super::{Fault, go_escape, go_regex};

const POSIX: [&str; 14] = [
    "alnum", "alpha", "ascii", "blank", "cntrl", "digit", "graph", "lower", "print", "punct", "space", "upper", "word", "xdigit",
];

/// Reads a class from behind its `[` and returns what follows its `]`.
pub(super) fn to_rust<'t>(text: &'t str, out: &mut String) -> Result<&'t str, Fault> {
    out.push('[');
    let mut rest = text;
    if let Some(negated) = rest.strip_prefix('^') {
        out.push('^');
        rest = negated;
    }
    // A `]` in the first place is a member.
    let mut first = true;
    while first || !rest.starts_with(']') {
        rest = member(rest, out)?;
        first = false;
    }
    out.push(']');
    Ok(rest.get(1..).unwrap_or_default())
}

fn member<'t>(text: &'t str, out: &mut String) -> Result<&'t str, Fault> {
    if let Some(rest) = posix(text, out)? {
        return Ok(rest);
    }
    if let Some(rest) = go_escape::class(text, out)? {
        return Ok(rest);
    }
    let (from, rest) = character(text)?;
    go_regex::literal(from, out);
    // In `[a-]` the dash is a member, not a range.
    let Some(ranged) = rest.strip_prefix('-').filter(|ranged| !ranged.starts_with(']')) else {
        return Ok(rest);
    };
    if ranged.is_empty() {
        return Ok(rest);
    }
    let (to, rest) = character(ranged)?;
    if to < from {
        return Err(Fault::BadRange);
    }
    out.push('-');
    go_regex::literal(to, out);
    Ok(rest)
}

fn posix<'t>(text: &'t str, out: &mut String) -> Result<Option<&'t str>, Fault> {
    let Some((name, rest)) = text.strip_prefix("[:").and_then(|named| named.split_once(":]")) else {
        return Ok(None);
    };
    if !POSIX.contains(&name.strip_prefix('^').unwrap_or(name)) {
        return Err(Fault::BadRange);
    }
    out.extend(["[:", name, ":]"]);
    Ok(Some(rest))
}

fn character(text: &str) -> Result<(char, &str), Fault> {
    if text.starts_with('\\') {
        return go_escape::character(text);
    }
    let mut chars = text.chars();
    let c = chars.next().ok_or(Fault::UnclosedClass)?;
    Ok((c, chars.as_str()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn matches(class: &str, text: &str) -> Result<bool, Fault> {
        let mut out = String::from("^");
        let rest = to_rust(&class[1..], &mut out)?;
        assert_eq!(rest, "");
        Ok(regex::Regex::new(&(out + "$")).unwrap().is_match(text))
    }

    #[test]
    fn every_character_stands_for_itself() {
        for (class, text, expected) in [
            ("[a&&b]", "&", true),
            ("[a--b]", "-", false),
            ("[a-]", "-", true),
            ("[]a]", "]", true),
            ("[^]a]", "]", false),
            ("[[]", "[", true),
            ("[~~a]", "~", true),
            ("[a-c]", "b", true),
            ("[[:digit:]x]", "7", true),
            ("[\\d-]", "-", true),
            ("[\\W]", "é", true),
            ("[^/]", "\n", true),
        ] {
            assert_eq!(matches(class, text).unwrap_or_default(), expected, "{class} on {text}");
        }
    }

    #[test]
    fn what_go_refuses() {
        assert_eq!(matches("[z-a]", ""), Err(Fault::BadRange));
        assert_eq!(matches("[[:nothing:]]", ""), Err(Fault::BadRange));
        assert_eq!(matches("[abc", ""), Err(Fault::UnclosedClass));
        assert_eq!(matches("[]", ""), Err(Fault::UnclosedClass));
    }
}
