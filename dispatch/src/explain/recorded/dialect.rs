//! Which forge a recording was made with.

use std::path::Path;

use super::Error;
use crate::workflow::Dialect;

/// The dialect that the folder is named after.
pub(super) fn of_folder(folder: &Path) -> Result<Dialect, Error> {
    let resolved = folder.canonicalize().unwrap_or_else(|_| folder.to_path_buf());
    let name = resolved.file_name().and_then(|name| name.to_str());
    name.and_then(|name| name.parse().ok()).ok_or_else(|| Error::Dialect(folder.to_path_buf()))
}
