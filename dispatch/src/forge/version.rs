//! Which forge this is, and which release: read from what it says, or found out by asking for routes.
//!
//! Order of asking:
//! 1. `GET /api/v1/version`, without the token, because it needs none; with it where the forge answers nobody unknown.
//!    `15.0.3+gitea-1.22.0` is Forgejo 15.0, `1.27.0` and `1.27.0+dev-…` are Gitea 1.27.
//! 2. A build without a number says `development`. Then `GET /api/forgejo/v1/version`, which only Forgejo has.
//! 3. Then the routes that releases brought, newest first: a router that does not know a route answers 404 in plain
//!    text or 405, before anything is looked at, so no real repository is needed and nothing can be changed.

use reqwest::Method;
use serde::Deserialize;

use super::capabilities::{Capabilities, ForgeKind, Version};
use super::error::{ForgeError, ForgeErrorKind};
use super::http::{Access, Call, Http, Missing};

/// Any valid token will do.
const ANYBODY: Access = Access::Token { category: "repository", role: "may sign in" };

/// Routes below `repos/-/-/`, which no repository is, and the Gitea release that brought each.
const GITEA_MARKS: [(Method, &[&str], u32); 4] = [
    (Method::GET, &["actions", "runs", "0", "attempts", "1"], 27),
    (Method::PATCH, &["actions", "runners", "0"], 26),
    (Method::GET, &["actions", "jobs"], 25),
    (Method::GET, &["actions", "runners"], 24),
];

/// The same for Forgejo.
const FORGEJO_MARKS: [(Method, &[&str], u32); 4] = [
    (Method::GET, &["actions", "runs", "0", "jobs"], 16),
    (Method::GET, &["actions", "runners"], 15),
    (Method::GET, &["actions", "runs"], 12),
    (Method::GET, &["actions", "runners", "jobs"], 11),
];

#[derive(Deserialize)]
struct Announced {
    version: String,
}

/// Asks the forge what it is.
pub(super) async fn detect(http: &Http) -> Result<Capabilities, ForgeError> {
    let said = announced(http, "v1").await?;
    let (kind, version) = match read(&said) {
        Some(known) => known,
        None => ask_routes(http).await?,
    };
    tracing::debug!(%said, %kind, %version, "forge detected");
    Ok(Capabilities::of(kind, version))
}

/// Kind and number of what a forge says of itself; nothing for a build without a number.
fn read(said: &str) -> Option<(ForgeKind, Version)> {
    let forgejo = said.contains("+gitea-");
    let mut numbers = said.split(['.', '-', '+']).map(|part| part.parse::<u32>().ok());
    let version = Version { major: numbers.next()??, minor: numbers.next()?? };
    match (forgejo, version.major) {
        (true, _) => Some((ForgeKind::Forgejo, version)),
        (false, 1) => Some((ForgeKind::Gitea, version)),
        // Another counting, such as that of a commercial edition: its routes tell.
        (false, _) => None,
    }
}

async fn announced(http: &Http, api: &str) -> Result<String, ForgeError> {
    let call = |access| Call::new(Method::GET, access, ["api", api, "version"]);
    let mut answer = http.ask(&call(Access::Anonymous)).await?;
    if answer.is_denied() {
        answer = http.ask(&call(ANYBODY)).await?;
    }
    if answer.missing().is_some() {
        let cause =
            "nothing that speaks Gitea's or Forgejo's API is there: is `url` the forge's root, with its sub-path if it has one?";
        return Err(answer.error(ForgeErrorKind::NotSupported, cause));
    }
    Ok(answer.read::<Announced>()?.version)
}

async fn ask_routes(http: &Http) -> Result<(ForgeKind, Version), ForgeError> {
    let own = http.ask(&Call::new(Method::GET, ANYBODY, ["api", "forgejo", "v1", "version"])).await?;
    if own.missing().is_some() {
        let minor = newest(http, &GITEA_MARKS).await?.unwrap_or(23);
        return Ok((ForgeKind::Gitea, Version { major: 1, minor }));
    }
    if let Some(known) = read(&own.read::<Announced>()?.version) {
        return Ok(known);
    }
    let major = newest(http, &FORGEJO_MARKS).await?.unwrap_or(10);
    Ok((ForgeKind::Forgejo, Version { major, minor: 0 }))
}

/// The release of the first route that is there.
async fn newest(http: &Http, marks: &[(Method, &[&str], u32)]) -> Result<Option<u32>, ForgeError> {
    for (method, rest, release) in marks {
        let path = ["api", "v1", "repos", "-", "-"].into_iter().chain(rest.iter().copied());
        let answer = http.ask(&Call::new(method.clone(), ANYBODY, path)).await?;
        if answer.missing() == Some(Missing::Route) {
            continue;
        }
        // Refused or not found is an answer too: the route is there.
        if answer.missing().is_none() && !answer.is_denied() {
            answer.done()?;
        }
        return Ok(Some(*release));
    }
    Ok(None)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_forge_is_read_from_what_it_says() {
        let gitea = |minor| Some((ForgeKind::Gitea, Version { major: 1, minor }));
        let forgejo = |major| Some((ForgeKind::Forgejo, Version { major, minor: 0 }));
        for (said, known) in [
            ("1.26.4", gitea(26)),
            ("1.27.0+dev-137-g1a2b3c", gitea(27)),
            ("1.27.0-rc0", gitea(27)),
            ("15.0.3+gitea-1.22.0", forgejo(15)),
            ("16.0.0-dev-12-abc+gitea-1.22.0", forgejo(16)),
            ("development", None),
            ("26.0.1", None),
            ("1", None),
            ("", None),
        ] {
            assert_eq!(read(said), known, "{said}");
        }
    }
}
