//! The body of a delivery, as long as it keeps within size and time.

use std::time::Duration;

use axum::body::Body;
use axum::http::{HeaderMap, StatusCode, header};
use bytes::Bytes;
use futures_util::StreamExt;

/// A forge sends its body at once; whoever does not is no forge.
const WITHIN: Duration = Duration::from_secs(10);

/// Why there is no body, as a sentence for the forge's delivery log.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum Unread {
    /// It announces more than the limit, or turned out to be longer.
    #[error(
        "this delivery is larger than the limit of {limit_bytes} bytes (`serve.body_limit`), so it was not read; jobs that it announces are found at the next look at the forge's queue"
    )]
    TooLarge { limit_bytes: usize },
    /// Only a part of it came.
    #[error("the body did not arrive within {} s: look at what stands between the forge and dispatch", WITHIN.as_secs())]
    TooSlow,
    /// The sender went away, or its chunks are not well formed.
    #[error("the body broke off: look at what stands between the forge and dispatch")]
    BrokenOff,
}

impl Unread {
    /// The status to answer with.
    pub(super) fn status(self) -> StatusCode {
        match self {
            Self::TooLarge { .. } => StatusCode::PAYLOAD_TOO_LARGE,
            Self::TooSlow => StatusCode::REQUEST_TIMEOUT,
            Self::BrokenOff => StatusCode::BAD_REQUEST,
        }
    }
}

/// Reads it whole; of a body that announces too much nothing is read.
pub(super) async fn read(headers: &HeaderMap, body: Body, limit_bytes: usize) -> Result<Bytes, Unread> {
    let announced = headers.get(header::CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse::<u64>().ok());
    if announced.is_some_and(|length| usize::try_from(length).map_or(true, |length| length > limit_bytes)) {
        return Err(Unread::TooLarge { limit_bytes });
    }
    tokio::time::timeout(WITHIN, collect(body, limit_bytes)).await.unwrap_or(Err(Unread::TooSlow))
}

async fn collect(body: Body, limit_bytes: usize) -> Result<Bytes, Unread> {
    let mut chunks = body.into_data_stream();
    let mut bytes = Vec::new();
    while let Some(chunk) = chunks.next().await {
        let chunk = chunk.map_err(|_| Unread::BrokenOff)?;
        if chunk.len() > limit_bytes.saturating_sub(bytes.len()) {
            return Err(Unread::TooLarge { limit_bytes });
        }
        bytes.extend_from_slice(&chunk);
    }
    Ok(bytes.into())
}

#[cfg(test)]
mod tests {
    use std::io;

    use futures_util::stream;

    use super::*;

    fn chunks(chunks: Vec<Result<&'static str, io::Error>>) -> Body {
        Body::from_stream(stream::iter(chunks))
    }

    #[tokio::test]
    async fn a_body_of_the_limit_is_read_and_one_byte_more_is_not() {
        let none = HeaderMap::new();
        assert_eq!(read(&none, chunks(vec![Ok("ab"), Ok("cd")]), 4).await, Ok(Bytes::from_static(b"abcd")));
        assert_eq!(read(&none, chunks(vec![Ok("ab"), Ok("cde")]), 4).await, Err(Unread::TooLarge { limit_bytes: 4 }));
    }

    #[tokio::test]
    async fn a_body_that_announces_too_much_is_not_waited_for() {
        for length in ["5", "18446744073709551615"] {
            let announced = HeaderMap::from_iter([(header::CONTENT_LENGTH, length.parse().unwrap())]);
            let never = Body::from_stream(stream::pending::<Result<&'static str, io::Error>>());
            assert_eq!(read(&announced, never, 4).await, Err(Unread::TooLarge { limit_bytes: 4 }));
        }
    }

    #[tokio::test]
    async fn a_sender_that_goes_away_is_not_told_about_size() {
        let broken = chunks(vec![Ok("ab"), Err(io::ErrorKind::ConnectionReset.into())]);
        assert_eq!(read(&HeaderMap::new(), broken, 4).await, Err(Unread::BrokenOff));
    }
}
