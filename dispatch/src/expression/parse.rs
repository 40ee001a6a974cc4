//! From text to a syntax tree.

use github_actions_expressions::{Error, Expr, SpannedExpr};

use super::{Failure, parentheses};

/// Longest expression that is read, in bytes.
const TEXT_LIMIT_BYTES: usize = 64 * 1024;

/// Parses `expression` and hands its tree to `then`.
pub(super) fn parsed<T>(expression: &str, then: impl FnOnce(&SpannedExpr<'_>) -> Result<T, Failure>) -> Result<T, Failure> {
    if expression.len() > TEXT_LIMIT_BYTES {
        return Err(Failure::TooLarge);
    }
    match Expr::parse(expression) {
        Ok(tree) => then(&tree),
        Err(Error::Depth) => {
            let flat = parentheses::flatten(expression);
            then(&Expr::parse(&flat).map_err(|error| failure(expression, &error))?)
        }
        Err(error) => Err(failure(expression, &error)),
    }
}

fn failure(expression: &str, error: &Error) -> Failure {
    match error {
        Error::Depth => Failure::TooLarge,
        Error::Call(call) => Failure::Refused(call.to_string()),
        Error::Syntax(syntax) => Failure::Syntax {
            expression: expression.trim().to_owned(),
            message: format!("{} at its character {}", syntax.message, syntax.offset + 1),
        },
    }
}
