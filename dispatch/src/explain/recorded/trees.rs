//! The recorded workflow folders.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::Error;
use crate::workflow::{Folder, Tree};

/// The folder `trees`, each tree read at most once.
pub(super) struct Trees {
    folder: PathBuf,
    known: RefCell<BTreeMap<String, Arc<Tree>>>,
}

impl Trees {
    /// The trees that lie beside the folder of a recording.
    pub(super) fn beside(folder: &Path) -> Self {
        Self { folder: folder.join("..").join("trees"), known: RefCell::default() }
    }

    pub(super) fn read(&self, name: &str) -> Result<Arc<Tree>, Error> {
        if let Some(tree) = self.known.borrow().get(name) {
            return Ok(Arc::clone(tree));
        }
        let tree = Arc::new(tree(&self.folder.join(name))?);
        self.known.borrow_mut().insert(name.to_owned(), Arc::clone(&tree));
        Ok(tree)
    }
}

fn tree(root: &Path) -> Result<Tree, Error> {
    let mut folders = BTreeMap::new();
    for forge in [".forgejo", ".gitea", ".github"] {
        let path = root.join(forge).join("workflows");
        let folder = match path.symlink_metadata() {
            Err(_) => continue,
            Ok(metadata) if metadata.is_dir() => {
                let mut files = BTreeMap::new();
                collect(&path, "", &mut files)?;
                Folder::Files(files)
            }
            Ok(_) => Folder::NotAFolder,
        };
        folders.insert(format!("{forge}/workflows"), folder);
    }
    Ok(Tree { folders })
}

fn collect(folder: &Path, prefix: &str, files: &mut BTreeMap<String, Arc<[u8]>>) -> Result<(), Error> {
    let failed = |source| Error::Read { path: folder.to_path_buf(), source };
    for entry in std::fs::read_dir(folder).map_err(failed)? {
        let entry = entry.map_err(failed)?;
        let name = format!("{prefix}{}", entry.file_name().to_string_lossy());
        if entry.file_type().map_err(failed)?.is_dir() {
            collect(&entry.path(), &format!("{name}/"), files)?;
        } else {
            files.insert(name, content(&entry.path())?.into());
        }
    }
    Ok(())
}

/// git keeps a symbolic link as the text of its target.
fn content(path: &Path) -> Result<Vec<u8>, Error> {
    let read = match std::fs::read_link(path) {
        Ok(target) => Ok(target.into_os_string().into_encoded_bytes()),
        Err(_) => std::fs::read(path),
    };
    read.map_err(|source| Error::Read { path: path.to_path_buf(), source })
}
