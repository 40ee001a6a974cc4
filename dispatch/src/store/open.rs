//! Which way to the records: the file when it is free, else the process that has it.

use std::io::ErrorKind;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use tokio::net::UnixStream;

use super::{RedbStore, RemoteStore, Socket, Store, StoreError};

const FILE: &str = "store.redb";
const SOCKET: &str = "store.sock";

/// Commands hold the file for moments only, and a server that has just started needs one to open its socket.
const TRIES: u32 = 40;
const BETWEEN_TRIES: Duration = Duration::from_millis(50);

/// The records in `data_dir`, for a command: from the file if no other process has it, otherwise through that process.
///
/// # Errors
/// [`StoreError::InUse`] when the file is taken for two seconds by a process that does not share it, else as
/// [`RedbStore::open`].
pub async fn open(data_dir: &Path) -> Result<Arc<dyn Store>, StoreError> {
    let mut tries = 0;
    loop {
        match own(data_dir).await {
            Ok(store) => return Ok(Arc::new(store)),
            Err(StoreError::InUse { .. }) if tries < TRIES => tries += 1,
            Err(error) => return Err(error),
        }
        match through_its_owner(data_dir).await? {
            Some(store) => return Ok(Arc::new(store)),
            None => tokio::time::sleep(BETWEEN_TRIES).await,
        }
    }
}

/// The records in `data_dir`, for the server: its own file, and the socket on which it shall answer others.
///
/// # Errors
/// [`StoreError::InUse`] when another process has the file for two seconds, else as [`RedbStore::open`] and
/// [`Socket::bind`].
pub async fn hold(data_dir: &Path) -> Result<(RedbStore, Socket), StoreError> {
    let mut tries = 0;
    loop {
        match own(data_dir).await {
            Ok(store) => return Ok((store, Socket::bind(&data_dir.join(SOCKET))?)),
            Err(StoreError::InUse { .. }) if tries < TRIES => tries += 1,
            Err(error) => return Err(error),
        }
        tokio::time::sleep(BETWEEN_TRIES).await;
    }
}

async fn own(data_dir: &Path) -> Result<RedbStore, StoreError> {
    let path = data_dir.join(FILE);
    let opened = tokio::task::spawn_blocking(move || RedbStore::open(&path)).await;
    opened.unwrap_or_else(|error| Err(StoreError::Unavailable(error.to_string())))
}

/// None when nobody listens: the socket is not there yet, or its owner is gone.
async fn through_its_owner(data_dir: &Path) -> Result<Option<RemoteStore>, StoreError> {
    let path = data_dir.join(SOCKET);
    match UnixStream::connect(&path).await {
        Ok(_) => RemoteStore::at(&path).map(Some),
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::ConnectionRefused) => Ok(None),
        Err(error) => Err(StoreError::Unavailable(format!("{}: {error}", path.display()))),
    }
}
