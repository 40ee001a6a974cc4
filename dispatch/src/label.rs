//! Labels: the strings of `runs-on`, and the runner syntax that says how a job under each of them is run.

use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// What a job asks for; order and repetition mean nothing to any forge.
pub type LabelSet = BTreeSet<String>;

/// One label of a pool in runner syntax: `go:host` or `docker:docker://image@sha256:…`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct PoolLabel {
    name: String,
    execution: Execution,
}

/// How a runner executes the jobs of a label.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Execution {
    /// Directly on the machine.
    Host,
    /// In a container of this image.
    Docker(String),
}

impl PoolLabel {
    /// The part that jobs name and that the forge compares, exactly and case-sensitively.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// How its jobs are run.
    pub fn execution(&self) -> &Execution {
        &self.execution
    }
}

impl fmt::Display for PoolLabel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.execution {
            Execution::Host => write!(f, "{}:host", self.name),
            Execution::Docker(image) => write!(f, "{}:docker://{image}", self.name),
        }
    }
}

/// Why a text is no pool label.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadLabel {
    /// There is nothing before the first colon.
    #[error("`{0}` names no label: write `name:host` or `name:docker://image`")]
    NoName(String),
    /// The runner knows only `host` and `docker`.
    #[error("`{label}` has the unknown kind `{kind}`: write `{name}:host` or `{name}:docker://image`")]
    UnknownKind {
        /// The whole text.
        label: String,
        /// The part before the colon.
        name: String,
        /// The part after it.
        kind: String,
    },
    /// `docker://` without an image.
    #[error("`{0}` names no image: write `name:docker://image`, best with `@sha256:…`")]
    NoImage(String),
}

impl FromStr for PoolLabel {
    type Err = BadLabel;

    /// A label without a kind runs on the host, as in both runners.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (name, kind) = text.split_once(':').unwrap_or((text, "host"));
        if name.is_empty() || name.contains(char::is_whitespace) || name.contains(',') {
            return Err(BadLabel::NoName(text.to_owned()));
        }
        let execution = match (kind, kind.strip_prefix("docker://")) {
            ("host", _) => Execution::Host,
            (_, Some("")) | ("docker", _) => return Err(BadLabel::NoImage(text.to_owned())),
            (_, Some(image)) => Execution::Docker(image.to_owned()),
            (kind, None) => {
                return Err(BadLabel::UnknownKind { label: text.to_owned(), name: name.to_owned(), kind: kind.to_owned() });
            }
        };
        Ok(Self { name: name.to_owned(), execution })
    }
}

impl TryFrom<String> for PoolLabel {
    type Error = BadLabel;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<PoolLabel> for String {
    fn from(label: PoolLabel) -> Self {
        label.to_string()
    }
}

/// Labels as a sentence shows them: `[go, linux]`.
pub fn listed(labels: &LabelSet) -> String {
    let names: Vec<&str> = labels.iter().map(String::as_str).collect();
    format!("[{}]", names.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_are_written_as_the_runner_reads_them() {
        for text in ["go:host", "docker:docker://node:22-bookworm", "docker:docker://node@sha256:abc"] {
            assert_eq!(text.parse::<PoolLabel>().unwrap().to_string(), text);
        }
        assert_eq!("go".parse::<PoolLabel>().unwrap().to_string(), "go:host");
    }

    #[test]
    fn a_bad_label_says_what_to_write() {
        let cases = [
            (":host", "`:host` names no label: write `name:host` or `name:docker://image`"),
            ("go:vm", "`go:vm` has the unknown kind `vm`: write `go:host` or `go:docker://image`"),
            ("go:docker://", "`go:docker://` names no image: write `name:docker://image`, best with `@sha256:…`"),
            ("a,b:host", "`a,b:host` names no label: write `name:host` or `name:docker://image`"),
        ];
        for (text, sentence) in cases {
            assert_eq!(text.parse::<PoolLabel>().unwrap_err().to_string(), sentence);
        }
    }
}
