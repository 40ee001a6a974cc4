//! Why a delivery is turned away.

use http::StatusCode;

/// A delivery that is turned away: an HTTP status and, as `Display`, a sentence for the forge's delivery log.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// A request that is not a POST: a browser, or a hook whose method is GET.
    #[error("deliveries come by POST: set the HTTP method of this webhook to POST in the forge (Settings → Webhooks)")]
    NotPost,

    /// More bytes than the limit.
    #[error(
        "this delivery has {size_bytes} bytes and the limit is {limit_bytes} (configurable up to {max}): nothing of it was read; jobs that it announces are found by the next sweep where the forge lists its queue",
        max = super::Limits::MAX_BODY_BYTES
    )]
    TooLarge {
        /// Length of the body.
        size_bytes: usize,
        /// The configured limit.
        limit_bytes: usize,
    },

    /// A content type that no forge sends.
    #[error(
        "the content type is neither application/json nor application/x-www-form-urlencoded: set it to application/json in the forge's webhook"
    )]
    ContentType,

    /// A form without exactly one `payload` field.
    #[error(
        "the form has no `payload` field, or more than one: send the delivery as the forge does, or set the webhook's content type to application/json"
    )]
    FormPayload,

    /// No signature at all, or an empty one: the hook has no secret.
    #[error(
        "this delivery is not signed: open the webhook in the forge (Settings → Webhooks), and set its Secret to the webhook secret that dispatch is configured with"
    )]
    Unsigned,

    /// A signature that no live secret produces. Says no more, on purpose.
    #[error("the signature is not accepted")]
    Signature,

    /// A header that is needed and absent, or not what a forge would send.
    #[error(
        "the header {header} is missing or malformed: a forge sends it with each delivery, so look at what stands between the forge and dispatch"
    )]
    Header {
        /// The name of the header as the forge spells it.
        header: &'static str,
    },

    /// A body that is not the JSON this event should have.
    #[error(
        "this {event} delivery cannot be understood at `{path}`: {problem}; if the forge's version is new, report its request as shown in the delivery log"
    )]
    Unreadable {
        /// The fine name of the event.
        event: &'static str,
        /// Where in the JSON, such as `workflow_job.labels[2]`; `.` is the whole body.
        path: String,
        /// What is wrong there, with line and column.
        problem: String,
    },
}

impl Refusal {
    /// The HTTP status to answer with.
    pub fn status(&self) -> StatusCode {
        match self {
            Self::NotPost => StatusCode::METHOD_NOT_ALLOWED,
            Self::TooLarge { .. } => StatusCode::PAYLOAD_TOO_LARGE,
            Self::ContentType | Self::FormPayload | Self::Header { .. } => StatusCode::BAD_REQUEST,
            Self::Unsigned | Self::Signature => StatusCode::UNAUTHORIZED,
            Self::Unreadable { .. } => StatusCode::UNPROCESSABLE_ENTITY,
        }
    }
}
