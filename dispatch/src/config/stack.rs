//! The name of an installation that gives itself none: made once, kept in the data folder.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::hash::{BuildHasher, RandomState};
use std::io::{self, Read, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use super::values::{Name, Scalar};

/// Why an installation has no name.
#[derive(Debug, thiserror::Error)]
pub enum StackError {
    /// The data folder does not let us.
    #[error("the name of this installation cannot be kept in `{}`: name it by `stack`, or correct `serve.data`", path.display())]
    Folder {
        /// The file that holds the name.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// Somebody wrote something else into the file.
    #[error("`{}` does not hold the name of an installation: restore it, since its machines are found by that name", path.display())]
    NoName {
        /// The file that should hold the name.
        path: PathBuf,
    },
}

/// No name is longer.
const LONGEST: u64 = 64;

/// The name in the folder; a new one if there is none yet.
pub(super) fn kept_or_made(data: &Path) -> Result<String, StackError> {
    let path = data.join("stack");
    let failed = |source| StackError::Folder { path: path.clone(), source };
    if let Some(name) = kept(&path).map_err(failed)? {
        return Name::parse(&name).map(|name| name.0).map_err(|_| StackError::NoName { path });
    }
    DirBuilder::new().recursive(true).mode(0o700).create(data).map_err(failed)?;
    keep(&path, &format!("dispatch-{:08x}", random())).map_err(failed)?;
    match kept(&path).map_err(failed)? {
        Some(name) => Name::parse(&name).map(|name| name.0).map_err(|_| StackError::NoName { path }),
        None => Err(StackError::NoName { path }),
    }
}

fn kept(path: &Path) -> io::Result<Option<String>> {
    let mut name = String::new();
    match File::open(path) {
        Ok(file) => file.take(LONGEST).read_to_string(&mut name).map(|_| Some(name.trim_end().to_owned())),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

/// Writes the name beside its place and links it there whole, so that of two processes one wins and both read the same.
fn keep(path: &Path, name: &str) -> io::Result<()> {
    let draft = path.with_file_name(format!("{name}.new"));
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&draft)?;
    writeln!(file, "{name}")?;
    file.sync_all()?;
    let linked = fs::hard_link(&draft, path);
    fs::remove_file(&draft)?;
    match linked {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        other => other,
    }
}

/// The standard library seeds its hash tables from the operating system.
fn random() -> u32 {
    let bytes = RandomState::new().hash_one("stack").to_le_bytes();
    bytes.first_chunk().map_or(0, |bytes| u32::from_le_bytes(*bytes))
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn a_name_is_made_once() {
        let folder = tempfile::tempdir().unwrap();
        let data = folder.path().join("new/data");
        let first = kept_or_made(&data).unwrap();
        assert!(first.starts_with("dispatch-") && first.len() == 17, "{first}");
        assert_eq!(kept_or_made(&data).unwrap(), first);
        assert_eq!(fs::metadata(data.join("stack")).unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(fs::read_dir(&data).unwrap().count(), 1, "no draft is left");
    }

    #[test]
    fn two_installations_have_two_names() {
        let (one, two) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        assert_ne!(kept_or_made(one.path()).unwrap(), kept_or_made(two.path()).unwrap());
    }

    #[test]
    fn a_name_that_was_kept_meanwhile_wins() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("stack");
        keep(&path, "first").unwrap();
        keep(&path, "second").unwrap();
        assert_eq!(kept_or_made(folder.path()).unwrap(), "first");
    }

    #[test]
    fn a_spoiled_name_is_not_replaced_by_a_new_one() {
        let folder = tempfile::tempdir().unwrap();
        for content in ["", "a b\n", &"x".repeat(100)] {
            fs::write(folder.path().join("stack"), content).unwrap();
            assert!(matches!(kept_or_made(folder.path()), Err(StackError::NoName { .. })), "{content}");
        }
    }

    #[test]
    fn a_folder_that_cannot_be_made_is_told() {
        let error = kept_or_made(Path::new("/dev/null/data")).unwrap_err();
        insta::assert_snapshot!(error, @"the name of this installation cannot be kept in `/dev/null/data/stack`: name it by `stack`, or correct `serve.data`");
    }
}
