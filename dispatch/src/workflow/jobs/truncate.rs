//! How names are cut to what the forge's table holds.

use std::sync::LazyLock;

use regex::Regex;

use super::super::Dialect;

/// The width of the column.
const LIMIT: usize = 255;
/// What takes the place of the rest. It takes three bytes, and counts as three.
const ELLIPSIS: &str = "…";

/// A name of a job, or a title of a run, as the forge stores it.
pub fn truncated(text: &str, dialect: Dialect) -> String {
    if text.len() <= LIMIT {
        text.to_owned()
    } else if dialect.is_gitea_from(24) {
        by_width(text)
    } else {
        by_bytes(text)
    }
}

/// Forgejo, and Gitea before 1.24: as many whole characters as fit into the bytes.
fn by_bytes(text: &str) -> String {
    let fits = |end: &usize| end + ELLIPSIS.len() <= LIMIT;
    let end = text.char_indices().map(|(at, c)| at + c.len_utf8()).take_while(fits).last();
    format!("{}{ELLIPSIS}", text.get(..end.unwrap_or(0)).unwrap_or_default())
}

/// Gitea ≥ 1.24: as many characters as fit into the columns of a terminal, as Gitea guesses them.
fn by_width(text: &str) -> String {
    let (mut used, mut end) = (0, text.len());
    for (at, c) in text.char_indices() {
        if used + width(c) + ELLIPSIS.len() > LIMIT {
            end = at;
            break;
        }
        used += width(c);
    }
    let (kept, rest) = text.split_at_checked(end).unwrap_or((text, ""));
    // A rest that is shorter than its replacement stays.
    let (characters, columns) = rest.chars().fold((0, 0), |(n, columns), c| (n + 1, columns + width(c)));
    if characters <= 3 && used + columns <= LIMIT {
        return text.to_owned();
    }
    format!("{kept}{ELLIPSIS}")
}

fn width(c: char) -> usize {
    static NARROW: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"^[\p{M}\p{Cf}\p{Z}]$").ok());
    let is_narrow = |c: char| NARROW.as_ref().is_some_and(|narrow| narrow.is_match(c.encode_utf8(&mut [0; 4])));
    match c {
        '\0'..='\u{ff}' => 1,
        '\u{3000}' => 2,
        _ if is_narrow(c) => 1,
        _ => 2,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_fits_stays() {
        for dialect in [Dialect::gitea(27), Dialect::forgejo(15)] {
            assert_eq!(truncated(&"n".repeat(255), dialect), "n".repeat(255));
            assert_eq!(truncated(&"n".repeat(256), dialect), format!("{}…", "n".repeat(252)));
        }
    }

    #[test]
    fn gitea_counts_columns_and_forgejo_bytes() {
        assert_eq!(truncated(&"é".repeat(200), Dialect::gitea(27)), "é".repeat(200));
        assert_eq!(truncated(&"é".repeat(200), Dialect::forgejo(15)), format!("{}…", "é".repeat(126)));
        assert_eq!(truncated(&"語".repeat(200), Dialect::gitea(27)), format!("{}…", "語".repeat(126)));
        assert_eq!(truncated(&"語".repeat(127), Dialect::gitea(27)), "語".repeat(127));
    }
}
