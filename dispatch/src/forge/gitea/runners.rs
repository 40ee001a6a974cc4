//! Gitea's runners: listed and removed from 1.24, switched off from 1.26, registered as ephemeral from 1.24.

use reqwest::Method;
use serde_json::json;

use super::wire::Runners;
use crate::forge::capabilities::{Capabilities, ForgeKind::Gitea};
use crate::forge::error::{ForgeError, ForgeErrorKind};
use crate::forge::http::{Answer, Call, Http, Missing};
use crate::forge::paging::{self, Listing, Page};
use crate::forge::register::RegistrationTokens;
use crate::forge::route::{self, Group};
use crate::forge::{Credential, NewRunner, Registration};
use crate::identifier::Scope;

/// The runners of one scope. The whole forge's list holds those of every scope.
pub(in crate::forge) async fn registrations(http: &Http, scope: &Scope) -> Result<Vec<Registration>, ForgeError> {
    let call = route::at(Gitea, scope, Group::Runners, Method::GET, &["actions", "runners"]);
    let read = |answer: &Answer| {
        let Runners { runners, total_count } = answer.read()?;
        let rows: Vec<_> = runners.into_iter().flatten().map(Registration::from).map(|runner| (runner.id, runner)).collect();
        Ok(Page { length: rows.len(), rows, total: total_count })
    };
    // The order is by last contact, which changes all the time.
    paging::unordered(Listing { http, call, read }).await
}

/// Registers a runner whose registration ends with its one job.
pub(in crate::forge) async fn register(
    http: &Http,
    tokens: &RegistrationTokens,
    forge: Capabilities,
    scope: &Scope,
    runner: &NewRunner,
) -> Result<Credential, ForgeError> {
    let made = tokens.register(http, forge, scope, runner).await?;
    if made.ephemeral {
        return Ok(made.credential);
    }
    deregister(http, scope, made.credential.registration).await?;
    let cause = "the forge made a runner that outlives its job, so it was removed again: Gitea makes ephemeral ones from 1.24";
    Err(ForgeError::new(ForgeErrorKind::NotSupported, "Register", cause))
}

/// Tells the forge to give a runner no more jobs; one that is gone gets none.
pub(in crate::forge) async fn disable(http: &Http, scope: &Scope, registration: u64) -> Result<(), ForgeError> {
    change(http, one(scope, registration, Method::PATCH).body(json!({ "disabled": true }))).await
}

/// Removes a runner; one that is gone is removed.
pub(in crate::forge) async fn deregister(http: &Http, scope: &Scope, registration: u64) -> Result<(), ForgeError> {
    change(http, one(scope, registration, Method::DELETE)).await
}

fn one(scope: &Scope, registration: u64, method: Method) -> Call {
    route::at(Gitea, scope, Group::Runners, method, &["actions", "runners", &registration.to_string()])
}

async fn change(http: &Http, call: Call) -> Result<(), ForgeError> {
    let answer = http.ask(&call).await?;
    if answer.missing() == Some(Missing::Object) { Ok(()) } else { answer.done() }
}
