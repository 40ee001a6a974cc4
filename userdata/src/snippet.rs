//! Shell text of the operator, run once before the runner is looked for.

use crate::{Refusal, text::is_plain};

/// A named piece of bash that runs as root in a shell of its own, with `-euo pipefail`.
///
/// It runs before the identity is taken, so it sees no credential, may install the runner, and when it fails the machine powers off
/// with the identity unused. It must hold no secret: a job may be able to read user data.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Snippet {
    name: String,
    script: String,
}

impl Snippet {
    /// `name` is what the log calls it; `script` may have any number of lines but no NUL.
    pub fn new(name: &str, script: &str) -> Result<Self, Refusal> {
        if !is_plain(name, 100) {
            return Err(Refusal::of("snippet name", name, "is empty, long or not one line", "say in a few words what it does"));
        }
        if script.contains('\0') {
            return Err(Refusal::of("snippet", name, "holds a NUL byte", "remove it: bash cannot read it"));
        }
        Ok(Self { name: name.to_owned(), script: script.to_owned() })
    }

    /// What the log calls it.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The bash text.
    pub fn script(&self) -> &str {
        &self.script
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn many_lines_are_fine_and_nul_is_not() {
        assert!(Snippet::new("swap", "mkswap /dev/sdb\nswapon /dev/sdb\n").is_ok());
        assert!(Snippet::new("swap", "a\0b").is_err());
        assert!(Snippet::new("two\nlines", "true").is_err());
        assert!(Snippet::new("", "true").is_err());
    }
}
