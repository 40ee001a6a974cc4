//! One compiled pattern, and what it is compiled to.

use globset::{GlobBuilder, GlobMatcher};
use regex::{Regex, RegexBuilder};

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
    Glob(GlobMatcher),
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
        let matcher = if carried_by_globset(body) {
            globset(body).map(Matcher::Glob)
        } else {
            translated(negative, body, dialect).map(Matcher::Regex)
        }?;
        Ok(Self { negative, matcher })
    }

    /// Whether the pattern, without its `!`, matches the whole text.
    pub(super) fn matches(&self, text: &str) -> bool {
        match &self.matcher {
            Matcher::Glob(glob) => glob.is_match(text),
            Matcher::Regex(regex) => regex.is_match(text),
        }
    }
}

/// Plain text and single stars mean the same to `globset` and to both dialects. Everything else differs somewhere
/// (`globset` lets `**` match line breaks, lets `?` stand for a character and knows no quantifiers).
fn carried_by_globset(body: &str) -> bool {
    let plain = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_' | '.' | '/' | '*' | ' ' | '#' | '@');
    !body.is_empty() && body.chars().all(plain) && !body.contains("**")
}

fn globset(body: &str) -> Result<GlobMatcher, Fault> {
    let glob = GlobBuilder::new(body).literal_separator(true).build();
    Ok(glob.map_err(|_| Fault::TooLarge)?.compile_matcher())
}

fn translated(negative: bool, body: &str, dialect: Dialect) -> Result<Regex, Fault> {
    let go = match dialect {
        Dialect::Act => act::to_go_regex(body)?,
        Dialect::GiteaGlob => gitea_glob::to_go_regex(body, negative)?,
    };
    RegexBuilder::new(&go_regex::to_rust(&go)?)
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
        /// The two ways to compile a pattern that `globset` may carry are one language.
        #[test]
        fn globset_and_the_translation_agree(
            pattern in "([a-bé./ #@_-]|\\*[a-b./]){1,8}\\*?",
            text in "[a-bé./ #@_\n-]{0,10}",
            negative in any::<bool>(),
        ) {
            prop_assume!(carried_by_globset(&pattern));
            let by_globset = globset(&pattern).unwrap().is_match(&text);
            for dialect in [Dialect::Act, Dialect::GiteaGlob] {
                let regex = translated(negative, &pattern, dialect).unwrap();
                prop_assert_eq!(by_globset, regex.is_match(&text), "{:?} {}", dialect, regex);
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
    fn ordinary_patterns_are_carried_by_globset() {
        assert!(carried_by_globset("releases/v1.*"));
        assert!(carried_by_globset("main"));
        for other in ["", "a?", "a+", "**", "docs/**", "[ab]", "{a,b}", "a\\b", "^", "a|b"] {
            assert!(!carried_by_globset(other), "{other}");
        }
    }

    #[test]
    fn a_pattern_beyond_the_limits_is_refused() {
        let long = "a".repeat(PATTERN_LIMIT_BYTES + 1);
        assert_eq!(Pattern::compile(&long, Dialect::Act).unwrap_err(), Fault::TooLarge);
        let deep = format!("{}{}", "{".repeat(2000), "}".repeat(2000));
        assert_eq!(Pattern::compile(&deep, Dialect::GiteaGlob).unwrap_err(), Fault::TooLarge);
    }
}
