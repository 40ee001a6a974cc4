//! The environment of the process: the only module that reads it.

use std::collections::BTreeMap;
use std::fmt;

/// One variable that has a meaning by its name alone. Others are read only where the configuration names them.
#[derive(Debug)]
pub struct Variable {
    /// As it is set.
    pub name: &'static str,
    /// What it holds.
    pub doc: &'static str,
}

/// The variables that take the place of the configuration when there is no file.
pub const VARIABLES: [Variable; 11] = [
    Variable { name: "GITEA_URL", doc: "the root of the forge, such as `https://git.example.com/`" },
    Variable { name: "GITEA_TOKEN", doc: "the API token of a site administrator, which never reaches a machine" },
    Variable { name: "WEBHOOK_SECRET", doc: "the secret of the forge's webhook" },
    Variable { name: "RUNNER_TOKEN", doc: "a registration token (optional: runners are registered with `GITEA_TOKEN`)" },
    Variable {
        name: "RUNNER_AMI",
        doc: "the image that machines on AWS boot, such as `ami-0123`, or the SSM parameter that names it",
    },
    Variable { name: "SUBNET", doc: "the subnet of machines on AWS, such as `subnet-0123`; several are separated by commas" },
    Variable {
        name: "SECURITY_GROUP",
        doc: "the security group of machines on AWS, such as `sg-0123`; outbound HTTPS is enough; several are separated by commas",
    },
    Variable {
        name: "DDB_TABLE",
        doc: "the DynamoDB table of the records, such as `dispatch`, which also names the installation",
    },
    Variable { name: "INSTANCE_PROFILE", doc: "the instance profile of machines on AWS, such as `dispatch-machine`" },
    Variable {
        name: "INSTANCE_ROLE_ID",
        doc: "the id of that profile's role, such as `AROAEXAMPLEID12345678` (optional: IAM is asked)",
    },
    Variable { name: "AWS_REGION", doc: "the region of AWS, such as `eu-west-1`; always set in a Lambda function" },
];

/// The environment as a plain value, so that everything else can be tested without one.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Environment {
    values: BTreeMap<String, String>,
    stand_in: Option<&'static str>,
}

impl Environment {
    /// The environment of this process. A variable whose name or value is not UTF-8 counts as not set.
    #[expect(clippy::disallowed_methods, reason = "this is the one place that reads the environment")]
    pub fn of_process() -> Self {
        let text =
            |(name, value): (std::ffi::OsString, std::ffi::OsString)| Some((name.into_string().ok()?, value.into_string().ok()?));
        std::env::vars_os().filter_map(text).collect()
    }

    /// The same where every secret that is not set has a value, so that a file can be read by somebody who does not have
    /// its secrets. Nothing may be authenticated with what is read so.
    #[must_use]
    pub fn with_stand_ins(self) -> Self {
        Self { stand_in: Some("not-set"), ..self }
    }

    /// The value of a variable; an empty one is a value.
    pub fn text(&self, name: &str) -> Option<&str> {
        self.values.get(name).map(String::as_str)
    }

    /// The same of a variable that holds a secret.
    pub fn secret(&self, name: &str) -> Option<&str> {
        self.text(name).or(self.stand_in)
    }
}

impl<N: Into<String>, V: Into<String>> FromIterator<(N, V)> for Environment {
    fn from_iter<I: IntoIterator<Item = (N, V)>>(variables: I) -> Self {
        let values = variables.into_iter().map(|(name, value)| (name.into(), value.into())).collect();
        Self { values, stand_in: None }
    }
}

/// Names only: any value may be a secret.
impl fmt::Debug for Environment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.values.keys()).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_environment_shows_names_and_no_values() {
        let environment = Environment::from_iter([("GITEA_TOKEN", "hunter2")]);
        assert_eq!(format!("{environment:?}"), r#"{"GITEA_TOKEN"}"#);
        assert_eq!(environment.text("GITEA_TOKEN"), Some("hunter2"));
        assert_eq!(environment.text("GITEA_URL"), None);
    }

    #[test]
    fn who_only_reads_a_file_needs_no_secrets() {
        let environment = Environment::from_iter([("A", "a")]).with_stand_ins();
        assert_eq!((environment.secret("A"), environment.secret("B"), environment.text("B")), (Some("a"), Some("not-set"), None));
    }

    #[test]
    fn the_process_has_an_environment() {
        assert!(Environment::of_process().text("PATH").is_some());
    }
}
