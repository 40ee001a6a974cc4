//! `if`: with or without `${{ }}`, and with `success()` in front unless the expression asks for a status itself.

use github_actions_expressions::call::Function;
use github_actions_expressions::{Expr, SpannedExpr};

use super::coerce::is_truthy;
use super::{Contexts, Failure, Outcome, evaluate, parse, template};

/// Whether the condition `text` of a job holds.
///
/// # Errors
/// Whatever the expression fails with.
pub fn holds(text: &str, contexts: &Contexts) -> Result<bool, Failure> {
    let expression = if template::holds_expression(text) { template::as_expression(text, contexts)? } else { text.into() };
    if expression.trim().is_empty() {
        return Ok(contexts.outcome == Outcome::Success);
    }
    let asks_for_status = parse::parsed(&expression, |tree| Ok(calls_status_function(tree)))?;
    if !asks_for_status && contexts.outcome != Outcome::Success {
        return Ok(false);
    }
    evaluate(&expression, contexts).map(|value| is_truthy(&value))
}

fn calls_status_function(node: &SpannedExpr<'_>) -> bool {
    match &node.inner {
        Expr::Call(call) => {
            let is_status = matches!(call.func, Function::Success | Function::Always | Function::Cancelled | Function::Failure);
            is_status || call.args.iter().any(calls_status_function)
        }
        Expr::Context(context) => context.parts.iter().any(calls_status_function),
        Expr::BinExpr(binary) => calls_status_function(&binary.lhs) || calls_status_function(&binary.rhs),
        Expr::UnExpr { expr, .. } => calls_status_function(expr),
        Expr::Index(index) => calls_status_function(index),
        Expr::Literal(_) | Expr::Identifier(_) | Expr::Star => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn after(outcome: Outcome) -> Contexts {
        let mut contexts = Contexts::new();
        contexts.outcome = outcome;
        contexts
    }

    #[test]
    fn success_is_implied_unless_a_status_is_asked_for() {
        for (text, after_success, after_failure) in [
            ("", true, false),
            ("true", true, false),
            ("${{ 1 == 1 }}", true, false),
            ("always()", true, true),
            ("${{ failure() && 'x' }}", false, true),
            ("!success()", false, true),
            ("false", false, false),
            // Two expressions are one text, and text is true.
            ("${{ false }} ${{ false }}", true, false),
        ] {
            assert_eq!(holds(text, &after(Outcome::Success)), Ok(after_success), "{text}");
            assert_eq!(holds(text, &after(Outcome::Failure)), Ok(after_failure), "{text}");
        }
    }

    #[test]
    fn a_broken_condition_does_not_hold_and_does_not_fail_to_hold() {
        assert!(holds("github.ref ==", &after(Outcome::Success)).is_err());
    }
}
