//! A delivery that may start workflows, kept until the worker has read what it starts.

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::identifier::{ForgeName, RepositoryName};
use crate::time::Timestamp;

/// What the edge knows of an event. It may not ask the forge, so the worker does, at its next pass.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Notice {
    /// Whose event.
    pub forge: ForgeName,
    /// A hash of event and payload: the same for the same event, however often and through how many webhooks it comes.
    pub id: String,
    /// The fine name of the event, such as `pull_request_sync`.
    pub event: String,
    /// Where it happened.
    pub repository: RepositoryName,
    /// The payload as JSON, without the list of commits.
    pub payload: String,
    /// When it came.
    pub at: Timestamp,
}

impl Notice {
    /// The most bytes of a payload: as JSON within JSON it may double, and an item of `DynamoDB` has 400 KB.
    pub const MOST_BYTES: usize = 150_000;

    /// A notice, unless the payload is too large to be kept.
    pub fn new(
        forge: ForgeName,
        event: String,
        repository: RepositoryName,
        mut payload: serde_json::Value,
        at: Timestamp,
    ) -> Option<Self> {
        // Long, and of no use: the forges compare whole trees.
        if let Some(payload) = payload.as_object_mut() {
            payload.remove("commits");
        }
        let payload = payload.to_string();
        let digest = Sha256::new().chain_update(&event).chain_update("\n").chain_update(&payload).finalize();
        let id = hex::encode(digest).get(..ID_LENGTH).unwrap_or_default().to_owned();
        (payload.len() <= Self::MOST_BYTES).then_some(Self { forge, id, event, repository, payload, at })
    }

    /// The number that stands for a job of a run that the event starts. The forge does not tell its own.
    pub fn job(&self, workflow: &str, entry: &str, place: usize) -> u64 {
        let name = format!("{}\n{}\n{workflow}\n{entry}\n{place}", self.forge, self.id);
        let digest = Sha256::digest(name.as_bytes());
        digest.iter().take(8).fold(0_u64, |number, byte| number << 8 | u64::from(*byte)) >> UNUSED_BITS
    }
}

/// 128 bits in hexadecimal.
const ID_LENGTH: usize = 32;

/// 53 bits are left: what every reader of JSON takes for a whole number.
const UNUSED_BITS: u32 = 11;

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn notice(payload: serde_json::Value) -> Option<Notice> {
        Notice::new("home".into(), "push".to_owned(), "acme/tour".parse().unwrap(), payload, Timestamp::from_seconds(1))
    }

    #[test]
    fn the_same_event_is_the_same_notice_and_has_the_same_jobs() {
        let one = notice(json!({"after": "b", "commits": [{"id": "b"}]})).unwrap();
        let again = notice(json!({"commits": [], "after": "b"})).unwrap();
        let other = notice(json!({"after": "c"})).unwrap();
        assert_eq!(one.id, again.id);
        assert_ne!(one.id, other.id);
        let job = one.job("ci.yml", "push", 0);
        assert_eq!(job, again.job("ci.yml", "push", 0));
        for differs in [one.job("ci.yml", "push", 1), one.job("cd.yml", "push", 0), other.job("ci.yml", "push", 0)] {
            assert_ne!(differs, job);
        }
        assert!(job < 1 << 53, "{job}");
    }

    #[test]
    fn what_is_too_large_is_not_kept() {
        let long = |length| notice(json!({ "x": "y".repeat(length) }));
        assert!(long(Notice::MOST_BYTES - 8).is_some());
        assert!(long(Notice::MOST_BYTES - 7).is_none());
    }
}
