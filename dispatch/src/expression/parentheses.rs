//! Takes off parentheses that stand directly around other parentheses.
//!
//! The forges' parser knows no limit of nesting, ours stops at 50. `((((x))))` means `(x)`, so what is only nested that way is
//! made shallow first.

/// The text with each `((…))` whose two pairs enclose the same thing made `(…)`; blanks take the place of what is taken off,
/// so that offsets stay.
pub(super) fn flatten(expression: &str) -> String {
    let mut bytes: Vec<u8> = expression.bytes().collect();
    for (open, close) in superfluous(expression) {
        for at in [open, close] {
            if let Some(byte) = bytes.get_mut(at) {
                *byte = b' ';
            }
        }
    }
    String::from_utf8(bytes).unwrap_or_else(|_| expression.to_owned())
}

/// The pairs that directly enclose another pair.
fn superfluous(expression: &str) -> Vec<(usize, usize)> {
    let mut found = Vec::new();
    let mut open: Vec<usize> = Vec::new();
    let mut quoted = false;
    let mut before: Option<(usize, usize)> = None;
    let mut pending: Option<(usize, usize)> = None;
    for (at, byte) in expression.bytes().enumerate() {
        match byte {
            b'\'' => quoted = !quoted,
            b'(' if !quoted => open.push(at),
            b')' if !quoted => {
                let Some(start) = open.pop() else {
                    return found;
                };
                let pair = (start, at);
                if pending.is_some_and(|inner| blank_between(expression, start + 1, inner.0)) {
                    found.extend(pending);
                }
                before = Some(pair);
            }
            _ => {}
        }
        pending = match (before.take(), byte) {
            (Some(pair), _) => Some(pair),
            (None, b' ' | b'\t' | b'\n' | b'\r') if !quoted => pending,
            _ => None,
        };
    }
    found
}

fn blank_between(expression: &str, from: usize, to: usize) -> bool {
    expression.get(from..to).is_some_and(|between| between.trim().is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_encloses_the_same_thing_is_taken_off() {
        for (nested, flat) in [
            ("(((1)))", "(  1  )"),
            ("( (a) )", "(  a  )"),
            ("((a) && (b))", "((a) && (b))"),
            ("f((a))", "f( a )"),
            ("f((a), (b))", "f((a), (b))"),
            ("'((' == ((a))", "'((' == ( a )"),
            ("((a)", "((a)"),
            ("a))", "a))"),
        ] {
            assert_eq!(flatten(nested), flat);
        }
    }
}
