//! Reading secrets out of answers.

use secrecy::SecretString;
use serde::{Deserialize, Deserializer};

/// For `#[serde(deserialize_with)]`: a string that no `Debug` output shows from here on.
pub(super) fn string<'de, D: Deserializer<'de>>(json: D) -> Result<SecretString, D::Error> {
    String::deserialize(json).map(SecretString::from)
}
