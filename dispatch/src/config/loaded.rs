//! Settings without errors, and what else is known about them.

use super::read::Places;
use super::stack;
use super::{AwsEnvironment, Config, StackError, check_machine};
use crate::diagnostic::{Finding, Report, Source};

/// A configuration that was read without errors.
#[derive(Clone, Debug)]
pub struct Loaded {
    config: Config,
    warnings: Vec<Finding>,
    source: Option<Source>,
    places: Places,
    aws: Option<AwsEnvironment>,
}

impl Loaded {
    pub(super) fn new(config: Config, warnings: Vec<Finding>, source: Option<Source>, places: Places) -> Self {
        Self { config, warnings, source, places, aws: None }
    }

    pub(super) fn with_aws(self, aws: Option<AwsEnvironment>) -> Self {
        Self { aws, ..self }
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

    /// What the environment says about AWS, if it is what configures us.
    pub fn aws(&self) -> Option<&AwsEnvironment> {
        self.aws.as_ref()
    }

    /// The settings for work. A stack name that the configuration does not give is taken from the data folder, or
    /// made and kept there: under another name, machines that are running now would be nobody's.
    pub fn into_config(self) -> Result<Config, StackError> {
        let mut config = self.config;
        if config.stack.is_empty() {
            config.stack = stack::kept_or_made(&config.serve.data)?;
        }
        Ok(config)
    }
}
