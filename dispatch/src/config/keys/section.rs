//! The vocabulary of the table: sections of keys.

use super::Kind;

/// A mapping with known keys.
#[derive(Debug)]
pub(in crate::config) struct Section {
    /// What one such mapping is: "a pool".
    pub(in crate::config) name: &'static str,
    /// Where it stands, for the reference: `pools.NAME`; empty for the file itself.
    pub(in crate::config) path: &'static str,
    /// A sentence about it.
    pub(in crate::config) doc: &'static str,
    /// In the order of the reference.
    pub(in crate::config) keys: &'static [Key],
}

/// One key.
#[derive(Debug)]
pub(in crate::config) struct Key {
    /// As it is written.
    pub(in crate::config) name: &'static str,
    /// What may stand behind it.
    pub(in crate::config) kind: Kind,
    /// Whether it may be left out.
    pub(in crate::config) presence: Presence,
    /// A value as it is written, for messages and the reference.
    pub(in crate::config) example: &'static str,
    /// One or two sentences for the reference.
    pub(in crate::config) doc: &'static str,
}

/// Whether a key may be left out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::config) enum Presence {
    /// It must be given.
    Required,
    /// It must be given, or this environment variable be set, as the template does it.
    Variable(&'static str),
    /// Leaving it out has a meaning of its own, told here in a few words.
    Optional(&'static str),
    /// Leaving it out means this value, as it would be written.
    Default(&'static str),
}

impl Section {
    /// The key of that name.
    pub(in crate::config) fn key(&self, name: &str) -> Option<&'static Key> {
        self.keys.iter().find(|key| key.name == name)
    }

    /// The names of all keys.
    pub(in crate::config) fn names(&self) -> Vec<&'static str> {
        self.keys.iter().map(|key| key.name).collect()
    }
}

impl Key {
    /// The value that holds when the key is left out, as it would be written.
    pub(in crate::config) fn default(&self) -> Option<&'static str> {
        match self.presence {
            Presence::Default(text) => Some(text),
            Presence::Required | Presence::Variable(_) | Presence::Optional(_) => None,
        }
    }
}
