//! The vocabulary of the table: what may stand behind a key.

use super::Section;
use crate::config::values::aws::Pattern;
use crate::yaml::Value;

/// What may stand behind a key.
#[derive(Debug)]
pub(in crate::config) enum Kind {
    /// A name of ours, of a forge, a pool or the stack.
    Name,
    /// The root of a forge.
    Url,
    /// A host name.
    Hostname,
    /// The name of an organisation or user.
    Owner,
    /// `owner/name`.
    Repository,
    /// The name of an environment variable.
    Variable,
    /// A label in runner syntax.
    Label,
    /// An absolute path.
    Path,
    /// An IP address and a port.
    Address,
    /// A whole number from 1.
    Count,
    /// A length of time with its unit.
    Duration,
    /// A number of bytes with its unit.
    Size,
    /// The size of a disk in gibibytes.
    Disk,
    /// `true` or `false`.
    Flag,
    /// A text of this pattern.
    Text(&'static Pattern),
    /// One of these words.
    Word(&'static [&'static str]),
    /// Where a secret is: `{ env: NAME }` or `{ file: PATH }`.
    Secret,
    /// Several of one kind.
    List {
        /// Of which kind.
        of: &'static Self,
        /// Fewest items.
        least: usize,
        /// Most items.
        most: usize,
    },
    /// A mapping with known keys.
    Section(&'static Section),
    /// A mapping from names to mappings with known keys.
    Named(&'static Section),
    /// One of these words, or a mapping with known keys.
    WordOr(&'static [&'static str], &'static Section),
}

impl Kind {
    /// A list of any length.
    pub(in crate::config) const fn list(of: &'static Self) -> Self {
        Self::List { of, least: 0, most: usize::MAX }
    }

    /// The kind as a sentence names it.
    pub(in crate::config) fn phrase(&self) -> String {
        match self {
            Self::Name => "a name of letters, digits, `-` and `_`".to_owned(),
            Self::Url => "the address of a forge".to_owned(),
            Self::Hostname => "a host name".to_owned(),
            Self::Owner => "the name of an organisation".to_owned(),
            Self::Repository => "a repository".to_owned(),
            Self::Variable => "the name of an environment variable".to_owned(),
            Self::Label => "a label in runner syntax".to_owned(),
            Self::Path => "an absolute path".to_owned(),
            Self::Address => "an IP address and a port".to_owned(),
            Self::Count => "a whole number from 1".to_owned(),
            Self::Duration => "a duration with its unit (`s`, `m`, `h`, `d`)".to_owned(),
            Self::Size => "a size with its unit (`B`, `KiB`, `MiB`, `GiB`)".to_owned(),
            Self::Disk => "a size in gibibytes".to_owned(),
            Self::Flag => "`true` or `false`".to_owned(),
            Self::Text(pattern) => pattern.phrase.to_owned(),
            Self::Word(words) => crate::diagnostic::listed(words, "or"),
            Self::Secret => "a reference to a secret".to_owned(),
            Self::List { of, .. } => format!("a list, each item {}", of.phrase()),
            Self::Section(_) => "a mapping".to_owned(),
            Self::Named(_) => "a mapping with a name for each".to_owned(),
            Self::WordOr(words, _) => format!("{} or a mapping", crate::diagnostic::listed(words, "or")),
        }
    }

    /// Whether a value has the right shape to be read as this kind; what it says is judged later.
    pub(in crate::config) fn takes(&self, value: &Value) -> bool {
        match self {
            Self::Count => matches!(value, Value::Integer(_)),
            // A number without its unit gets a better answer than "wrong type".
            Self::Duration | Self::Size | Self::Disk => matches!(value, Value::String(_) | Value::Integer(_) | Value::Float(_)),
            Self::Flag => matches!(value, Value::Bool(_)),
            Self::List { .. } => matches!(value, Value::Sequence(_)),
            // A secret written out is text, and gets an answer of its own.
            Self::Secret => !matches!(value, Value::Null | Value::Sequence(_)),
            Self::Section(_) | Self::Named(_) => matches!(value, Value::Mapping(_)),
            Self::WordOr(..) => matches!(value, Value::String(_) | Value::Mapping(_)),
            _ => matches!(value, Value::String(_)),
        }
    }

    /// The words that may stand there.
    pub(in crate::config) fn words(&self) -> &'static [&'static str] {
        match self {
            Self::Word(words) | Self::WordOr(words, _) => words,
            _ => &[],
        }
    }
}
