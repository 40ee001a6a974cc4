//! Settings without errors, and what else is known about them.

use super::read::Places;
use super::stack;
use super::{Config, StackError, check_machine};
use crate::diagnostic::{Finding, Report, Source};

/// A configuration that was read without errors.
#[derive(Clone, Debug)]
pub struct Loaded {
    config: Config,
    warnings: Vec<Finding>,
    source: Option<Source>,
    places: Places,
}

impl Loaded {
    pub(super) fn new(config: Config, warnings: Vec<Finding>, source: Option<Source>, places: Places) -> Self {
        Self { config, warnings, source, places }
    }

    /// The settings, for looking at them. The `stack` is empty if the configuration names none; whoever launches
    /// anything takes [`Loaded::into_config`].
    pub fn config(&self) -> &Config {
        &self.config
    }

    /// What the settings say that may not be meant.
    pub fn warnings(&self) -> Report {
        Report::new(self.source.clone(), self.warnings.clone())
    }

    /// What [`check_machine`] finds, with the places in the file.
    pub fn check_machine(&self) -> Report {
        let findings = check_machine(&self.config).into_iter().map(|finding| self.places.locate(finding));
        Report::new(self.source.clone(), findings.collect())
    }

    /// The settings for work. A stack name that the configuration does not give is on AWS that of the table. Elsewhere it
    /// is taken from the data folder, or made and kept there: under another name, machines that are running now would be
    /// nobody's.
    pub fn into_config(self) -> Result<Config, StackError> {
        let mut config = self.config;
        if config.stack.is_empty() {
            config.stack = match &config.aws {
                Some(aws) => aws.table.clone(),
                None => stack::kept_or_made(&config.serve.data)?,
            };
        }
        Ok(config)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{Environment, load_text};

    /// A file whose data folder is inside `folder`, and which says `head` first.
    fn loaded(head: &str, folder: &tempfile::TempDir) -> Loaded {
        let text = format!(
            "{head}
forges: {{ home: {{ url: https://git.example.com, token: {{ env: T }}, webhook_secrets: [{{ env: S }}] }} }}
pools:
  go: {{ labels: [go], backend: process, runner: [/nonexistent/runner] }}
serve: {{ data: {}/data }}
",
            folder.path().display()
        );
        load_text("dispatch.yaml", &text, &Environment::from_iter([("T", "a"), ("S", "b")])).unwrap()
    }

    #[test]
    fn an_installation_keeps_the_name_that_was_made_for_it() {
        let folder = tempfile::tempdir().unwrap();
        let first = loaded("", &folder).into_config().unwrap().stack;
        assert!(first.starts_with("dispatch-"), "{first}");
        assert_eq!(loaded("", &folder).into_config().unwrap().stack, first);
    }

    #[test]
    fn a_name_of_its_own_leaves_no_trace() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(loaded("stack: acme-ci", &folder).into_config().unwrap().stack, "acme-ci");
        assert!(!folder.path().join("data").exists());
    }

    #[test]
    fn looking_leaves_no_trace() {
        let folder = tempfile::tempdir().unwrap();
        loaded("", &folder).check_machine();
        assert!(!folder.path().join("data").exists());
    }

    #[test]
    fn what_this_computer_lacks_is_shown_in_the_file() {
        let report = loaded("", &tempfile::tempdir().unwrap()).check_machine();
        let shown: Vec<_> = report.findings().iter().map(|finding| (finding.key.as_str(), finding.span.unwrap().line)).collect();
        assert_eq!(shown, [("pools.go.backend", 4), ("pools.go.runner", 4)]);
    }
}
