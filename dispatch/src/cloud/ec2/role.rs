//! The id of the role that machines have: half of the key under which each finds its identity.

use tokio::sync::OnceCell;

use super::signed::Signed;
use crate::cloud::{CloudError, CloudErrorKind};

/// A role's id never changes; it is told, or asked for once.
pub(super) struct MachineRole {
    told: Option<String>,
    profile: String,
    signed: Signed,
    asked: OnceCell<String>,
}

impl MachineRole {
    /// The role of this instance profile, unless its id is told.
    pub(super) fn new(told: Option<String>, profile: &str, signed: Signed) -> Self {
        // An ARN ends in the profile's name, which may stand behind a path.
        let profile = profile.rsplit('/').next().unwrap_or(profile).to_owned();
        Self { told, profile, signed, asked: OnceCell::new() }
    }

    /// `AROA…`.
    pub(super) async fn id(&self) -> Result<&str, CloudError> {
        match &self.told {
            Some(id) => Ok(id),
            None => self.asked.get_or_try_init(|| self.ask()).await.map(String::as_str),
        }
    }

    async fn ask(&self) -> Result<String, CloudError> {
        self.signed.role_in(&self.profile).await?.ok_or_else(|| CloudError {
            what: "looking for the role of machines".to_owned(),
            cause: format!("the instance profile `{}` has no role: add one to it", self.profile),
            kind: CloudErrorKind::Invalid,
        })
    }
}
