//! The filter keys and what they are about.

use super::super::model::Trigger;

/// What a key is compared with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Subject {
    Branch,
    Tag,
    Path,
}

/// A key: what it is compared with, and whether it ignores instead of including.
pub(super) fn subject(key: &str) -> Option<(Subject, bool)> {
    match key {
        "branches" => Some((Subject::Branch, false)),
        "branches-ignore" => Some((Subject::Branch, true)),
        "tags" => Some((Subject::Tag, false)),
        "tags-ignore" => Some((Subject::Tag, true)),
        "paths" => Some((Subject::Path, false)),
        "paths-ignore" => Some((Subject::Path, true)),
        _ => None,
    }
}

/// Whether an entry has a key about branches and one about tags.
pub(super) fn names_branches_and_tags(entry: &Trigger) -> bool {
    let has = |wanted| {
        let mut subjects = entry.filters.iter().filter_map(|filter| subject(&filter.key));
        subjects.any(|(subject, _)| subject == wanted)
    };
    has(Subject::Branch) && has(Subject::Tag)
}
