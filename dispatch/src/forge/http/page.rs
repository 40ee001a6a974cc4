//! Text of strangers in our errors: short, on one line, without control characters.

/// Longest excerpt in characters.
const LONGEST: usize = 200;

/// The first `LONGEST` characters, white space and control characters made single blanks.
pub(super) fn excerpt(text: &str) -> String {
    let visible: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).take(LONGEST * 4).collect();
    let words: Vec<&str> = visible.split_whitespace().collect();
    let line = words.join(" ");
    if line.chars().count() <= LONGEST {
        return line;
    }
    line.chars().take(LONGEST).chain(['…']).collect()
}

/// The title of an HTML page, if it has one.
pub(super) fn title(page: &str) -> Option<String> {
    // ASCII case only, so that positions in both texts agree.
    let lower = page.to_ascii_lowercase();
    let (_, after) = page.split_at_checked(lower.find("<title")?)?;
    let (_, after) = after.split_once('>')?;
    let (title, _) = after.split_at_checked(after.to_ascii_lowercase().find("</title")?)?;
    Some(excerpt(title)).filter(|title| !title.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_excerpt_is_one_short_line() {
        assert_eq!(excerpt("a\n\tb\u{1b}[31m  c "), "a b [31m c");
        assert_eq!(excerpt(&"x".repeat(300)).chars().count(), 201);
    }

    #[test]
    fn a_title_is_found_in_any_spelling() {
        assert_eq!(title("<HTML><Title lang=en>\n 502 Bad Gateway</TITLE>").as_deref(), Some("502 Bad Gateway"));
        assert_eq!(title("<title></title>"), None);
        assert_eq!(title("<title"), None);
    }
}
