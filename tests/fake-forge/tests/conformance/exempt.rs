//! What may differ between the fake and a live server, each with its reason. Both lists may only shrink.

use serde_json::{Map, Value};

/// How far a field may differ.
pub(crate) enum Freedom {
    /// Not at all (time stamps: only in when).
    None,
    /// In value, not in type.
    Value,
    /// In value, but each of theirs stands for one of ours.
    Word,
    /// In everything.
    Whole,
}

/// Random or secret.
const WORDS: [&str; 2] = ["uuid", "handle"];

/// Object (by a field that marks it), fields, reason.
const VALUES: [(&str, &[&str], &str); 7] = [
    ("", &["token", "gitea_runtime_token", "GITEA_TOKEN", "GITHUB_TOKEN", "FORGEJO_TOKEN"], "secrets, replaced in the recording"),
    ("", &["avatar_url"], "ends in a hash of the e-mail address"),
    ("", &["duration"], "a length of time"),
    ("clone_url", &["size", "language"], "bytes on disk and the language found in them"),
    (
        "clone_url",
        &["open_issues_count", "open_pr_counter", "release_counter", "branch_count"],
        "issues and releases are not modelled, counters lag behind",
    ),
    ("clone_url", &["has_wiki_contents"], "wikis are not modelled"),
    ("merge_base", &["additions", "deletions", "changed_files", "comments", "mergeable"], "diffs and reviews are not modelled"),
];

/// Set by steps of the tour that the model does not know: milestones and reviews.
/// Gitea 1.24 leaves out a count of reviews that is zero.
const WHOLE: [(&str, &[&str]); 1] = [("merge_base", &["milestone", "requested_reviewers", "review_comments"])];

/// Differences that remain: recording, beginning of the difference, reason.
const KNOWN: [(&str, &str, &str); 0] = [];

/// May this field of `object` differ?
pub(crate) fn freedom(object: &Map<String, Value>, name: &str) -> Freedom {
    let is = |mark: &str| mark.is_empty() || object.contains_key(mark);
    if WORDS.contains(&name) {
        Freedom::Word
    } else if WHOLE.iter().any(|(mark, names)| is(mark) && names.contains(&name)) {
        Freedom::Whole
    } else if VALUES.iter().any(|(mark, names, _)| is(mark) && names.contains(&name)) {
        Freedom::Value
    } else {
        Freedom::None
    }
}

/// Is the difference in the list?
pub(crate) fn is_known(recording: &str, difference: &str) -> bool {
    KNOWN.iter().any(|(file, start, _)| *file == recording && difference.starts_with(start))
}

/// A line of the list that no difference needs any more must go.
pub(crate) fn assert_none_is_stale(recording: &str, differences: &[String]) {
    for (file, start, _) in KNOWN.iter().filter(|(file, ..)| *file == recording) {
        let needed = differences.iter().any(|line| line.starts_with(start));
        assert!(needed, "no longer needed in KNOWN: {file} {start}");
    }
}
