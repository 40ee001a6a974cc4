//! What a job is called.

use crate::expression::{Contexts, Failure, holds_expression, interpolate};

use super::super::{Dialect, Forge};
use super::combination::Combination;

/// The name of one row of the job `id`: from its `name`, if it has one, and from its combination of the matrix.
///
/// # Errors
/// What makes the forge panic, or what it knows and this program does not. Any other failure makes an empty name.
pub(super) fn name(
    id: &str,
    written: &str,
    combination: &Combination,
    contexts: &Contexts,
    dialect: Dialect,
) -> Result<String, Failure> {
    match dialect.forge {
        Forge::Gitea => gitea(if written.is_empty() { id } else { written }, combination, contexts, dialect),
        Forge::Forgejo if dialect.is_forgejo_from(8) && !written.is_empty() => or_empty(interpolate(written, contexts)),
        Forge::Forgejo => Ok(combination.appended_to(if written.is_empty() { id } else { written })),
    }
}

/// Without a matrix, Gitea leaves an expression as it stands; before 1.23 also with one.
fn gitea(name: &str, combination: &Combination, contexts: &Contexts, dialect: Dialect) -> Result<String, Failure> {
    if !combination.is_empty() && dialect.is_gitea_from(23) && holds_expression(name) {
        or_empty(interpolate(name, contexts))
    } else {
        Ok(combination.appended_to(name))
    }
}

/// The text, or an empty one for what the forge merely refuses.
pub(super) fn or_empty(text: Result<String, Failure>) -> Result<String, Failure> {
    match text {
        Err(Failure::Syntax { .. } | Failure::Refused(_)) => Ok(String::new()),
        other => other,
    }
}

/// Forgejo ≥ 11 tells jobs of the same name apart: the second one gets `-1`, the third one `-2`.
pub(super) fn make_unique<'n>(names: impl IntoIterator<Item = &'n mut String>) {
    let mut seen = std::collections::HashMap::new();
    for name in names {
        let earlier = seen.entry(name.clone()).or_insert(0_usize);
        if *earlier > 0 {
            *name = format!("{name}-{earlier}");
        }
        *earlier += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_names_are_numbered() {
        let mut names = ["a", "b", "a", "a", "a-1"].map(str::to_owned);
        make_unique(&mut names);
        assert_eq!(names, ["a", "b", "a-1", "a-2", "a-1"]);
    }
}
