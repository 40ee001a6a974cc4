//! A secret that somebody wrote into the file is shown nowhere.
#![expect(clippy::expect_used, reason = "the helpers of tests are test code, too")]

use dispatch::config::{self, Environment};

const FORGE: &str = "\
forges:
  home:
    url: https://git.example.com
    token: { env: GITEA_TOKEN }
    webhook_secrets: [{ env: WEBHOOK_SECRET }]
";

/// Everything that could show something of a file with mistakes.
fn shown(text: &str) -> String {
    let environment = Environment::from_iter([("GITEA_TOKEN", "token-value"), ("WEBHOOK_SECRET", "secret-value")]);
    let report = config::load_text("dispatch.yaml", text, &environment).expect_err("no error was found");
    format!("{report}\n{}\n{report:?}", report.to_json())
}

#[test]
fn an_inline_token_is_refused_and_hidden() {
    let environment = Environment::from_iter([("WEBHOOK_SECRET", "secret-value")]);
    let report =
        config::load_text("dispatch.yaml", &FORGE.replace("{ env: GITEA_TOKEN }", "hunter2 # was hunter2"), &environment)
            .unwrap_err();
    insta::assert_snapshot!(report, @r"
    error: a secret is written in the file, where everybody who reads the file can use it
     --> dispatch.yaml:4:12
      |
    4 |     token: ******* # was *******
      |            ^^^^^^^
      |
      = help: replace the secret at the forge, since this one has been seen; put the new one into an environment variable or a file, and write `{ env: NAME }` or `{ file: /run/secrets/… }` here

    1 error in dispatch.yaml
    ");
}

#[test]
fn a_secret_in_the_wrong_place_or_form_is_hidden() {
    let cases = [
        ("{ env: GITEA_TOKEN }", "hunter2"),
        ("{ env: GITEA_TOKEN }", "'hunter2'"),
        ("{ env: GITEA_TOKEN }", "[hunter2]"),
        ("{ env: GITEA_TOKEN }", "|\n      hunter2"),
        ("{ env: GITEA_TOKEN }", "{ env: hunter2 }"),
        ("{ env: GITEA_TOKEN }", "{ token: hunter2 }"),
        ("{ env: GITEA_TOKEN }", "!!int hunter2"),
        ("token: {", "tokn: hunter2\n    x: {"),
        ("token: {", "api_token: hunter2\n    x: {"),
        ("token: {", "token: \"hunter2\n    x: {"),
        ("token: {", "token:hunter2\n    x: {"),
        ("token: {", "x: &x hunter2\n    token: *x\n    y: {"),
        ("{ env: WEBHOOK_SECRET }", "hunter2"),
        ("[{ env: WEBHOOK_SECRET }]", "hunter2"),
        ("[{ env: WEBHOOK_SECRET }]", "[hunter2"),
        ("https://", "https://bot:hunter2@"),
        ("https://", "ssh://bot:hunter2@"),
    ];
    for (right, wrong) in cases {
        let text = FORGE.replace(right, wrong);
        assert!(text.contains("hunter2"));
        let shown = shown(&text);
        assert!(!shown.contains("hunter2"), "{text}\n{shown}");
    }
}

#[test]
fn a_secret_that_lost_the_space_before_it_is_hidden() {
    for text in
        ["forges: { home: 'token:hunter2' }", "forges: token:hunter2", "limits: secret=hunter2", "stack: password:hunter2"]
    {
        let shown = shown(text);
        assert!(!shown.contains("hunter2"), "{shown}");
    }
}

#[test]
fn a_token_of_a_forge_is_hidden_wherever_it_is_pasted() {
    let token = "0123456789abcdef0123456789abcdef01234567";
    let files = [
        FORGE.replace("https://git.example.com", token),
        format!("{FORGE}stack: {token}\n"),
        format!("{FORGE}limits: {token}\n"),
        format!("{FORGE}{token}: 1\n"),
        format!("{FORGE}limits: x # {token}\n"),
        format!("{FORGE}pools:\n  go: {{ labels: [{token}:vm], backend: {token}, limit: {token}, boot_limit: {token} }}\n"),
        format!("{FORGE}serve: {{ listen: {token}, data: {token}, body_limit: {token} }}\n"),
        format!("{FORGE}pools: [ {token}\n"),
    ];
    for text in files {
        let shown = shown(&text);
        assert!(!shown.contains(token), "{shown}");
    }
}

#[test]
fn settings_show_no_secret_when_they_are_printed() {
    let environment = Environment::from_iter([("GITEA_TOKEN", "token-value"), ("WEBHOOK_SECRET", "secret-value")]);
    let loaded = config::load_text("dispatch.yaml", FORGE, &environment).unwrap();
    let shown = format!("{loaded:?}");
    assert!(!shown.contains("token-value") && !shown.contains("secret-value"), "{shown}");
}
