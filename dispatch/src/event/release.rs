//! The rarer events that `on:` can name: releases, packages, forks and wiki pages.

use serde::Deserialize;

use super::{Repository, User};

/// A release was published, changed or deleted.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Release {
    /// `published`, `updated` or `deleted`.
    pub action: String,
    /// The release.
    #[serde(rename = "release")]
    pub tag: Tag,
    /// Where.
    pub repository: Repository,
    /// Who did it.
    pub sender: Option<User>,
}

/// What a release is made of, as far as workflows can see.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Tag {
    /// The tag, without `refs/tags/`: the workflow files are read there.
    #[serde(rename = "tag_name")]
    pub name: String,
}

/// A package version was published or deleted.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Package {
    /// `created` or `deleted`.
    pub action: String,
    /// The package. The payload's own `repository` is always null.
    pub package: PackageVersion,
    /// Who did it.
    pub sender: Option<User>,
}

/// A version of a package.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct PackageVersion {
    /// The repository that the package is linked to. Without one, no workflow starts.
    pub repository: Option<Repository>,
}

/// The repository was forked.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Fork {
    /// The repository that was forked and whose workflows may start; the payload calls it `forkee`, a word that GitHub uses for the other one.
    #[serde(rename = "forkee")]
    pub repository: Repository,
    /// The new repository.
    #[serde(rename = "repository")]
    pub fork: Repository,
    /// Who did it.
    pub sender: Option<User>,
}

/// A wiki page changed.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Wiki {
    /// `created`, `edited` or `deleted`.
    pub action: String,
    /// Where.
    pub repository: Repository,
    /// Who did it.
    pub sender: Option<User>,
}
