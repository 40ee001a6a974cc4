//! What `uses` of a job refers to.

use std::sync::LazyLock;

use regex::Regex;

use crate::workflow::model::Fault;
use crate::yaml::Span;

use super::super::fault;
use super::{Callee, Callees};

/// A parsed `uses`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Reference {
    /// A file of the commit that the calling file comes from.
    Local { path: String },
    /// A file of another repository of this forge.
    Remote { owner: String, repository: String, path: String, git_ref: String },
    /// A file of another forge.
    Foreign,
}

impl Reference {
    /// Reads what it refers to.
    pub(super) fn content(&self, callees: &dyn Callees, uses: &str, span: Span) -> Result<Vec<u8>, Fault> {
        let callee = match self {
            Self::Local { path } => callees.local(path),
            Self::Remote { owner, repository, path, git_ref } => callees.remote(owner, repository, path, git_ref),
            Self::Foreign => Callee::Missing,
        };
        match callee {
            Callee::Found(content) => Ok(content),
            Callee::Missing => Err(Fault::refused(span, format!("the called workflow `{uses}` does not exist"))),
            Callee::NotLooked => Err(fault::too_large(span, format!("the called workflow `{uses}` was not looked at"))),
        }
    }
}

/// Reads `uses` as Gitea ≥ 1.27 does: `./<folder>/<file>.yml` or `owner/repository/<folder>/<file>.yml@ref`.
pub(super) fn gitea(uses: &str) -> Option<Reference> {
    static REMOTE: LazyLock<Option<Regex>> =
        LazyLock::new(|| Regex::new(r"^([-.0-9A-Za-z_]+)/([-.0-9A-Za-z_]+)/([^@]+\.ya?ml)@(.+)$").ok());
    let uses = uses.trim();
    let reference = match uses.strip_prefix("./") {
        Some(path) => Reference::Local { path: path.to_owned() },
        None => remote(&REMOTE.as_ref()?.captures(uses)?)?,
    };
    let (Reference::Local { path } | Reference::Remote { path, .. }) = &reference else {
        return None;
    };
    let is_workflow = is_yaml(path) && [".gitea/workflows/", ".github/workflows/"].iter().any(|folder| path.starts_with(folder));
    (is_workflow && is_clean(path) && !path.contains('@')).then_some(reference)
}

/// Reads `uses` as Forgejo ≥ 15 does. Any file of the repository may be called.
pub(super) fn forgejo(uses: &str) -> Option<Reference> {
    static YAML: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"\.(ya?ml)(?:$|@)").ok());
    static REMOTE: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"^[^.](.+?/){2,}.+\.ya?ml@").ok());
    static PARTS: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"^([^/]+)/([^/]+)/([^@]+)@(.*)$").ok());
    if !YAML.as_ref()?.is_match(uses) {
        return None;
    }
    if let Some(path) = uses.strip_prefix("./") {
        return Some(Reference::Local { path: cleaned(path) });
    }
    if !REMOTE.as_ref()?.is_match(uses) {
        return None;
    }
    if uses.starts_with("https://") || uses.starts_with("http://") {
        return Some(Reference::Foreign);
    }
    remote(&PARTS.as_ref()?.captures(uses)?)
}

fn remote(parts: &regex::Captures<'_>) -> Option<Reference> {
    let part = |index| parts.get(index).map(|part: regex::Match<'_>| part.as_str().to_owned());
    Some(Reference::Remote { owner: part(1)?, repository: part(2)?, path: part(3)?, git_ref: part(4)? })
}

fn is_yaml(path: &str) -> bool {
    let extension = std::path::Path::new(path).extension();
    extension.is_some_and(|extension| extension == "yml" || extension == "yaml")
}

fn is_clean(path: &str) -> bool {
    cleaned(path) == path
}

/// The path without `.`, `..` and empty parts.
fn cleaned(path: &str) -> String {
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => drop(parts.pop()),
            part => parts.push(part),
        }
    }
    parts.join("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn local(path: &str) -> Reference {
        Reference::Local { path: path.to_owned() }
    }

    #[test]
    fn gitea_calls_files_of_the_workflow_folders() {
        assert_eq!(gitea("./.gitea/workflows/x.yml"), Some(local(".gitea/workflows/x.yml")));
        assert_eq!(gitea("./.github/workflows/sub/x.yaml"), Some(local(".github/workflows/sub/x.yaml")));
        assert!(matches!(gitea("o/r/.gitea/workflows/x.yml@v1"), Some(Reference::Remote { .. })));
        for refused in [
            "",
            "not a reference",
            "./x.yml",
            "./.gitea/workflows/x.yml@main",
            "./.gitea/workflows/../x.yml",
            "o/r/.gitea/workflows/x.yml",
            "https://other/o/r/.gitea/workflows/x.yml@v1",
        ] {
            assert_eq!(gitea(refused), None, "{refused}");
        }
    }

    #[test]
    fn forgejo_calls_any_file() {
        assert_eq!(forgejo("./x/../y.yml"), Some(local("y.yml")));
        assert_eq!(forgejo("https://other/o/r/x.yml@v1"), Some(Reference::Foreign));
        assert!(matches!(forgejo("acme/ci/.forgejo/workflows/x.yml@v1"), Some(Reference::Remote { .. })));
        assert_eq!(forgejo("not a reference"), None);
        assert_eq!(forgejo("o/r/x.yml"), None);
    }
}
