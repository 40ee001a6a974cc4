//! Which forge, and which of its versions, is being imitated.

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
