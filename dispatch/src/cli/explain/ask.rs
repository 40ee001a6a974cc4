//! Which event is asked about, and where its commits are read.

use crate::explain::{Question, Unanswerable, at_forge, delivery, work_tree};
use crate::forge::client::ForgeClient;
use crate::identifier::RepositoryName;
use crate::repository::{AtForge, Repository, Unavailable, WorkTree};

use super::ExplainArguments;

/// A question, and who knows the commits that it is about.
pub(super) struct Asked<'a> {
    pub(super) question: Question,
    pub(super) source: Source<'a>,
}

/// Where commits are read.
pub(super) enum Source<'a> {
    /// At a forge.
    Forge(&'a ForgeClient, RepositoryName),
    /// From the clone around the working folder.
    Here(WorkTree),
}

impl Source<'_> {
    /// The repository itself.
    pub(super) fn repository(&self) -> Box<dyn Repository + '_> {
        match self {
            Self::Forge(client, name) => Box::new(AtForge { client, name }),
            Self::Here(tree) => Box::new(tree.clone()),
        }
    }
}

/// The question that the command line asks. `forge` is the one that it names.
pub(super) async fn question<'a>(
    arguments: &ExplainArguments,
    forge: Option<&'a ForgeClient>,
) -> Result<Asked<'a>, Unanswerable> {
    let forge = forge.filter(|_| arguments.forge.is_some());
    match (&arguments.file, forge) {
        (Some(file), forge) => in_file(delivery::read(file, arguments.event.as_deref())?, arguments, forge).await,
        (None, Some(client)) => at(client, arguments).await,
        (None, None) => {
            let tree = around_here().await?;
            let usual = if arguments.base.is_some() { "pull_request" } else { "push" };
            let question = match arguments.event.as_deref().unwrap_or(usual) {
                "push" => work_tree::push(&tree, arguments.since.as_deref()).await?,
                "pull_request" => work_tree::pull_request(&tree, arguments.base.as_deref()).await?,
                other => return Err(only(other, "the branch that is checked out")),
            };
            Ok(Asked { question, source: Source::Here(tree) })
        }
    }
}

async fn in_file<'a>(
    question: Question,
    arguments: &ExplainArguments,
    forge: Option<&'a ForgeClient>,
) -> Result<Asked<'a>, Unanswerable> {
    let source = match forge {
        None => Source::Here(around_here().await?),
        Some(client) => {
            let named = arguments.repository.clone().or_else(|| delivery::repository(&question)?.parse().ok());
            let name =
                named.ok_or_else(|| Unanswerable::question("the payload names no repository: add `--repository OWNER/NAME`"))?;
            Source::Forge(client, name)
        }
    };
    Ok(Asked { question, source })
}

async fn at<'a>(client: &'a ForgeClient, arguments: &ExplainArguments) -> Result<Asked<'a>, Unanswerable> {
    let Some(name) = arguments.repository.clone() else {
        return Err(Unanswerable::question("say which repository of the forge is meant: `--repository OWNER/NAME`"));
    };
    let at = AtForge { client, name: &name };
    let question = match (arguments.pull_request, arguments.event.as_deref()) {
        (Some(number), None | Some("pull_request")) => at_forge::pull_request(client, &name, number).await?,
        (None, Some("pull_request")) => {
            return Err(Unanswerable::question("say which pull request is meant: `--pull-request NUMBER`"));
        }
        (None, None | Some("push")) => {
            let (commit, since) = (arguments.commit.as_deref(), arguments.since.as_deref());
            at_forge::push(&at, commit, since, arguments.branch.as_deref()).await?
        }
        (_, Some(other)) => return Err(only(other, "a repository of a forge")),
    };
    Ok(Asked { question, source: Source::Forge(client, name) })
}

async fn around_here() -> Result<WorkTree, Unanswerable> {
    let here =
        std::env::current_dir().map_err(|error| Unanswerable::question(format!("the working folder cannot be read: {error}")))?;
    let tree = WorkTree::around(&here).await.map_err(without_git)?;
    tree.ok_or_else(|| {
        Unanswerable::question(
            "this folder is in no work tree of git: go into one, or name a repository with `--forge` and `--repository`",
        )
    })
}

fn without_git(error: Unavailable) -> Unanswerable {
    match error {
        Unavailable::Git { cause, .. } => {
            Unanswerable::question(format!("`git` is needed to read this clone, and cannot be started: {cause}"))
        }
        other @ Unavailable::Forge(_) => other.into(),
    }
}

fn only(event: &str, what: &str) -> Unanswerable {
    Unanswerable::question(format!(
        "`--event {event}` cannot be asked of {what}, only `push` and `pull_request`: put the payload of such an event into a file"
    ))
}
