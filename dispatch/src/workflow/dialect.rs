//! Which forge, and which of its versions, is being imitated.

use std::fmt;
use std::str::FromStr;

use super::pattern;

/// A forge and the version that decides which of its rules hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Dialect {
    /// Whose rules.
    pub forge: Forge,
    /// As of which release.
    pub version: Version,
}

/// A kind of forge.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Forge {
    /// Gitea; the rules are known from 1.21 on.
    Gitea,
    /// Forgejo; the rules are known from 7 on.
    Forgejo,
}

/// A release line, such as 1.27 or 15.0. Patch releases do not differ in what they decide, as far as is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Version(
    /// The first number.
    pub u16,
    /// The second number.
    pub u16,
);

impl Dialect {
    /// Gitea 1.`minor`.
    pub const fn gitea(minor: u16) -> Self {
        Self { forge: Forge::Gitea, version: Version(1, minor) }
    }

    /// Forgejo `major`.0.
    pub const fn forgejo(major: u16) -> Self {
        Self { forge: Forge::Forgejo, version: Version(major, 0) }
    }

    /// Whether this is Gitea 1.`minor` or later.
    pub fn is_gitea_from(self, minor: u16) -> bool {
        self.forge == Forge::Gitea && self.version >= Version(1, minor)
    }

    /// Whether this is Forgejo `major` or later.
    pub fn is_forgejo_from(self, major: u16) -> bool {
        self.forge == Forge::Forgejo && self.version >= Version(major, 0)
    }

    /// Which pattern language `branches`, `tags` and `paths` are written in.
    pub fn patterns(self) -> pattern::Dialect {
        if self.is_gitea_from(27) { pattern::Dialect::GiteaGlob } else { pattern::Dialect::Act }
    }
}

/// Gitea counts 1.21, 1.22, …; whoever writes 2.0 means something else.
const GITEA_MAJOR: u16 = 1;

impl fmt::Display for Dialect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = match self.forge {
            Forge::Gitea => "gitea",
            Forge::Forgejo => "forgejo",
        };
        write!(f, "{name}-{}.{}", self.version.0, self.version.1)
    }
}

/// The text names no forge and release.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a forge and its release: write it like `gitea-1.27` or `forgejo-15.0`")]
pub struct NotADialect(String);

impl FromStr for Dialect {
    type Err = NotADialect;

    /// `gitea-1.27`, `forgejo-15.0`, `forgejo-15`, `gitea-1.24.7`.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        named(text).ok_or_else(|| NotADialect(text.to_owned()))
    }
}

fn named(text: &str) -> Option<Dialect> {
    let (forge, version) = text.split_once('-')?;
    let mut numbers = version.split('.').map(str::parse);
    let version = Version(numbers.next()?.ok()?, numbers.next().unwrap_or(Ok(0)).ok()?);
    match forge {
        "gitea" if version.0 == GITEA_MAJOR => Some(Dialect { forge: Forge::Gitea, version }),
        "forgejo" => Some(Dialect { forge: Forge::Forgejo, version }),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dialect_is_named_after_a_forge_and_its_release() {
        for (text, dialect) in [
            ("gitea-1.27", Dialect::gitea(27)),
            ("gitea-1.24.7", Dialect::gitea(24)),
            ("forgejo-15.0", Dialect::forgejo(15)),
            ("forgejo-11", Dialect::forgejo(11)),
        ] {
            assert_eq!(text.parse(), Ok(dialect));
        }
        assert_eq!(Dialect::gitea(27).to_string(), "gitea-1.27");
        assert_eq!(Dialect::forgejo(15).to_string(), "forgejo-15.0");
    }

    #[test]
    fn what_is_no_dialect_is_told_how_to_write_one() {
        for text in ["github-3.1", "gitea", "gitea-x", "gitea-2.0", "", "Gitea-1.27"] {
            let refused = text.parse::<Dialect>().unwrap_err().to_string();
            assert_eq!(refused, format!("`{text}` is not a forge and its release: write it like `gitea-1.27` or `forgejo-15.0`"));
        }
    }
}
