//! How a single value is written.

pub(super) mod aws;
mod duration;
mod name;
mod path;
mod refusal;
mod secret;
mod size;
mod url;

pub(super) use duration::Seconds;
pub(super) use name::{Hostname, Name, Owner, Variable};
pub(super) use path::AbsolutePath;
pub(super) use refusal::Refusal;
pub(super) use secret::SecretReference;
pub(super) use size::{Bytes, Gibibytes};
pub(super) use url::{ForgeUrl, is_loopback};

use std::net::{Ipv4Addr, SocketAddr};

use crate::diagnostic::quoted;
use crate::identifier::RepositoryName;
use crate::label::PoolLabel;

/// A value that is written as one scalar.
pub(super) trait Scalar: Sized {
    /// Reads it.
    fn parse(text: &str) -> Result<Self, Refusal>;
}

impl Scalar for u32 {
    fn parse(text: &str) -> Result<Self, Refusal> {
        match text.parse() {
            Ok(0) => Err(Refusal::new(
                "0 would mean that nothing is ever launched",
                "write a number from 1, or remove what nobody may use",
            )),
            Ok(number) => Ok(number),
            Err(_) => Err(Refusal::new(
                format!("{} is not a whole number from 1 to {}", quoted(text), Self::MAX),
                "write it in digits, such as `20`",
            )),
        }
    }
}

impl Scalar for bool {
    fn parse(text: &str) -> Result<Self, Refusal> {
        text.parse().map_err(|_| Refusal::new(format!("{} is neither `true` nor `false`", quoted(text)), "write one of them"))
    }
}

/// An IP address and a port.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Address(pub(super) SocketAddr);

/// Only this computer, on any free port: the narrowest there is.
impl Default for Address {
    fn default() -> Self {
        Self(SocketAddr::from((Ipv4Addr::LOCALHOST, 0)))
    }
}

impl Scalar for Address {
    fn parse(text: &str) -> Result<Self, Refusal> {
        let refusal = || {
            Refusal::new(
                format!("{} is not an IP address and a port", quoted(text)),
                "write it like `127.0.0.1:8080`, `0.0.0.0:8080` for all IPv4 addresses of this computer, or `[::1]:8080`",
            )
        };
        text.parse().map(Self).map_err(|_| refusal())
    }
}

impl Scalar for PoolLabel {
    fn parse(text: &str) -> Result<Self, Refusal> {
        text.parse().map_err(|error: crate::label::BadLabel| Refusal::sentence(text, &error.to_string()))
    }
}

impl Scalar for RepositoryName {
    fn parse(text: &str) -> Result<Self, Refusal> {
        text.parse().map_err(|error: crate::identifier::NotARepository| Refusal::sentence(text, &error.to_string()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal<T: Scalar>(text: &str) -> String {
        T::parse(text).err().unwrap().to_string()
    }

    #[test]
    fn a_limit_of_nothing_is_a_mistake() {
        assert_eq!(u32::parse("20").ok(), Some(20));
        insta::assert_snapshot!(refusal::<u32>("0"), @"0 would mean that nothing is ever launched: write a number from 1, or remove what nobody may use");
        insta::assert_snapshot!(refusal::<u32>("-3"), @"`-3` is not a whole number from 1 to 4294967295: write it in digits, such as `20`");
    }

    #[test]
    fn an_address_is_an_ip_address_and_a_port() {
        assert!(Address::parse("[::1]:8080").is_ok());
        insta::assert_snapshot!(refusal::<Address>("localhost:8080"), @"`localhost:8080` is not an IP address and a port: write it like `127.0.0.1:8080`, `0.0.0.0:8080` for all IPv4 addresses of this computer, or `[::1]:8080`");
    }

    #[test]
    fn the_sentences_of_labels_and_repositories_are_split_at_their_remedy() {
        let refusal = PoolLabel::parse("go:vm").err().unwrap();
        assert_eq!(refusal.message, "`go:vm` has the unknown kind `vm`");
        assert_eq!(refusal.help, "write `go:host` or `go:docker://image`");
        assert_eq!(RepositoryName::parse("acme").err().unwrap().help, "write `owner/name`");
    }
}
