//! The answer for one workflow file and one entry of its `on`.

use crate::yaml::Span;

use super::super::Why;
use super::super::jobs::ExpandedJob;

/// What one event leads to.
#[derive(Clone, Debug, PartialEq)]
pub struct Decided {
    /// Why no file was looked at, if so.
    pub why: Option<Why>,
    /// One decision for each file and for each of its entries that the event could start; in the forge's order.
    pub workflows: Vec<Decision>,
}

/// What becomes of one workflow file, for one entry of its `on`.
#[derive(Clone, Debug, PartialEq)]
pub struct Decision {
    /// The path below the workflow folder.
    pub workflow: String,
    /// The commit that the file was read from.
    pub commit: String,
    /// The folder that the file is in.
    pub folder: String,
    /// The entry of `on`; the event itself where there is none.
    pub event: String,
    /// Started or not.
    pub outcome: Outcome,
    /// Why.
    pub why: Why,
    /// The place in the file that decided.
    pub span: Option<Span>,
}

/// Started or not.
#[derive(Clone, Debug, PartialEq)]
pub enum Outcome {
    /// A run with these jobs.
    Started {
        /// The jobs in the forge's order.
        jobs: Vec<ExpandedJob>,
        /// All of them wait until a maintainer approves.
        needs_approval: bool,
    },
    /// A run that has failed before it began (Forgejo ≥ 13), named after the commit. No machine is wanted.
    Failed {
        /// The first line of the commit's message.
        title: String,
    },
    /// Nothing.
    NotStarted,
    /// Not known.
    Unknown,
}

impl Decided {
    pub(super) fn nothing(why: Why) -> Self {
        Self { why: Some(why), workflows: Vec::new() }
    }
}

impl Decision {
    /// This decision if it is the same under the other possibility; otherwise the answer is open.
    pub(super) fn if_equal(self, other: &Self, unknown: &str) -> Self {
        if self.outcome == other.outcome {
            return self;
        }
        self.open(unknown)
    }

    /// This decision if nothing starts; otherwise it is not known how often.
    pub(super) fn if_nothing(self, unknown: &str) -> Self {
        if matches!(self.outcome, Outcome::Started { .. }) {
            return self.open(unknown);
        }
        self
    }

    fn open(self, unknown: &str) -> Self {
        let why = Why::Unknown { what: unknown.to_owned() };
        Self { outcome: Outcome::Unknown, why, ..self }
    }
}

impl Outcome {
    /// The first word of a sentence about it.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Started { needs_approval: false, .. } => "started",
            Self::Started { needs_approval: true, .. } => "started, waits for approval",
            Self::Failed { .. } => "failed",
            Self::NotStarted => "not started",
            Self::Unknown => "unknown",
        }
    }
}
