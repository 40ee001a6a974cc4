//! `${{ … }}` inside of a text.
//!
//! The forge does not evaluate the parts one by one. It rewrites the whole text into one call, `format('{0}-{1}', a, b)`, and
//! evaluates that; so one bad part empties the whole text. This does the same.

use std::borrow::Cow;

use super::coerce::to_text;
use super::{Contexts, Failure, Value, evaluate};

/// Whether the forge looks for expressions in this text at all: both marks must occur, in any order.
pub fn holds_expression(text: &str) -> bool {
    text.contains("${{") && text.contains("}}")
}

/// The text with every expression replaced by its value.
///
/// # Errors
/// Whatever any of its expressions fails with. An expression or a quoted text that is not closed makes the forge panic.
pub fn interpolate(text: &str, contexts: &Contexts) -> Result<String, Failure> {
    if !holds_expression(text) {
        return Ok(text.to_owned());
    }
    evaluate(&parts(text, contexts)?.into_call(), contexts).map(|value| to_text(&value))
}

/// The value of a scalar: a text that is one single expression keeps the type of its value, any other becomes text.
///
/// # Errors
/// As [`interpolate`].
pub fn evaluate_scalar(text: &str, contexts: &Contexts) -> Result<Value, Failure> {
    if !holds_expression(text) {
        return Ok(Value::text(text));
    }
    evaluate(&as_expression(text, contexts)?, contexts)
}

/// The expression that a text with marks stands for: its single one, or the call of `format` that it is rewritten to.
pub(super) fn as_expression<'t>(text: &'t str, contexts: &Contexts) -> Result<Cow<'t, str>, Failure> {
    let parts = parts(text, contexts)?;
    match parts.expressions.as_slice() {
        [single] if parts.template == "{0}" => Ok(Cow::Borrowed(single)),
        _ => Ok(Cow::Owned(parts.into_call())),
    }
}

/// A text taken apart.
#[derive(Default)]
struct Parts<'t> {
    /// The text with `{0}`, `{1}` … in the place of its expressions.
    template: String,
    expressions: Vec<&'t str>,
}

impl Parts<'_> {
    fn into_call(self) -> String {
        format!("format('{}', {})", self.template.replace('\'', "''"), self.expressions.join(", "))
    }
}

fn parts<'t>(text: &'t str, contexts: &Contexts) -> Result<Parts<'t>, Failure> {
    let mut parts = Parts::default();
    let mut rest = text;
    while let Some((before, opened)) = rest.split_once("${{") {
        parts.template.push_str(&escaped(before));
        let end = end_of_expression(opened, text, contexts)?;
        let (expression, closed) = opened.split_at_checked(end).unwrap_or((opened, ""));
        let index = parts.expressions.len().to_string();
        parts.template.extend(["{", &index, "}"]);
        parts.expressions.push(expression.trim());
        rest = closed.get(2..).unwrap_or_default();
    }
    parts.template.push_str(&escaped(rest));
    Ok(parts)
}

fn escaped(text: &str) -> String {
    text.replace('{', "{{").replace('}', "}}")
}

/// Where the `}}` stands that ends an expression; those inside of quotes do not count.
fn end_of_expression(opened: &str, text: &str, contexts: &Contexts) -> Result<usize, Failure> {
    let mut quoted = false;
    for (at, c) in opened.char_indices() {
        match c {
            '\'' => quoted = !quoted,
            '}' if !quoted && opened.get(at..).is_some_and(|rest| rest.starts_with("}}")) => {
                return Ok(at);
            }
            _ => {}
        }
    }
    if quoted && contexts.survives_open_quotes {
        return Err(Failure::Refused(format!("`{text}` holds a quoted text that is never closed")));
    }
    let what = if quoted { "a quoted text" } else { "an expression" };
    Err(Failure::Panics(format!("`{text}` holds {what} that is never closed")))
}
