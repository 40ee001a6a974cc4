//! Paths, which never depend on where the program was started.

use std::path::{Path, PathBuf};

use super::{Refusal, Scalar};
use crate::diagnostic::quoted;

/// A path from the root.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(in crate::config) struct AbsolutePath(pub(in crate::config) PathBuf);

impl Scalar for AbsolutePath {
    fn parse(text: &str) -> Result<Self, Refusal> {
        if Path::new(text).is_absolute() && !text.contains('\0') {
            return Ok(Self(PathBuf::from(text)));
        }
        let why = if text.starts_with('~') {
            "no shell reads this file, so `~` stays `~`"
        } else {
            "what it means would depend on where `dispatch` is started"
        };
        Err(Refusal::new(
            format!("{} is not an absolute path; {why}", quoted(text)),
            "write the path from the root, beginning with `/`",
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_begins_at_the_root() {
        assert!(AbsolutePath::parse("/var/lib/dispatch").is_ok());
        insta::assert_snapshot!(AbsolutePath::parse("data").unwrap_err(), @"`data` is not an absolute path; what it means would depend on where `dispatch` is started: write the path from the root, beginning with `/`");
        insta::assert_snapshot!(AbsolutePath::parse("~/data").unwrap_err(), @"`~/data` is not an absolute path; no shell reads this file, so `~` stays `~`: write the path from the root, beginning with `/`");
    }
}
