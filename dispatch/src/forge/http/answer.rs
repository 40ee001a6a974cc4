//! An answer that arrived whole: its value when it is what the API gives, else an error that says what it was.

use reqwest::header::{CONTENT_TYPE, DATE, HeaderMap, LOCATION, RETRY_AFTER};
use reqwest::{Method, StatusCode, Url};
use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::call::{Access, Call};
use super::page;
use super::refusal::Refusal;
use crate::forge::{ForgeError, ForgeErrorKind};

/// What came back.
pub(crate) struct Answer {
    what: String,
    method: Method,
    access: Access,
    root: Url,
    status: StatusCode,
    headers: Headers,
    body: Vec<u8>,
}

/// The headers that mean something to us.
#[derive(Default)]
pub(super) struct Headers {
    content_type: String,
    location: Option<String>,
    retry_after: Option<String>,
    total_count: Option<String>,
    date: Option<String>,
}

/// Which of the two kinds of "not found".
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Missing {
    /// This release has no such route: a 405, or a 404 in plain text from the router.
    Route,
    /// The route is there, the thing is not: a 404 in JSON from the handler.
    Object,
}

impl Headers {
    pub(super) fn of(headers: &HeaderMap) -> Self {
        let text = |name| headers.get(name).and_then(|value| value.to_str().ok()).map(str::to_owned);
        Self {
            content_type: text(CONTENT_TYPE).unwrap_or_default(),
            location: text(LOCATION),
            retry_after: text(RETRY_AFTER),
            total_count: headers.get("x-total-count").and_then(|value| value.to_str().ok()).map(str::to_owned),
            date: text(DATE),
        }
    }
}

impl Answer {
    pub(super) fn new(call: &Call, root: Url, status: StatusCode, headers: Headers, body: Vec<u8>) -> Self {
        Self { what: call.what(), method: call.method.clone(), access: call.access, root, status, headers, body }
    }

    /// The value of a successful answer.
    pub(crate) fn read<T: DeserializeOwned>(&self) -> Result<T, ForgeError> {
        self.done()?;
        if !self.is_json() {
            return Err(self.not_the_api());
        }
        let mut json = serde_json::Deserializer::from_slice(&self.body);
        serde_path_to_error::deserialize(&mut json).map_err(|error| {
            let place = match error.path().to_string() {
                place if place == "." => String::new(),
                place => format!(" at `{}`", page::excerpt(&place)),
            };
            let cause = page::excerpt(&error.into_inner().to_string());
            self.error(
                ForgeErrorKind::Malformed,
                format!("the answer is not understood{place}: {cause}; is this release of the forge a supported one?"),
            )
        })
    }

    /// Whether the call succeeded, when its value does not matter.
    pub(crate) fn done(&self) -> Result<(), ForgeError> {
        if self.status.is_success() { Ok(()) } else { Err(self.refused()) }
    }

    /// What is not there, if that is what the answer says.
    pub(crate) fn missing(&self) -> Option<Missing> {
        match self.status {
            StatusCode::METHOD_NOT_ALLOWED => Some(Missing::Route),
            StatusCode::NOT_FOUND if self.is_json() => Some(Missing::Object),
            StatusCode::NOT_FOUND if !self.is_html() => Some(Missing::Route),
            _ => None,
        }
    }

    /// Whether it was refused for want of rights.
    pub(crate) fn is_denied(&self) -> bool {
        matches!(self.status, StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN)
    }

    /// The forge's own words about an error, if it was the API or the runner protocol that spoke.
    pub(crate) fn message(&self) -> Option<String> {
        #[derive(Deserialize)]
        struct Words {
            message: String,
        }
        let words = self.is_json().then(|| serde_json::from_slice::<Words>(&self.body).ok())??;
        Some(page::excerpt(&words.message)).filter(|words| !words.is_empty())
    }

    /// How long the whole list is, as the `X-Total-Count` header says.
    pub(crate) fn total_count(&self) -> Option<u64> {
        self.headers.total_count.as_deref()?.parse().ok()
    }

    /// The forge's own clock, which its timestamps are to be compared with.
    pub(crate) fn date(&self) -> Option<jiff::Timestamp> {
        let date = jiff::fmt::rfc2822::parse(self.headers.date.as_deref()?).ok()?;
        Some(date.timestamp())
    }

    /// An error about this call.
    pub(crate) fn error(&self, kind: ForgeErrorKind, cause: impl Into<String>) -> ForgeError {
        ForgeError::new(kind, self.what.clone(), cause)
    }

    fn refused(&self) -> ForgeError {
        if self.is_html() {
            return self.not_the_api();
        }
        let refusal = Refusal {
            status: self.status,
            words: self.message(),
            scope: self.access.scope(&self.method),
            access: self.access,
            missing: self.missing(),
            location: self.headers.location.as_deref(),
            retry_after: self.headers.retry_after.as_deref(),
            root: &self.root,
        };
        let (kind, cause) = refusal.sentence();
        self.error(kind, cause)
    }

    fn not_the_api(&self) -> ForgeError {
        let text = String::from_utf8_lossy(&self.body);
        let status = self.status.as_u16();
        let shown = match (self.is_html(), page::title(&text)) {
            (true, Some(title)) => format!("an HTML page titled “{title}”"),
            (true, None) => "an HTML page without a title".to_owned(),
            (false, _) => format!("`{}`", page::excerpt(&self.headers.content_type)),
        };
        self.error(
            ForgeErrorKind::Unreachable,
            format!(
                "HTTP {status} with {shown} instead of the API's JSON; is a proxy or a login page in front, or is `url` \
                 ({}) not the forge's root?",
                self.root
            ),
        )
    }

    fn is_json(&self) -> bool {
        self.media_type().eq_ignore_ascii_case("application/json")
    }

    fn is_html(&self) -> bool {
        self.media_type().eq_ignore_ascii_case("text/html")
    }

    fn media_type(&self) -> &str {
        self.headers.content_type.split(';').next().unwrap_or_default().trim()
    }
}
