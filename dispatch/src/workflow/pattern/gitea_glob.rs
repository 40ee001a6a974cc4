//! Gitea's own pattern language (1.27 and later), written as the regular expression that Gitea writes (in Go's syntax).

use super::Fault;

/// `pattern` without its `!`, as an anchored regular expression of Go.
///
/// `negative` tells that a `!` was taken off: Gitea compiles the pattern with it, so that a `**/` right behind the `!` does
/// not stand at the start and keeps its slash.
pub(super) fn to_go_regex(pattern: &str, negative: bool) -> Result<String, Fault> {
    let mut compiler = Compiler { rest: pattern, before: negative.then_some('!'), out: String::from("^"), open: 0 };
    while let Some(c) = compiler.next() {
        compiler.item(c)?;
    }
    if compiler.open > 0 {
        return Err(Fault::UnclosedAlternatives);
    }
    compiler.out.push('$');
    Ok(compiler.out)
}

struct Compiler<'p> {
    rest: &'p str,
    /// The character before the current one.
    before: Option<char>,
    out: String,
    /// How many `{` are open.
    open: usize,
}

impl Compiler<'_> {
    fn next(&mut self) -> Option<char> {
        let c = self.rest.chars().next()?;
        self.rest = self.rest.get(c.len_utf8()..)?;
        Some(c)
    }

    fn item(&mut self, c: char) -> Result<(), Fault> {
        let before = self.before.replace(c);
        match c {
            '}' if self.open > 0 => {
                self.open -= 1;
                self.out.push(')');
            }
            '{' => {
                self.open += 1;
                self.out.push('(');
            }
            ',' if self.open > 0 => self.out.push('|'),
            '*' => self.star(before),
            '[' => self.class()?,
            '\\' => self.escape(Fault::TrailingBackslash)?,
            '.' | '^' | '$' | '(' | ')' | '|' => self.out.extend(['\\', c]),
            _ => self.out.push(c),
        }
        Ok(())
    }

    /// `**` is anything; at the start or behind a slash, `**/` swallows the slash that follows.
    fn star(&mut self, before: Option<char>) {
        let Some(rest) = self.rest.strip_prefix('*') else {
            self.out.push_str("[^/]*");
            return;
        };
        self.rest = rest;
        if matches!(before, None | Some('/'))
            && let Some(rest) = rest.strip_prefix('/')
        {
            self.rest = rest;
            self.before = Some('/');
        }
        self.out.push_str(".*");
    }

    /// The text of a class is handed on as it stands, up to the first `]`.
    fn class(&mut self) -> Result<(), Fault> {
        self.out.push('[');
        if let Some(rest) = self.rest.strip_prefix('!') {
            self.rest = rest;
            self.out.push('^');
        }
        loop {
            let c = self.next().ok_or(Fault::UnclosedClass)?;
            self.before = Some(c);
            match c {
                ']' => break,
                '\\' => self.escape(Fault::UnclosedClass)?,
                _ => self.out.push(c),
            }
        }
        self.out.push(']');
        Ok(())
    }

    fn escape(&mut self, at_end: Fault) -> Result<(), Fault> {
        let escaped = self.next().ok_or(at_end)?;
        self.before = Some(escaped);
        self.out.extend(['\\', escaped]);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_construct_becomes_what_gitea_writes() {
        for (pattern, expected) in [
            ("a/*", "^a/[^/]*$"),
            ("**/a/**", "^.*a/.*$"),
            ("a**/b", "^a.*/b$"),
            ("**/**/a", "^.*.*a$"),
            ("?a+", "^?a+$"),
            ("{a,{b,c}}d,e", "^(a|(b|c))d,e$"),
            ("[!a-z]", "^[^a-z]$"),
            ("[]abc]", "^[]abc]$"),
            ("\\d(.)", "^\\d\\(\\.\\)$"),
            ("a}b", "^a}b$"),
        ] {
            assert_eq!(to_go_regex(pattern, false).as_deref(), Ok(expected), "{pattern}");
        }
    }

    #[test]
    fn behind_a_negation_the_leading_stars_keep_their_slash() {
        assert_eq!(to_go_regex("**/a", true).as_deref(), Ok("^.*/a$"));
        assert_eq!(to_go_regex("x/**/a", true).as_deref(), Ok("^x/.*a$"));
    }

    #[test]
    fn what_is_opened_must_be_closed() {
        assert_eq!(to_go_regex("{a", false), Err(Fault::UnclosedAlternatives));
        assert_eq!(to_go_regex("[a", false), Err(Fault::UnclosedClass));
        assert_eq!(to_go_regex("a\\", false), Err(Fault::TrailingBackslash));
    }
}
