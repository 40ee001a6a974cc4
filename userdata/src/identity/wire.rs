//! The identity as text: lines of `key=base64`, which bash reads without a JSON parser and nothing can break out of.

use std::collections::BTreeMap;

use base64::{Engine, engine::general_purpose::STANDARD};
use secrecy::{ExposeSecret, SecretString};

use super::{CloneCredential, Identity};
use crate::{ForgeUrl, Label, Labels, Refusal, text::is_plain};

/// The version of the format. The script on the machine refuses any other.
const SCHEMA: &str = "1";

/// Far above any real identity; more is not read.
const WIRE_LIMIT_BYTES: usize = 65_536;

impl Identity {
    /// The text that a machine takes. It holds the credential: store it for that machine only.
    ///
    /// # Errors
    /// If the forge gave out something empty, longer than 4096 bytes, or with control characters.
    pub fn to_wire(&self) -> Result<SecretString, Refusal> {
        let labels: Vec<&str> = self.labels.iter().map(Label::as_str).collect();
        let mut lines = String::new();
        let mut line = |key: &str, value: &str| {
            lines.extend([key, "=", &STANDARD.encode(value), "\n"]);
        };
        line("schema", SCHEMA);
        line("forge_url", self.forge_url.as_str());
        line("runner_name", checked("the identity's runner name", &self.runner_name)?);
        line("runner_id", &self.runner_id.to_string());
        line("uuid", checked("the identity's uuid", &self.uuid)?);
        line("token", checked("the identity's token", self.token.expose_secret())?);
        line("labels", &labels.join("\n"));
        line("ephemeral", if self.ephemeral { "true" } else { "false" });
        if let Some(handle) = &self.handle {
            line("handle", checked("the identity's handle", handle)?);
        }
        if let Some(CloneCredential { username, password }) = &self.clone_credential {
            let username = checked("the clone credential's user name", username)?;
            let password = checked("the clone credential's password", password.expose_secret())?;
            // As git wants it from a credential helper.
            line("clone_credential", &format!("username={username}\npassword={password}"));
        }
        line("runner_file", self.runner_file().expose_secret());
        Ok(lines.into())
    }

    /// Reads what [`to_wire`](Self::to_wire) wrote.
    ///
    /// # Errors
    /// If it is of another schema, incomplete or malformed. The sentence repeats none of it.
    pub fn from_wire(wire: &SecretString) -> Result<Self, Refusal> {
        let fields = Fields::read(wire.expose_secret())?;
        if fields.required("schema")? != SCHEMA {
            return Err(malformed("is of another schema version"));
        }
        Ok(Self {
            forge_url: ForgeUrl::parse(fields.required("forge_url")?)?,
            runner_name: fields.required("runner_name")?.to_owned(),
            runner_id: fields.required("runner_id")?.parse().map_err(|_| malformed("has a runner id that is no number"))?,
            uuid: fields.required("uuid")?.to_owned(),
            token: fields.required("token")?.into(),
            labels: Labels::parse(fields.required("labels")?.lines())?,
            ephemeral: fields.required("ephemeral")? == "true",
            handle: fields.optional("handle").map(str::to_owned),
            clone_credential: fields.optional("clone_credential").map(clone_credential).transpose()?,
        })
    }
}

struct Fields(BTreeMap<String, String>);

impl Fields {
    fn read(wire: &str) -> Result<Self, Refusal> {
        if wire.len() > WIRE_LIMIT_BYTES {
            return Err(malformed("is longer than 64 KiB"));
        }
        let mut fields = BTreeMap::new();
        for line in wire.lines() {
            let (key, value) = line.split_once('=').ok_or_else(|| malformed("has a line without `=`"))?;
            let value = STANDARD.decode(value).map_err(|_| malformed("has a value that is not base64"))?;
            let value = String::from_utf8(value).map_err(|_| malformed("has a value that is not text"))?;
            if fields.insert(key.to_owned(), value).is_some() {
                return Err(malformed("has a key twice"));
            }
        }
        Ok(Self(fields))
    }

    fn optional(&self, key: &str) -> Option<&str> {
        self.0.get(key).map(String::as_str)
    }

    fn required(&self, key: &str) -> Result<&str, Refusal> {
        self.optional(key).ok_or_else(|| malformed("lacks a key"))
    }
}

fn clone_credential(text: &str) -> Result<CloneCredential, Refusal> {
    let refuse = || malformed("has a clone credential without user name and password");
    let (username, password) = text.split_once('\n').ok_or_else(refuse)?;
    Ok(CloneCredential {
        username: username.strip_prefix("username=").ok_or_else(refuse)?.to_owned(),
        password: password.strip_prefix("password=").ok_or_else(refuse)?.into(),
    })
}

fn checked<'a>(subject: &'static str, value: &'a str) -> Result<&'a str, Refusal> {
    if is_plain(value, 4096) {
        return Ok(value);
    }
    Err(Refusal::secret(subject, "is empty, too long or not one line", "register the runner again"))
}

const fn malformed(problem: &'static str) -> Refusal {
    Refusal::secret("the identity", problem, "hand over what `Identity::to_wire` wrote")
}

#[cfg(test)]
mod tests {
    use super::super::tests::identity;
    use super::*;

    fn rewritten(wire: &SecretString, from: &str, to: &str) -> SecretString {
        assert!(wire.expose_secret().contains(from));
        wire.expose_secret().replace(from, to).into()
    }

    #[test]
    fn what_was_written_is_read_back() {
        let wire = identity().to_wire().unwrap();
        let read = Identity::from_wire(&wire).unwrap();
        assert_eq!(read.to_wire().unwrap().expose_secret(), wire.expose_secret());
        assert_eq!((read.runner_id, read.handle.as_deref(), read.ephemeral), (12, Some("h-1"), true));
        assert_eq!(read.clone_credential.unwrap().password.expose_secret(), "correct horse");
    }

    #[test]
    fn no_value_can_add_a_line() {
        let mut hostile = identity();
        hostile.token = "=a'\"$(id)`\\=".into();
        hostile.runner_name = "x=y ü".into();
        let wire = hostile.to_wire().unwrap();
        assert_eq!(wire.expose_secret().lines().count(), 11);
        let only_base64 = |c: char| c.is_ascii_alphanumeric() || "+/=_\n".contains(c);
        assert!(wire.expose_secret().chars().all(only_base64));
        assert_eq!(Identity::from_wire(&wire).unwrap().token.expose_secret(), "=a'\"$(id)`\\=");
    }

    #[test]
    fn what_the_forge_should_not_give_out_is_refused_and_not_repeated() {
        for token in ["", "se\ncret", "se\0cret", &"secret".repeat(1000)] {
            let sentence = Identity { token: token.into(), ..identity() }.to_wire().unwrap_err().to_string();
            assert_eq!(sentence, "the identity's token is empty, too long or not one line; register the runner again");
        }
    }

    #[test]
    fn a_damaged_text_is_refused() {
        let wire = identity().to_wire().unwrap();
        let damaged = [
            rewritten(&wire, "schema=MQ==", "schema=Mg=="),
            rewritten(&wire, "token=", "nekot="),
            rewritten(&wire, "token=", "token"),
            rewritten(&wire, "runner_id=", "runner_id=!"),
            rewritten(&wire, "schema=MQ==", "schema=MQ==\nschema=MQ=="),
            "x=\n".repeat(WIRE_LIMIT_BYTES).into(),
            String::new().into(),
        ];
        for text in damaged {
            let sentence = Identity::from_wire(&text).unwrap_err().to_string();
            assert!(!sentence.contains("hunter2"), "{sentence}");
        }
    }
}
