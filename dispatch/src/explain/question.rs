//! What is to be explained.

use crate::repository::Unavailable;
use crate::workflow::event::{Event, Unreadable};

/// One event, and how to speak of it.
#[derive(Clone, Debug)]
pub struct Question {
    /// The event.
    pub event: Event,
    /// The event for a person: "a push of `main` to acme/tour".
    pub about: String,
    /// What a person should know besides, each a sentence.
    pub notes: Vec<String>,
}

/// Why there is no question, or no answer to it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unanswerable {
    /// Something was asked that makes no sense; the sentence says what to ask instead.
    #[error("{0}")]
    Question(String),
    /// Somebody who knows did not answer.
    #[error(transparent)]
    Unavailable(#[from] Unavailable),
}

impl Unanswerable {
    /// What was asked makes no sense.
    pub(crate) fn question(sentence: impl Into<String>) -> Self {
        Self::Question(sentence.into())
    }
}

impl Question {
    /// The question about an event of this fine type with this payload.
    pub(super) fn new(event_type: &str, payload: serde_json::Value, about: String) -> Result<Self, Unanswerable> {
        let event = Event::from_delivery(event_type, payload).map_err(|error| Unanswerable::question(cannot(&error)))?;
        Ok(Self { event, about, notes: Vec::new() })
    }

    /// With one more thing to know.
    #[must_use]
    pub(super) fn note(mut self, note: Option<String>) -> Self {
        self.notes.extend(note);
        self
    }
}

impl From<crate::forge::ForgeError> for Unanswerable {
    fn from(error: crate::forge::ForgeError) -> Self {
        Self::Unavailable(error.into())
    }
}

fn cannot(error: &Unreadable) -> String {
    match error {
        Unreadable::Kind(kind) => {
            format!(
                "`{kind}` starts no workflows on any forge: ask about `push`, `pull_request`, `issues`, `release` and the like"
            )
        }
        Unreadable::Missing(field) => format!("this is no whole payload of a forge: it has no `{field}`"),
    }
}

/// The first digits of a commit's id, as people read them.
pub(super) fn short(commit: &str) -> &str {
    commit.get(..10).unwrap_or(commit)
}
