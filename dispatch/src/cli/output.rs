//! The one place that writes to the terminal: data to standard output, talk to standard error.

use std::io::Write;

use anstyle::{AnsiColor, Style};
use serde::Serialize;

/// Good news.
pub(super) const GOOD: Style = AnsiColor::Green.on_default();
/// What wants attention.
pub(super) const WARN: Style = AnsiColor::Yellow.on_default();
/// What failed.
pub(super) const BAD: Style = AnsiColor::Red.on_default().bold();
/// What may be overlooked.
pub(super) const DIM: Style = Style::new().dimmed();

/// Writes a line of data. Colours go when the stream is no terminal or `NO_COLOR` is set.
pub(super) fn line(text: &str) {
    let _reader_gone = writeln!(anstream::stdout().lock(), "{text}");
}

/// Writes a line of JSON.
pub(super) fn json(value: &impl Serialize) {
    if let Ok(text) = serde_json::to_string(value) {
        line(&text);
    }
}

/// Says something to the person in front of the terminal.
pub(super) fn say(text: &str) {
    let _reader_gone = writeln!(anstream::stderr().lock(), "{text}");
}

/// Says what went wrong.
pub(super) fn error(text: &str) {
    say(&format!("{BAD}error:{BAD:#} {text}"));
}

/// Whether talk may be coloured, for the log, which writes to standard error by itself.
pub(super) fn talk_is_coloured() -> bool {
    anstream::AutoStream::choice(&std::io::stderr()) != anstream::ColorChoice::Never
}

/// `text` in a style.
pub(super) fn styled(style: Style, text: impl std::fmt::Display) -> String {
    format!("{style}{text}{style:#}")
}
