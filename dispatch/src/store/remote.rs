//! The visitor's side of a shared store: asks the process that has the file.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use reqwest::StatusCode;
use rustls::crypto::ring;
use rustls::{ClientConfig, RootCertStore};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::socket::route;
use super::{CommitError, Key, Store, StoreError, Stored, Transaction};
use crate::record::Record;
use crate::time::Timestamp;

/// Longer than a commit takes on a slow disk that others keep busy.
const ANSWER_LIMIT: Duration = Duration::from_secs(30);

/// The store of another process on this computer, through its [`Socket`](super::Socket).
#[derive(Clone, Debug)]
pub struct RemoteStore {
    client: reqwest::Client,
    place: String,
}

impl RemoteStore {
    /// Will ask at the socket `path`; whether somebody answers there shows with the first request.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] when no client can be made.
    pub fn at(path: &Path) -> Result<Self, StoreError> {
        let place = path.display().to_string();
        match client(path) {
            Ok(client) => Ok(Self { client, place }),
            Err(error) => Err(StoreError::Unavailable(format!("{place}: {error}"))),
        }
    }

    async fn ask<T: DeserializeOwned>(&self, method: &str, question: &(impl Serialize + Sync)) -> Result<T, StoreError> {
        let response = self.client.post(format!("http://store{}", route(method))).json(question).send().await;
        let response = response.map_err(|error| self.unavailable(&error))?;
        match response.status() {
            StatusCode::OK => response.json().await.map_err(|error| self.unavailable(&error)),
            StatusCode::NOT_FOUND => Err(self.says("another version of dispatch is running there; use the same one")),
            status => Err(self.says(&status.to_string())),
        }
    }

    /// The client's own sentence is "error sending request"; what went wrong is at the end of the chain.
    fn unavailable(&self, error: &reqwest::Error) -> StoreError {
        let chain = std::iter::successors(Some(error as &dyn std::error::Error), |error| error.source());
        self.says(&chain.last().map(ToString::to_string).unwrap_or_default())
    }

    fn says(&self, cause: &str) -> StoreError {
        StoreError::Unavailable(format!("{}: {cause}", self.place))
    }
}

/// The client insists on settings for TLS, which a socket on this computer never uses: no certificates, nothing global.
fn client(path: &Path) -> Result<reqwest::Client, Box<dyn std::error::Error + Send + Sync>> {
    let tls = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()?
        .with_root_certificates(RootCertStore::empty())
        .with_no_client_auth();
    let client = reqwest::Client::builder()
        .unix_socket(path)
        .tls_backend_preconfigured(tls)
        .no_proxy()
        .redirect(reqwest::redirect::Policy::none())
        .timeout(ANSWER_LIMIT);
    Ok(client.build()?)
}

#[async_trait]
impl Store for RemoteStore {
    async fn read(&self, key: &Key) -> Result<Option<Stored<Record>>, StoreError> {
        self.ask::<Result<_, _>>("read", key).await?
    }

    async fn open_records(&self) -> Result<Vec<(Key, Stored<Record>)>, StoreError> {
        self.ask::<Result<_, _>>("open_records", &()).await?
    }

    async fn closed_records(&self, most: usize) -> Result<Vec<(Key, Stored<Record>)>, StoreError> {
        self.ask::<Result<_, _>>("closed_records", &most).await?
    }

    async fn commit(&self, transaction: Transaction) -> Result<(), CommitError> {
        self.ask::<Result<_, _>>("commit", &transaction).await?
    }

    async fn expire(&self, now: Timestamp) -> Result<usize, StoreError> {
        self.ask::<Result<_, _>>("expire", &now).await?
    }
}

#[cfg(test)]
mod tests {
    use std::future::pending;

    use axum::Router;
    use tokio::net::UnixListener;
    use tokio::sync::oneshot;

    use super::*;
    use crate::store::{Conflict, MemoryStore, Refusal, Socket};

    /// Has only one answer.
    #[derive(Debug)]
    struct Failing(CommitError);

    impl Failing {
        fn fail<T>(&self) -> Result<T, StoreError> {
            match &self.0 {
                CommitError::Store(error) => Err(error.clone()),
                CommitError::Conflict(_) | CommitError::Refused(_) => {
                    Err(StoreError::Unavailable("only commits fail".to_owned()))
                }
            }
        }
    }

    #[async_trait]
    impl Store for Failing {
        async fn read(&self, _: &Key) -> Result<Option<Stored<Record>>, StoreError> {
            self.fail()
        }

        async fn open_records(&self) -> Result<Vec<(Key, Stored<Record>)>, StoreError> {
            self.fail()
        }

