//! The file: opened with care, and opened again after the disk has failed.
//!
//! After one failed read or write the engine refuses all further work until the file is opened anew, which also brings
//! back the last whole transaction. So a full disk must not need a restart of ours.

use std::fmt;
use std::fs::{self, DirBuilder, OpenOptions, Permissions};
use std::io::ErrorKind;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt};
use std::panic::{self, AssertUnwindSafe};
use std::path::Path;
use std::sync::{PoisonError, RwLock};

use redb::{Builder, Database};

use super::failure::Failure;
use super::tables;
use crate::store::StoreError;

/// Records are small and few; the engine's own default is a gigabyte.
const CACHE_BYTES: usize = 16 << 20;

type Open = dyn Fn() -> Result<Database, Failure> + Send + Sync;

/// One file, and how to open it.
pub(super) struct File {
    place: String,
    open: Box<Open>,
    database: RwLock<Option<Database>>,
}

impl File {
    /// Opens or makes the file at `path`.
    pub(super) fn at(path: &Path) -> Result<Self, StoreError> {
        let owned = path.to_owned();
        Self::new(path.display().to_string(), Box::new(move || open(&owned)))
    }

    /// What `open` opens; messages call it `place`.
    pub(super) fn new(place: String, open: Box<Open>) -> Result<Self, StoreError> {
        let file = Self { place, open, database: RwLock::default() };
        file.reopen()?;
        Ok(file)
    }

    pub(super) fn place(&self) -> &str {
        &self.place
    }

    /// Does `work`, once. A failure of the engine is reported, and the next work finds the file opened again.
    pub(super) fn work<T>(&self, work: impl FnOnce(&Database) -> Result<T, Failure>) -> Result<T, StoreError> {
        self.reopen()?;
        let database = self.database.read().unwrap_or_else(PoisonError::into_inner);
        let Some(opened) = database.as_ref() else { return Err(Failure::Engine(redb::Error::PreviousIo).at(&self.place)) };
        let result = work(opened);
        drop(database);
        result.map_err(|failure| self.take_note(failure))
    }

    fn take_note(&self, failure: Failure) -> StoreError {
        if matches!(failure, Failure::Engine(_)) {
            *self.database.write().unwrap_or_else(PoisonError::into_inner) = None;
        }
        failure.at(&self.place)
    }

    fn reopen(&self) -> Result<(), StoreError> {
        if self.database.read().unwrap_or_else(PoisonError::into_inner).is_some() {
            return Ok(());
        }
        let mut database = self.database.write().unwrap_or_else(PoisonError::into_inner);
        if database.is_none() {
            *database = Some((self.open)().map_err(|failure| failure.at(&self.place))?);
        }
        Ok(())
    }
}

impl fmt::Debug for File {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("File").field("place", &self.place).finish_non_exhaustive()
    }
}

fn open(path: &Path) -> Result<Database, Failure> {
    if let Some(directory) = path.parent() {
        DirBuilder::new().recursive(true).mode(0o700).create(directory)?;
    }
    match OpenOptions::new().read(true).write(true).create_new(true).mode(0o600).open(path) {
        Ok(file) => make(file).inspect_err(|_| leave_nothing_half_made(path)),
        Err(error) if error.kind() == ErrorKind::AlreadyExists => {
            fs::set_permissions(path, Permissions::from_mode(0o600))?;
            examine(|| builder().open(path))
        }
        Err(error) => Err(error.into()),
    }
}

pub(super) fn builder() -> Builder {
    let mut builder = Builder::new();
    builder.set_cache_size(CACHE_BYTES);
    builder
}

fn make(file: fs::File) -> Result<Database, Failure> {
    let database = builder().create_file(file)?;
    tables::make(&database)?;
    Ok(database)
}

fn leave_nothing_half_made(path: &Path) {
    if let Err(error) = fs::remove_file(path) {
        tracing::warn!(path = %path.display(), %error, "could not remove a store that could not be made");
    }
}

/// The engine reads pages without comparing them with their checksums, and panics over a damaged one. So all are compared
/// before anything relies on them; the file holds some thousand records at most. Opening itself already reads some, which
/// is the one place where a panic is caught; a build that aborts on panics ends there instead.
pub(super) fn examine(open: impl FnOnce() -> Result<Database, redb::DatabaseError>) -> Result<Database, Failure> {
    let examined = panic::catch_unwind(AssertUnwindSafe(|| {
        let mut database = open()?;
        database.check_integrity()?;
        tables::make(&database)?;
        Ok(database)
    }));
    examined.unwrap_or_else(|_| Err(redb::StorageError::Corrupted("its pages contradict each other".to_owned()).into()))
}
