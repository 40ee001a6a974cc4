//! The page that lists every key, from the table.

use super::{Key, Presence, Section, all_sections};
use crate::config::environment::VARIABLES;

/// The reference in Markdown: every section with its keys, then the environment.
pub fn reference() -> String {
    let sections: String = all_sections().into_iter().map(section).collect();
    format!("{HEAD}{sections}{}", environment())
}

const HEAD: &str = "\
# Configuration

This page is written by `dispatch config reference`; `dispatch config schema` writes [the same for
editors](dispatch.schema.json), and [an example](dispatch.example.yaml) shows every key at its place.
`dispatch check` reads the file with the very code that start-up uses, and explains all mistakes at once.
";

fn section(section: &Section) -> String {
    let heading = if section.path.is_empty() { "The file".to_owned() } else { format!("`{}`", section.path) };
    let rows: String = section.keys.iter().map(row).collect();
    format!("\n## {heading}\n\n{}\n\n| key | value | default | meaning |\n|---|---|---|---|\n{rows}", section.doc)
}

fn row(key: &Key) -> String {
    let default = match key.presence {
        Presence::Required => "**required**".to_owned(),
        Presence::Variable(name) => format!("the environment's `{name}`, else **required**"),
        Presence::Optional(meaning) => meaning.to_owned(),
        Presence::Default(text) => format!("`{text}`"),
    };
    format!("| `{}` | {} | {default} | {} |\n", key.name, value(key), key.doc)
}

fn value(key: &Key) -> String {
    if key.kind.words().is_empty() {
        return format!("{}, such as `{}`", key.kind.phrase(), key.example);
    }
    key.kind.phrase()
}

fn environment() -> String {
    let rows: Vec<String> = VARIABLES.iter().map(|variable| format!("| `{}` | {} |\n", variable.name, variable.doc)).collect();
    let rows = rows.concat();
    format!(
        "\n## Environment\n\nWith no file, these variables alone configure one forge and the five default pools, which are on EC2 if any variable of \
         AWS but the region is set. With a file, only the variables that it names are read, the region, and those that stand in for keys of `aws` that \
         the file leaves out.\n\n| variable | meaning |\n|---|---|\n{rows}"
    )
}
