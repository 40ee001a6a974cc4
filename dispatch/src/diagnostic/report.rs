//! All findings about one source.

use std::fmt;

use serde::Serialize;

use super::render::{Colour, render};
use super::{Finding, Severity, Source};

/// All that is to be said about one text, in the order of the text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    source: Option<Source>,
    findings: Vec<Finding>,
}

impl Report {
    /// The findings about a text; `None` if there is no text, as with environment variables.
    pub fn new(source: Option<Source>, mut findings: Vec<Finding>) -> Self {
        findings.sort_by_key(|finding| finding.span.map_or(usize::MAX, |span| span.start));
        Self { source, findings }
    }

    /// Errors and warnings, in the order of the text; those without a place come last.
    pub fn findings(&self) -> &[Finding] {
        &self.findings
    }

    /// Whether anything stops us.
    pub fn has_errors(&self) -> bool {
        self.findings.iter().any(Finding::is_error)
    }

    /// For people: each finding with its line, and a count at the end. Empty if there is nothing to say.
    pub fn render(&self, colour: Colour) -> String {
        let mut parts: Vec<String> = self.findings.iter().map(|finding| render(finding, self.source.as_ref(), colour)).collect();
        parts.extend(self.count());
        parts.join("\n\n")
    }

    /// For programs: a list of objects with `severity`, `file`, `line`, `column` (both from 1), `key`, `message` and
    /// `help`; what does not apply is null.
    pub fn to_json(&self) -> serde_json::Value {
        let file = self.source.as_ref().map(Source::name);
        self.findings.iter().map(|finding| serde_json::json!(Entry::new(finding, file))).collect()
    }

    /// "2 errors and 1 warning".
    fn count(&self) -> Option<String> {
        let errors = self.findings.iter().filter(|finding| finding.is_error()).count();
        let words: Vec<String> =
            [(errors, "error"), (self.findings.len() - errors, "warning")].into_iter().filter_map(counted).collect();
        let place = self.source.as_ref().map(|source| format!(" in {}", source.name())).unwrap_or_default();
        (!words.is_empty()).then(|| format!("{}{place}", words.join(" and ")))
    }
}

fn counted((number, word): (usize, &str)) -> Option<String> {
    match number {
        0 => None,
        1 => Some(format!("1 {word}")),
        _ => Some(format!("{number} {word}s")),
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.render(Colour::Plain))
    }
}

impl std::error::Error for Report {}

/// A finding as programs read it.
#[derive(Serialize)]
struct Entry<'a> {
    severity: Severity,
    file: Option<&'a str>,
    line: Option<usize>,
    column: Option<usize>,
    key: &'a str,
    message: &'a str,
    help: Option<&'a str>,
}

impl<'a> Entry<'a> {
    fn new(finding: &'a Finding, file: Option<&'a str>) -> Self {
        Self {
            severity: finding.severity,
            file,
            line: finding.span.map(|span| span.line),
            column: finding.span.map(|span| span.column),
            key: &finding.key,
            message: &finding.message,
            help: finding.help.as_deref(),
        }
    }
}
