//! Jobs that call a reusable workflow, where the forge's server expands the call.

pub(super) mod forgejo;
pub(super) mod gitea;
mod inputs;
mod reference;
mod secrets;
mod specification;

/// Where called workflows are looked up.
pub trait Callees {
    /// The file at `path` in the commit that the calling file comes from. The path is relative to the repository.
    fn local(&self, path: &str) -> Callee;

    /// The file at `path` in another repository of the same forge.
    fn remote(&self, owner: &str, repository: &str, path: &str, git_ref: &str) -> Callee;
}

/// What a look-up found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Callee {
    /// The content of the file.
    Found(Vec<u8>),
    /// The forge would find nothing there.
    Missing,
    /// Nobody looked.
    NotLooked,
}

/// Nothing can be called.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoCallees;

impl Callees for NoCallees {
    fn local(&self, _: &str) -> Callee {
        Callee::NotLooked
    }

    fn remote(&self, _: &str, _: &str, _: &str, _: &str) -> Callee {
        Callee::NotLooked
    }
}
