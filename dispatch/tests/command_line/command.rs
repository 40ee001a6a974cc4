//! One call of the program, and what it said.

use std::path::Path;
use std::process::Stdio;

use serde_json::Value;
use tokio::process::Command;

/// Nothing of the environment of the tests; `PATH` is for the runner, which is a shell script.
pub(crate) fn bare(folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_dispatch"));
    command.env_clear().env("PATH", "/usr/bin:/bin").env("HOME", folder).env("TMPDIR", folder);
    command.current_dir(folder).stdin(Stdio::null()).kill_on_drop(true);
    command
}

/// How a call ended.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) code: Option<i32>,
    pub(crate) data: String,
    pub(crate) talk: String,
}

impl Answer {
    pub(crate) async fn of(command: &mut Command) -> Self {
        let output = command.output().await.unwrap();
        let text = |bytes| String::from_utf8(bytes).unwrap();
        Self { code: output.status.code(), data: text(output.stdout), talk: text(output.stderr) }
    }

    /// What was written to standard output, by a call that ended with this code.
    pub(crate) fn exits(self, code: i32) -> Self {
        assert_eq!(self.code, Some(code), "{self:#?}");
        self
    }

    /// Standard output as lines of JSON.
    pub(crate) fn json(&self) -> Vec<Value> {
        self.data.lines().map(|line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"))).collect()
    }

    /// The one line of JSON.
    pub(crate) fn object(&self) -> Value {
        let mut lines = self.json();
        assert_eq!(lines.len(), 1, "{self:#?}");
        lines.remove(0)
    }

    /// Fails unless both streams are free of escape codes.
    pub(crate) fn without_escapes(self) -> Self {
        assert!(!self.data.contains('\u{1b}') && !self.talk.contains('\u{1b}'), "{self:#?}");
        self
    }
}
