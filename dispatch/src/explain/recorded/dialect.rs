//! Which forge a recording was made with.

use std::path::Path;

use super::Error;
use crate::workflow::{Dialect, Forge, Version};

/// `gitea-1.27`, `forgejo-15.0`, `gitea-1.24.7`.
pub(super) fn of_folder(folder: &Path) -> Result<Dialect, Error> {
    let refused = || Error::Dialect(folder.to_path_buf());
    let resolved = folder.canonicalize().unwrap_or_else(|_| folder.to_path_buf());
    let name = resolved.file_name().and_then(|name| name.to_str()).ok_or_else(refused)?;
    named(name).ok_or_else(refused)
}

fn named(name: &str) -> Option<Dialect> {
    let (forge, version) = name.split_once('-')?;
    let forge = match forge {
        "gitea" => Forge::Gitea,
        "forgejo" => Forge::Forgejo,
        _ => return None,
    };
    let mut numbers = version.split('.').map(str::parse);
    let major = numbers.next()?.ok()?;
    let minor = numbers.next().unwrap_or(Ok(0)).ok()?;
    Some(Dialect { forge, version: Version(major, minor) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_version_is_in_the_name() {
        assert_eq!(named("gitea-1.27"), Some(Dialect::gitea(27)));
        assert_eq!(named("gitea-1.24.7"), Some(Dialect::gitea(24)));
        assert_eq!(named("forgejo-15.0"), Some(Dialect::forgejo(15)));
        assert_eq!(named("forgejo-11"), Some(Dialect::forgejo(11)));
        assert_eq!(named("github-3.1"), None);
        assert_eq!(named("gitea"), None);
        assert_eq!(named("gitea-x"), None);
    }
}
