//! How a list of patterns is combined: the same in every forge and version.

use super::compiled::Pattern;
use super::{Because, Dialect, Invalid, Verdict};

/// A compiled list, the value of one filter key.
#[derive(Debug, Clone)]
pub struct Patterns {
    patterns: Vec<Pattern>,
}

impl Patterns {
    /// Compiles every pattern of a list.
    ///
    /// # Errors
    /// The first pattern that this dialect cannot compile. The forge then treats the key as unsatisfied.
    pub fn compile(patterns: &[&str], dialect: Dialect) -> Result<Self, Invalid> {
        let compile = |(index, pattern): (usize, &&str)| {
            Pattern::compile(pattern, dialect).map_err(|fault| Invalid { index, pattern: (*pattern).to_owned(), fault })
        };
        let patterns = patterns.iter().enumerate().map(compile).collect::<Result<_, _>>()?;
        Ok(Self { patterns })
    }

    /// The list as `branches`, `tags` or `paths`: satisfied if at least one input is in.
    ///
    /// The list is walked in order; a match lets an input in, a match of a `!` pattern takes it out, the last one wins, and
    /// at the start every input is out (so that a list of nothing but `!` patterns lets nothing in).
    /// The forge's `Skip` is the opposite.
    pub fn include(&self, inputs: &[&str]) -> Verdict {
        if let Some(verdict) = self.trivial(inputs) {
            return verdict;
        }
        let mut excluded = None;
        for (input, text) in inputs.iter().enumerate() {
            match self.last_match(text) {
                Some((pattern, Pattern { negative: false, .. })) => {
                    return Verdict::yes(Because::Included { pattern, input });
                }
                Some((pattern, _)) => {
                    excluded = excluded.or(Some(Because::Excluded { pattern, input }));
                }
                None => {}
            }
        }
        Verdict::no(excluded.unwrap_or(Because::NothingMatched))
    }

    /// The list as `branches-ignore`, `tags-ignore` or `paths-ignore`: satisfied unless every input is ignored.
    ///
    /// Any pattern can ignore an input; `!p` ignores everything that is *not* p. The forge's `Filter` is the opposite.
    pub fn ignore(&self, inputs: &[&str]) -> Verdict {
        if let Some(verdict) = self.trivial(inputs) {
            return verdict;
        }
        let mut first = None;
        for (input, text) in inputs.iter().enumerate() {
            let Some(pattern) = self.patterns.iter().position(|p| p.matches(text) != p.negative) else {
                return Verdict::yes(Because::NotIgnored { input });
            };
            first.get_or_insert(pattern);
        }
        first.map_or(Verdict::no(Because::NoInput), |pattern| Verdict::no(Because::AllIgnored { pattern }))
    }

    fn trivial(&self, inputs: &[&str]) -> Option<Verdict> {
        if self.patterns.is_empty() {
            return Some(Verdict::yes(Because::EmptyList));
        }
        inputs.is_empty().then(|| Verdict::no(Because::NoInput))
    }

    fn last_match(&self, text: &str) -> Option<(usize, &Pattern)> {
        self.patterns.iter().enumerate().rev().find(|(_, pattern)| pattern.matches(text))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BOTH: [Dialect; 2] = [Dialect::Act, Dialect::GiteaGlob];

    fn list(patterns: &[&str]) -> Patterns {
        Patterns::compile(patterns, Dialect::Act).unwrap()
    }

    /// Lists run through the real implementations of both dialects: `p` patterns, `i` inputs; first letter: the include list
    /// rejects, second: the ignore list rejects; `E`: does not compile.
    #[test]
    fn recorded_vectors() {
        let mut checked = 0;
        for line in include_str!("vectors.jsonl").lines() {
            let vector: serde_json::Value = serde_json::from_str(line).unwrap();
            let strings = |key: &str| -> Vec<String> { serde_json::from_value(vector[key].clone()).unwrap() };
            let (patterns, inputs) = (strings("p"), strings("i"));
            let patterns: Vec<&str> = patterns.iter().map(String::as_str).collect();
            let inputs: Vec<&str> = inputs.iter().map(String::as_str).collect();
            for (dialect, key) in BOTH.into_iter().zip(["old", "new"]) {
                let expected = vector.get("r").unwrap_or(&vector[key]).as_str().unwrap();
                let letter = |verdict: Verdict| if verdict.satisfied { "F" } else { "T" };
                let actual = Patterns::compile(&patterns, dialect)
                    .map_or("E".to_owned(), |list| [letter(list.include(&inputs)), letter(list.ignore(&inputs))].concat());
                assert_eq!(actual, expected, "{dialect:?}: {line}");
                checked += 1;
            }
        }
        assert_eq!(checked, 342);
    }

    #[test]
    fn an_include_list_names_the_pattern_that_decided() {
        let list = list(&["*.md", "!README.md", "docs/**"]);
        assert_eq!(list.include(&["README.md"]).because, Because::Excluded { pattern: 1, input: 0 });
        assert_eq!(list.include(&["README.md", "docs/a"]).because, Because::Included { pattern: 2, input: 1 });
        assert_eq!(list.include(&["src/a"]).because, Because::NothingMatched);
        assert_eq!(list.include(&[]).because, Because::NoInput);
    }

    #[test]
    fn an_ignore_list_names_what_is_left_over() {
        let list = list(&["docs/**", "!src/**"]);
        assert_eq!(list.ignore(&["docs/a", "src/a"]).because, Because::NotIgnored { input: 1 });
        assert_eq!(list.ignore(&["docs/a", "x"]).because, Because::AllIgnored { pattern: 0 });
        assert_eq!(list.ignore(&["x"]).because, Because::AllIgnored { pattern: 1 });
    }

    #[test]
    fn an_empty_list_asks_for_nothing_even_of_nothing() {
        let list = list(&[]);
        assert_eq!(list.include(&[]), Verdict::yes(Because::EmptyList));
        assert_eq!(list.ignore(&["a"]), Verdict::yes(Because::EmptyList));
    }

    #[test]
    fn the_pattern_that_does_not_compile_is_named_in_a_sentence() {
        let invalid = Patterns::compile(&["main", "v[0-9"], Dialect::Act).unwrap_err();
        assert_eq!(invalid.index, 1);
        insta::assert_snapshot!(invalid, @"`v[0-9` is not a pattern that the forge understands: `[` is never closed");
    }
}
