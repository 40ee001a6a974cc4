//! What may be asked.

use std::path::PathBuf;

use clap::Args;

use crate::identifier::{ForgeName, RepositoryName};
use crate::workflow::Dialect;

/// A question: about a delivery in a file, about a repository at a forge, or about the branch that is checked out here.
#[derive(Args, Debug)]
pub(in crate::cli) struct ExplainArguments {
    /// A webhook: its JSON, a request copied from the forge's log, or a recording's folder
    #[arg(value_name = "FILE", conflicts_with_all = ["commit", "pull_request", "since", "base", "branch"])]
    pub(super) file: Option<PathBuf>,
    /// The event in FILE; without FILE, `push` or `pull_request`
    #[arg(long, value_name = "NAME")]
    pub(super) event: Option<String>,
    /// Push from this commit instead of from what the remote was last seen to have
    #[arg(long, value_name = "REV", conflicts_with_all = ["base", "pull_request"])]
    pub(super) since: Option<String>,
    /// The branch that the pull request goes into; the default branch unless named
    #[arg(long, value_name = "BRANCH", conflicts_with = "forge")]
    pub(super) base: Option<String>,
    /// Ask this forge of the configuration instead of the clone here
    #[arg(long, value_name = "FORGE")]
    pub(super) forge: Option<ForgeName>,
    /// The repository at the forge; FILE names its own
    #[arg(long, value_name = "OWNER/NAME", requires = "forge")]
    pub(super) repository: Option<RepositoryName>,
    /// The commit that is pushed; the last of the branch unless named
    #[arg(long, value_name = "SHA", requires = "repository", conflicts_with = "pull_request")]
    pub(super) commit: Option<String>,
    /// The branch that is pushed to; the default branch unless named
    #[arg(long, value_name = "BRANCH", requires = "repository", conflicts_with = "pull_request")]
    pub(super) branch: Option<String>,
    /// Explain the opening of this pull request
    #[arg(long, value_name = "NUMBER", requires = "repository")]
    pub(super) pull_request: Option<u64>,
    /// Whose rules, such as `gitea-1.27` or `forgejo-15.0`; the configured forge is asked unless named
    #[arg(long, value_name = "RELEASE")]
    pub(super) dialect: Option<Dialect>,
    /// Answer a folder of recordings named after a release, such as `push-refs/gitea-1.27`, as JSON
    #[arg(long, value_name = "DIR", conflicts_with_all = ["file", "event", "since", "base", "forge", "dialect"])]
    pub(super) recorded: Option<PathBuf>,
    /// Print the answer as JSON
    #[arg(long)]
    pub(super) json: bool,
}
