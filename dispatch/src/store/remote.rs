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
