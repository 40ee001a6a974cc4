//! No text makes the reader fall over, and each is either accepted or explained.

use dispatch::config::{self, Environment};
use dispatch::diagnostic::Colour;
use proptest::prelude::*;

/// Pieces that make files which are nearly right.
fn piece() -> impl Strategy<Value = String> {
    let known = prop::sample::select(vec![
        "forges",
        "pools",
        "limits",
        "serve",
        "home",
        "url",
        "token",
        "env",
        "file",
        "watch",
        "labels",
        "go:host",
        "backend",
        "process",
        "limit",
        "10m",
        "3",
        "0",
        "null",
        "[",
        "]",
        "{",
        "}",
        ":",
        ": ",
        ", ",
        "\n",
        "\n  ",
        "\n    ",
        "- ",
        "&a ",
        "*a",
        "<<: *a",
        "'",
        "\"",
        "|",
        "#",
        "? ",
        "!!int ",
        "---",
        "é",
        "\t",
        "https://git.example.com",
        "GITEA_TOKEN",
        "/dev/null",
    ]);
    known.prop_map(str::to_owned)
}

fn holds(text: &str) {
    let environment = Environment::from_iter([("GITEA_TOKEN", "token-value")]);
    match config::load_text("dispatch.yaml", text, &environment) {
        Ok(loaded) => assert!(!loaded.config().forges.is_empty()),
        Err(report) => {
            assert!(report.has_errors());
            assert!(!report.render(Colour::Styled).is_empty());
            assert!(report.findings().iter().all(|finding| !finding.message.is_empty()));
        }
    }
}

proptest! {
    #[test]
    fn any_text_is_accepted_or_explained(text in any::<String>()) {
        holds(&text);
    }

    #[test]
    fn nearly_right_text_is_accepted_or_explained(pieces in prop::collection::vec(piece(), 0..60)) {
        holds(&pieces.concat());
    }

    #[test]
    fn a_file_with_something_thrown_in_is_accepted_or_explained(at in 0_usize..400, pieces in prop::collection::vec(piece(), 0..4)) {
        let mut text = include_str!("../../docs/dispatch.example.yaml").to_owned();
        let skipped = text.find("stack:").unwrap();
        let place = text.char_indices().map(|(offset, _)| offset).nth(skipped + at).unwrap();
        text.insert_str(place, &pieces.concat());
        holds(&text);
    }
}
