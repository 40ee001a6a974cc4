//! The answer to a question: what starts, what does not, and why.
//!
//! Names and texts in it come from outside. They are made fit for a terminal here, so that nobody who prints them has to
//! think of it; the text of a file is, where it is shown.

use serde::{Serialize, Serializer};

use crate::diagnostic::Source;
use crate::yaml::Span;

/// What one event leads to. As JSON this is what `dispatch explain --json` prints.
#[derive(Clone, Debug, Serialize)]
pub struct Explanation {
    /// Of this format.
    pub version: u32,
    /// Whether everything that should start can; not if that is unknown.
    pub ok: bool,
    /// The event for a person.
    pub about: String,
    /// Whose rules: `gitea-1.27`.
    pub dialect: String,
    /// What a person should know besides.
    pub notes: Vec<String>,
    /// Why no file was looked at and nothing starts, if so.
    pub nothing: Option<String>,
    /// What would have to be known to say anything, if so.
    pub unknown: Option<String>,
    /// One entry for each file, and for each of its entries of `on` that the event could start.
    pub workflows: Vec<WorkflowAnswer>,
}

/// What becomes of one workflow file, for one entry of its `on`.
#[derive(Clone, Debug, Serialize)]
pub struct WorkflowAnswer {
    /// Its path from the root of the repository.
    pub file: String,
    /// The entry of `on`; the event itself where there is none.
    pub event: String,
    /// `started`, `started, waits for approval`, `not started`, `failed` or `unknown`.
    pub outcome: &'static str,
    /// Why, as the second half of a sentence.
    pub why: String,
    /// Whether this is something to be mended: the file or its trigger can never start as it is.
    pub broken: bool,
    /// What decided, where it is written.
    pub place: Option<Place>,
    /// The jobs of the run.
    pub jobs: Vec<JobAnswer>,
}

/// One job of a run.
#[derive(Clone, Debug, Serialize)]
pub struct JobAnswer {
    /// The key in `jobs`.
    pub job_id: String,
    /// As people see it.
    pub name: String,
    /// The labels that it asks for.
    pub runs_on: Vec<String>,
    /// The jobs that it waits for.
    pub needs: Vec<String>,
    /// The forge's word for its first status: `waiting`, `blocked`, `skipped`, `cancelled` or `failure`.
    pub status: &'static str,
    /// The pool that serves it, where a configuration is known.
    pub pool: Option<String>,
    /// What its labels depend on and what is not known before it runs.
    pub depends_on: Option<String>,
    /// Why it can never run, if so.
    pub trouble: Option<String>,
    /// What the trouble is about, where it is written.
    pub place: Option<Place>,
}

/// A place in a file.
#[derive(Clone, Debug)]
pub struct Place {
    /// The file.
    pub source: Source,
    /// Where in it.
    pub span: Span,
}

impl Serialize for Place {
    /// Line and column, both from 1.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        use serde::ser::SerializeStruct as _;
        let mut place = serializer.serialize_struct("Place", 2)?;
        place.serialize_field("line", &self.span.line)?;
        place.serialize_field("column", &self.span.column)?;
        place.end()
    }
}
