//! What an expression may refer to.

use super::{Failure, Value};

/// The contexts of one evaluation, under the names by which an expression reaches them.
#[derive(Debug, Clone, Default)]
pub struct Contexts {
    entries: Vec<(String, Value)>,
    /// Whether the job has `needs`, which is all that decides `success()` before any job has run.
    pub has_needs: bool,
    /// Whether `needs.x.outputs.y` and unknown keys of `matrix` are refused as not available yet. Forgejo ≥ 14 evaluates
    /// `matrix` and `runs-on` so, to expand the job once more when the value is there. Otherwise they are null.
    pub refuse_missing: bool,
}

impl Contexts {
    /// No context at all.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a context, or replaces it.
    #[must_use]
    pub fn with(mut self, name: &str, value: Value) -> Self {
        self.entries.retain(|(existing, _)| existing != name);
        self.entries.push((name.to_owned(), value));
        self
    }

    /// The context of that name, whatever its case.
    pub(super) fn get(&self, name: &str) -> Result<&Value, Failure> {
        self.entries
            .iter()
            .find(|(existing, _)| existing.eq_ignore_ascii_case(name))
            .map(|(_, value)| value)
            .ok_or_else(|| Failure::Refused(format!("there is no context `{name}`")))
    }
}
