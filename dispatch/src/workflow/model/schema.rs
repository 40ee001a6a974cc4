//! The forges' structures for a workflow file, field by field.
//!
//! Two are filled one after the other: the *model* when a file is read for its triggers, and the *jobs* when the run
//! is created. They differ in few fields. The names without a dash in `STRATEGY` and the like are Go's defaults for
//! fields that nobody named; they are part of what the forge accepts.

use super::super::Dialect;
use super::shape::Shape::{self, Any, Bool, Fields, List, Map, Raw, Text, TextOr, Whole};

const RUN_DEFAULTS: Shape = Fields(&[("shell", Text), ("working-directory", Text)]);
const DEFAULTS: Shape = Fields(&[("run", RUN_DEFAULTS)]);
const CONCURRENCY_FIELDS: Shape = Fields(&[("group", Text), ("cancel-in-progress", Text)]);
const CONCURRENCY: Shape = TextOr(&CONCURRENCY_FIELDS);
const CONTAINER: Shape = Fields(&[
    ("image", Text),
    ("env", Map(&Text)),
    ("ports", List(&Text)),
    ("volumes", List(&Text)),
    ("options", Text),
    ("credentials", Map(&Text)),
    ("cmd", List(&Text)),
    ("entrypoint", Text),
    ("args", Text),
    ("name", Text),
    ("reuse", Bool),
]);
const STRATEGY: Shape =
    Fields(&[("fail-fast", Text), ("max-parallel", Text), ("matrix", Raw), ("failfast", Bool), ("maxparallel", Whole)]);

/// A step; `continue-on-error` is text in the model and a boolean among the jobs.
macro_rules! step {
    ($continue_on_error:expr) => {
        Fields(&[
            ("id", Text),
            ("if", Raw),
            ("name", Text),
            ("uses", Text),
            ("run", Text),
            ("working-directory", Text),
            ("shell", Text),
            ("env", Raw),
            ("with", Map(&Text)),
            ("continue-on-error", $continue_on_error),
            ("timeout-minutes", Text),
        ])
    };
}

macro_rules! job {
    ($continue_on_error:expr, $concurrency:expr) => {
        Fields(&[
            ("name", Text),
            ("needs", Raw),
            ("runs-on", Raw),
            ("env", Raw),
            ("if", Raw),
            ("steps", List(&step!($continue_on_error))),
            ("timeout-minutes", Text),
            ("services", Map(&CONTAINER)),
            ("strategy", STRATEGY),
            ("container", Raw),
            ("defaults", DEFAULTS),
            ("outputs", Map(&Text)),
            ("uses", Text),
            ("with", Map(&Any)),
            ("secrets", Raw),
            ("concurrency", $concurrency),
        ])
    };
}

macro_rules! workflow {
    ($concurrency:expr) => {
        Fields(&[
            ("file", Text),
            ("name", Text),
            ("on", Raw),
            ("env", Map(&Text)),
            ("jobs", Map(&job!(Text, Raw))),
            ("defaults", DEFAULTS),
            ("concurrency", $concurrency),
        ])
    };
}

/// What a whole file must fit to be looked at for its triggers.
pub(super) fn workflow(dialect: Dialect) -> Shape {
    if dialect.is_gitea_from(25) || dialect.is_forgejo_from(13) {
        workflow!(CONCURRENCY)
    } else if dialect.is_gitea_from(24) {
        // The short form `concurrency: name` came a release later.
        workflow!(CONCURRENCY_FIELDS)
    } else {
        workflow!(Raw)
    }
}

/// What the file must fit, in addition, to have jobs. `run-name` is read by Gitea ≥ 1.25.
pub(super) fn run(dialect: Dialect) -> Shape {
    if dialect.is_gitea_from(25) { Fields(&[("run-name", Text)]) } else { Raw }
}

/// What each job must fit when the run is created.
pub(super) fn job(dialect: Dialect) -> Shape {
    if dialect.is_gitea_from(25) || dialect.is_forgejo_from(13) {
        job!(Bool, CONCURRENCY)
    } else if dialect.is_gitea_from(24) {
        job!(Bool, CONCURRENCY_FIELDS)
    } else {
        job!(Bool, Raw)
    }
}
