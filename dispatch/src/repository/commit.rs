//! A commit, its files, and what differs between two.

use std::collections::BTreeMap;

/// One commit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Commit {
    /// Its id.
    pub id: String,
    /// Its whole message.
    pub message: String,
    /// The ids of its parents; the first is the one that it is compared with.
    pub parents: Vec<String>,
}

/// All files of a commit by their paths from the root.
pub type Listing = BTreeMap<String, Entry>;

/// What a commit holds at a path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// What it is.
    pub kind: EntryKind,
    /// The file mode as git writes it: `100644`.
    pub mode: String,
    /// The id of the blob, or of the submodule's commit.
    pub id: String,
}

/// What a path is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EntryKind {
    /// A file or a symbolic link.
    File,
    /// A submodule.
    Submodule,
}

/// The paths at which two commits differ, sorted. A renamed file is two paths.
pub fn changed(before: &Listing, after: &Listing) -> Vec<String> {
    let gone = before.keys().filter(|path| !after.contains_key(*path));
    let new_or_other = after.iter().filter(|(path, entry)| before.get(*path) != Some(entry)).map(|(path, _)| path);
    let mut paths: Vec<String> = gone.chain(new_or_other).cloned().collect();
    paths.sort_unstable();
    paths
}

#[cfg(test)]
mod tests {
    use super::*;

    fn listing(files: &[(&str, &str, &str)]) -> Listing {
        let entry = |mode: &str, id: &str| Entry { kind: EntryKind::File, mode: mode.to_owned(), id: id.to_owned() };
        files.iter().map(|(path, mode, id)| ((*path).to_owned(), entry(mode, id))).collect()
    }

    #[test]
    fn what_came_went_or_became_something_else_has_changed() {
        let before =
            listing(&[("gone", "100644", "1"), ("same", "100644", "2"), ("other", "100644", "3"), ("run", "100644", "4")]);
        let after = listing(&[("new", "100644", "1"), ("same", "100644", "2"), ("other", "100644", "9"), ("run", "100755", "4")]);
        assert_eq!(changed(&before, &after), ["gone", "new", "other", "run"]);
        assert_eq!(changed(&after, &after), Vec::<String>::new());
    }
}
