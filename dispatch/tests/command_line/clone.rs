//! A clone in a folder of its own, as somebody has it on their computer.

use std::fs;
use std::path::Path;
use std::process::Command;

use tempfile::TempDir;

use crate::command::{Answer, bare};

/// A repository with the branch `main`.
pub(crate) struct Clone {
    folder: TempDir,
}

impl Clone {
    /// With one commit that holds a README.
    pub(crate) fn new() -> Self {
        let clone = Self { folder: tempfile::tempdir().unwrap() };
        clone.git(&["init", "--quiet", "--initial-branch=main"]);
        clone.write("README.md", "hello\n").commit("Start");
        clone
    }

    /// The same where the remote has everything so far.
    pub(crate) fn pushed() -> Self {
        let clone = Self::new();
        clone.git(&["remote", "add", "origin", "https://git.example.com/acme/tour.git"]);
        clone.push();
        clone
    }

    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    pub(crate) fn write(&self, path: &str, text: &str) -> &Self {
        let path = self.folder().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
        self
    }

    /// Commits everything.
    pub(crate) fn commit(&self, message: &str) -> &Self {
        self.git(&["add", "--all"]);
        self.git(&["commit", "--quiet", "--message", message]);
        self
    }

    /// Lets the remote's branch stand where this one stands, as after `git push`.
    pub(crate) fn push(&self) -> &Self {
        let branch = self.git(&["symbolic-ref", "--short", "HEAD"]);
        self.git(&["update-ref", &format!("refs/remotes/origin/{}", branch.trim()), "HEAD"]);
        self
    }

    pub(crate) fn branch(&self, name: &str) -> &Self {
        self.git(&["switch", "--quiet", "--create", name]);
        self
    }

    pub(crate) fn head(&self) -> String {
        self.git(&["rev-parse", "HEAD"]).trim().to_owned()
    }

    /// The same commits get the same ids wherever and whenever this runs.
    pub(crate) fn git(&self, arguments: &[&str]) -> String {
        let mut git = Command::new("git");
        git.current_dir(self.folder()).args(arguments).env_clear().env("PATH", "/usr/bin:/bin").env("HOME", self.folder());
        for who in ["AUTHOR", "COMMITTER"] {
            git.env(format!("GIT_{who}_NAME"), "Alice").env(format!("GIT_{who}_EMAIL"), "alice@example.com");
            git.env(format!("GIT_{who}_DATE"), "2026-11-21T10:00:00Z");
        }
        let output = git.output().unwrap();
        assert!(output.status.success(), "git {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    }

    /// `dispatch explain` in this folder.
    pub(crate) async fn explain(&self, arguments: &[&str]) -> Answer {
        let arguments = std::iter::once(&"explain").chain(arguments);
        Answer::of(bare(self.folder()).args(arguments)).await.without_escapes()
    }
}

/// Where commit ids were: they are not what a story is about.
pub(crate) fn without_ids(text: &str) -> String {
    regex::Regex::new(r"\b[0-9a-f]{10}\b").unwrap().replace_all(text, "COMMIT").into_owned()
}
