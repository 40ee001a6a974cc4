//! Words of strangers, made fit for a terminal, a log and a delivery page.

/// The text on one line without control characters, at most `most` characters long.
///
/// Job names and error pages come from outside; a terminal must not obey them.
pub fn printable(text: &str, most: usize) -> String {
    let is_plain = text.len() <= most && text.bytes().all(|byte| matches!(byte, b' '..=b'~'));
    if is_plain {
        return text.trim().to_owned();
    }
    let tame = |c: char| if c.is_control() || is_invisible(c) { ' ' } else { c };
    let mut line: String = text.chars().map(tame).take(most).collect();
    if text.chars().nth(most).is_some() {
        line.pop();
        line.push('…');
    }
    line.trim().to_owned()
}

/// Characters that reorder or hide their neighbours.
fn is_invisible(c: char) -> bool {
    matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_cannot_command_the_terminal() {
        assert_eq!(printable("build\u{1b}[2J\nx\u{202e}y", 100), "build [2J x y");
    }

    #[test]
    fn plain_text_is_only_trimmed() {
        assert_eq!(printable("  build it ~ ", 100), "build it ~");
        assert_eq!(printable("build it", 7), "build …");
        assert_eq!(printable("a\u{7f}b", 100), "a b");
    }

    #[test]
    fn a_long_name_is_cut_where_it_shows() {
        assert_eq!(printable("äöüß", 4), "äöüß");
        assert_eq!(printable("äöüßx", 4), "äöü…");
    }
}