        async fn closed_records(&self, _: usize) -> Result<Vec<(Key, Stored<Record>)>, StoreError> {
            self.fail()
        }

        async fn commit(&self, _: Transaction) -> Result<(), CommitError> {
            Err(self.0.clone())
        }

        async fn expire(&self, _: Timestamp) -> Result<usize, StoreError> {
            self.fail()
        }
    }

    fn failures() -> Vec<CommitError> {
        let text = || "/data/store.redb: \"ü\"\n".to_owned();
        let store = [
            StoreError::Unavailable(text()),
            StoreError::Full(text()),
            StoreError::Unreadable { key: text(), cause: text() },
            StoreError::Corrupt { place: text(), cause: text() },
            StoreError::Unusable { place: text(), cause: text() },
            StoreError::InUse { place: text() },
        ];
        let commit = [
            CommitError::Conflict(Conflict { key: Key::total(), at_limit: true }),
            CommitError::Refused(Refusal::TooManyWrites { writes: 101 }),
            CommitError::Refused(Refusal::SameKeyTwice { key: Key::total() }),
            CommitError::Refused(Refusal::TooLarge { key: Key::total(), bytes: 390_001 }),
            CommitError::Refused(Refusal::TooLargeTogether { bytes: 3_900_001 }),
        ];
        store.into_iter().map(CommitError::Store).chain(commit).collect()
    }

    fn of(error: StoreError) -> String {
        match error {
            StoreError::Unavailable(text) => text,
            other => panic!("{other:?}"),
        }
    }

    #[tokio::test]
    async fn every_failure_arrives_as_it_happened() {
        for failure in failures() {
            let directory = tempfile::tempdir().unwrap();
            let path = directory.path().join("store.sock");
            tokio::spawn(Socket::bind(&path).unwrap().serve(Arc::new(Failing(failure.clone())), pending()));
            let remote = RemoteStore::at(&path).unwrap();
            assert_eq!(remote.commit(Transaction::new()).await, Err(failure.clone()));
            let expected = Failing(failure);
            assert_eq!(remote.read(&Key::total()).await, expected.fail());
            assert_eq!(remote.open_records().await, expected.fail());
            assert_eq!(remote.closed_records(1).await, expected.fail());
            assert_eq!(remote.expire(Timestamp::default()).await, expected.fail());
        }
    }

    #[tokio::test]
    async fn another_version_is_told_apart_before_it_misunderstands() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("store.sock");
        let listener = UnixListener::bind(&path).unwrap();
        tokio::spawn(async move { axum::serve(listener, Router::new()).await });
        let error = RemoteStore::at(&path).unwrap().open_records().await.unwrap_err();
        let expected = format!("{}: another version of dispatch is running there; use the same one", path.display());
        assert_eq!(of(error), expected);
    }

    #[tokio::test]
    async fn nobody_there_is_unavailable_with_the_cause() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("store.sock");
        let error = RemoteStore::at(&path).unwrap().commit(Transaction::new()).await.unwrap_err();
        let CommitError::Store(error) = error else { panic!("{error:?}") };
        assert_eq!(of(error), format!("{}: No such file or directory (os error 2)", path.display()));
    }

    #[tokio::test]
    async fn nonsense_is_refused_and_does_no_harm() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("store.sock");
        tokio::spawn(Socket::bind(&path).unwrap().serve(Arc::new(MemoryStore::new()), pending()));
        let remote = RemoteStore::at(&path).unwrap();
        for nonsense in [serde_json::json!({"writes": [{"write": "drop_everything"}]}), serde_json::json!([])] {
            let error = remote.ask::<()>("commit", &nonsense).await.unwrap_err();
            assert_eq!(of(error), format!("{}: 422 Unprocessable Entity", path.display()));
        }
        let large = "x".repeat(17 << 20);
        assert!(remote.ask::<()>("read", &large).await.is_err());
        assert_eq!(remote.open_records().await, Ok(vec![]));
    }

    #[tokio::test]
    async fn a_server_that_stops_takes_its_socket_away() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("store.sock");
        let (stop, stopped) = oneshot::channel::<()>();
        let socket = Socket::bind(&path).unwrap();
        let server = tokio::spawn(socket.serve(Arc::new(MemoryStore::new()), async move { drop(stopped.await) }));
        assert_eq!(RemoteStore::at(&path).unwrap().read(&Key::total()).await, Ok(None));
        stop.send(()).unwrap();
        server.await.unwrap().unwrap();
        assert!(!path.exists());
    }
}
