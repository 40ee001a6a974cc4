//! The production forge client, over real sockets, against what live servers answered and against servers that misbehave.
#![cfg(test)]

mod forgejo;
mod gitea;
mod misbehaviour;
mod paging;
mod recording;
mod registration;
mod server;
mod version;

use dispatch::config::{ForgeConfig, RegisterAt, Watch};
use dispatch::forge::client::ForgeClient;
use dispatch::forge::{ForgeJob, ForgeKind, JobState};
use dispatch::identifier::{ForgeName, RepositoryName, Scope};

/// The token of every client here; no error may show it.
pub(crate) const TOKEN: &str = "api-token-that-nobody-may-see";

/// A client for the forge at `url` that looks at `watch` and serves the labels of the recordings.
pub(crate) fn client(url: &str, watch: Watch) -> ForgeClient {
    client_of(None, url, watch)
}

/// The same, where the configuration says what the forge is.
pub(crate) fn client_of(kind: Option<ForgeKind>, url: &str, watch: Watch) -> ForgeClient {
    let config = ForgeConfig {
        kind,
        url: url.to_owned(),
        hostnames: Vec::new(),
        token: TOKEN.into(),
        webhook_secrets: Vec::new(),
        watch,
        register_at: RegisterAt::Repository,
        certificate_authority: None,
    };
    let served = ["go", "linux"].map(str::to_owned).into();
    ForgeClient::new(&ForgeName::from("home"), &config, &served).unwrap()
}

/// The recordings' repository.
pub(crate) fn tour() -> RepositoryName {
    "acme/tour".parse().unwrap()
}

/// The scope of the recordings' runners.
pub(crate) fn at_tour() -> Scope {
    Scope::Repository(tour())
}

/// Every way to watch the recordings' repository.
pub(crate) fn watches() -> [Watch; 3] {
    let only = |organisations: &[&str], repositories: &[RepositoryName]| Watch::Only {
        organisations: organisations.iter().map(ToString::to_string).collect(),
        repositories: repositories.to_vec(),
    };
    [Watch::Instance, only(&["acme"], &[]), only(&[], &[tour()])]
}

/// Watches the recordings' repository alone.
pub(crate) fn watch_tour() -> Watch {
    let [_, _, repository] = watches();
    repository
}

/// Jobs as a test compares them.
pub(crate) fn shown(jobs: &[ForgeJob]) -> Vec<(u64, String, JobState)> {
    jobs.iter().map(|job| (job.id, format!("{} {}", job.repository, job.name), job.state.clone())).collect()
}
