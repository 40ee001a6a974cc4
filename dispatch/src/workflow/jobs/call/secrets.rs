//! `secrets` of a call, as Gitea checks them.

use std::sync::LazyLock;

use regex::Regex;

use crate::workflow::model::Fault;
use crate::yaml::{Node, Span};

use super::super::needs::scalar;
use super::specification::Specification;

/// Checks what a caller hands on: `inherit`, or a mapping of declared names to `${{ secrets.NAME }}`.
pub(super) fn check(specification: &Specification, secrets: Option<&Node>, span: Span) -> Result<(), Fault> {
    let refuse = |message: String| Err(Fault::refused(span, message));
    if secrets.and_then(Node::text).is_some_and(|text| text.trim() == "inherit") {
        return Ok(());
    }
    let mut provided = Vec::new();
    if let Some(node) = secrets {
        let Some(entries) = node.as_mapping().filter(|_| !node.alias) else {
            return refuse("`secrets` of a call is `inherit` or a mapping".to_owned());
        };
        for (name, value) in entries {
            let name = scalar(name).unwrap_or_default().to_uppercase();
            if !scalar(value).is_some_and(|value| is_reference(&value)) {
                return refuse(format!("the secret `{name}` of a call must be `${{{{ secrets.NAME }}}}`"));
            }
            if !specification.secrets.iter().any(|(declared, _)| *declared == name) {
                return refuse(format!("the called workflow declares no secret `{name}`"));
            }
            provided.push(name);
        }
    }
    let missing = specification.secrets.iter().find(|(name, is_required)| *is_required && !provided.contains(name));
    missing.map_or(Ok(()), |(name, _)| refuse(format!("the called workflow requires the secret `{name}`")))
}

fn is_reference(value: &str) -> bool {
    static REFERENCE: LazyLock<Option<Regex>> =
        LazyLock::new(|| Regex::new(r"^\s*\$\{\{\s*secrets\.([A-Za-z_][A-Za-z0-9_]*)\s*\}\}\s*$").ok());
    REFERENCE.as_ref().is_some_and(|reference| reference.is_match(value))
}
