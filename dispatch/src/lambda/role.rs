//! Which part of the work a function does.

use super::Failure;
use crate::config::Environment;

/// What a function is deployed for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Role {
    /// Receives webhooks; may write claims and nothing else.
    Edge,
    /// Looks, launches and ends; has no public address.
    Worker,
    /// Both in one function.
    #[default]
    Both,
}

impl Role {
    /// The environment variable that chooses.
    pub const VARIABLE: &str = "DISPATCH_ROLE";

    /// As the environment says; both if it says nothing.
    pub fn of(environment: &Environment) -> Result<Self, Failure> {
        match environment.text(Self::VARIABLE) {
            None | Some("") => Ok(Self::Both),
            Some("edge") => Ok(Self::Edge),
            Some("worker") => Ok(Self::Worker),
            Some(_) => Err(Failure::Configuration(format!(
                "the environment variable `{}` is neither `edge` nor `worker`: correct it, or unset it for a function that does both",
                Self::VARIABLE
            ))),
        }
    }

    /// Whether it receives webhooks.
    pub fn receives(self) -> bool {
        self != Self::Worker
    }

    /// Whether it makes passes.
    pub fn works(self) -> bool {
        self != Self::Edge
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_environment_chooses_the_role() {
        let role = |value: &str| Role::of(&Environment::from_iter([("DISPATCH_ROLE", value)]));
        assert_eq!(
            [role(""), role("edge"), role("worker")].map(Result::ok),
            [Some(Role::Both), Some(Role::Edge), Some(Role::Worker)]
        );
        assert_eq!(Role::of(&Environment::default()).ok(), Some(Role::Both));
        let sentence = role("both please").unwrap_err().to_string();
        assert!(sentence.contains("neither `edge` nor `worker`"), "{sentence}");
    }

    #[test]
    fn only_a_function_for_both_does_both() {
        assert_eq!(
            [Role::Edge, Role::Worker, Role::Both].map(|role| (role.receives(), role.works())),
            [(true, false), (false, true), (true, true)]
        );
    }
}
