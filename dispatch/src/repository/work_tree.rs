//! The repository around a folder of this computer, read through the `git` command.
//!
//! Everything that `git` is told comes as separate arguments, and nothing that a person typed can become an option.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Output, Stdio};

use async_trait::async_trait;
use tokio::io::AsyncWriteExt;
use tokio::process::Command;

use super::{Commit, Entry, EntryKind, Listing, Repository, Unavailable};
use crate::text::printable;

/// A work tree.
#[derive(Clone, Debug)]
pub struct WorkTree {
    folder: PathBuf,
}

/// A branch of the work tree, and the remote that a push of it goes to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Branch {
    /// Its short name.
    pub name: String,
    /// The remote's name, if there is one.
    pub remote: Option<String>,
}

impl WorkTree {
    /// The work tree that `folder` belongs to; nothing if it belongs to none.
    pub async fn around(folder: &Path) -> Result<Option<Self>, Unavailable> {
        let here = Self { folder: folder.to_path_buf() };
        let top = here.line(&["rev-parse", "--show-toplevel"]).await?;
        Ok(top.map(|top| Self { folder: top.into() }))
    }

    /// Its root.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The branch that is checked out; nothing if `HEAD` is detached.
    pub async fn branch(&self) -> Result<Option<Branch>, Unavailable> {
        let Some(name) = self.line(&["symbolic-ref", "--quiet", "--short", "HEAD"]).await? else { return Ok(None) };
        let remote = self.remote_of(&name).await?;
        Ok(Some(Branch { name, remote }))
    }

    /// As `git push` chooses: the branch's own setting, the default for pushes, the branch's upstream, the usual name.
    async fn remote_of(&self, branch: &str) -> Result<Option<String>, Unavailable> {
        for key in [format!("branch.{branch}.pushRemote"), "remote.pushDefault".to_owned(), format!("branch.{branch}.remote")] {
            if let Some(remote) = self.line(&["config", "--get", &key]).await? {
                return Ok(Some(remote));
            }
        }
        let remotes = self.line(&["remote"]).await?.unwrap_or_default();
        let remotes: Vec<&str> = remotes.lines().collect();
        let usual = remotes.iter().find(|name| **name == "origin").or(remotes.first().filter(|_| remotes.len() == 1));
        Ok(usual.map(|name| (*name).to_owned()))
    }

    /// The remote's default branch, as far as this clone knows it.
    pub async fn default_branch(&self, remote: &str) -> Result<Option<String>, Unavailable> {
        let head = self.line(&["symbolic-ref", "--quiet", &format!("refs/remotes/{remote}/HEAD")]).await?;
        Ok(head.and_then(|head| head.strip_prefix(&format!("refs/remotes/{remote}/")).map(str::to_owned)))
    }

    /// The address of a remote.
    pub async fn address(&self, remote: &str) -> Result<Option<String>, Unavailable> {
        self.line(&["config", "--get", &format!("remote.{remote}.url")]).await
    }

    /// Where two commits parted.
    pub async fn merge_base(&self, one: &str, other: &str) -> Result<Option<String>, Unavailable> {
        self.line(&["merge-base", one, other]).await
    }

    /// Files that differ from the last commit or are new, each once.
    pub async fn uncommitted(&self) -> Result<usize, Unavailable> {
        let status = self.answer(&["status", "--porcelain", "-z", "--no-renames", "--untracked-files=normal"]).await?;
        Ok(status.split(|byte| *byte == 0).filter(|row| !row.is_empty()).count())
    }

    /// The output without its last line break; nothing if the command says no.
    async fn line(&self, arguments: &[&str]) -> Result<Option<String>, Unavailable> {
        let output = self.run(arguments, &[]).await?;
        let text = String::from_utf8_lossy(&output.stdout).trim_end_matches('\n').to_owned();
        Ok(Some(text).filter(|text| output.status.success() && !text.is_empty()))
    }

    /// The output of a command that must succeed.
    async fn answer(&self, arguments: &[&str]) -> Result<Vec<u8>, Unavailable> {
        let output = self.run(arguments, &[]).await?;
        if output.status.success() { Ok(output.stdout) } else { Err(failed(arguments, &output.stderr)) }
    }

