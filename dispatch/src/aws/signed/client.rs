//! Signs calls, sends them, reads what comes back.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use aws_config::SdkConfig;
use aws_sdk_sts::config::{Credentials, ProvideCredentials};
use aws_sigv4::http_request::{SignableBody, SignableRequest, SigningSettings, sign};
use aws_sigv4::sign::v4;
use serde_json::Value;

use super::call::Call;
use super::refused::Refused;
use super::service::Protocol;
use super::xml;
use crate::clock::{Clock, SystemClock};

/// Until the whole answer is here.
const PATIENCE: Duration = Duration::from_secs(10);

/// Bytes of an answer.
const LARGEST: usize = 4 << 20;

/// Asks AWS as whoever the settings say. Without `Debug`.
pub struct Client {
    http: reqwest::Client,
    settings: SdkConfig,
    region: String,
    clock: SystemClock,
}

impl Client {
    /// A client for `region`.
    ///
    /// # Errors
    /// A sentence, if this computer cannot make TLS connections.
    pub fn new(settings: SdkConfig, region: &str) -> Result<Self, String> {
        // An SDK or a forge's client may have been first, with the same.
        let _already_there = rustls::crypto::ring::default_provider().install_default();
        let builder = reqwest::ClientBuilder::new().timeout(PATIENCE).redirect(reqwest::redirect::Policy::none());
        let http = builder.build().map_err(|error| chain(&error))?;
        Ok(Self { http, settings, region: region.to_owned(), clock: SystemClock::start() })
    }

    /// The region that is asked.
    pub fn region(&self) -> &str {
        &self.region
    }

    /// Asks, and reads the answer as JSON, whatever it was written in.
    pub async fn ask(&self, call: &Call) -> Result<Value, Refused> {
        let refuse = |code: &str, message: String| Refused::new(call, code, &message);
        let credentials = self.credentials().await.map_err(|message| refuse("NoCredentials", message))?;
        let request = self.signed(call, &credentials).map_err(|message| refuse("NoCredentials", message))?;
        let response = self.http.execute(request).await.map_err(|error| refuse("NoAnswer", chain(&error)))?;
        let status = response.status().as_u16();
        let header = response.headers().get("x-amzn-errortype").and_then(|kind| kind.to_str().ok()).map(str::to_owned);
        let text = body(response).await.map_err(|message| refuse("NoAnswer", message))?;
        let answer = match call.service.protocol {
            Protocol::Query { .. } => xml::tree(&text),
            Protocol::Json { .. } | Protocol::Path => serde_json::from_str(&text).ok(),
        };
        match answer {
            Some(answer) if status < 300 => Ok(answer),
            None if status < 300 => Err(refuse("Unreadable", "the answer has another form than AWS documents".to_owned())),
            answer => Err(Refused::read(call, status, header.as_deref(), &answer.unwrap_or_default())),
        }
    }

    async fn credentials(&self) -> Result<Credentials, String> {
        let provider = self.settings.credentials_provider().ok_or("no credentials are configured")?;
        provider.provide_credentials().await.map_err(|error| chain(&error))
    }

    fn now(&self) -> SystemTime {
        UNIX_EPOCH + Duration::from_millis(self.clock.now().millis())
    }

    fn signed(&self, call: &Call, credentials: &Credentials) -> Result<reqwest::Request, String> {
        let endpoint = self.settings.endpoint_url().map_or_else(|| call.service.endpoint(&self.region), str::to_owned);
        let address = format!("{}{}", endpoint.trim_end_matches('/'), call.path);
        let headers = call.headers.iter().map(|(name, value)| (*name, value.as_str()));
        let identity = credentials.clone().into();
        let parameters = v4::SigningParams::builder()
            .identity(&identity)
            .region(call.service.signing_region(&self.region))
            .name(call.service.name)
            .time(self.now())
            .settings(SigningSettings::default())
            .build()
            .map_err(|error| chain(&error))?
            .into();
        let signable = SignableRequest::new(call.method, &address, headers.clone(), SignableBody::Bytes(call.body.as_bytes()));
        let output = sign(signable.map_err(|error| chain(&error))?, &parameters).map_err(|error| chain(&error))?;
        let (instructions, _) = output.into_parts();
        let method = if call.method == "GET" { reqwest::Method::GET } else { reqwest::Method::POST };
        let request = self.http.request(method, &address).body(call.body.clone());
        let request = headers.chain(instructions.headers()).fold(request, |request, (name, value)| request.header(name, value));
        request.build().map_err(|error| chain(&error))
    }
}

async fn body(mut response: reqwest::Response) -> Result<String, String> {
    let mut bytes = Vec::new();
    while let Some(part) = response.chunk().await.map_err(|error| chain(&error))? {
        if bytes.len() + part.len() > LARGEST {
            return Err(format!("the answer is larger than {LARGEST} bytes"));
        }
        bytes.extend_from_slice(&part);
    }
    String::from_utf8(bytes).map_err(|_| "the answer is not UTF-8".to_owned())
}

/// An error and its causes in one line.
fn chain(error: &dyn std::error::Error) -> String {
    let causes = std::iter::successors(error.source(), |cause| cause.source());
    causes.fold(error.to_string(), |text, cause| format!("{text}: {cause}"))
}
