//! What the administrator of a forge can set and the API does not tell.

use super::{Dialect, Forge};

/// Settings of a forge that decide about workflows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// Folders where workflows are looked for; the first that exists counts alone. (Gitea ≥ 1.26: `WORKFLOW_DIRS`.)
    pub workflow_folders: Vec<String>,
    /// Words in a commit message or a title that suppress workflows (`SKIP_WORKFLOW_STRINGS`).
    pub skip_words: Vec<String>,
}

impl Settings {
    /// As the forge is delivered.
    pub fn default_of(dialect: Dialect) -> Self {
        let folders: &[&str] = match dialect.forge {
            Forge::Gitea => &[".gitea/workflows", ".github/workflows"],
            Forge::Forgejo => &[".forgejo/workflows", ".gitea/workflows", ".github/workflows"],
        };
        let words = ["[skip ci]", "[ci skip]", "[no ci]", "[skip actions]", "[actions skip]"];
        let owned = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect();
        Self { workflow_folders: owned(folders), skip_words: owned(&words) }
    }
}
