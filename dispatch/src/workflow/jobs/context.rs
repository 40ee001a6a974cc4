//! What an expansion needs to know beside the workflow.

use crate::expression::Value;

use super::super::Dialect;
use super::Callees;

/// What an expansion needs to know beside the workflow.
#[derive(Clone, Copy)]
pub struct ExpandContext<'a> {
    /// Whose rules.
    pub dialect: Dialect,
    /// The `github` context, see [`github_context`](super::github_context). Forges that evaluate without it ignore it.
    pub github: &'a Value,
    /// The `vars` context: a map of texts, as the forge would merge them from instance, owner and repository.
    pub vars: &'a Value,
    /// The `inputs` of a dispatch with their defaults; an empty map for any other event.
    pub inputs: &'a Value,
    /// The run waits for the approval of a maintainer.
    pub needs_approval: bool,
    /// Where called workflows are looked up.
    pub callees: &'a dyn Callees,
}

/// What the forges hand to expressions, by version.
impl ExpandContext<'_> {
    /// The `github` context, or nothing where the forge parses jobs without it.
    pub(super) fn visible_github(&self) -> Value {
        if self.dialect.is_gitea_from(25) || self.dialect.is_forgejo_from(16) { self.github.clone() } else { Value::Null }
    }

    /// The `inputs` context, likewise.
    pub(super) fn visible_inputs(&self) -> Value {
        if self.dialect.is_gitea_from(25) || self.dialect.is_forgejo_from(14) { self.inputs.clone() } else { Value::empty() }
    }

    /// Whether `strategy.matrix` and `runs-on` are evaluated as trees, in which an expression may become a list.
    pub(super) fn evaluates_trees(&self) -> bool {
        self.dialect.is_forgejo_from(14)
    }
}
