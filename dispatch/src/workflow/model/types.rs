//! The types of a workflow that was read.

use crate::yaml::{Node, Span};

use super::Fault;

/// A workflow file whose triggers the forge accepts.
#[derive(Clone, Debug, PartialEq)]
pub struct Workflow {
    /// The path below the workflow folder: `ci.yml`, `sub/ci.yml`. The forge's name of the workflow.
    pub id: String,
    /// `name`, if it is there and not empty.
    pub name: Option<String>,
    /// What starts it: the entries of `on`, in the order of the file. The same event may occur twice.
    pub on: Vec<Trigger>,
    /// The value of `concurrency`.
    pub concurrency: Option<Node>,
    /// The jobs in the order of the file, as far as they could be read.
    pub jobs: Vec<Job>,
    /// Why the forge stumbles over `jobs`, if it does. Older forges notice only when the run is created.
    pub job_fault: Option<Fault>,
    /// The file holds an expression or may call another workflow; otherwise no context can matter.
    pub may_need_contexts: bool,
}

/// One entry of `on`.
#[derive(Clone, Debug, PartialEq)]
pub struct Trigger {
    /// The event as written: `push`, `pull_request_target`, or anything else.
    pub event: String,
    /// Where the event is written.
    pub span: Span,
    /// The keys below the event, each once.
    pub filters: Vec<Filter>,
    /// The entry is a schedule to the forge (also `push: [main]` on Gitea) and starts nothing by itself.
    pub schedule: Option<Vec<Cron>>,
}

/// One key below an event: `branches`, `types`, `paths-ignore`, or anything else.
#[derive(Clone, Debug, PartialEq)]
pub struct Filter {
    /// The key.
    pub key: String,
    /// Where the key is written.
    pub span: Span,
    /// Its values, and where each is written.
    pub values: Vec<(String, Span)>,
}

/// One `cron` of a schedule.
#[derive(Clone, Debug, PartialEq)]
pub struct Cron {
    /// Five fields, or a word such as `@daily`.
    pub line: String,
    /// Where it is written.
    pub span: Span,
}

/// One entry of `jobs`.
#[derive(Clone, Debug, PartialEq)]
pub struct Job {
    /// The key.
    pub id: String,
    /// Where the key stands.
    pub span: Span,
    /// The value: a mapping with `<<` replaced.
    pub body: Node,
}

impl Job {
    /// The value of a key of the job, `runs-on` for instance.
    pub fn get(&self, key: &str) -> Option<&Node> {
        self.body.get(key)
    }
}
