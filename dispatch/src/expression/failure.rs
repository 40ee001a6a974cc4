//! Why an expression has no value.

/// Why an expression has no value.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Failure {
    /// The text is not an expression.
    #[error("`{expression}` cannot be parsed: {message}")]
    Syntax {
        /// The text without its `${{` and `}}`.
        expression: String,
        /// What is wrong, and where.
        message: String,
    },
    /// The forge's evaluator refuses: an unknown function, a context that does not exist, JSON that is none.
    #[error("{0}")]
    Refused(String),
    /// The forge's own code panics here, and whatever it was doing is lost.
    #[error("{0}, on which the forge's code panics")]
    Panics(String),
    /// The value cannot be known before the forge has it.
    #[error("the value depends on `{on}`, which is not known yet")]
    Depends {
        /// What it depends on: `needs.build.outputs.os`, `github.run_id`.
        on: String,
    },
    /// Beyond what this program evaluates. The forge has no such limit.
    #[error("the expression is too large to be evaluated here")]
    TooLarge,
}
