//! The `inputs` of a called workflow, from the caller's `with` and the callee's defaults.

use crate::expression::{Contexts, Failure, Value, evaluate_scalar, go_print};
use crate::workflow::model::Fault;
use crate::yaml::{Node, Span};

use super::super::decode::{Decoder, Trouble};
use super::super::fault;
use super::specification::{Input, Specification};

/// Gitea's way: `with` is evaluated, then every value must have the type that the callee declares.
pub(super) fn gitea(specification: &Specification, with: Option<&Node>, contexts: &Contexts, span: Span) -> Result<Value, Fault> {
    let mut inputs = Vec::new();
    for input in &specification.inputs {
        let refuse = |message: String| Fault::refused(span, message);
        let given = with.and_then(|with| with.get(&input.name)).map(|node| evaluated(node, contexts, span));
        let default = input.default.as_ref().map(|node| plain(node, span));
        if let Some(default) = &default {
            typed(input, default.clone()?).map_err(refuse)?;
        }
        match given.or(default) {
            Some(value) => inputs.push((input.name.clone(), typed(input, value?).map_err(refuse)?)),
            None if input.is_required => {
                return Err(refuse(format!("the called workflow requires the input `{}`", input.name)));
            }
            None => {}
        }
    }
    Ok(Value::Map(inputs))
}

fn evaluated(node: &Node, contexts: &Contexts, span: Span) -> Result<Value, Fault> {
    match node.as_str() {
        Some(text) => evaluate_scalar(text, contexts).map_err(|failure| fault::of_expression(&failure, span)),
        None => plain(node, span),
    }
}

fn plain(node: &Node, span: Span) -> Result<Value, Fault> {
    let decoder = Decoder { contexts: None };
    decoder.value(node).map_err(|_| Fault::refused(span, "a value of an input cannot be read"))
}

fn typed(input: &Input, value: Value) -> Result<Value, String> {
    let mismatch = || Err(format!("the input `{}` of the called workflow takes a {}", input.name, input.kind));
    match (input.kind.as_str(), value) {
        ("string", Value::Null) => Ok(Value::text("")),
        ("string", value) => Ok(Value::Text(go_print(&value))),
        ("boolean", Value::Bool(bool)) => Ok(Value::Bool(bool)),
        #[expect(clippy::cast_precision_loss, reason = "the forge keeps numbers as floats")]
        ("number", Value::Integer(integer)) => Ok(Value::Float(integer as f64)),
        ("number", Value::Float(float)) => Ok(Value::Float(float)),
        ("boolean" | "number", _) => mismatch(),
        ("", _) => Err(format!("the input `{}` of the called workflow has no `type`", input.name)),
        (kind, _) => Err(format!("the input `{}` of the called workflow has the unknown type `{kind}`", input.name)),
    }
}

/// Forgejo's way: types do not matter, nothing is required, and defaults may be expressions, too.
///
/// # Errors
/// [`Failure::Depends`] if a value is not known yet; then the call is expanded later.
pub(super) fn forgejo(
    specification: &Specification,
    with: Option<&Node>,
    caller: &Contexts,
    callee: &Contexts,
) -> Result<Value, Failure> {
    let mut inputs = Vec::new();
    for input in &specification.inputs {
        let given = with.and_then(|with| with.get(&input.name)).map(|node| tree(node, caller)).transpose()?;
        let value = match (given, &input.default) {
            (None | Some(Value::Null), Some(default)) => tree(default, callee)?,
            (given, _) => given.unwrap_or(Value::Null),
        };
        inputs.push((input.name.clone(), value));
    }
    Ok(Value::Map(inputs))
}

fn tree(node: &Node, contexts: &Contexts) -> Result<Value, Failure> {
    let decoder = Decoder { contexts: Some(contexts) };
    match decoder.value(node) {
        Ok(value) => Ok(value),
        Err(Trouble::Expression(failure)) => Err(failure),
        Err(Trouble::Undecodable) => Err(Failure::Refused("a value of an input cannot be read".to_owned())),
    }
}
