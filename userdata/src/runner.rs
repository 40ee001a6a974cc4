//! Which runner program a machine starts, and where in the image it is looked for.

use crate::{AbsolutePath, Refusal, Sha256};

/// The two runner programs, told apart by how they are started for one job.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RunnerKind {
    /// `daemon --once` with a `.runner` file: `gitea-runner`, called `act_runner` before 1.0. Needs 0.2.12 or newer.
    Gitea,
    /// `one-job --wait --url --uuid --token-url file:… [--handle]`. Needs `forgejo-runner` 12.8 or newer.
    Forgejo,
}

impl RunnerKind {
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Gitea => "gitea",
            Self::Forgejo => "forgejo",
        }
    }
}

/// The runner program of an image.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Runner {
    kind: RunnerKind,
    paths: Vec<AbsolutePath>,
    /// Digest that the program must have, checked before the identity is taken.
    pub sha256: Option<Sha256>,
    /// A configuration file in the image, given as `--config`. It must not set `runner.file` or `server.connections`,
    /// which would hide the identity.
    pub configuration: Option<AbsolutePath>,
}

impl Runner {
    /// The first executable file of `paths` is started.
    pub fn at<'a>(kind: RunnerKind, paths: impl IntoIterator<Item = &'a str>) -> Result<Self, Refusal> {
        let paths: Vec<_> = paths.into_iter().map(AbsolutePath::parse).collect::<Result<_, _>>()?;
        if paths.is_empty() {
            return Err(Refusal::secret("the list of runner paths", "is empty", "name where the image has its runner"));
        }
        Ok(Self { paths, ..Self::expected(kind) })
    }

    /// The usual places, newest name first.
    pub fn expected(kind: RunnerKind) -> Self {
        let names: &[&str] = match kind {
            RunnerKind::Gitea => &["gitea-runner", "act_runner"],
            RunnerKind::Forgejo => &["forgejo-runner"],
        };
        let places = names.iter().flat_map(|name| ["/usr/local/bin", "/usr/bin"].map(|folder| format!("{folder}/{name}")));
        let paths = places.filter_map(|path| AbsolutePath::parse(&path).ok()).collect();
        Self { kind, paths, sha256: None, configuration: None }
    }

    /// How the program is started.
    pub const fn kind(&self) -> RunnerKind {
        self.kind
    }

    /// Where it is looked for, in order.
    pub fn paths(&self) -> impl Iterator<Item = &AbsolutePath> {
        self.paths.iter()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn paths(runner: &Runner) -> Vec<&str> {
        runner.paths().map(AbsolutePath::as_str).collect()
    }

    #[test]
    fn the_name_of_gitea_runner_before_1_0_is_looked_for_last() {
        assert_eq!(
            paths(&Runner::expected(RunnerKind::Gitea)),
            ["/usr/local/bin/gitea-runner", "/usr/bin/gitea-runner", "/usr/local/bin/act_runner", "/usr/bin/act_runner"]
        );
    }

    #[test]
    fn own_paths_replace_the_usual_ones() {
        assert_eq!(paths(&Runner::at(RunnerKind::Forgejo, ["/opt/runner"]).unwrap()), ["/opt/runner"]);
        assert!(Runner::at(RunnerKind::Forgejo, []).is_err());
        assert!(Runner::at(RunnerKind::Forgejo, ["runner"]).is_err());
    }
}
