//! The contexts that the forge's server has when it expands a job.

use std::cell::OnceCell;
use std::collections::BTreeSet;
use std::sync::Arc;

use crate::expression::{Contexts, Outcome, Value};
use crate::workflow::model::{Job, Workflow};
use crate::yaml::Node;

use super::context::ExpandContext;
use super::needs::{needs, scalar};

/// Names under which a job can reach the `github` context.
const GITHUB_NAMES: [&str; 4] = ["github", "gitea", "forge", "forgejo"];

/// What the expansion of one workflow file refers to. A called workflow has its own.
pub(super) struct Environment<'a> {
    pub(super) context: ExpandContext<'a>,
    pub(super) github: Arc<Value>,
    pub(super) inputs: Value,
    /// The ids of the jobs of the file.
    pub(super) job_ids: BTreeSet<String>,
    /// Whether anything in the file can refer to a context.
    may_need_contexts: bool,
    /// The contexts of anything outside of jobs, once somebody has asked for them.
    shared: OnceCell<Contexts>,
}

impl<'a> Environment<'a> {
    /// What the jobs of a workflow refer to that is not called by another.
    pub(super) fn of(workflow: &Workflow, context: &ExpandContext<'a>) -> Self {
        if !workflow.may_need_contexts {
            let nothing = Self::new(*context, Value::empty(), Arc::new(Value::Null), BTreeSet::new());
            return Self { may_need_contexts: false, ..nothing };
        }
        let job_ids = workflow.jobs.iter().map(|job| job.id.clone()).collect();
        Self::new(*context, context.visible_inputs(), Arc::new(context.visible_github()), job_ids)
    }

    pub(super) fn new(context: ExpandContext<'a>, inputs: Value, github: Arc<Value>, job_ids: BTreeSet<String>) -> Self {
        Self { context, github, inputs, job_ids, may_need_contexts: true, shared: OnceCell::new() }
    }

    /// The contexts of one row of a job.
    pub(super) fn contexts(&self, job: &Job, matrix: Value) -> Contexts {
        if !self.may_need_contexts {
            return Contexts::new();
        }
        let needs = needs(job.get("needs"));
        let known = needs.iter().filter(|need| self.job_ids.contains(*need));
        let results = known.clone().map(|need| (need.clone(), no_result())).collect();
        let mut contexts = self.shared().with("matrix", matrix).with("needs", Value::Map(results));
        if let Some(strategy) = job.get("strategy") {
            contexts = contexts.with("strategy", strategy_context(strategy));
        }
        contexts.outcome = if needs.is_empty() { Outcome::Success } else { Outcome::Other };
        contexts
    }

    /// The contexts of anything outside of jobs.
    pub(super) fn shared(&self) -> Contexts {
        self.shared.get_or_init(|| self.outside_of_jobs()).clone()
    }

    fn outside_of_jobs(&self) -> Contexts {
        let is_forgejo = self.context.dialect.is_forgejo_from(12);
        let names = GITHUB_NAMES.iter().take(if is_forgejo { 4 } else { 2 });
        let mut start = Contexts::new();
        start.survives_open_quotes = self.context.dialect.is_gitea_from(26);
        let contexts = names.fold(start, |contexts, name| contexts.with(name, Arc::clone(&self.github)));
        let empty = Arc::new(Value::empty());
        ["env", "steps", "runner", "secrets", "strategy", "matrix", "needs"]
            .iter()
            .fold(contexts, |contexts, name| contexts.with(name, Arc::clone(&empty)))
            .with("job", Value::Null)
            .with("vars", self.context.vars.clone())
            .with("inputs", self.inputs.clone())
    }

    /// What the jobs of a called workflow refer to.
    pub(super) fn called(&self, inputs: Value, github: Arc<Value>, job_ids: BTreeSet<String>) -> Self {
        Self::new(self.context, inputs, github, job_ids)
    }
}

fn no_result() -> Value {
    Value::Map(vec![("outputs".to_owned(), Value::empty()), ("result".to_owned(), Value::text(""))])
}

/// `strategy.fail-fast` and `strategy.max-parallel`, read as the act library reads them.
fn strategy_context(strategy: &Node) -> Value {
    let text = |key: &str| strategy.get(key).and_then(scalar).unwrap_or_default();
    let fail_fast = matches!(text("fail-fast").as_str(), "" | "1" | "t" | "T" | "true" | "TRUE" | "True");
    let max_parallel = match text("max-parallel").as_str() {
        "" => 4,
        digits => digits.parse().unwrap_or(0),
    };
    Value::Map(vec![("fail-fast".to_owned(), Value::Bool(fail_fast)), ("max-parallel".to_owned(), Value::Integer(max_parallel))])
}
