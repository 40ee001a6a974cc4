//! The owner's side of a shared store: one process has the file and answers the others on a unix socket beside it.
//!
//! Each method of the seam is one `POST /schema-N/method` of JSON, answered with its `Result` as JSON. The schema is in the
//! path, so that programs of different versions refuse one another instead of half understanding records.

use std::fs::{self, Permissions};
use std::future::Future;
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use axum::extract::{DefaultBodyLimit, State};
use axum::routing::post;
use axum::{Json, Router};
use tokio::net::UnixListener;

use super::{CommitError, Key, Store, StoreError, Stored, Transaction};
use crate::record::{Record, SCHEMA};
use crate::time::Timestamp;

/// Far above a transaction of 100 records, which may reach 4 MiB as in `DynamoDB`.
const MOST_REQUEST_BYTES: usize = 16 << 20;

type Shared = State<Arc<dyn Store>>;
type Listed = Result<Vec<(Key, Stored<Record>)>, StoreError>;

/// A socket that other processes can reach the store through, mode 0600.
#[derive(Debug)]
pub struct Socket {
    listener: UnixListener,
    path: PathBuf,
}

impl Socket {
    /// Listens at `path`, in place of what an earlier owner left there.
    ///
    /// Only for the process that has the store's file: holding it is what tells a forgotten socket from a living one.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] when the socket cannot be made.
    pub fn bind(path: &Path) -> Result<Self, StoreError> {
        match listen(path) {
            Ok(listener) => Ok(Self { listener, path: path.to_owned() }),
            Err(error) => Err(StoreError::Unavailable(format!("{}: {error}", path.display()))),
        }
    }

    /// Answers for `store` until `stop`, and takes the socket away.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] when the socket fails.
    pub async fn serve(self, store: Arc<dyn Store>, stop: impl Future<Output = ()> + Send + 'static) -> Result<(), StoreError> {
        let served = axum::serve(self.listener, router(store)).with_graceful_shutdown(stop).await;
        let removed = fs::remove_file(&self.path);
        served.and(removed).map_err(|error| StoreError::Unavailable(format!("{}: {error}", self.path.display())))
    }
}

/// Made under another name and then moved, so that nobody can connect before the mode is set.
fn listen(path: &Path) -> io::Result<UnixListener> {
    let new = path.with_extension("new");
    match fs::remove_file(&new) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let listener = UnixListener::bind(&new)?;
    fs::set_permissions(&new, Permissions::from_mode(0o600))?;
    fs::rename(&new, path)?;
    Ok(listener)
}

/// Where a method is answered.
pub(super) fn route(method: &str) -> String {
    format!("/schema-{SCHEMA}/{method}")
}

fn router(store: Arc<dyn Store>) -> Router {
    Router::new()
        .route(&route("read"), post(read))
        .route(&route("open_records"), post(open_records))
        .route(&route("closed_records"), post(closed_records))
        .route(&route("commit"), post(commit))
        .route(&route("expire"), post(expire))
        .layer(DefaultBodyLimit::max(MOST_REQUEST_BYTES))
        .with_state(store)
}

async fn read(State(store): Shared, Json(key): Json<Key>) -> Json<Result<Option<Stored<Record>>, StoreError>> {
    Json(store.read(&key).await)
}

async fn open_records(State(store): Shared, Json(()): Json<()>) -> Json<Listed> {
    Json(store.open_records().await)
}

async fn closed_records(State(store): Shared, Json(most): Json<usize>) -> Json<Listed> {
    Json(store.closed_records(most).await)
}

async fn commit(State(store): Shared, Json(transaction): Json<Transaction>) -> Json<Result<(), CommitError>> {
    Json(store.commit(transaction).await)
}

async fn expire(State(store): Shared, Json(now): Json<Timestamp>) -> Json<Result<usize, StoreError>> {
    Json(store.expire(now).await)
}
