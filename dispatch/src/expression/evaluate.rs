//! From a syntax tree to a value.

use std::borrow::Cow;

use github_actions_expressions::literal::Literal;
use github_actions_expressions::op::{BinExpr, BinOp};
use github_actions_expressions::{Expr, SpannedExpr};

use super::coerce::{is_truthy, to_text};
use super::{Contexts, Failure, Value, compare, functions, parse};

/// Longest text that an expression may produce on its way, in bytes: `toJSON(toJSON(…))` doubles at each step.
const RESULT_LIMIT_BYTES: usize = 1 << 20;

/// How many more times text may be read as an expression while comparing.
#[derive(Debug, Clone, Copy)]
pub(super) struct Budget(u8);

/// Evaluates an expression, given without `${{` and `}}`.
pub fn evaluate(expression: &str, contexts: &Contexts) -> Result<Value, Failure> {
    Evaluator { contexts, budget: Budget(8) }.text(expression)
}

/// The value of a text that refers to nothing, for a comparison.
pub(super) fn constant(expression: &str, budget: Budget) -> Option<Value> {
    let budget = Budget(budget.0.checked_sub(1)?);
    Evaluator { contexts: &Contexts::new(), budget }.text(expression).ok()
}

struct Evaluator<'c> {
    contexts: &'c Contexts,
    budget: Budget,
}

type Evaluated<'c> = Result<Cow<'c, Value>, Failure>;

impl<'c> Evaluator<'c> {
    fn text(&self, expression: &str) -> Result<Value, Failure> {
        parse::parsed(expression, |tree| self.known(tree).map(Cow::into_owned))
    }

