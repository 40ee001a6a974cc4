//! Workflows as a story-teller gives them, already expanded: the fake parses no YAML.

use std::fmt::Write as _;

/// A workflow file and the jobs that one run of it has.
#[derive(Clone, Debug)]
pub struct Workflow {
    /// File name: `ci.yml`.
    pub file: String,
    /// The value of `name:`.
    pub name: String,
    /// What follows `"on":` in the payload that a runner gets, verbatim.
    pub on: String,
    /// The jobs, in the file's order; a matrix is one entry per cell.
    pub jobs: Vec<JobSpec>,
}

impl Workflow {
    /// A workflow started by pushes, without jobs yet.
    pub fn new(file: &str) -> Self {
        let name = file.split('.').next().unwrap_or(file);
        Self { file: file.to_owned(), name: name.to_owned(), on: " [push]".to_owned(), jobs: Vec::new() }
    }

    /// Adds a job.
    #[must_use]
    pub fn job(mut self, job: JobSpec) -> Self {
        self.jobs.push(job);
        self
    }
}

/// One job, or one cell of a matrix.
#[derive(Clone, Debug, Default)]
pub struct JobSpec {
    /// The key under `jobs:`; cells of one matrix share it.
    pub key: String,
    /// What people see.
    pub name: String,
    /// `runs-on`, interpolated.
    pub labels: Vec<String>,
    /// Keys of the jobs that must end first.
    pub needs: Vec<String>,
    /// The matrix cell: variable and value.
    pub matrix: Vec<(String, String)>,
    /// What the server makes of `if:` once the needed jobs have ended; `None` when there is no `if:`.
    pub condition: Option<bool>,
    /// Commands of the steps.
    pub steps: Vec<String>,
    /// It calls another workflow: a row that no runner gets, on forges that expand callers.
    pub caller: bool,
}

impl JobSpec {
    /// A job with one step, named like its key.
    pub fn new(key: &str, labels: &[&str]) -> Self {
        Self {
            key: key.to_owned(),
            name: key.to_owned(),
            labels: labels.iter().map(ToString::to_string).collect(),
            steps: vec!["true".to_owned()],
            ..Self::default()
        }
    }

    /// The display name.
    #[must_use]
    pub fn named(mut self, name: &str) -> Self {
        name.clone_into(&mut self.name);
        self
    }

    /// Waits for these jobs.
    #[must_use]
    pub fn needs(mut self, keys: &[&str]) -> Self {
        self.needs = keys.iter().map(ToString::to_string).collect();
        self
    }

    /// Belongs to this cell of its matrix.
    #[must_use]
    pub fn cell(mut self, variable: &str, value: &str) -> Self {
        self.matrix.push((variable.to_owned(), value.to_owned()));
        self
    }

    /// Has an `if:` that the server will find true or false.
    #[must_use]
    pub fn condition(mut self, holds: bool) -> Self {
        self.condition = Some(holds);
        self
    }

    /// Calls another workflow.
    #[must_use]
    pub fn caller(mut self) -> Self {
        self.caller = true;
        self
    }

    /// The single-job workflow that its runner gets.
    pub(crate) fn payload(&self, workflow: &Workflow) -> String {
        let mut text =
            format!("name: {}\n\"on\":{}\njobs:\n    {}:\n        name: {}\n", workflow.name, workflow.on, self.key, self.name);
        match self.labels.as_slice() {
            [label] => _ = writeln!(text, "        runs-on: {label}"),
            labels => _ = writeln!(text, "        runs-on: [{}]", labels.join(", ")),
        }
        text.push_str("        steps:\n");
        for step in &self.steps {
            _ = writeln!(text, "            - run: {step:?}");
        }
        if !self.matrix.is_empty() {
            text.push_str("        strategy:\n            matrix:\n");
            for (variable, value) in &self.matrix {
                _ = writeln!(text, "                {variable}:\n                    - {value}");
            }
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The text that Gitea 1.27 and Forgejo 15 sent for this job.
    #[test]
    fn a_matrix_cell_becomes_a_workflow_of_its_own() {
        let workflow = Workflow { name: "CI".to_owned(), on: " [push, pull_request]".to_owned(), ..Workflow::new("ci.yml") };
        let job = JobSpec::new("test", &["linux"]).named("test linux").needs(&["build"]).cell("os", "linux");
        let expected = r#"name: CI
"on": [push, pull_request]
jobs:
    test:
        name: test linux
        runs-on: linux
        steps:
            - run: "true"
        strategy:
            matrix:
                os:
                    - linux
"#;
        assert_eq!(job.payload(&workflow), expected);
    }
}
