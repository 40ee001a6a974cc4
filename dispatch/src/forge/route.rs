//! Where each scope lives in both APIs, and who may call there.

use reqwest::Method;

use super::capabilities::ForgeKind;
use super::http::{Access, Call};
use crate::identifier::{RepositoryName, Scope};

/// Which group of routes: forges ask for different roles.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Group {
    /// Lists of jobs, runs and pull requests on Gitea; lists of runs on Forgejo.
    Reading,
    /// Runners, registrations, and Forgejo's list of waiting jobs.
    Runners,
}

/// A call below the routes of a scope, such as `/api/v1/repos/acme/tour/` + `actions/jobs`.
pub(super) fn at(kind: ForgeKind, scope: &Scope, group: Group, method: Method, rest: &[&str]) -> Call {
    let place: Vec<&str> = match scope {
        Scope::Instance => vec!["admin"],
        Scope::Organisation(name) => vec!["orgs", name],
        Scope::Repository(repository) => vec!["repos", repository.owner(), repository.name()],
    };
    let segments = ["api", "v1"].into_iter().chain(place).chain(rest.iter().copied());
    Call::new(method, access(kind, scope, group), segments)
}

/// A call below the routes of a repository.
pub(super) fn repository(kind: ForgeKind, name: &RepositoryName, rest: &[&str]) -> Call {
    at(kind, &Scope::Repository(name.clone()), Group::Reading, Method::GET, rest)
}

/// The category follows the first part of the route; the role is asked for besides it.
fn access(kind: ForgeKind, scope: &Scope, group: Group) -> Access {
    let (category, role) = match (scope, group, kind) {
        (Scope::Instance, _, _) => ("admin", "is a site administrator"),
        (Scope::Organisation(_), Group::Reading, _) => ("organization", "is a member of the organisation"),
        (Scope::Organisation(_), Group::Runners, _) => ("organization", "is an owner of the organisation"),
        (Scope::Repository(_), Group::Reading, _) => ("repository", "can read the repository and its Actions"),
        (Scope::Repository(_), Group::Runners, ForgeKind::Gitea) => ("repository", "is an administrator of the repository"),
        // Forgejo refuses collaborators here, even those with administrator rights.
        (Scope::Repository(_), Group::Runners, ForgeKind::Forgejo) => {
            ("repository", "owns the repository (a collaborator, even with administrator rights, is refused)")
        }
    };
    Access::Token { category, role }
}
