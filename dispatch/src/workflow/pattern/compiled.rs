//! One compiled pattern, and what it is compiled to.

use regex::{Regex, RegexBuilder};

use super::linear::Linear;
use super::{Fault, act, gitea_glob, go_regex};

/// Longest pattern that is read, in bytes.
const PATTERN_LIMIT_BYTES: usize = 4096;
/// Bound on the memory of one compiled pattern, in bytes.
const COMPILED_LIMIT_BYTES: usize = 1 << 20;

/// Which of the forge's two pattern languages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Dialect {
    /// The language of the act library: Gitea up to 1.26 and every Forgejo. `{` is literal, `[…]` holds letters and digits.
    Act,
    /// Gitea's own, from 1.27 on: `{a,b}` are alternatives, `[!a]` negates, a leading `**/` swallows its slash.
    GiteaGlob,
}

/// One pattern of a list.
#[derive(Debug, Clone)]
pub(super) struct Pattern {
    /// Whether a leading `!` was taken off.
    pub(super) negative: bool,
    matcher: Matcher,
}

#[derive(Debug, Clone)]
enum Matcher {
    Linear(Linear),
    Regex(Regex),
}

impl Pattern {
    pub(super) fn compile(pattern: &str, dialect: Dialect) -> Result<Self, Fault> {
        if pattern.len() > PATTERN_LIMIT_BYTES {
            return Err(Fault::TooLarge);
        }
        let (negative, body) = match pattern.strip_prefix('!') {
            Some(body) => (true, body),
            None => (false, pattern),
        };
        if is_plain(body) {
            return Ok(Self { negative, matcher: Matcher::Linear(Linear::text(body)) });
        }
        let go = translated(negative, body, dialect)?;
        let matcher = match Linear::read(&go) {
            Some(row) => Matcher::Linear(row),
            None => Matcher::Regex(regex(&go)?),
        };
        Ok(Self { negative, matcher })
    }

    /// Whether the pattern, without its `!`, matches the whole text.
    pub(super) fn matches(&self, text: &str) -> bool {
        match &self.matcher {
            Matcher::Linear(row) => row.matches(text),
            Matcher::Regex(regex) => regex.is_match(text),
        }
    }
}

/// Whether the pattern means itself and nothing else in both languages, as most names of branches do.
fn is_plain(body: &str) -> bool {
    !body.is_empty() && body.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'/'))
}

/// The anchored regular expression that the forge would use.
fn translated(negative: bool, body: &str, dialect: Dialect) -> Result<String, Fault> {
    match dialect {
        Dialect::Act => act::to_go_regex(body),
        Dialect::GiteaGlob => gitea_glob::to_go_regex(body, negative),
    }
}

fn regex(go: &str) -> Result<Regex, Fault> {
    RegexBuilder::new(&go_regex::to_rust(go)?)
        .size_limit(COMPILED_LIMIT_BYTES)
        .dfa_size_limit(COMPILED_LIMIT_BYTES)
        .build()
        .map_err(|_| Fault::TooLarge)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        /// Walking a row and the regular expression that it was read from are one language.
        #[test]
        fn rows_and_regular_expressions_agree(
            pattern in "([a-cé./ #@_-]|\\*\\*?|\\*\\*/|[a-c]\\?|[b0]\\+|\\[a-b0\\]|\\[0-9a-c\\]\\+|\\[!a-b0\\]|\\{[a-c*]{0,2},[a-c/?]{0,2}\\}){1,8}",
            text in "[a-cé0-2./ #@_\n-]{0,12}",
            negative in any::<bool>(),
        ) {
            for dialect in [Dialect::Act, Dialect::GiteaGlob] {
                let Ok(go) = translated(negative, &pattern, dialect) else { continue };
                let Some(row) = Linear::read(&go) else { continue };
                let regex = regex(&go).unwrap();
                prop_assert_eq!(row.matches(&text), regex.is_match(&text), "{:?} {}", dialect, regex);
            }
        }

        /// The short way for names and the long way are one.
        #[test]
        fn plain_names_mean_themselves(pattern in "[a-zA-Z0-9/_-]{1,12}", negative in any::<bool>()) {
            for dialect in [Dialect::Act, Dialect::GiteaGlob] {
                prop_assert!(is_plain(&pattern));
                prop_assert_eq!(Linear::read(&translated(negative, &pattern, dialect).unwrap()), Some(Linear::text(&pattern)));
            }
        }

        /// No input, however hostile, ends the process or takes more than its bounds.
        #[test]
        fn any_text_compiles_or_is_refused(pattern in ".{0,60}", special in "[*?+\\[\\]{},!\\\\^Qpdbw()a-z-]{0,40}") {
            for dialect in [Dialect::Act, Dialect::GiteaGlob] {
                for text in [&pattern, &special] {
                    if let Ok(compiled) = Pattern::compile(text, dialect) {
                        compiled.matches(text);
                    }
                }
            }
        }
    }

    #[test]
    fn ordinary_patterns_need_no_engine() {
        let is_row = |pattern| matches!(Pattern::compile(pattern, Dialect::Act).unwrap().matcher, Matcher::Linear(_));
        for pattern in ["main", "releases/v1.*", "**", "docs/**", "**/*.rs", "!x", "v[0-9]+.[0-9]+", "ünï?"] {
            assert!(is_row(pattern), "{pattern}");
        }
        let is_row_from_27 =
            |pattern| matches!(Pattern::compile(pattern, Dialect::GiteaGlob).unwrap().matcher, Matcher::Linear(_));
        for pattern in ["{main,release/**}", "rel-{1,2}", "[!m]ain"] {
            assert!(is_row_from_27(pattern), "{pattern}");
        }
        assert!(!is_row("[a-z_]x"));
    }

    #[test]
    fn a_pattern_beyond_the_limits_is_refused() {
        let long = "a".repeat(PATTERN_LIMIT_BYTES + 1);
        assert_eq!(Pattern::compile(&long, Dialect::Act).unwrap_err(), Fault::TooLarge);
        let deep = format!("{}{}", "{".repeat(2000), "}".repeat(2000));
        assert_eq!(Pattern::compile(&deep, Dialect::GiteaGlob).unwrap_err(), Fault::TooLarge);
    }
}
