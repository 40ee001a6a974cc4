//! The function `format('{0} of {1}', a, b)`.

use super::coerce::to_text;
use super::{Failure, Value};

/// Replaces `{0}`, `{1}` … by the arguments; `{{` and `}}` are braces.
pub(super) fn format(template: &str, arguments: &[Value]) -> Result<String, Failure> {
    let mut out = String::new();
    let mut rest = template;
    while let Some(at) = rest.find(['{', '}']) {
        let (before, braced) = rest.split_at_checked(at).unwrap_or((rest, ""));
        out.push_str(before);
        rest = brace(braced, template, arguments, &mut out)?;
    }
    out.push_str(rest);
    Ok(out)
}

/// Handles the brace that starts `braced`, and returns what follows.
fn brace<'t>(braced: &'t str, template: &str, arguments: &[Value], out: &mut String) -> Result<&'t str, Failure> {
    for (double, single) in [("{{", '{'), ("}}", '}')] {
        if let Some(rest) = braced.strip_prefix(double) {
            out.push(single);
            return Ok(rest);
        }
    }
    let invalid = |why: &str| Failure::Refused(format!("the format string '{template}' {why}"));
    let Some(opened) = braced.strip_prefix('{') else {
        return Err(match braced {
            "}" => invalid("closes a bracket that it did not open"),
            _ => Failure::Panics(format!("the format string '{template}' has a lone `}}`")),
        });
    };
    // The forge reads an index until the next brace of either kind.
    let (index, rest) = opened.split_once('}').ok_or_else(|| invalid("leaves a bracket open"))?;
    let index = index.parse::<i32>().map_err(|_| invalid("has an index that is no number"))?;
    let index =
        usize::try_from(index).map_err(|_| Failure::Panics(format!("the format string '{template}' has a negative index")))?;
    let argument = arguments.get(index).ok_or_else(|| invalid("refers to more arguments than were given"))?;
    out.push_str(&to_text(argument));
    Ok(rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn formatted(template: &str) -> Result<String, Failure> {
        format(template, &[Value::text("a"), Value::Integer(2)])
    }

    #[test]
    fn arguments_take_the_place_of_their_index() {
        assert_eq!(formatted("{1}-{0}{{x}}").unwrap(), "2-a{x}");
        assert_eq!(formatted("é{0}ü").unwrap(), "éaü");
    }

    #[test]
    fn what_is_invalid_is_refused_and_a_lone_closing_brace_kills() {
        for refused in ["{2}", "{x}", "{}", "{0", "}"] {
            assert!(matches!(formatted(refused), Err(Failure::Refused(_))), "{refused}");
        }
        for fatal in ["a}b", "{-1}"] {
            assert!(matches!(formatted(fatal), Err(Failure::Panics(_))), "{fatal}");
        }
    }
}
