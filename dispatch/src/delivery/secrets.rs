//! The webhook secrets that are live.

use secrecy::{ExposeSecret, SecretString};

/// One or more webhook secrets, any of which may have signed a delivery.
///
/// Two are live while a secret is being replaced: the new one here first, then in the forge, then the old one is dropped.
/// `Debug` never shows them.
#[derive(Debug, Clone)]
pub struct Secrets(Vec<SecretString>);

/// A set of secrets that would let strangers in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SecretsError {
    /// No secret at all.
    #[error(
        "no webhook secret is configured: without one nobody could tell a forge from a stranger; set one here and in the forge's webhook"
    )]
    None,
    /// A secret without characters: everybody knows it.
    #[error("webhook secret number {position} is empty: everybody could sign with it; remove it or give it a value")]
    Empty {
        /// Which of the configured secrets, counted from 1.
        position: usize,
    },
}

impl Secrets {
    /// Takes the live secrets; refuses an empty list and a secret that is empty or only white space.
    pub fn new(secrets: impl IntoIterator<Item = SecretString>) -> Result<Self, SecretsError> {
        let secrets: Vec<_> = secrets.into_iter().collect();
        if secrets.is_empty() {
            return Err(SecretsError::None);
        }
        match secrets.iter().position(is_blank) {
            Some(index) => Err(SecretsError::Empty { position: index + 1 }),
            None => Ok(Self(secrets)),
        }
    }

    /// The key bytes of each secret, as the forge uses them: the text itself.
    pub(super) fn keys(&self) -> impl Iterator<Item = &[u8]> {
        self.0.iter().map(|secret| secret.expose_secret().as_bytes())
    }
}

fn is_blank(secret: &SecretString) -> bool {
    secret.expose_secret().trim().is_empty()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_that_everybody_knows_is_refused() {
        assert_eq!(Secrets::new([]).unwrap_err(), SecretsError::None);
        for blank in ["", "  \n"] {
            assert_eq!(Secrets::new(["old".into(), blank.into()]).unwrap_err(), SecretsError::Empty { position: 2 });
        }
    }

    #[test]
    fn debug_shows_no_secret() {
        let secrets = Secrets::new(["correct horse".into(), "battery".into()]).unwrap();
        let shown = format!("{secrets:?}");
        assert!(!shown.contains("horse") && !shown.contains("battery"), "{shown}");
    }
}
