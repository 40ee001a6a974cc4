//! One thing that is wrong.

use serde::Serialize;

use crate::yaml::Span;

/// What is wrong, where, and what to do next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// Whether it stops us.
    pub severity: Severity,
    /// What it is about, such as `pools.go.labels[1]` or the name of an environment variable; empty for the whole.
    pub key: String,
    /// Where it was written, if it was.
    pub span: Option<Span>,
    /// What is wrong and why that matters, as a lower-case fragment.
    pub message: String,
    /// What to do next.
    pub help: Option<String>,
    /// A second place that belongs to it.
    pub related: Option<Related>,
}

/// Whether a finding stops us.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// Nothing is started.
    Error,
    /// It works, but not as somebody may think.
    Warning,
}

/// A second place that a finding points at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Related {
    /// Where.
    pub span: Span,
    /// What is there.
    pub label: String,
}

impl Finding {
    /// Something that stops us.
    pub fn error(key: impl Into<String>, message: impl Into<String>) -> Self {
        Self::new(Severity::Error, key.into(), message.into())
    }

    /// Something that is worth a look.
    pub fn warning(key: impl Into<String>, message: impl Into<String>) -> Self {
        Self::new(Severity::Warning, key.into(), message.into())
    }

    fn new(severity: Severity, key: String, message: String) -> Self {
        Self { severity, key, span: None, message, help: None, related: None }
    }

    /// With what to do next.
    #[must_use]
    pub fn help(self, help: impl Into<String>) -> Self {
        Self { help: Some(help.into()), ..self }
    }

    /// With the place where it was written.
    #[must_use]
    pub fn at(self, span: Span) -> Self {
        Self { span: Some(span), ..self }
    }

    /// With a second place that belongs to it.
    #[must_use]
    pub fn related(self, span: Span, label: impl Into<String>) -> Self {
        Self { related: Some(Related { span, label: label.into() }), ..self }
    }

    /// Whether it stops us.
    pub fn is_error(&self) -> bool {
        self.severity == Severity::Error
    }
}