    /// The value of a node, which must not be one that only the forge knows.
    fn known(&self, node: &SpannedExpr<'_>) -> Evaluated<'c> {
        let value = self.node(node)?;
        match &*value {
            Value::Unknown { name } => Err(Failure::Depends { on: name.clone() }),
            Value::Text(text) if text.len() > RESULT_LIMIT_BYTES => Err(Failure::TooLarge),
            _ => Ok(value),
        }
    }

    fn node(&self, node: &SpannedExpr<'_>) -> Evaluated<'c> {
        match &node.inner {
            Expr::Literal(literal) => value_of(literal, node.origin.raw).map(Cow::Owned),
            Expr::Call(call) => {
                let arguments: Vec<Value> =
                    call.args.iter().map(|node| self.known(node).map(Cow::into_owned)).collect::<Result<_, _>>()?;
                functions::call(call.func, &arguments, self.contexts, self.budget).map(Cow::Owned)
            }
            Expr::Context(context) => self.path(&context.parts),
            Expr::Identifier(name) => self.context(name.as_str()),
            Expr::Index(inner) => self.known(inner),
            Expr::UnExpr { expr, .. } => Ok(Cow::Owned(Value::Bool(!is_truthy(&*self.known(expr)?)))),
            Expr::BinExpr(binary) => self.binary(binary),
            Expr::Star => Err(Failure::Refused("`*` stands alone".to_owned())),
        }
    }

    fn binary(&self, binary: &BinExpr<'_>) -> Evaluated<'c> {
        let left = self.known(&binary.lhs)?;
        match &binary.op {
            BinOp::And | BinOp::Or if is_truthy(&left) == matches!(binary.op, BinOp::Or) => Ok(left),
            BinOp::And | BinOp::Or => self.known(&binary.rhs),
            op => {
                let right = self.known(&binary.rhs)?;
                compare::compare(&left, op, &right, self.budget).map(|holds| Cow::Owned(Value::Bool(holds)))
            }
        }
    }

    fn context(&self, name: &str) -> Evaluated<'c> {
        match name.to_ascii_lowercase().as_str() {
            "infinity" => Ok(Cow::Owned(Value::Float(f64::INFINITY))),
            "nan" => Ok(Cow::Owned(Value::Float(f64::NAN))),
            _ => self.contexts.get(name).map(Cow::Borrowed),
        }
    }

    /// `github.event.commits[0].id`, `fromJSON(x).y`, `a.*.b`.
    fn path(&self, parts: &[SpannedExpr<'_>]) -> Evaluated<'c> {
        let Some((head, rest)) = parts.split_first() else {
            return Ok(Cow::Owned(Value::Null));
        };
        let mut value = self.node(head)?;
        for (depth, part) in rest.iter().enumerate() {
            if let Some(on) = self.missing(parts, depth, &value, part)? {
                return Err(Failure::Depends { on });
            }
            value = self.step(value, part)?;
        }
        Ok(value)
    }

    fn step(&self, value: Cow<'c, Value>, part: &SpannedExpr<'_>) -> Evaluated<'c> {
        match &part.inner {
            Expr::Identifier(name) => Ok(property(value, name.as_str())),
            Expr::Index(index) if matches!(index.inner, Expr::Star) => Ok(value),
            Expr::Index(index) => match &*self.known(index)? {
                Value::Text(name) => Ok(property(value, name)),
                Value::Integer(index) => Ok(item(value, *index)),
                _ => Ok(Cow::Owned(Value::Null)),
            },
            _ => Ok(value),
        }
    }

    /// What a missing key of `needs`, `needs.x.outputs` or `matrix` means where the forge waits for it.
    fn missing(
        &self,
        parts: &[SpannedExpr<'_>],
        depth: usize,
        value: &Value,
        part: &SpannedExpr<'_>,
    ) -> Result<Option<String>, Failure> {
        let Some(Expr::Identifier(head)) = parts.first().map(|head| &head.inner) else {
            return Ok(None);
        };
        let watched = match head.as_str().to_ascii_lowercase().as_str() {
            "needs" => {
                self.contexts.refuse_missing_needs
                    && (depth == 0 || depth == 2 && self.key(parts.get(2))?.as_deref() == Some("outputs"))
            }
            "matrix" => self.contexts.refuse_missing_matrix && depth == 0,
            _ => false,
        };
        let key = self.key(Some(part))?;
        Ok(key.filter(|key| watched && value.get(key).is_none()).map(|key| {
            let before: Vec<&str> = parts.iter().take(depth + 1).map(|part| part.origin.raw).collect();
            format!("{}.{key}", before.join("."))
        }))
    }

    /// The key by which a part of a path reaches into a map.
    fn key(&self, part: Option<&SpannedExpr<'_>>) -> Result<Option<String>, Failure> {
        match part.map(|part| &part.inner) {
            Some(Expr::Identifier(name)) => Ok(Some(name.as_str().to_owned())),
            Some(Expr::Index(index)) if !matches!(index.inner, Expr::Star) => Ok(Some(to_text(&*self.known(index)?))),
            _ => Ok(None),
        }
    }
}

/// A property of a map, of every item of a list, or null.
fn property<'c>(value: Cow<'c, Value>, name: &str) -> Cow<'c, Value> {
    if let Value::Unknown { name: of } = &*value {
        return Cow::Owned(Value::Unknown { name: format!("{of}.{name}") });
    }
    match value {
        Cow::Borrowed(Value::List(items)) => of_each(items, name),
        Cow::Borrowed(value) => value.get(name).map_or(Cow::Owned(Value::Null), Cow::Borrowed),
        Cow::Owned(Value::List(items)) => of_each(&items, name),
        Cow::Owned(value) => Cow::Owned(value.get(name).cloned().unwrap_or(Value::Null)),
    }
}

fn of_each<'c>(items: &[Value], name: &str) -> Cow<'c, Value> {
    let values = items.iter().map(|item| property(Cow::Borrowed(item), name).into_owned());
    Cow::Owned(Value::List(values.collect()))
}

fn item(value: Cow<'_, Value>, index: i128) -> Cow<'_, Value> {
    let Ok(index) = usize::try_from(index) else {
        return Cow::Owned(Value::Null);
    };
    match value {
        Cow::Borrowed(Value::List(items)) => items.get(index).map_or(Cow::Owned(Value::Null), Cow::Borrowed),
        Cow::Owned(Value::List(items)) => Cow::Owned(items.into_iter().nth(index).unwrap_or(Value::Null)),
        _ => Cow::Owned(Value::Null),
    }
}

/// The value of a literal; `raw` tells `1` from `1.0`, which Go distinguishes, and shows numbers that the forge does not read.
fn value_of(literal: &Literal<'_>, raw: &str) -> Result<Value, Failure> {
    match literal {
        Literal::Null => Ok(Value::Null),
        Literal::Boolean(bool) => Ok(Value::Bool(*bool)),
        Literal::String(text) => Ok(Value::text(text.as_ref())),
        Literal::Number(number) => number_of(*number, raw),
    }
}

fn number_of(number: f64, raw: &str) -> Result<Value, Failure> {
    // The source text of a node includes the parentheses around it.
    let raw = raw.trim_matches(|c: char| c.is_whitespace() || matches!(c, '(' | ')'));
    let digits = raw.strip_prefix('-').unwrap_or(raw);
    if let Some(whole) = whole(raw) {
        return Ok(Value::Integer(whole));
    }
    let is_too_large = digits.bytes().all(|byte| byte.is_ascii_digit());
    if is_too_large || digits.starts_with(['+', '.']) {
        return Err(Failure::Refused(format!("`{raw}` is no number to the forge")));
    }
    Ok(Value::Float(number))
}

fn whole(raw: &str) -> Option<i128> {
    if raw.starts_with('+') {
        return None;
    }
    let integer = match raw.strip_prefix("0x") {
        Some(hexadecimal) => i64::from_str_radix(hexadecimal, 16).ok()?,
        None => raw.parse().ok()?,
    };
    Some(i128::from(integer))
}
