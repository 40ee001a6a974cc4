//! What `docs/deploy-aws.md` tells people to set, read and look for is in the template.

use std::fs;
use std::path::Path;

use tests::installation::Template;

fn documentation() -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/deploy-aws.md");
    fs::read_to_string(path).expect("docs/deploy-aws.md")
}

fn names(section: &str) -> Vec<String> {
    Template::ours().tree()[section].as_object().expect("a section of the template").keys().cloned().collect()
}

#[test]
fn every_name_in_capitals_and_code_is_one_of_the_template() {
    let known: Vec<String> = ["Parameters", "Outputs", "Resources"].into_iter().flat_map(names).collect();
    let text = documentation();
    let quoted = text.split('`').skip(1).step_by(2).filter(|word| is_name(word));
    let unknown: Vec<&str> = quoted.filter(|word| !known.iter().any(|name| name == word) && *word != "Forbidden").collect();
    assert!(unknown.is_empty(), "{unknown:?} are not in infra/template.yaml");
}

/// `AlarmEmail`, but neither `DDB_TABLE` nor `sam deploy`.
fn is_name(word: &str) -> bool {
    word.starts_with(|first: char| first.is_ascii_uppercase())
        && word.chars().all(|letter| letter.is_ascii_alphanumeric())
        && word.contains(|letter: char| letter.is_ascii_lowercase())
}

#[test]
fn the_variables_of_the_operators_shell_are_those_of_the_functions_without_secrets() {
    let template = Template::ours();
    let told = template.tree().pointer("/Globals/Function/Environment/Variables").expect("what both functions are told");
    let output = template.tree().pointer("/Outputs/Environment/Value").expect("the output").to_string();
    for name in told.as_object().expect("variables").keys().filter(|name| *name != "SECRETS_READ_ON") {
        assert!(output.contains(&format!("{name}=")), "{name}");
    }
    assert!(output.contains("GITEA_TOKEN=none WEBHOOK_SECRET=none") && !output.contains("resolve"), "{output}");
}
