//! What somebody may have meant.

/// The candidate that is spelled most like `word`, if any is near enough to be a slip of the hand.
pub fn closest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let word = normal(word);
    candidates
        .into_iter()
        .map(|candidate| (strsim::damerau_levenshtein(&word, &normal(candidate)), candidate))
        .filter(|(distance, candidate)| *distance <= (candidate.len() / 3).max(1))
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

/// Case and the two dashes are mixed up most often of all. A word of any length is long enough to be compared.
fn normal(word: &str) -> String {
    word.chars().take(64).map(|c| if c == '-' { '_' } else { c.to_ascii_lowercase() }).collect()
}

/// Words as a sentence lists them: "`a`, `b` or `c`" with `joint` before the last.
pub fn listed(words: &[&str], joint: &str) -> String {
    let quoted: Vec<String> = words.iter().map(|word| format!("`{word}`")).collect();
    match quoted.split_last() {
        Some((last, rest)) if !rest.is_empty() => format!("{} {joint} {last}", rest.join(", ")),
        _ => quoted.concat(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_of_the_hand_is_recognised() {
        let keys = ["labels", "limit", "idle_limit", "boot_limit"];
        for (word, meant) in [("labls", "labels"), ("Limit", "limit"), ("boot-limit", "boot_limit"), ("lable", "labels")] {
            assert_eq!(closest(word, keys), Some(meant), "{word}");
        }
    }

    #[test]
    fn what_resembles_nothing_gets_no_suggestion() {
        assert_eq!(closest("colour", ["labels", "limit"]), None);
        assert_eq!(closest("x", ["env"]), None);
    }

    #[test]
    fn words_are_listed_as_in_a_sentence() {
        assert_eq!(listed(&["a", "b", "c"], "or"), "`a`, `b` or `c`");
        assert_eq!(listed(&["a"], "or"), "`a`");
        assert_eq!(listed(&[], "or"), "");
    }
}
