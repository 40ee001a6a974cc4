//! Decides what a recording asks, one answer for each line.
//!
//! A recording is a folder `FORGE-VERSION` with `events.jsonl` (one user action a line) beside `trees` (the workflow
//! folders of every commit). The recorded answers (`decided`) are not read. Lines are decided in order, because what
//! one line shows of a repository (differences, messages, who is trusted) still holds in the next.

mod answer;
mod dialect;
mod line;
mod memory;
mod trees;

use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};

pub use answer::{Answer, Job, Run};
pub use line::{Delivery, Line, TimelineEntry};
pub use memory::Memory;

use crate::workflow::{Decided, Dialect, Settings};

/// Why a recording cannot be answered.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The folder's name is not that of a forge and its version.
    #[error("`{0}` is not named after a forge and its version, like `gitea-1.27` or `forgejo-15.0`")]
    Dialect(PathBuf),
    /// A file or folder cannot be read.
    #[error("cannot read `{path}`")]
    Read {
        /// Which.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// A line is not of the format.
    #[error("`{path}`, line {line}: not a recorded action")]
    Line {
        /// The file.
        path: PathBuf,
        /// Counted from 1.
        line: usize,
        /// What is wrong.
        source: serde_json::Error,
    },
    /// The answer cannot be written.
    #[error("cannot write the answer")]
    Write(#[source] std::io::Error),
}

/// Answers every line of the recording in `folder`: `{"id": …, "decided": […]}` on a line of its own.
pub fn answer(folder: &Path, out: &mut dyn Write) -> Result<(), Error> {
    let dialect = dialect::of_folder(folder)?;
    let settings = Settings::default_of(dialect);
    let trees = trees::Trees::beside(folder);
    let path = folder.join("events.jsonl");
    let read = |source| Error::Read { path: path.clone(), source };
    let file = std::fs::File::open(&path).map_err(read)?;
    let mut memory = Memory::default();
    for (index, text) in BufReader::new(file).lines().enumerate() {
        let text = text.map_err(read)?;
        if text.trim().is_empty() {
            continue;
        }
        let parsed = serde_json::from_str(&text);
        let line: Line = parsed.map_err(|source| Error::Line { path: path.clone(), line: index + 1, source })?;
        let decided = memory.decide(dialect, &settings, &line, &mut |tree| trees.read(tree))?;
        let answer = Answer::new(line.id, &decided);
        serde_json::to_writer(&mut *out, &answer).map_err(|error| Error::Write(error.into()))?;
        out.write_all(b"\n").map_err(Error::Write)?;
    }
    Ok(())
}

/// What each delivery of one line leads to.
pub type DecidedLine = Vec<Decided>;

/// The dialect that a folder's name stands for.
pub fn dialect_of(folder: &Path) -> Result<Dialect, Error> {
    dialect::of_folder(folder)
}
