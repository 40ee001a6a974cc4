//! Forgejo's runners over the API (from 15).

use reqwest::Method;
use serde_json::json;

use super::wire::{Created, Runner};
use crate::forge::capabilities::ForgeKind::Forgejo;
use crate::forge::error::ForgeError;
use crate::forge::http::{Answer, Http, Missing};
use crate::forge::paging::{self, Listing, Page};
use crate::forge::route::{self, Group};
use crate::forge::{Credential, NewRunner, Registration};
use crate::identifier::Scope;

const RUNNERS: [&str; 2] = ["actions", "runners"];

/// The runners registered at exactly this scope.
pub(in crate::forge) async fn registrations(http: &Http, scope: &Scope) -> Result<Vec<Registration>, ForgeError> {
    let call = route::at(Forgejo, scope, Group::Runners, Method::GET, &RUNNERS);
    let read = |answer: &Answer| {
        let runners: Option<Vec<Runner>> = answer.read()?;
        let rows: Vec<_> = runners.into_iter().flatten().map(Registration::from).map(|runner| (runner.id, runner)).collect();
        Ok(Page { length: rows.len(), rows, total: answer.total_count() })
    };
    paging::unordered(Listing { http, call, read }).await
}

/// Registers a runner whose registration ends with its one job. Its labels it declares itself when it starts.
pub(in crate::forge) async fn create(http: &Http, scope: &Scope, runner: &NewRunner) -> Result<Credential, ForgeError> {
    let body = json!({ "name": runner.name, "description": "one machine for one job", "ephemeral": true });
    let answer = http.ask(&route::at(Forgejo, scope, Group::Runners, Method::POST, &RUNNERS).body(body)).await?;
    let Created { id, uuid, token } = answer.read()?;
    Ok(Credential { registration: id, uuid, token })
}

/// Removes a runner; one that is gone is removed.
pub(in crate::forge) async fn deregister(http: &Http, scope: &Scope, registration: u64) -> Result<(), ForgeError> {
    let id = registration.to_string();
    let [actions, runners] = RUNNERS;
    let answer = http.ask(&route::at(Forgejo, scope, Group::Runners, Method::DELETE, &[actions, runners, &id])).await?;
    if answer.missing() == Some(Missing::Object) { Ok(()) } else { answer.done() }
}
