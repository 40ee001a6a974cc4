//! Who may call a route: token, scope of the token, rank of its user — in the forges' own words.

use http::Method;

use super::call::{Answer, Call};
use crate::world::{Account, AccountId, World};

/// What a route asks of its caller. The token's category follows from it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Access {
    /// Any token.
    User,
    /// Reading a repository (`{}` 0 and 1).
    Reader,
    /// Owning a repository.
    RepositoryOwner,
    /// Owning an organisation (`{}` 0).
    OrganisationOwner,
    /// Running the site.
    SiteAdmin,
}

impl Access {
    fn category(self) -> &'static str {
        match self {
            Self::User => "user",
            Self::Reader | Self::RepositoryOwner => "repository",
            Self::OrganisationOwner => "organization",
            Self::SiteAdmin => "admin",
        }
    }
}

/// Lets the caller in, or says why not.
pub(super) fn check(world: &World, call: &Call, access: Access) -> Result<AccountId, Answer> {
    let open = access == Access::User && call.path == "/api/v1/version";
    let Some(text) = &call.token else {
        return if open { Ok(0) } else { Err(Answer::refusal(world, 401, "token is required")) };
    };
    let invalid = || Answer::refusal(world, 401, "invalid username, password or token");
    let token = world.tokens.get(text).ok_or_else(invalid)?;
    let user = world.accounts.get(&token.user).ok_or_else(invalid)?;
    let write = call.method != Method::GET;
    if !open && !token.covers(access.category(), write) {
        let verb = if write { "write" } else { "read" };
        let held: Vec<&str> = token.scopes.iter().map(String::as_str).collect();
        let message = scope_message(world, &format!("{verb}:{}", access.category()), &held.join(","));
        return Err(Answer::refusal(world, 403, &message));
    }
    rank(world, call, access, user).map(|()| user.id)
}

/// Gitea 1.25 began to say what the token has; Forgejo kept the shorter text.
fn scope_message(world: &World, required: &str, held: &str) -> String {
    let start = "token does not have at least one of required scope(s)";
    if world.flavour().has_jobs_api() {
        format!("{start}, required=[{required}], token scope={held}")
    } else {
        format!("{start}: [{required}]")
    }
}

fn rank(world: &World, call: &Call, access: Access, user: &Account) -> Result<(), Answer> {
    let refuse = |message: &str| Err(Answer::refusal(world, 403, message));
    match access {
        Access::User => Ok(()),
        Access::SiteAdmin if user.is_admin => Ok(()),
        Access::SiteAdmin => refuse("user should be the site admin"),
        Access::Reader | Access::RepositoryOwner => {
            let found = world.repository_named(call.parameter(0), call.parameter(1));
            let readable = |id| !found.is_some_and(|row| row.private) || world.may_write(id, user.id);
            match found {
                Some(row) if !readable(row.id) => Err(Answer::not_found(world)),
                Some(row) if access == Access::RepositoryOwner && !world.administers(row.id, user.id) => {
                    refuse("user should be the owner of the repo")
                }
                Some(_) => Ok(()),
                None => Err(Answer::not_found(world)),
            }
        }
        Access::OrganisationOwner => match world.account_named(call.parameter(0)) {
            Some(account) if account.is_organisation() && account.is_owned_by(user) => Ok(()),
            Some(account) if account.is_organisation() => refuse("Must be an organization owner"),
            _ => Err(Answer::not_found(world)),
        },
    }
}
