//! Just enough git for the content routes: commits with full file lists, and true object ids.

use std::collections::BTreeMap;

use sha1::{Digest as _, Sha1};

/// The object id that stands for "nothing".
pub const ZERO_ID: &str = "0000000000000000000000000000000000000000";

/// A commit as a story-teller describes it; ids of real repositories may be given.
#[derive(Clone, Debug, Default)]
pub struct Commit {
    /// Object id; made up from the content when `None`.
    pub id: Option<String>,
    /// Message, normally ending in a newline.
    pub message: String,
    /// Files written, path to content.
    pub write: BTreeMap<String, String>,
    /// Files removed.
    pub remove: Vec<String>,
    /// Author time, seconds; the world's time when `None`.
    pub time_s: Option<i64>,
}

impl Commit {
    /// A commit that changes no file.
    pub fn new(message: &str) -> Self {
        Self { message: format!("{message}\n"), ..Self::default() }
    }

    /// Writes a file.
    #[must_use]
    pub fn write(mut self, path: &str, content: &str) -> Self {
        self.write.insert(path.to_owned(), content.to_owned());
        self
    }
}

/// A commit in a repository.
#[derive(Clone, Debug)]
pub(crate) struct CommitRow {
    pub(crate) id: String,
    /// First parent.
    pub(crate) parent: Option<String>,
    pub(crate) message: String,
    pub(crate) author: i64,
    pub(crate) time_s: i64,
    pub(crate) added: Vec<String>,
    pub(crate) removed: Vec<String>,
    pub(crate) modified: Vec<String>,
    pub(crate) files: BTreeMap<String, FileRow>,
}

/// A file of a commit and the commit that last touched it.
#[derive(Clone, Debug)]
pub(crate) struct FileRow {
    pub(crate) content: String,
    pub(crate) last_commit: String,
    pub(crate) last_time_s: i64,
}

impl CommitRow {
    /// Puts `commit` on top of `parent`.
    pub(crate) fn on_top_of(parent: Option<&Self>, commit: Commit, author: i64, now_s: i64) -> Self {
        let before = parent.map(|row| row.files.clone()).unwrap_or_default();
        let time_s = commit.time_s.unwrap_or(now_s);
        let id = commit.id.clone().unwrap_or_else(|| {
            let parent = parent.map_or(ZERO_ID, |row| row.id.as_str());
            object_id("commit", format!("{parent}{time_s}{}{:?}", commit.message, commit.write).as_bytes())
        });
        let (modified, added) = commit.write.keys().cloned().partition(|path| before.contains_key(path));
        let mut files = before;
        files.retain(|path, _| !commit.remove.contains(path));
        for (path, content) in commit.write {
            files.insert(path, FileRow { content, last_commit: id.clone(), last_time_s: time_s });
        }
        Self {
            id,
            parent: parent.map(|row| row.id.clone()),
            message: commit.message,
            author,
            time_s,
            added,
            removed: commit.remove,
            modified,
            files,
        }
    }
}

/// One line of a recursive listing.
pub(crate) struct TreeEntry {
    pub(crate) path: String,
    /// `None` for a folder.
    pub(crate) size: Option<usize>,
    pub(crate) id: String,
}

/// Every folder and file, in git's order: by path, a folder before its content.
pub(crate) fn listing(files: &BTreeMap<String, FileRow>) -> Vec<TreeEntry> {
    let mut entries: BTreeMap<String, TreeEntry> = BTreeMap::new();
    for (path, file) in files {
        for (end, _) in path.match_indices('/') {
            let folder = path.get(..end).unwrap_or_default().to_owned();
            entries.entry(folder.clone()).or_insert_with(|| TreeEntry {
                id: tree_id(files, &format!("{folder}/")),
                path: folder,
                size: None,
            });
        }
        entries
            .insert(path.clone(), TreeEntry { path: path.clone(), size: Some(file.content.len()), id: blob_id(&file.content) });
    }
    entries.into_values().collect()
}

/// The id of a file's content.
pub(crate) fn blob_id(content: &str) -> String {
    object_id("blob", content.as_bytes())
}

/// The id of the folder with this prefix (`""` or ending in a slash).
fn tree_id(files: &BTreeMap<String, FileRow>, prefix: &str) -> String {
    let mut rows: BTreeMap<String, (&str, String, String)> = BTreeMap::new();
    for (path, file) in files {
        let Some(rest) = path.strip_prefix(prefix) else {
            continue;
        };
        match rest.split_once('/') {
            // Git sorts a folder as if its name ended in a slash.
            Some((folder, _)) => rows.entry(format!("{folder}/")).or_insert_with(|| {
                let id = tree_id(files, &format!("{prefix}{folder}/"));
                ("40000", folder.to_owned(), id)
            }),
            None => rows.entry(rest.to_owned()).or_insert_with(|| ("100644", rest.to_owned(), blob_id(&file.content))),
        };
    }
    let mut body = Vec::new();
    for (mode, name, id) in rows.into_values() {
        body.extend_from_slice(format!("{mode} {name}\0").as_bytes());
        body.extend(hex::decode(id).unwrap_or_default());
    }
    object_id("tree", &body)
}

fn object_id(kind: &str, body: &[u8]) -> String {
    let mut hash = Sha1::new();
    hash.update(format!("{kind} {}\0", body.len()));
    hash.update(body);
    hex::encode(hash.finalize())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Ids that `git hash-object` and `git write-tree` print for the same content.
    #[test]
    fn ids_are_those_of_git() {
        let commit = Commit::new("Start").write("src/a.go", "a\n");
        let row = CommitRow::on_top_of(None, commit, 1, 0);
        let listing = listing(&row.files);
        let found: Vec<_> = listing.iter().map(|e| (e.path.as_str(), e.id.as_str())).collect();
        assert_eq!(
            found,
            [("src", "8043a5f6a8c104bb69e3706e6c3e94a46c846060"), ("src/a.go", "78981922613b2afb6025042ff6bd878ac1994e85"),]
        );
    }

    #[test]
    fn a_commit_knows_what_it_added_and_what_it_changed() {
        let first = CommitRow::on_top_of(None, Commit::new("1").write("a", "1"), 1, 0);
        let second = Commit::new("2").write("a", "2").write("b", "2");
        let second = CommitRow::on_top_of(Some(&first), second, 1, 5);
        assert_eq!((second.added.as_slice(), second.modified.as_slice()), (&["b".to_owned()][..], &["a".to_owned()][..]));
        assert_ne!(first.id, second.id);
    }
}
