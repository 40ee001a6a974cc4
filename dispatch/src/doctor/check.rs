//! One thing that was looked at.

use serde::Serialize;

use crate::aws::signed::Refused;

/// What was found about one thing, in a sentence, with a remedy where one is needed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Check {
    /// What was looked at.
    pub topic: Topic,
    /// How it is.
    pub verdict: Verdict,
    /// What was found, as a lower-case fragment.
    pub text: String,
    /// What to do next.
    pub remedy: Option<String>,
}

/// What is looked at, in the order in which it is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Topic {
    /// Who asks.
    Caller,
    /// The table of records.
    Table,
    /// What wakes the worker.
    Schedule,
    /// The images of the pools.
    Image,
    /// Subnets and security groups.
    Network,
    /// The instance profile of machines and its role.
    Role,
    /// Whether EC2 would launch.
    Launch,
    /// How much EC2 would launch.
    Quota,
}

/// How a thing is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// As it must be.
    Good,
    /// Nobody could say, most often because whoever asks may not.
    Unknown,
    /// It works, but not as somebody may think.
    Warning,
    /// It does not work.
    Error,
}

impl Topic {
    /// As people call it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Caller => "caller",
            Self::Table => "table",
            Self::Schedule => "schedule",
            Self::Image => "image",
            Self::Network => "network",
            Self::Role => "role",
            Self::Launch => "launch",
            Self::Quota => "quota",
        }
    }

    pub(super) fn good(self, text: impl Into<String>) -> Check {
        Check { topic: self, verdict: Verdict::Good, text: text.into(), remedy: None }
    }

    pub(super) fn unknown(self, text: impl Into<String>, remedy: impl Into<String>) -> Check {
        Check { topic: self, verdict: Verdict::Unknown, text: text.into(), remedy: Some(remedy.into()) }
    }

    pub(super) fn warning(self, text: impl Into<String>, remedy: impl Into<String>) -> Check {
        Check { topic: self, verdict: Verdict::Warning, text: text.into(), remedy: Some(remedy.into()) }
    }

    pub(super) fn error(self, text: impl Into<String>, remedy: impl Into<String>) -> Check {
        Check { topic: self, verdict: Verdict::Error, text: text.into(), remedy: Some(remedy.into()) }
    }

    /// A question that was not answered. That whoever runs the doctor may not ask says nothing about the installation.
    pub(super) fn unanswered(self, refused: &Refused, remedy: &str) -> Check {
        if refused.is_denied() {
            return self.unknown(refused.to_string(), format!("allow `{}` to whoever runs this", refused.right()));
        }
        self.error(refused.to_string(), remedy)
    }
}
