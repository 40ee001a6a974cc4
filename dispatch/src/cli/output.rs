//! The one place that writes to the terminal: data to standard output, talk to standard error.

use std::io::Write;

use anstyle::{AnsiColor, Style};
use serde::Serialize;

/// Good news.
pub const GOOD: Style = AnsiColor::Green.on_default();
/// What wants attention.
pub const WARN: Style = AnsiColor::Yellow.on_default();
/// What failed.
pub const BAD: Style = AnsiColor::Red.on_default().bold();
/// What may be overlooked.
pub const DIM: Style = Style::new().dimmed();

/// Writes a line of data. Colours go when the stream is no terminal or `NO_COLOR` is set.
pub fn line(text: &str) {
    let _reader_gone = writeln!(anstream::stdout().lock(), "{text}");
}

/// Writes a line of JSON.
pub fn json(value: &impl Serialize) {
    if let Ok(text) = serde_json::to_string(value) {
        line(&text);
    }
}

/// Says something to the person in front of the terminal.
pub fn say(text: &str) {
    let _reader_gone = writeln!(anstream::stderr().lock(), "{text}");
}

/// Says what went wrong.
pub fn error(text: &str) {
    say(&format!("{BAD}error:{BAD:#} {text}"));
}

/// `text` in a style.
pub fn styled(style: Style, text: impl std::fmt::Display) -> String {
    format!("{style}{text}{style:#}")
}
