//! Two small questions to services whose SDK crates would cost minutes of compilation: IAM for a role, SSM for a parameter.
//!
//! Each is one signed POST. IAM is asked at its address for the commercial partition; in China and `GovCloud`, tell the role's
//! id instead (`aws.role_id`).

use std::sync::Arc;
use std::time::{Duration, UNIX_EPOCH};

use aws_sdk_dynamodb::config::ProvideCredentials;
use aws_sigv4::http_request::{SignableBody, SignableRequest, SigningSettings, sign};
use aws_sigv4::sign::v4;
use serde::Deserialize;

use super::api::ApiError;
use super::refusal;
use crate::aws::SdkConfig;
use crate::clock::Clock;
use crate::cloud::{CloudError, CloudErrorKind};

/// The longest that either may take; each is asked for once in a process, or in minutes.
const LIMIT: Duration = Duration::from_secs(20);
/// Where IAM is signed for, wherever it is called from.
const IAM_REGION: &str = "us-east-1";

/// Signs with the credentials of the other clients.
#[derive(Clone)]
pub(super) struct Signed {
    settings: SdkConfig,
    clock: Arc<dyn Clock>,
}

/// One request before it is signed.
struct Question {
    service: &'static str,
    region: String,
    address: String,
    headers: Vec<(&'static str, &'static str)>,
    body: String,
}

impl Signed {
    /// As whom and where the other clients call.
    pub(super) fn new(settings: SdkConfig, clock: Arc<dyn Clock>) -> Self {
        Self { settings, clock }
    }

    /// IAM's answer about an instance profile, in its XML.
    pub(super) async fn instance_profile(&self, name: &str) -> Result<String, CloudError> {
        let query = [("Action", "GetInstanceProfile"), ("Version", "2010-05-08"), ("InstanceProfileName", name)];
        let question = Question {
            service: "iam",
            region: IAM_REGION.to_owned(),
            address: self.address("https://iam.amazonaws.com"),
            headers: vec![("content-type", "application/x-www-form-urlencoded")],
            body: form_urlencoded::Serializer::new(String::new()).extend_pairs(query).finish(),
        };
        self.ask(&question).await.map_err(|error| CloudError {
            what: "looking for the role of machines".to_owned(),
            cause: format!(
                "IAM was asked for the instance profile `{name}`: {}; or tell the role's id in `aws.role_id` or `INSTANCE_ROLE_ID`",
                refusal::sentence(&error)
            ),
            kind: if matches!(error, ApiError::NoAnswer { .. }) { CloudErrorKind::Transient } else { refusal::kind(&error) },
        })
    }

    /// The value of an SSM parameter.
    pub(super) async fn parameter(&self, name: &str) -> Result<String, ApiError> {
        let region = self.settings.region().map(ToString::to_string).unwrap_or_default();
        let question = Question {
            service: "ssm",
            address: self.address(&format!("https://ssm.{region}.amazonaws.com")),
            region,
            headers: vec![("content-type", "application/x-amz-json-1.1"), ("x-amz-target", "AmazonSSM.GetParameter")],
            body: serde_json::json!({ "Name": name }).to_string(),
        };
        let answer = self.ask(&question).await?;
        serde_json::from_str::<Answer>(&answer)
            .map(|answer| answer.parameter.value)
            .map_err(|error| ApiError::NoAnswer { cause: format!("SSM's answer cannot be read: {error}") })
    }

    /// An emulator takes the place of every service.
    fn address(&self, usual: &str) -> String {
        format!("{}/", self.settings.endpoint_url().unwrap_or(usual).trim_end_matches('/'))
    }

    async fn ask(&self, question: &Question) -> Result<String, ApiError> {
        let no_answer = |cause: String| ApiError::NoAnswer { cause };
        let request = self.sign(question).await.map_err(no_answer)?;
        let client = reqwest::Client::builder().timeout(LIMIT).build().map_err(|error| no_answer(error.to_string()))?;
        let answer = client.execute(request).await.map_err(|error| no_answer(error.to_string()))?;
        let status = answer.status();
        let text = answer.text().await.map_err(|error| no_answer(error.to_string()))?;
        if status.is_success() { Ok(text) } else { Err(refused(&text, status.as_u16())) }
    }

    async fn sign(&self, question: &Question) -> Result<reqwest::Request, String> {
        let provider = self.settings.credentials_provider().ok_or("there are no credentials")?;
        let credentials = provider.provide_credentials().await.map_err(|error| error.to_string())?.into();
        let params = v4::SigningParams::builder()
            .identity(&credentials)
            .region(&question.region)
            .name(question.service)
            .time(UNIX_EPOCH + Duration::from_millis(self.clock.now().millis()))
            .settings(SigningSettings::default())
            .build()
            .map_err(|error| error.to_string())?
            .into();
        let body = SignableBody::Bytes(question.body.as_bytes());
        let signable = SignableRequest::new("POST", &question.address, question.headers.iter().copied(), body);
        let (instructions, _) =
            sign(signable.map_err(|error| error.to_string())?, &params).map_err(|error| error.to_string())?.into_parts();
        let builder =
            question.headers.iter().fold(http::Request::post(&question.address), |b, (name, value)| b.header(*name, *value));
        let mut request = builder.body(question.body.clone()).map_err(|error| error.to_string())?;
        instructions.apply_to_request_http1x(&mut request);
        request.try_into().map_err(|error: reqwest::Error| error.to_string())
    }
}

/// What SSM answers, as far as we read it.
#[derive(Deserialize)]
struct Answer {
    #[serde(rename = "Parameter")]
    parameter: Parameter,
}

#[derive(Deserialize)]
struct Parameter {
    #[serde(rename = "Value")]
    value: String,
}

/// A refusal in the JSON of SSM or the XML of IAM.
fn refused(text: &str, status: u16) -> ApiError {
    let between = |open: &str, close: &str| Some(text.split_once(open)?.1.split_once(close)?.0.to_owned());
    let json = |name: &str| serde_json::from_str::<serde_json::Value>(text).ok()?.get(name)?.as_str().map(str::to_owned);
    let code = json("__type").or_else(|| between("<Code>", "</Code>")).unwrap_or_else(|| format!("HTTP {status}"));
    let message = json("message").or_else(|| json("Message")).or_else(|| between("<Message>", "</Message>")).unwrap_or_default();
    let code = code.rsplit('#').next().unwrap_or_default().to_owned();
    ApiError::Refused { code, message, status }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_services_say_why_they_refuse() {
        let refusal = |text: &str| refusal::sentence(&refused(text, 400));
        assert_eq!(refusal(r#"{"__type":"com.amazonaws.ssm#ParameterNotFound","message":"none"}"#), "ParameterNotFound: none");
        let xml = "<ErrorResponse><Error><Code>NoSuchEntity</Code><Message>no such profile</Message></Error></ErrorResponse>";
        assert_eq!(refusal(xml), "NoSuchEntity: no such profile");
        assert_eq!(refusal("<html>"), "HTTP 400: ");
    }
}
