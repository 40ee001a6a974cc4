//! From a typed machine specification to the first-boot script.
//!
//! A machine of `dispatch` serves one job. It boots with a bash script as its user data, which
//! cloud-init runs as root: [`first_boot_script`] writes that script from a [`MachineSpecification`].
//! The script holds no credential. It arms its deadlines, checks the image, takes the one-job
//! [`Identity`] exactly once, starts an unprivileged runner, and powers the machine off on every path.
//!
//! This crate is pure: no I/O, no clock, no environment. Every value is checked where it enters
//! (a [`Refusal`] is a sentence for a person), so that rendering can only fail on size.
//!
//! ```
//! use userdata::{
//!     AbsolutePath, Deadlines, DynamoDbItem, Forge, IdentitySource, Labels, MachineSpecification,
//!     MetadataService, Runner, RunnerKind, UserName, first_boot_script,
//! };
//!
//! # fn main() -> Result<(), userdata::Refusal> {
//! let specification = MachineSpecification {
//!     runner: Runner::expected(RunnerKind::Gitea),
//!     user: UserName::parse("gitea-runner")?,
//!     forge: Forge::parse("https://git.example.org/", ["example.org"])?,
//!     labels: Labels::parse(["go:host"])?,
//!     identity: IdentitySource::DynamoDb(DynamoDbItem::new("dispatch", "eu-west-1", "identity#")?),
//!     deadlines: Deadlines::new(300, 600, 4 * 3600)?,
//!     metadata: MetadataService::Closed,
//!     log_file: AbsolutePath::parse("/var/log/dispatch.log")?,
//!     snippets: vec![],
//! };
//! let script = first_boot_script(&specification)?;
//! assert!(script.starts_with("#!/bin/bash\n"));
//! assert!(script.contains("LABELS=('go:host')\n"));
//! # Ok(())
//! # }
//! ```
//!
//! # Git on the machine
//!
//! Git authenticates for every hostname of the forge, each as it is written in the clone URL. `url.<base>.insteadOf`
//! is not used: it would move a request away from the `http.<url>.extraheader` that checkout actions set.
//! A credential helper answers with the identity's [`CloneCredential`] if there is one, and otherwise with the
//! job's own token, where the workflow put it into the environment as `GITEA_TOKEN`, `FORGEJO_TOKEN` or `GITHUB_TOKEN`.
//!
//! Whatever git can use on behalf of a job, the job can read. So the job does not *keep* a clone credential only
//! because whoever issued it takes it back: make it read-only and short-lived, and revoke it when the job closes. The job's own
//! token needs no such care, as the forge ends it with the job. Git in a job's container sees none of this.
//!
//! # The runner's credential
//!
//! It lies in one file, 0600, of the runner's user, and is deleted when the runner logs its first task. A job that
//! runs on the host shares that user with the runner, and so could act as the runner for its own task until it
//! ends; an ephemeral registration ends with it.

mod deadlines;
mod forge;
mod identity;
mod label;
mod quote;
mod refusal;
mod render;
mod runner;
mod snippet;
mod source;
mod specification;
mod text;

pub use deadlines::Deadlines;
pub use forge::{Forge, ForgeUrl, Hostname};
pub use identity::{CloneCredential, Identity};
pub use label::{Label, Labels, Place};
pub use refusal::Refusal;
pub use render::{USER_DATA_LIMIT_BYTES, first_boot_script};
pub use runner::{Runner, RunnerKind};
pub use snippet::Snippet;
pub use source::{DynamoDbItem, IDENTITY_FILE_NAME, IdentitySource};
pub use specification::{MachineSpecification, MetadataService};
pub use text::{AbsolutePath, Sha256, UserName};
