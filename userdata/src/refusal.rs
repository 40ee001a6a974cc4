//! Why a value was not accepted: a sentence that says what, why, and what to write instead.

use thiserror::Error;

/// A value that cannot go into a machine specification or an identity.
///
/// The sentence shows the value, escaped and shortened, unless it may hold a secret.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{subject}{} {problem}; {advice}", .shown.as_deref().map(|value| format!(" {value}")).unwrap_or_default())]
pub struct Refusal {
    subject: &'static str,
    shown: Option<String>,
    problem: &'static str,
    advice: &'static str,
}

/// Longest part of a refused value that is repeated to the user.
const SHOWN_CHARS: usize = 60;

impl Refusal {
    /// Refuses `value`, and repeats it in the sentence.
    pub(crate) fn of(subject: &'static str, value: &str, problem: &'static str, advice: &'static str) -> Self {
        let shown: String = value.chars().take(SHOWN_CHARS).collect();
        Self { shown: Some(format!("{shown:?}")), ..Self::secret(subject, problem, advice) }
    }

    /// Refuses a value that must not be repeated.
    pub(crate) const fn secret(subject: &'static str, problem: &'static str, advice: &'static str) -> Self {
        Self { subject, shown: None, problem, advice }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sentence_says_what_why_and_what_next() {
        let refusal = Refusal::of("user", "root", "is the superuser", "name an unprivileged user");
        assert_eq!(refusal.to_string(), r#"user "root" is the superuser; name an unprivileged user"#);
    }

    #[test]
    fn control_characters_are_shown_escaped_and_long_values_cut() {
        let refusal = Refusal::of("label", &format!("a\n{}", "b".repeat(500)), "is long", "shorten it");
        assert!(refusal.to_string().starts_with(r#"label "a\nbbb"#));
        assert!(refusal.to_string().len() < 100);
    }

    #[test]
    fn a_secret_is_not_repeated() {
        let refusal = Refusal::secret("token", "is empty", "register again");
        assert_eq!(refusal.to_string(), "token is empty; register again");
    }
}
