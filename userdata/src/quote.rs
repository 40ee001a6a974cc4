//! Shell quoting: the only way by which a value enters the script.

/// Quotes `value` as one bash word that nothing expands. The caller has refused NUL, which bash cannot hold.
pub(crate) fn quoted(value: &str) -> String {
    format!("'{}'", value.replace('\'', r"'\''"))
}

/// `NAME='value'`.
pub(crate) fn assignment(name: &str, value: &str) -> String {
    format!("{name}={}\n", quoted(value))
}

/// `NAME=('first' 'second')`.
pub(crate) fn array<'a>(name: &str, values: impl IntoIterator<Item = &'a str>) -> String {
    let words: Vec<String> = values.into_iter().map(quoted).collect();
    format!("{name}=({})\n", words.join(" "))
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use super::*;

    /// Every text of up to three characters over what bash, `printf` or an array might treat specially.
    fn hostile_texts() -> Vec<String> {
        let alphabet = ["'", "\"", "\\", "$", "`", "!", "\n", " ", "*", "#", ")", "=", "é", "$(id)"];
        let mut texts = vec![String::new()];
        let mut longest = texts.clone();
        for _ in 0..3 {
            longest = longest.iter().flat_map(|text| alphabet.map(|next| format!("{text}{next}"))).collect();
            texts.extend(longest.iter().cloned());
        }
        texts
    }

    fn bash(script: &str) -> String {
        let output = Command::new("bash").args(["-euc", script]).output().unwrap();
        assert!(output.status.success(), "{output:?}");
        String::from_utf8(output.stdout).unwrap()
    }

    fn ending_in_nul(texts: &[String]) -> String {
        texts.join("\0") + "\0"
    }

    #[test]
    fn bash_reads_back_every_hostile_text_as_a_variable() {
        for some in hostile_texts().chunks(1000) {
            let print = r#"printf '%s\0' "$X""#;
            let lines: Vec<String> = some.iter().map(|text| assignment("X", text) + print).collect();
            assert_eq!(bash(&lines.join("\n")), ending_in_nul(some));
        }
    }

    #[test]
    fn bash_reads_back_every_hostile_text_as_an_array_element() {
        for some in hostile_texts().chunks(1000) {
            let script = array("X", some.iter().map(String::as_str)) + r#"printf '%s\0' "${X[@]}""#;
            assert_eq!(bash(&script), ending_in_nul(some));
        }
    }
}
