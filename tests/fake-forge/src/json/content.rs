//! Files and folders of a repository, as the content routes show them.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::Fields as _;
use crate::flavour::Flavour;
use crate::world::git::{self, CommitRow, FileRow};
use crate::world::{Repository, World, clock::rfc3339};

impl World {
    /// A file; its content only when asked for by itself.
    pub(crate) fn file_json(
        &self,
        repository: &Repository,
        reference: &str,
        path: &str,
        file: &FileRow,
        with_content: bool,
    ) -> Value {
        let (root, full) = (self.root_url(), self.full_name(repository));
        let blob = git::blob_id(&file.content);
        let api = format!("{root}/api/v1/repos/{full}");
        let url = format!("{api}/contents/{path}?ref={reference}");
        let git_url = format!("{api}/git/blobs/{blob}");
        let kind = if repository.commits.contains_key(reference) { "commit" } else { "branch" };
        let html_url = format!("{root}/{full}/src/{kind}/{reference}/{path}");
        let content = with_content.then(|| STANDARD.encode(&file.content));
        let mut value = json!({
            "name": path.rsplit('/').next().unwrap_or(path),
            "path": path,
            "sha": blob,
            "last_commit_sha": file.last_commit,
            "type": "file",
            "size": file.content.len(),
            "encoding": content.as_ref().map(|_| "base64"),
            "content": content,
            "target": null,
            "url": url,
            "html_url": html_url,
            "git_url": git_url,
            "download_url": format!("{root}/{full}/raw/{kind}/{reference}/{path}"),
            "submodule_git_url": null,
            "_links": { "self": url, "git": git_url, "html": html_url },
        });
        let time = json!(rfc3339(file.last_time_s));
        match self.flavour() {
            Flavour::Forgejo10 | Flavour::Forgejo11 => {}
            Flavour::Forgejo15 => value.set("last_commit_when", time),
            _ => {
                value.set("last_committer_date", time.clone());
                value.set("last_author_date", time);
            }
        }
        value
    }

    /// A commit as lists of commits show it.
    pub(crate) fn listed_commit_json(&self, repository: &Repository, commit: &CommitRow) -> Value {
        let api = format!("{}/api/v1/repos/{}", self.root_url(), self.full_name(repository));
        let parents = commit.parent.iter().map(|id| json!({ "sha": id, "url": format!("{api}/git/commits/{id}") }));
        json!({
            "sha": commit.id,
            "url": format!("{api}/git/commits/{}", commit.id),
            "created": rfc3339(commit.time_s),
            "commit": { "message": commit.message },
            "parents": parents.collect::<Value>(),
        })
    }
}

/// A recursive listing of a commit; pages are `per_page` long and count from 1.
pub(crate) fn listed_tree(api: &str, commit: &CommitRow, page: usize, per_page: usize) -> (Value, usize) {
    let entries = git::listing(&commit.files);
    let total = entries.len();
    let shown = entries.into_iter().skip((page - 1) * per_page).take(per_page);
    let lines = shown.map(|entry| {
        let (mode, kind, route) = match entry.size {
            Some(_) => ("100644", "blob", "blobs"),
            None => ("040000", "tree", "trees"),
        };
        json!({
            "path": entry.path,
            "mode": mode,
            "type": kind,
            "size": entry.size.unwrap_or(0),
            "sha": entry.id,
            "url": format!("{api}/git/{route}/{}", entry.id),
        })
    });
    let value = json!({
        "sha": commit.id,
        "url": format!("{api}/git/trees/{}", commit.id),
        "tree": lines.collect::<Value>(),
        "truncated": page * per_page < total,
        "page": page,
        "total_count": total,
    });
    (value, total)
}
