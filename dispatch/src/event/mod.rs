//! From an authenticated delivery to a typed [`Event`].
//!
//! [`HookType`] lists every kind of delivery that Gitea and Forgejo send and [`parse`] has one arm for each, so nothing falls
//! into [`Event::Ignored`] unnoticed. The structs hold what a launch, the evaluation of `on:` filters, or a sentence to a person needs, and
//! nothing more; all other fields of a payload are skipped, and with them every URL: Gitea ≥ 1.26 builds those
//! from the request's Host header, so they do not tell which forge a delivery is from.

mod hook_type;
mod ignored;
mod issue;
mod job;
mod kind;
mod parse;
mod pull_request;
mod push;
mod reference;
mod release;
mod repository;
mod run;
mod wire;

pub use hook_type::HookType;
pub use ignored::Ignored;
pub use issue::{CommentActivity, Issue, IssueActivity};
pub use job::{Conclusion, Job, JobStatus, WorkflowJob};
pub use kind::Event;
pub use parse::{parse, parse_json};
pub use pull_request::{PullRequest, PullRequestActivity, PullRequestSide};
pub use push::{Commit, Files, Push};
pub use reference::{GitRef, RefChange};
pub use release::{Fork, Package, PackageVersion, Release, Tag, Wiki};
pub use repository::{Repository, User};
pub use run::{ActionRun, ForgejoRun, Run, RunAction, Workflow, WorkflowRun};
