//! Which repository an id means: Forgejo's jobs carry only that.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use reqwest::Method;

use super::wire::Repository;
use crate::forge::error::{ForgeError, ForgeErrorKind};
use crate::forge::http::{Access, Call, Http, Missing};
use crate::identifier::RepositoryName;

/// Names that were asked for. A renamed repository keeps its old one, which the forge redirects, until they are
/// forgotten.
#[derive(Default)]
pub(in crate::forge) struct RepositoryNames(Mutex<HashMap<u64, RepositoryName>>);

impl RepositoryNames {
    /// The name of repository `id`; nothing for one that is gone or hidden from the token.
    pub(super) async fn of(&self, http: &Http, id: u64) -> Result<Option<RepositoryName>, ForgeError> {
        if let Some(name) = self.lock().get(&id) {
            return Ok(Some(name.clone()));
        }
        let access = Access::Token { category: "repository", role: "can read every watched repository" };
        let answer = http.ask(&Call::new(Method::GET, access, ["api", "v1", "repositories", &id.to_string()])).await?;
        if answer.missing() == Some(Missing::Object) {
            return Ok(None);
        }
        let Repository { full_name } = answer.read()?;
        let name: RepositoryName = full_name.parse().map_err(|error| {
            answer.error(ForgeErrorKind::Malformed, format!("the answer is not understood at `full_name`: {error}"))
        })?;
        self.lock().insert(id, name.clone());
        Ok(Some(name))
    }

    /// Asks for every name anew from now on.
    pub(in crate::forge) fn forget(&self) {
        self.lock().clear();
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<u64, RepositoryName>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
