//! What a forge tells about repositories: the same routes in every release of both.
//!
//! Beside the seam [`Forge`](super::Forge): only explanations and predictions read files. Changed files come from two
//! whole listings, because what a forge's `compare` lists is cut and depends on the release.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use serde::Deserialize;
use serde_json::Value;

use super::capabilities::ForgeKind::Gitea;
use super::client::ForgeClient;
use super::error::{ForgeError, ForgeErrorKind};
use super::http::{Answer, Missing};
use super::route;
use crate::identifier::RepositoryName;
use crate::repository::{Commit, Entry, EntryKind, Listing};

/// Lines of a listing in one answer, and answers read: a bound far above any repository that keeps its CI waiting.
const LINES: usize = 1_000;
const MOST_PAGES: usize = 200;

#[derive(Deserialize)]
struct CommitRow {
    sha: String,
    commit: CommitText,
    parents: Option<Vec<Parent>>,
}

#[derive(Deserialize)]
struct CommitText {
    message: String,
}

#[derive(Deserialize)]
struct Parent {
    sha: String,
}

#[derive(Deserialize)]
struct TreePage {
    tree: Option<Vec<TreeLine>>,
    truncated: bool,
}

#[derive(Deserialize)]
struct TreeLine {
    path: String,
    mode: String,
    #[serde(rename = "type")]
    kind: String,
    sha: String,
}

#[derive(Deserialize)]
struct FileRow {
    content: Option<String>,
    /// Where a symbolic link points, which is its content to git.
    target: Option<String>,
}

impl ForgeClient {
    /// The repository as deliveries show it.
    pub async fn repository(&self, name: &RepositoryName) -> Result<Value, ForgeError> {
        self.http.ask(&route::repository(Gitea, name, &[])).await?.read()
    }

    /// A pull request as deliveries show it.
    pub async fn pull_request(&self, name: &RepositoryName, number: u64) -> Result<Value, ForgeError> {
        self.http.ask(&route::repository(Gitea, name, &["pulls", &number.to_string()])).await?.read()
    }

    /// The commit that a ref or an id stands for; nothing if the repository does not have it.
    pub async fn commit(&self, name: &RepositoryName, revision: &str) -> Result<Option<Commit>, ForgeError> {
        let call = route::repository(Gitea, name, &["commits"]).query("sha", revision).query("limit", "1");
        let call = call.query("stat", "false").query("verification", "false").query("files", "false");
        let answer = self.http.ask(&call).await?;
        if answer.missing() == Some(Missing::Object) {
            return Ok(None);
        }
        let rows: Option<Vec<CommitRow>> = answer.read()?;
        let first = rows.unwrap_or_default().into_iter().next();
        Ok(first.map(|CommitRow { sha, commit, parents }| Commit {
            id: sha,
            message: commit.message,
            parents: parents.unwrap_or_default().into_iter().map(|parent| parent.sha).collect(),
        }))
    }

    /// Every file of a commit that the repository has.
    pub async fn listing(&self, name: &RepositoryName, commit: &str) -> Result<Listing, ForgeError> {
        let call = route::repository(Gitea, name, &["git", "trees", commit]).query("recursive", "true");
        let call = call.query("per_page", &LINES);
        let mut listing = Listing::new();
        for page in 1..=MOST_PAGES {
            let TreePage { tree, truncated } = self.http.ask(&call.clone().query("page", &page)).await?.read()?;
            let lines = tree.unwrap_or_default();
            let is_last = !truncated || lines.is_empty();
            listing.extend(lines.into_iter().filter_map(entry));
            if is_last {
                return Ok(listing);
            }
        }
        let cause = format!("the commit has more than {} files and folders, so they were not all read", LINES * MOST_PAGES);
        Err(ForgeError::new(ForgeErrorKind::NotSupported, format!("the files of {name}"), cause))
    }

    /// The content of a file of a commit.
    pub async fn file(&self, name: &RepositoryName, commit: &str, path: &str) -> Result<Vec<u8>, ForgeError> {
        let segments: Vec<&str> = std::iter::once("contents").chain(path.split('/')).collect();
        let answer = self.http.ask(&route::repository(Gitea, name, &segments).query("ref", commit)).await?;
        let FileRow { content, target } = answer.read()?;
        match (content, target) {
            (Some(content), _) => decoded(&answer, &content),
            (None, Some(target)) => Ok(target.into_bytes()),
            (None, None) => Err(answer.error(ForgeErrorKind::Malformed, "the forge shows the file without its content")),
        }
    }
}

fn entry(line: TreeLine) -> Option<(String, Entry)> {
    let kind = match line.kind.as_str() {
        "blob" => EntryKind::File,
        "commit" => EntryKind::Submodule,
        _ => return None,
    };
    Some((line.path, Entry { kind, mode: line.mode, id: line.sha }))
}

fn decoded(answer: &Answer, content: &str) -> Result<Vec<u8>, ForgeError> {
    let packed: String = content.split_whitespace().collect();
    BASE64_STANDARD
        .decode(packed)
        .map_err(|error| answer.error(ForgeErrorKind::Malformed, format!("the content is not base64: {error}")))
}
