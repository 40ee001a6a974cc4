//! The body of a delivery, as long as it keeps within size and time.

use std::time::Duration;

use axum::body::{Body, BodyDataStream};
use axum::http::{HeaderMap, StatusCode, header};
use bytes::Bytes;
use futures_util::StreamExt;
use tokio::time::timeout;

use crate::page::TooLarge;

/// A forge sends its body at once; whoever does not is no forge.
const WITHIN: Duration = Duration::from_secs(10);

/// A sender that is cut off while it writes sees a broken connection and never reads why. So what is too large is read on
/// and dropped, as long as no pause is longer than this.
const LONGEST_PAUSE: Duration = Duration::from_secs(1);

/// Why there is no body, as a sentence for the forge's delivery log.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum Unread {
    /// It announces more than the limit, or turned out to be longer.
    #[error(transparent)]
    TooLarge(TooLarge),
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
            Self::TooLarge(_) => TooLarge::STATUS,
            Self::TooSlow => StatusCode::REQUEST_TIMEOUT,
            Self::BrokenOff => StatusCode::BAD_REQUEST,
        }
    }
}

/// Reads it whole; of one that is too large nothing is kept.
pub(super) async fn read(headers: &HeaderMap, body: Body, limit_bytes: usize) -> Result<Bytes, Unread> {
    let announced = headers.get(header::CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse::<u64>().ok());
    let hopeless = announced.is_some_and(|length| usize::try_from(length).map_or(true, |length| length > limit_bytes));
    let mut chunks = body.into_data_stream();
    let kept = if hopeless { Err(Unread::TooLarge(TooLarge { limit_bytes })) } else { keep(&mut chunks, limit_bytes).await };
    if matches!(kept, Err(Unread::TooLarge(_))) {
        drop_rest(&mut chunks).await;
    }
    kept
}

async fn keep(chunks: &mut BodyDataStream, limit_bytes: usize) -> Result<Bytes, Unread> {
    let whole = async {
        let mut bytes = Vec::new();
        while let Some(chunk) = chunks.next().await {
            let chunk = chunk.map_err(|_| Unread::BrokenOff)?;
            if chunk.len() > limit_bytes.saturating_sub(bytes.len()) {
                return Err(Unread::TooLarge(TooLarge { limit_bytes }));
            }
            bytes.extend_from_slice(&chunk);
        }
        Ok(bytes.into())
    };
    timeout(WITHIN, whole).await.unwrap_or(Err(Unread::TooSlow))
}

async fn drop_rest(chunks: &mut BodyDataStream) {
    let rest = async { while let Ok(Some(Ok(_))) = timeout(LONGEST_PAUSE, chunks.next()).await {} };
    let _answered_anyway = timeout(WITHIN, rest).await;
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
        assert_eq!(read(&none, chunks(vec![Ok("ab"), Ok("cde")]), 4).await, Err(Unread::TooLarge(TooLarge { limit_bytes: 4 })));
    }

    #[tokio::test]
    async fn a_body_that_announces_too_much_is_refused_whatever_comes() {
        for length in ["5", "18446744073709551615"] {
            let announced = HeaderMap::from_iter([(header::CONTENT_LENGTH, length.parse().unwrap())]);
            assert_eq!(read(&announced, chunks(vec![Ok("ab")]), 4).await, Err(Unread::TooLarge(TooLarge { limit_bytes: 4 })));
        }
    }

    #[tokio::test]
    async fn a_sender_that_goes_away_is_not_told_about_size() {
        let broken = chunks(vec![Ok("ab"), Err(io::ErrorKind::ConnectionReset.into())]);
        assert_eq!(read(&HeaderMap::new(), broken, 4).await, Err(Unread::BrokenOff));
    }
}
