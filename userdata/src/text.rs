//! Small checked texts: paths, user names, digests.

use crate::Refusal;

/// Whether `value` is between 1 and `limit` bytes without control characters.
pub(crate) fn is_plain(value: &str, limit: usize) -> bool {
    !value.is_empty() && value.len() <= limit && !value.chars().any(char::is_control)
}

/// An absolute path on the machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AbsolutePath(String);

impl AbsolutePath {
    /// Accepts `/…` without control characters or `..`, not ending in `/`, up to 4096 bytes.
    pub fn parse(value: &str) -> Result<Self, Refusal> {
        let walks_up = value.split('/').any(|part| part == "..");
        if !value.starts_with('/') || value.ends_with('/') || walks_up || !is_plain(value, 4096) {
            return Err(Refusal::of(
                "path",
                value,
                "is not an absolute path to a file",
                "write it from the root, such as `/var/log/dispatch.log`",
            ));
        }
        Ok(Self(value.to_owned()))
    }

    /// The path as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The unprivileged user that runner and job run as. Created at first boot if missing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UserName(String);

impl UserName {
    /// Accepts what `useradd` does: `[a-z_][a-z0-9_-]*`, up to 32 bytes, and not `root`.
    pub fn parse(value: &str) -> Result<Self, Refusal> {
        let starts_well = value.starts_with(|first: char| first.is_ascii_lowercase() || first == '_');
        let is_word = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '_' | '-');
        if value == "root" {
            return Err(Refusal::of("user", value, "may do anything", "name an unprivileged user"));
        }
        if !starts_well || !value.chars().all(is_word) || value.len() > 32 {
            return Err(Refusal::of(
                "user",
                value,
                "is not a user name",
                "use up to 32 of a-z, 0-9, `_` and `-`, starting with a letter",
            ));
        }
        Ok(Self(value.to_owned()))
    }

    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A SHA-256 digest in lower-case hexadecimal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sha256(String);

impl Sha256 {
    /// Accepts 64 hexadecimal digits of either case.
    pub fn parse(value: &str) -> Result<Self, Refusal> {
        if value.len() != 64 || !value.chars().all(|c| c.is_ascii_hexdigit()) {
            return Err(Refusal::of(
                "sha256",
                value,
                "is not 64 hexadecimal digits",
                "copy the first column of the release's `.sha256` file",
            ));
        }
        Ok(Self(value.to_ascii_lowercase()))
    }

    /// The digest as 64 lower-case digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_absolute_and_clean() {
        assert_eq!(AbsolutePath::parse("/var/log/it's here.log").unwrap().as_str(), "/var/log/it's here.log");
        for bad in ["", "/", "log", "/var/", "/a/../b", "/a\nb", "/a\0"] {
            assert!(AbsolutePath::parse(bad).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn users_are_unprivileged_names() {
        assert!(UserName::parse("gitea-runner").is_ok());
        for bad in ["", "root", "-x", "9a", "a b", "a'b", "Ünal", "a\n", &"a".repeat(33)] {
            assert!(UserName::parse(bad).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn digests_are_normalised_to_what_sha256sum_prints() {
        assert_eq!(Sha256::parse(&"AB".repeat(32)).unwrap().as_str(), "ab".repeat(32));
        for bad in [String::new(), "ab".repeat(31), "zz".repeat(32)] {
            assert!(Sha256::parse(&bad).is_err(), "{bad:?}");
        }
    }
}
