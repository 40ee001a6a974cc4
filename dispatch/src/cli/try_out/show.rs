//! How `try` shows what happens, while it happens.

use crate::cli::output::{self, DIM, GOOD, styled};
use crate::journal::{Journal, Subject};
use crate::reason::Reason;
use crate::time::Timestamp;

/// Prints steps with the time since the beginning.
pub(super) struct Show {
    json: bool,
    began: Timestamp,
}

impl Show {
    pub(super) fn new(json: bool, began: Timestamp) -> Self {
        Self { json, began }
    }

    /// One step; `who` is one word.
    pub(super) fn step(&self, at: Timestamp, who: &str, text: &str) {
        let after_ms = at.since_ms(self.began);
        if self.json {
            output::json(&serde_json::json!({ "after_ms": after_ms, "step": who, "text": text }));
        } else {
            let seconds = format!("{:>2}.{:03} s", after_ms / 1_000, after_ms % 1_000);
            output::line(&format!("{}  {who:<9} {text}", styled(DIM, seconds)));
        }
    }

    pub(super) fn headline(&self, text: &str) {
        if !self.json {
            output::line(text);
        }
    }

    pub(super) fn end(&self, at: Timestamp) {
        let after_ms = at.since_ms(self.began);
        if self.json {
            output::json(&serde_json::json!({ "after_ms": after_ms, "step": "done", "text": "nothing is left" }));
        } else {
            output::line(&styled(GOOD, format!("done in {after_ms} ms; nothing is left behind")));
        }
    }
}

/// The journal of the service that `try` runs.
pub(super) struct ShownJournal(std::sync::Arc<Show>);

impl ShownJournal {
    pub(super) fn new(show: std::sync::Arc<Show>) -> Self {
        Self(show)
    }
}

impl Journal for ShownJournal {
    fn tell(&self, at: Timestamp, subject: &Subject, reason: &Reason) {
        let who = match subject {
            Subject::Job(_) => "job",
            Subject::Runner(_) => "runner",
            Subject::Machine(_) => "machine",
            Subject::Installation => "records",
        };
        self.0.step(at, who, &reason.to_string());
    }
}