    async fn run(&self, arguments: &[&str], input: &[u8]) -> Result<Output, Unavailable> {
        let cannot = |error: std::io::Error| failed(arguments, error.to_string().as_bytes());
        let mut child = self.command(arguments).spawn().map_err(cannot)?;
        let stdin = child.stdin.take();
        let feed = async move {
            if let Some(mut stdin) = stdin {
                // A command that ends early says why by itself.
                let _closed = stdin.write_all(input).await;
            }
        };
        let ((), output) = tokio::join!(feed, child.wait_with_output());
        output.map_err(cannot)
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new("git");
        command.arg("--no-pager").arg("-C").arg(&self.folder).args(arguments.iter().map(OsStr::new));
        // Nothing is locked, fetched or asked for, and messages are the same for everybody.
        command.env("GIT_OPTIONAL_LOCKS", "0").env("GIT_NO_LAZY_FETCH", "1").env("GIT_TERMINAL_PROMPT", "0").env("LC_ALL", "C");
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).kill_on_drop(true);
        command
    }
}

#[async_trait]
impl Repository for WorkTree {
    async fn commit(&self, revision: &str) -> Result<Option<Commit>, Unavailable> {
        let peeled = format!("{revision}^{{commit}}");
        let Some(id) = self.line(&["rev-parse", "--verify", "--quiet", "--end-of-options", &peeled]).await? else {
            return Ok(None);
        };
        let shown = self.answer(&["show", "--no-patch", "--no-show-signature", "--format=%P%x00%B", &id]).await?;
        let shown = String::from_utf8_lossy(&shown);
        let (parents, message) = shown.split_once('\0').unwrap_or_default();
        let parents = parents.split_whitespace().map(str::to_owned).collect();
        Ok(Some(Commit { id, parents, message: message.trim_end_matches('\n').to_owned() + "\n" }))
    }

    async fn listing(&self, commit: &str) -> Result<Option<Listing>, Unavailable> {
        let Some(commit) = self.commit(commit).await? else { return Ok(None) };
        let rows = self.answer(&["ls-tree", "-r", "-z", "--full-tree", &commit.id]).await?;
        Ok(Some(rows.split(|byte| *byte == 0).filter_map(row).collect()))
    }

    async fn contents(&self, _: &str, files: &[(&str, &Entry)]) -> Result<Vec<Vec<u8>>, Unavailable> {
        if files.is_empty() {
            return Ok(Vec::new());
        }
        let arguments = ["cat-file", "--batch"];
        let ids: Vec<&str> = files.iter().flat_map(|(_, entry)| [entry.id.as_str(), "\n"]).collect();
        let output = self.run(&arguments, ids.concat().as_bytes()).await?;
        let mut rest = output.stdout.as_slice();
        let blobs: Option<Vec<_>> = files.iter().map(|_| blob(&mut rest)).collect();
        blobs.ok_or_else(|| failed(&arguments, &output.stderr))
    }
}

/// `100644 blob ID<tab>PATH`.
fn row(bytes: &[u8]) -> Option<(String, Entry)> {
    let text = String::from_utf8_lossy(bytes);
    let (facts, path) = text.split_once('\t')?;
    let mut facts = facts.split(' ');
    let (mode, kind, id) = (facts.next()?, facts.next()?, facts.next()?);
    let kind = if kind == "commit" { EntryKind::Submodule } else { EntryKind::File };
    Some((path.to_owned(), Entry { kind, mode: mode.to_owned(), id: id.to_owned() }))
}

/// `ID blob SIZE<newline>CONTENT<newline>`, taken from the front.
fn blob(rest: &mut &[u8]) -> Option<Vec<u8>> {
    let end = rest.iter().position(|byte| *byte == b'\n')?;
    let (head, after) = rest.split_at_checked(end)?;
    let size: usize = std::str::from_utf8(head).ok()?.rsplit(' ').next()?.parse().ok()?;
    let (content, after) = after.get(1..)?.split_at_checked(size)?;
    *rest = after.get(1..)?;
    Some(content.to_vec())
}

fn failed(arguments: &[&str], cause: &[u8]) -> Unavailable {
    let what = format!("git {}", arguments.first().unwrap_or(&""));
    let cause = printable(&String::from_utf8_lossy(cause), 300);
    Unavailable::Git { what, cause: if cause.is_empty() { "it failed without a word".to_owned() } else { cause } }
}
