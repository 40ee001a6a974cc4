//! The order in which a delivery is examined, and what is left when it passes.

use std::fmt;

use bytes::Bytes;
use http::HeaderMap;

use super::names::Names;
use super::{ForgeHint, Limits, Refusal, Secrets, content, signature};

/// A delivery whose body was signed with one of our secrets. Only [`authenticate`] makes one.
#[derive(Clone, PartialEq, Eq)]
pub struct Delivery {
    names: Names,
    json: Bytes,
}

/// Examines a request: size, content type, signature over the raw JSON, then headers. Parses no JSON.
pub fn authenticate(headers: &HeaderMap, body: Bytes, secrets: &Secrets, limits: Limits) -> Result<Delivery, Refusal> {
    if body.len() > limits.body_bytes() {
        return Err(Refusal::TooLarge { size_bytes: body.len(), limit_bytes: limits.body_bytes() });
    }
    let json = content::json(headers, body)?;
    signature::verify(headers, &json, secrets)?;
    let names = Names::read(headers)?;
    Ok(Delivery { names, json })
}

impl Delivery {
    /// The forge's id of this delivery; a manual replay gets a new one. Unsigned, so never the only guard against replays.
    pub fn id(&self) -> &str {
        &self.names.id
    }

    /// The coarse name (`X-Gitea-Event`): one for a whole family of events. Forgejo leaves it out for packages.
    pub fn event(&self) -> Option<&str> {
        self.names.event.as_deref()
    }

    /// The fine name (`X-Gitea-Event-Type`), the one that decides. `pull_request_comment` means an ordinary comment here and a
    /// review comment in [`Self::event`].
    pub fn event_type(&self) -> Option<&str> {
        self.names.event_type.as_deref()
    }

    /// Which kind of forge the headers look like. The configuration knows better.
    pub fn forge_hint(&self) -> Option<ForgeHint> {
        self.names.forge
    }

    /// Whether its forge may be one that neither lists nor announces jobs: Gitea names the hook's target since 1.24, and
    /// Forgejo's releases cannot be told apart here.
    pub fn may_need_prediction(&self) -> bool {
        !self.names.tells_target
    }

    /// The JSON exactly as it was signed.
    pub fn json(&self) -> &[u8] {
        &self.json
    }
}

/// Shows the length of the JSON only: bodies of private repositories do not belong in a log.
impl fmt::Debug for Delivery {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Delivery").field("names", &self.names).field("json_bytes", &self.json.len()).finish()
    }
}
