//! Registration through the runner protocol: `Register` of `runner.v1.RunnerService` as JSON, with a registration token
//! that never leaves this process.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use reqwest::Method;
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use serde_json::json;

use super::capabilities::{Capabilities, ForgeKind};
use super::error::{ForgeError, ForgeErrorKind};
use super::http::{Access, Call, Http, Missing};
use super::route::{self, Group};
use super::{Credential, NewRunner, secret};
use crate::identifier::Scope;

/// The registration tokens that were asked for, one for each scope. They are reusable and do not expire, but a newer one
/// of the same scope ends them.
#[derive(Default)]
pub(super) struct RegistrationTokens(Mutex<BTreeMap<Scope, SecretString>>);

#[derive(Deserialize)]
struct TokenAnswer {
    #[serde(deserialize_with = "secret::string")]
    token: SecretString,
}

#[derive(Deserialize)]
struct Registered {
    runner: Runner,
}

/// Protobuf's JSON writes 64-bit numbers as strings and leaves `false` out.
#[derive(Deserialize)]
struct Runner {
    id: String,
    uuid: String,
    #[serde(deserialize_with = "secret::string")]
    token: SecretString,
    #[serde(default)]
    ephemeral: bool,
}

impl RegistrationTokens {
    /// Registers a runner, with a fresh registration token if the remembered one is no longer accepted.
    pub(super) async fn register(
        &self,
        http: &Http,
        forge: Capabilities,
        scope: &Scope,
        runner: &NewRunner,
    ) -> Result<Registration, ForgeError> {
        if let Some(token) = self.remembered(scope) {
            match call(http, &token, forge, runner).await? {
                Outcome::Registered(registration) => return Ok(registration),
                Outcome::TokenRefused(_) => self.forget(scope),
            }
        }
        let token = ask(http, forge.kind, scope).await?;
        match call(http, &token, forge, runner).await? {
            Outcome::Registered(registration) => {
                self.lock().insert(scope.clone(), token);
                Ok(registration)
            }
            Outcome::TokenRefused(error) => Err(error),
        }
    }

    fn remembered(&self, scope: &Scope) -> Option<SecretString> {
        self.lock().get(scope).cloned()
    }

    fn forget(&self, scope: &Scope) {
        self.lock().remove(scope);
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, BTreeMap<Scope, SecretString>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A registration as made.
pub(super) struct Registration {
    /// What lets the runner act.
    pub(super) credential: Credential,
    /// Whether the forge ends it with its one job.
    pub(super) ephemeral: bool,
}

enum Outcome {
    Registered(Registration),
    TokenRefused(ForgeError),
}

/// The scope's current registration token: POST from Gitea 1.24, the only way from 1.26; GET on Forgejo and before.
async fn ask(http: &Http, kind: ForgeKind, scope: &Scope) -> Result<SecretString, ForgeError> {
    const ROUTE: [&str; 3] = ["actions", "runners", "registration-token"];
    if kind == ForgeKind::Gitea {
        let answer = http.ask(&route::at(kind, scope, Group::Runners, Method::POST, &ROUTE)).await?;
        if answer.missing() != Some(Missing::Route) {
            return Ok(answer.read::<TokenAnswer>()?.token);
        }
    }
    // Without `actions` for the whole forge: a slip of the first releases that stayed.
    let rest = if *scope == Scope::Instance { &ROUTE[1..] } else { &ROUTE[..] };
    let answer = http.ask(&route::at(kind, scope, Group::Runners, Method::GET, rest)).await?;
    Ok(answer.read::<TokenAnswer>()?.token)
}

async fn call(http: &Http, token: &SecretString, forge: Capabilities, runner: &NewRunner) -> Result<Outcome, ForgeError> {
    let body = json!({
        "name": runner.name,
        "token": token.expose_secret(),
        "version": concat!("dispatch ", env!("CARGO_PKG_VERSION")),
        "labels": runner.labels,
        "ephemeral": forge.ephemeral,
    });
    let path = ["api", "actions", "runner.v1.RunnerService", "Register"];
    let answer = http.ask(&Call::new(Method::POST, Access::Anonymous, path).body(body)).await?;
    // Gitea sends it as HTTP 500 with the code `unknown`, newer Forgejo as `invalid_argument`: only the words are the same.
    if let Some(words) = answer.message().filter(|words| words.contains("registration token")) {
        let cause = format!(
            "the forge does not accept its own registration token (“{words}”): if this lasts, reset it in the forge's runner settings"
        );
        return Ok(Outcome::TokenRefused(answer.error(ForgeErrorKind::Denied, cause)));
    }
    let Runner { id, uuid, token, ephemeral } = answer.read::<Registered>()?.runner;
    let registration = id
        .parse()
        .map_err(|_| answer.error(ForgeErrorKind::Malformed, "the answer is not understood at `runner.id`: not a number"))?;
    Ok(Outcome::Registered(Registration { credential: Credential { registration, uuid, token }, ephemeral }))
}
