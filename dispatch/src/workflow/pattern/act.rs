//! The act library's pattern language, written as the regular expression that the library writes (in Go's syntax).

use std::iter::Peekable;
use std::str::Chars;

use super::Fault;

/// `pattern` without its `!`, as an anchored regular expression of Go.
pub(super) fn to_go_regex(pattern: &str) -> Result<String, Fault> {
    let mut out = String::from("^");
    let mut rest = pattern.chars().peekable();
    let mut first = true;
    while let Some(c) = rest.next() {
        match c {
            '*' => star(&mut rest, &mut out),
            '+' | '?' if !first => out.push(c),
            '[' => class(&mut rest, &mut out)?,
            '\\' => literal(rest.next().ok_or(Fault::TrailingBackslash)?, &mut out),
            _ => literal(c, &mut out),
        }
        first = false;
    }
    out.push('$');
    Ok(out)
}

/// `*` stays inside one path segment, `**/` is any number of them, `**` is anything.
fn star(rest: &mut Peekable<Chars<'_>>, out: &mut String) {
    if rest.next_if_eq(&'*').is_none() {
        out.push_str("[^/]*");
    } else if rest.next_if_eq(&'/').is_some() {
        out.push_str("(.+/)?");
    } else {
        out.push_str(".*");
    }
}

/// A class may only hold the characters from `A` to `z` (which include `[ \ ] ^ _` and the back quote) and digits.
fn class(rest: &mut Peekable<Chars<'_>>, out: &mut String) -> Result<(), Fault> {
    out.push('[');
    if rest.peek() == Some(&']') {
        return Err(Fault::EmptyClass);
    }
    let mut before = None;
    loop {
        match rest.next().ok_or(Fault::UnclosedClass)? {
            ']' => break,
            '-' => {
                let to = rest.next().ok_or(Fault::UnclosedClass)?;
                if !before.is_some_and(|from| is_range(from, to)) {
                    return Err(Fault::BadRange);
                }
                out.push('-');
                out.push(to);
                before = Some(to);
            }
            c if is_letter(c) || c.is_ascii_digit() => {
                literal(c, out);
                before = Some(c);
            }
            _ => return Err(Fault::ClassMember),
        }
    }
    out.push(']');
    Ok(())
}

fn is_letter(c: char) -> bool {
    ('A'..='z').contains(&c)
}

fn is_range(from: char, to: char) -> bool {
    from <= to && (is_letter(from) && is_letter(to) || from.is_ascii_digit() && to.is_ascii_digit())
}

fn literal(c: char, out: &mut String) {
    if "\\.+*?()|[]{}^$".contains(c) {
        out.push('\\');
    }
    out.push(c);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_construct_becomes_what_the_library_writes() {
        for (pattern, expected) in [
            ("a/*", "^a/[^/]*$"),
            ("**/a/**", "^(.+/)?a/.*$"),
            ("?a?", "^\\?a?$"),
            ("v[0-9]+.x", "^v[0-9]+\\.x$"),
            ("{a,b}", "^\\{a,b\\}$"),
            ("\\*é", "^\\*é$"),
            ("[A-]]", "^[A-]]$"),
        ] {
            assert_eq!(to_go_regex(pattern).as_deref(), Ok(expected), "{pattern}");
        }
    }

    #[test]
    fn a_class_takes_letters_and_digits_only() {
        for (pattern, fault) in [
            ("[]", Fault::EmptyClass),
            ("[a", Fault::UnclosedClass),
            ("[a.]", Fault::ClassMember),
            ("[!a]", Fault::ClassMember),
            ("[-a]", Fault::BadRange),
            ("[9-a]", Fault::BadRange),
            ("[z-a]", Fault::BadRange),
            ("a\\", Fault::TrailingBackslash),
        ] {
            assert_eq!(to_go_regex(pattern), Err(fault), "{pattern}");
        }
    }
}
