//! From a file to the settings.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use super::read::{Reader, root};
use super::{Environment, Loaded, rules};
use crate::diagnostic::{Finding, Report, Source};
use crate::yaml::{self, DuplicateKeys, Options};

/// Far more than anybody writes.
const LARGEST_FILE: u64 = 1 << 20;

/// Reads and checks the configuration file, with the secrets that it names.
///
/// # Errors
/// Everything that is wrong, in the order of the file, warnings included.
pub fn load(path: &Path, environment: &Environment) -> Result<Loaded, Report> {
    let name = path.display().to_string();
    let bytes = read(path).map_err(|error| unreadable(&name, &error))?;
    if bytes.len() as u64 > LARGEST_FILE {
        let finding = Finding::error("", format!("`{name}` is larger than 1 MiB")).help("is it the right file?");
        return Err(Report::new(Some(Source::unreadable(name)), vec![finding]));
    }
    match yaml::decode(&bytes) {
        Ok(text) => load_text(&name, &text, environment),
        Err(error) => Err(not_yaml(Source::unreadable(name), &error)),
    }
}

/// The same for a text that is there already; `name` is how messages call it.
///
/// # Errors
/// As for [`load`].
pub fn load_text(name: &str, text: &str, environment: &Environment) -> Result<Loaded, Report> {
    let options = Options { duplicate_keys: DuplicateKeys::Keep, ..Options::strict() };
    let node = yaml::parse(text, &options).map_err(|error| not_yaml(Source::broken(name, text), &error))?;
    let mut reader = Reader::new(text, environment);
    reader.hide_credentials(&node);
    let config = root(&mut reader, &node);
    let (mut findings, places, secret_variables, source) = reader.finish(name);
    findings.extend(rules::without_consequences(rules::check(&config, &secret_variables), &findings));
    let findings: Vec<Finding> = findings.into_iter().map(|finding| places.locate(finding)).collect();
    if findings.iter().any(Finding::is_error) {
        return Err(Report::new(Some(source), findings));
    }
    Ok(Loaded::new(config, findings, Some(source), places))
}

fn read(path: &Path) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    File::open(path)?.take(LARGEST_FILE + 1).read_to_end(&mut bytes)?;
    Ok(bytes)
}

fn unreadable(name: &str, error: &io::Error) -> Report {
    let finding = Finding::error("", format!("the configuration `{name}` cannot be read: {error}"));
    let help = "name the file that holds the configuration; without a file, environment variables such as `GITEA_URL` configure one forge";
    Report::new(Some(Source::unreadable(name)), vec![finding.help(help)])
}

/// What the parser repeats of the text is shown only if the text itself still shows it.
fn not_yaml(source: Source, error: &yaml::Error) -> Report {
    let repeated = error.message.split('`').nth(1);
    let message = if repeated.is_some_and(|text| !source.text().contains(text)) {
        "a value here cannot be read"
    } else {
        error.message.as_str()
    };
    let finding = Finding::error("", format!("this is not valid YAML: {message}")).at(error.span);
    Report::new(Some(source), vec![finding.help("correct it; nothing behind this place has been read")])
}
