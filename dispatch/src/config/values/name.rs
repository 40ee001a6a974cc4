//! Names: our own, those of hosts and organisations, those of environment variables.

use super::{Refusal, Scalar};
use crate::diagnostic::{looks_secret, quoted};

/// A name that travels into URL paths, tags, file names and runner names.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(in crate::config) struct Name(pub(in crate::config) String);

/// A host name without scheme, port or path, in lower case.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(in crate::config) struct Hostname(pub(in crate::config) String);

/// The name of an organisation or user of a forge.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(in crate::config) struct Owner(pub(in crate::config) String);

/// The name of an environment variable, by convention in capitals. Lower case is refused, because a credential that
/// was written in place of a name would else be repeated as "not set".
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(in crate::config) struct Variable(pub(in crate::config) String);

/// Runner names have room for the stack and an instance id.
const LONGEST_NAME: usize = 40;

impl Scalar for Name {
    fn parse(text: &str) -> Result<Self, Refusal> {
        let allowed = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
        let starts_well = text.starts_with(|c: char| c.is_ascii_alphanumeric());
        if starts_well && text.chars().all(allowed) && text.len() <= LONGEST_NAME && !looks_secret(text) {
            return Ok(Self(text.to_owned()));
        }
        Err(Refusal::new(
            format!("{} cannot be a name", quoted(text)),
            format!("use letters, digits, `-` and `_`, a letter or digit first, at most {LONGEST_NAME}"),
        ))
    }
}

impl Scalar for Hostname {
    fn parse(text: &str) -> Result<Self, Refusal> {
        let is_label = |label: &str| {
            let ends_well = !label.starts_with('-') && !label.ends_with('-');
            !label.is_empty() && label.len() <= 63 && ends_well && label.chars().all(|c| c.is_ascii_alphanumeric() || c == '-')
        };
        if text.len() <= 253 && text.split('.').all(is_label) {
            return Ok(Self(text.to_ascii_lowercase()));
        }
        Err(Refusal::new(
            format!("{} is not a host name", quoted(text)),
            "write only the name, such as `git.example.com`: no scheme, port or path",
        ))
    }
}

impl Scalar for Owner {
    fn parse(text: &str) -> Result<Self, Refusal> {
        let allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
        if !text.is_empty() && text != "." && text != ".." && text.chars().all(allowed) {
            return Ok(Self(text.to_owned()));
        }
        Err(Refusal::new(
            format!("{} is not the name of an organisation", quoted(text)),
            "write it as in its address, such as `acme`",
        ))
    }
}

impl Scalar for Variable {
    fn parse(text: &str) -> Result<Self, Refusal> {
        let allowed = |c: char| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_';
        if text.starts_with(|c: char| c.is_ascii_uppercase() || c == '_') && text.chars().all(allowed) && quoted(text) != "`…`"
        {
            return Ok(Self(text.to_owned()));
        }
        Err(Refusal::credential(
            "this is not the name of an environment variable",
            "write a name of capitals, digits and `_`, such as `GITEA_TOKEN`, and set that variable to the value",
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn our_names_fit_into_a_path_and_a_tag() {
        for name in ["home", "acme-ci", "go_1", "7"] {
            assert!(Name::parse(name).is_ok(), "{name}");
        }
        for name in ["", "-x", "a/b", "a b", "a.b", "ä", &"x-".repeat(21), &"0a".repeat(20)] {
            assert!(Name::parse(name).is_err(), "{name}");
        }
    }

    #[test]
    fn a_host_name_is_only_that() {
        assert_eq!(Hostname::parse("Git.Example.com"), Ok(Hostname("git.example.com".to_owned())));
        for text in ["https://git.example.com", "git.example.com:3000", "git.example.com/", "", ".", "a..b", "-a.b"] {
            assert!(Hostname::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn an_organisation_is_one_segment_of_a_path() {
        assert!(Owner::parse("acme.inc").is_ok());
        for text in ["", "..", "acme/tour", "a b"] {
            assert!(Owner::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_credential_in_place_of_a_variable_is_not_repeated() {
        assert!(Variable::parse("GITEA_TOKEN").is_ok());
        for text in ["hunter2", "0A", "A-B", "", &"AB".repeat(20)] {
            let refusal = Variable::parse(text).unwrap_err();
            assert!(refusal.secret && (text.is_empty() || !refusal.to_string().contains(text)), "{text}");
        }
    }
}
