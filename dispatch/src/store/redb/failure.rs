//! The engine's errors by their real cause.

use std::io::{self, ErrorKind};

use crate::store::StoreError;

/// Why a piece of work on the file came to nothing.
#[derive(Debug)]
pub(super) enum Failure {
    /// One record is not as it should be; the engine is well.
    Record(StoreError),
    /// The engine failed, and answers nothing more until the file is opened again.
    Engine(redb::Error),
}

impl Failure {
    /// As the seam names it; `place` is the file.
    pub(super) fn at(self, place: &str) -> StoreError {
        match self {
            Self::Record(error) => error,
            Self::Engine(error) => cause(place, error),
        }
    }
}

fn cause(place: &str, error: redb::Error) -> StoreError {
    let place = place.to_owned();
    match error {
        redb::Error::Io(error) => io_cause(place, &error),
        redb::Error::DatabaseAlreadyOpen => StoreError::InUse { place },
        redb::Error::Corrupted(cause) => StoreError::Corrupt { place, cause },
        error @ (redb::Error::UpgradeRequired(_)
        | redb::Error::RepairAborted
        | redb::Error::TableDoesNotExist(_)
        | redb::Error::TableTypeMismatch { .. }
        | redb::Error::TableIsMultimap(_)
        | redb::Error::TypeDefinitionChanged { .. }) => StoreError::Corrupt { place, cause: error.to_string() },
        redb::Error::PreviousIo => StoreError::Unavailable(format!("{place}: the disk has just failed another request")),
        error => StoreError::Unavailable(format!("{place}: {error}")),
    }
}

fn io_cause(place: String, error: &io::Error) -> StoreError {
    match error.kind() {
        // `FileTooLarge` is how a limit on the size of files shows itself.
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded | ErrorKind::FileTooLarge => {
            StoreError::Full(format!("{place}: {error}"))
        }
        ErrorKind::InvalidData | ErrorKind::UnexpectedEof => StoreError::Corrupt { place, cause: error.to_string() },
        ErrorKind::AlreadyExists | ErrorKind::NotADirectory => StoreError::Unavailable(format!(
            "{place}: a file stands where its folder should be; name another one by `serve.data`"
        )),
        ErrorKind::PermissionDenied => {
            StoreError::Unavailable(format!("{place}: {error}; run this as the user that `dispatch serve` runs as"))
        }
        _ => StoreError::Unavailable(format!("{place}: {error}")),
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        Self::Record(error)
    }
}

/// Each step of the engine has an error type of its own.
macro_rules! engine {
    ($($type:ty),+) => {
        $(impl From<$type> for Failure {
            fn from(error: $type) -> Self {
                Self::Engine(error.into())
            }
        })+
    };
}

engine!(io::Error, redb::DatabaseError, redb::TransactionError, redb::TableError, redb::StorageError, redb::CommitError);

#[cfg(test)]
mod tests {
    use super::*;

    fn told(kind: ErrorKind) -> StoreError {
        io_cause("/data/store.redb".to_owned(), &io::Error::from(kind))
    }

    #[test]
    fn a_full_disk_is_told_from_a_damaged_file() {
        for kind in [ErrorKind::StorageFull, ErrorKind::QuotaExceeded, ErrorKind::FileTooLarge] {
            assert!(matches!(told(kind), StoreError::Full(cause) if cause.starts_with("/data/store.redb: ")));
        }
        for kind in [ErrorKind::InvalidData, ErrorKind::UnexpectedEof] {
            assert!(matches!(told(kind), StoreError::Corrupt { place, .. } if place == "/data/store.redb"));
        }
    }

    #[test]
    fn a_stranger_is_told_whom_to_be() {
        assert_eq!(
            told(ErrorKind::PermissionDenied).to_string(),
            "the store does not answer: /data/store.redb: permission denied; run this as the user that `dispatch serve` runs as"
        );
    }
}
