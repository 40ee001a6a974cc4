//! Says in Rust's syntax what a regular expression says in Go's.
//!
//! Both are RE2 descendants with small differences that decide: Go refuses nested repetitions (`a++`) which Rust accepts, its
//! classes know no set operations, `\<` is a plain character, `\Q…\E` quotes, `\d` and `\w` mean ASCII.

use super::{Fault, go_class, go_escape};

/// The same language in the syntax of the `regex` crate, or what Go refuses it for.
pub(super) fn to_rust(go: &str) -> Result<String, Fault> {
    let mut reader = Reader { rest: go, out: String::with_capacity(go.len() * 2), open: 0, last: Last::Start };
    while !reader.rest.is_empty() {
        reader.item()?;
    }
    if reader.open > 0 {
        return Err(Fault::UnclosedAlternatives);
    }
    Ok(reader.out)
}

/// Writes one character so that it stands for itself, in and outside of a class.
pub(super) fn literal(c: char, out: &mut String) {
    if c.is_alphanumeric() || c == '/' {
        out.push(c);
    } else {
        out.push_str("\\x");
        out.extend(c.escape_unicode().skip(2));
    }
}

/// What stands before a repetition decides whether there may be one.
#[derive(PartialEq)]
enum Last {
    /// Nothing, `(` or `|`.
    Start,
    Item,
    Repetition,
}

struct Reader<'g> {
    rest: &'g str,
    out: String,
    open: usize,
    last: Last,
}

impl Reader<'_> {
    fn item(&mut self) -> Result<(), Fault> {
        let mut chars = self.rest.chars();
        let Some(c) = chars.next() else { return Ok(()) };
        let after = chars.as_str();
        match c {
            '*' | '+' | '?' => return self.repetition(c, after),
            '\\' => return self.escape(),
            '[' => {
                self.rest = go_class::to_rust(after, &mut self.out)?;
                self.last = Last::Item;
                return Ok(());
            }
            '(' => {
                self.open += 1;
                self.out.push_str("(?:");
            }
            ')' => {
                self.open = self.open.checked_sub(1).ok_or(Fault::UnclosedAlternatives)?;
                self.out.push(c);
            }
            '.' | '^' | '$' | '|' => self.out.push(c),
            _ => literal(c, &mut self.out),
        }
        self.rest = after;
        self.last = if matches!(c, '(' | '|') { Last::Start } else { Last::Item };
        Ok(())
    }

    /// A repetition, with the `?` that makes it lazy (and changes nothing for a whole match).
    fn repetition(&mut self, c: char, after: &str) -> Result<(), Fault> {
        match self.last {
            Last::Start => return Err(Fault::NothingToRepeat),
            Last::Repetition => return Err(Fault::NestedRepetition),
            Last::Item => {}
        }
        let lazy = after.strip_prefix('?');
        self.out.push(c);
        let consumed = self.rest.len() - lazy.unwrap_or(after).len();
        self.rest = self.rest.get(consumed..).unwrap_or_default();
        self.last = Last::Repetition;
        Ok(())
    }

    fn escape(&mut self) -> Result<(), Fault> {
        if let Some(quoted) = self.rest.strip_prefix("\\Q") {
            let (quoted, rest) = quoted.split_once("\\E").unwrap_or((quoted, ""));
            quoted.chars().for_each(|c| literal(c, &mut self.out));
            self.rest = rest;
            if !quoted.is_empty() {
                self.last = Last::Item;
            }
            return Ok(());
        }
        self.rest = go_escape::assertion(self.rest, &mut self.out)
            .map_or_else(|| go_escape::class_or_character(self.rest, &mut self.out), Ok)?;
        self.last = Last::Item;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn go_refuses_what_repeats_a_repetition_or_nothing() {
        for (go, fault) in [
            ("^a++$", Fault::NestedRepetition),
            ("^[^/]*+$", Fault::NestedRepetition),
            ("^a???$", Fault::NestedRepetition),
            ("^(+a)$", Fault::NothingToRepeat),
            ("^(a|?)$", Fault::NothingToRepeat),
            ("^(a$", Fault::UnclosedAlternatives),
        ] {
            assert_eq!(to_rust(go), Err(fault), "{go}");
        }
        assert!(to_rust("^a??b*?c+?$").is_ok());
    }

    #[test]
    fn everything_that_rust_reads_in_its_own_way_is_spelled_out() {
        for (go, text, expected) in [
            ("^\\<a$", "<a", true),
            ("^\\Qa.b\\E$", "a.b", true),
            ("^\\Qa.b\\E$", "axb", false),
            ("^\\d$", "٣", false),
            ("^\\w+$", "aé", false),
            ("^a#b c$", "a#b c", true),
            ("^a&b~c-d$", "a&b~c-d", true),
            ("^?abc$", "xxabc", true),
        ] {
            let regex = regex::Regex::new(&to_rust(go).unwrap()).unwrap();
            assert_eq!(regex.is_match(text), expected, "{go} on {text}");
        }
    }
}
