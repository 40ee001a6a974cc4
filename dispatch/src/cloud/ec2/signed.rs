//! Two small questions to services whose SDK crates would cost minutes of compilation: IAM for a role, SSM for a parameter.

use serde_json::{Value, json};

use super::api::ApiError;
use super::refusal;
use crate::aws::SdkConfig;
use crate::aws::signed::{Call, Client, IAM, Refused, SSM};
use crate::cloud::{CloudError, CloudErrorKind};

/// Asks with the credentials of the other clients. Nothing is made before the first question.
#[derive(Clone)]
pub(super) struct Signed {
    settings: SdkConfig,
}

impl Signed {
    /// As whom and where the other clients call.
    pub(super) fn new(settings: SdkConfig) -> Self {
        Self { settings }
    }

    /// The id of the role in an instance profile, if there is one.
    pub(super) async fn role_in(&self, profile: &str) -> Result<Option<String>, CloudError> {
        let call = Call::query(IAM, "GetInstanceProfile", &[("InstanceProfileName", profile)]);
        let answer = self.ask(&call).await.map_err(|error| CloudError {
            what: "looking for the role of machines".to_owned(),
            cause: format!(
                "IAM was asked for the instance profile `{profile}`: {}; or tell the role's id in `aws.role_id` or `INSTANCE_ROLE_ID`",
                refusal::sentence(&error)
            ),
            kind: if matches!(error, ApiError::NoAnswer { .. }) { CloudErrorKind::Transient } else { refusal::kind(&error) },
        })?;
        Ok(text(&answer, "/GetInstanceProfileResponse/GetInstanceProfileResult/InstanceProfile/Roles/0/RoleId"))
    }

    /// The value of an SSM parameter.
    pub(super) async fn parameter(&self, name: &str) -> Result<String, ApiError> {
        let answer = self.ask(&Call::json(SSM, "GetParameter", &json!({ "Name": name }))).await?;
        let unreadable = || ApiError::NoAnswer { cause: "SSM's answer has another form than AWS documents".to_owned() };
        text(&answer, "/Parameter/Value").ok_or_else(unreadable)
    }

    async fn ask(&self, call: &Call) -> Result<Value, ApiError> {
        let region = self.settings.region().map(ToString::to_string).unwrap_or_default();
        let client = Client::new(self.settings.clone(), &region).map_err(|cause| ApiError::NoAnswer { cause })?;
        client.ask(call).await.map_err(ApiError::from)
    }
}

impl From<Refused> for ApiError {
    fn from(refused: Refused) -> Self {
        let Refused { code, message, status, .. } = refused;
        match status {
            Some(status) => Self::Refused { code, message, status },
            None => Self::NoAnswer { cause: format!("{code}: {message}") },
        }
    }
}

fn text(answer: &Value, place: &str) -> Option<String> {
    answer.pointer(place)?.as_str().map(str::to_owned)
}
