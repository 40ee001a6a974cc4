//! What must not be shown, although somebody wrote it where everybody reads.
//!
//! Who knows that a value is a secret says so ([`super::Source::redact`]). What stands here is the net below: texts
//! that look like a credential in a place where none belongs, such as `token:abc` without its space.

use std::ops::Range;

/// Keys that hold a credential have one of these words in their name.
const WORDS: [&str; 4] = ["token", "secret", "passw", "credential"];

/// Forges make tokens of forty hexadecimal digits; no word and no name that we are given is as long as this.
const RUN: usize = 32;

/// Longest piece of a value that a message repeats.
const SHOWN: usize = 60;

/// Whether a text may hold a credential: `token: …` within a value, or a long run of letters and digits.
pub fn looks_secret(text: &str) -> bool {
    !runs(text).is_empty() || after_words(text).iter().any(|rest| is_assignment(text.get(rest.clone()).unwrap_or_default()))
}

/// The text in backticks for a message: escaped, cut at sixty characters, and hidden if it looks like a credential.
pub fn quoted(text: &str) -> String {
    if looks_secret(text) {
        return "`…`".to_owned();
    }
    let mut shown: String = text.chars().take(SHOWN).flat_map(char::escape_debug).collect();
    shown = shown.replace("\\\"", "\"").replace("\\'", "'");
    if text.chars().nth(SHOWN).is_some() {
        shown.push('…');
    }
    format!("`{shown}`")
}

/// Runs of letters and digits that are too long to be anything but a credential or the digest of an image.
pub(super) fn runs(text: &str) -> Vec<Range<usize>> {
    let mut start = 0;
    let mut found = Vec::new();
    for piece in text.split_inclusive(|c: char| !c.is_ascii_alphanumeric()) {
        let run = piece.trim_end_matches(|c: char| !c.is_ascii_alphanumeric()).len();
        let is_digest = text.get(..start).is_some_and(|before| before.ends_with("sha256:"));
        if run >= RUN && !is_digest {
            found.push(start..start + run);
        }
        start += piece.len();
    }
    found
}

/// From each word that announces a credential to the end of its line, and the lines that belong to it by being
/// indented further. For a text whose structure cannot be read.
pub(super) fn announced(text: &str) -> Vec<Range<usize>> {
    after_words(text).into_iter().map(|rest| rest.start..end_of_block(text, rest)).collect()
}

/// What stands on the line after each of the words.
fn after_words(text: &str) -> Vec<Range<usize>> {
    let lower = text.to_ascii_lowercase();
    let ends = WORDS.iter().flat_map(|word| lower.match_indices(word).map(|(start, found)| start + found.len()));
    ends.map(|start| start..end_of_line(text, start)).collect()
}

/// Whether the rest of a line assigns something: `: x`, `_file = x`, `s:x`.
fn is_assignment(rest: &str) -> bool {
    let rest = rest.trim_start_matches(|c: char| c.is_ascii_alphanumeric() || c == '_').trim_start();
    rest.strip_prefix([':', '=']).is_some_and(|value| !value.trim().is_empty())
}

fn end_of_line(text: &str, from: usize) -> usize {
    text.get(from..).and_then(|rest| rest.find('\n')).map_or(text.len(), |length| from + length)
}

fn end_of_block(text: &str, first: Range<usize>) -> usize {
    let before = text.get(..first.start).unwrap_or_default();
    let own_indent = indent(before.rsplit('\n').next().unwrap_or_default());
    let mut end = first.end;
    while let Some(line) = text.get(end + 1..).and_then(|rest| rest.split('\n').next()) {
        if !line.trim().is_empty() && indent(line) <= own_indent {
            break;
        }
        end += 1 + line.len();
    }
    end
}

fn indent(line: &str) -> usize {
    line.len() - line.trim_start_matches([' ', '-']).len()
}

#[cfg(test)]
mod tests {
    use super::*;

    const TOKEN: &str = "0123456789abcdef0123456789abcdef01234567";

    #[test]
    fn a_token_is_recognised_wherever_it_stands() {
        assert!(looks_secret(TOKEN));
        assert!(looks_secret(&format!("https://bot:{TOKEN}@git.example.com/")));
        assert!(looks_secret("token:abc"));
        assert!(looks_secret("https://git.example.com webhook_secret = abc"));
    }

    #[test]
    fn what_an_honest_file_holds_is_shown() {
        for text in [
            "docker:docker://node@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
            "/run/secrets/token",
            "GITEA_TOKEN",
            "token",
            "/usr/local/bin/gitea-runner",
        ] {
            assert!(!looks_secret(text), "{text}");
        }
    }

    #[test]
    fn a_message_repeats_no_credential_no_novel_and_no_control_character() {
        assert_eq!(quoted("10 minutes"), "`10 minutes`");
        assert_eq!(quoted(TOKEN), "`…`");
        assert_eq!(quoted("a\nb\u{1b}[31m"), "`a\\nb\\u{1b}[31m`");
        assert_eq!(quoted(&"ab ".repeat(30)), format!("`{}…`", "ab ".repeat(20)));
    }

    #[test]
    fn in_a_broken_text_all_that_a_word_announces_is_hidden() {
        let text = "a:\n  token: \"abc\n   def\n  url: x\n  webhook_secrets:\n    - ghi\n    - jkl\nb: 1";
        let hidden: Vec<_> = announced(text).into_iter().map(|range| &text[range]).collect();
        assert_eq!(hidden, [": \"abc\n   def", "s:\n    - ghi\n    - jkl"]);
    }
}
