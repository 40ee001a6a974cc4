//! The types of a workflow that was read.

use crate::yaml::{Node, Span};

/// A workflow file that the forge accepts.
#[derive(Clone, Debug, PartialEq)]
pub struct Workflow {
    /// The path below the workflow folder: `ci.yml`, `sub/ci.yml`. The forge's name of the workflow.
    pub id: String,
    /// `name`, if it is there and not empty.
    pub name: Option<String>,
    /// The value of `on`.
    pub on: Node,
    /// The value of `concurrency`.
    pub concurrency: Option<Node>,
    /// The jobs in the order of the file.
    pub jobs: Vec<Job>,
}

/// One entry of `jobs`.
#[derive(Clone, Debug, PartialEq)]
pub struct Job {
    /// The key.
    pub id: String,
    /// Where the key stands.
    pub span: Span,
    /// The value, with `<<` merged as go-yaml does for a struct. Not a mapping in odd files (`build:` with nothing);
    /// what the forge does then is decided where jobs are expanded.
    pub body: Node,
}

impl Job {
    /// The value of a key of the job, `runs-on` for instance.
    pub fn get(&self, key: &str) -> Option<&Node> {
        self.body.get(key)
    }
}
