//! What an expression may refer to.

use std::sync::Arc;

use super::{Failure, Value};

/// The contexts of one evaluation, under the names by which an expression reaches them.
#[derive(Debug, Clone, Default)]
pub struct Contexts {
    entries: Vec<(&'static str, Arc<Value>)>,
    /// How the jobs that the job needs have ended.
    pub outcome: Outcome,
    /// Whether `needs.x` and `needs.x.outputs.y` are refused when they are not available yet, instead of being null.
    /// Forgejo ≥ 14 evaluates `matrix` and `runs-on` so, to expand the job once more when the value is there.
    pub refuse_missing_needs: bool,
    /// Whether a quoted text that is never closed is refused instead of making the forge panic (Gitea ≥ 1.26).
    pub survives_open_quotes: bool,
    /// Whether a key that the matrix does not have is refused likewise; for `runs-on` only.
    pub refuse_missing_matrix: bool,
}

/// How the jobs that a job needs have ended, which is what `success()` and `failure()` tell.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Outcome {
    /// All with success; also if there are none.
    Success,
    /// At least one has failed.
    Failure,
    /// Neither: they have not ended, or were skipped.
    #[default]
    Other,
}

impl Contexts {
    /// No context at all.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a context, or replaces it.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: impl Into<Arc<Value>>) -> Self {
        match self.entries.iter_mut().find(|(existing, _)| *existing == name) {
            Some((_, old)) => *old = value.into(),
            None => self.entries.push((name, value.into())),
        }
        self
    }

    /// The context of that name, whatever its case.
    pub(super) fn get(&self, name: &str) -> Result<&Value, Failure> {
        self.entries
            .iter()
            .find(|(existing, _)| existing.eq_ignore_ascii_case(name))
            .map(|(_, value)| &**value)
            .ok_or_else(|| Failure::Refused(format!("there is no context `{name}`")))
    }
}
