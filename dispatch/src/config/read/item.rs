//! One value: a scalar, or a reference to a secret.

use secrecy::SecretString;

use super::Reader;
use super::fields::Fields;
use crate::config::keys::{Key, Kind, SECRET};
use crate::config::values::{AbsolutePath, Refusal, Scalar, SecretReference, Variable};
use crate::yaml::{Node, Value};

/// A value that can be read from a node of the right shape.
pub(super) trait Item: Sized {
    /// Reads it; what is wrong is told to the reader.
    fn read(reader: &mut Reader<'_>, route: &str, node: &Node) -> Option<Self>;
}

impl<T: Scalar> Item for T {
    fn read(reader: &mut Reader<'_>, route: &str, node: &Node) -> Option<Self> {
        match T::parse(node.text().unwrap_or_default()) {
            Ok(value) => Some(value),
            Err(refusal) => {
                reader.refuse(route, node, refusal);
                None
            }
        }
    }
}

impl Item for SecretString {
    fn read(reader: &mut Reader<'_>, route: &str, node: &Node) -> Option<Self> {
        let reference = reference(reader, route, node)?;
        if let SecretReference::Variable(name) = &reference {
            reader.remember_secret_variable(name);
        }
        match reference.resolve(reader.environment) {
            Ok(secret) => Some(secret),
            Err(refusal) => {
                reader.refuse(route, node, refusal);
                None
            }
        }
    }
}

/// Where the secret is.
fn reference(reader: &mut Reader<'_>, route: &str, node: &Node) -> Option<SecretReference> {
    if !matches!(node.value, Value::Mapping(_)) {
        reader.refuse(route, node, written_out());
        return None;
    }
    let mut fields = Fields::open(reader, &SECRET, route.to_owned(), node);
    let ways = (fields.has("env"), fields.has("file"));
    let variable = fields.optional::<Variable>("env").map(|name| SecretReference::Variable(name.0));
    let file = fields.optional::<AbsolutePath>("file").map(|path| SecretReference::File(path.0));
    match ways {
        (true, true) => {
            reader.refuse(route, node, Refusal::new("`env` and `file` name two places for one secret", "keep one of them"));
            None
        }
        (false, false) if is_empty(node) => {
            reader.refuse(route, node, nowhere());
            None
        }
        _ => variable.or(file),
    }
}

/// Whether nothing was written; unknown keys have been answered already.
fn is_empty(node: &Node) -> bool {
    node.as_mapping().is_some_and(<[_]>::is_empty)
}

fn nowhere() -> Refusal {
    Refusal::new("this does not say where the secret is", "write `{ env: NAME }` or `{ file: /run/secrets/… }`")
}

fn written_out() -> Refusal {
    Refusal::credential(
        "a secret is written in the file, where everybody who reads the file can use it",
        "replace the secret at the forge, since this one has been seen; put the new one into an environment variable or a file, and \
         write `{ env: NAME }` or `{ file: /run/secrets/… }` here",
    )
}

/// Reads a node if it has the shape that its key asks for.
pub(super) fn read<T: Item>(reader: &mut Reader<'_>, key: &Key, kind: &Kind, route: &str, node: &Node) -> Option<T> {
    if !kind.takes(&node.value) {
        reader.wrong_shape(route, key, kind, node, node.span);
        return None;
    }
    T::read(reader, route, node)
}
