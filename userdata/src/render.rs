//! Writes the script: a block of quoted values in front of the fixed text of `first-boot.sh`.

use crate::quote::{array, assignment};
use crate::{AbsolutePath, IdentitySource, Label, MachineSpecification, Refusal, Sha256, Snippet};

/// EC2's limit for user data, before base64.
pub const USER_DATA_LIMIT_BYTES: usize = 16_384;

const FIRST_BOOT: &str = include_str!("first-boot.sh");

/// The two lines that stand for the values while the fixed text is linted alone.
const VALUES_HERE: &str = "# shellcheck disable=SC2154,SC2016\n#{values}\n";

/// Single quotes mean what they say in a block of data.
const VALUES_HEADER: &str = "# shellcheck disable=SC1003,SC2016\n\n";

/// Renders the user data of a machine: a bash script that holds no credential.
///
/// # Errors
/// Only if it would exceed [`USER_DATA_LIMIT_BYTES`], which needs long snippets.
pub fn first_boot_script(specification: &MachineSpecification) -> Result<String, Refusal> {
    let script = FIRST_BOOT.replacen(VALUES_HERE, &values(specification), 1);
    if script.len() > USER_DATA_LIMIT_BYTES {
        return Err(Refusal::of(
            "the first-boot script of",
            &format!("{} bytes", script.len()),
            "is more than the 16384 that EC2 takes",
            "move the snippets into the image",
        ));
    }
    Ok(script)
}

fn values(specification: &MachineSpecification) -> String {
    let MachineSpecification { runner, user, forge, labels, identity, deadlines, metadata, log_file, snippets } = specification;
    let git_bases = forge.git_bases();
    [
        VALUES_HEADER.to_owned(),
        assignment("RUNNER_KIND", runner.kind().as_str()),
        array("RUNNER_PATHS", runner.paths().map(AbsolutePath::as_str)),
        assignment("RUNNER_SHA256", runner.sha256.as_ref().map_or("", Sha256::as_str)),
        assignment("RUNNER_CONFIGURATION", runner.configuration.as_ref().map_or("", AbsolutePath::as_str)),
        assignment("RUNNER_USER", user.as_str()),
        assignment("FORGE_URL", forge.root_url.as_str()),
        array("GIT_BASES", git_bases.iter().map(String::as_str)),
        array("LABELS", labels.iter().map(Label::as_str)),
        identity_values(identity),
        assignment("BOOT_LIMIT_S", &deadlines.boot_limit_s().to_string()),
        assignment("IDLE_LIMIT_S", &deadlines.idle_limit_s().to_string()),
        assignment("MAXIMUM_AGE_S", &deadlines.maximum_age_s().to_string()),
        assignment("METADATA", metadata.as_str()),
        assignment("LOG_FILE", log_file.as_str()),
        array("SNIPPET_NAMES", snippets.iter().map(Snippet::name)),
        array("SNIPPETS", snippets.iter().map(Snippet::script)),
    ]
    .concat()
}

fn identity_values(source: &IdentitySource) -> String {
    let (kind, directory, item) = match source {
        IdentitySource::Directory { path } => ("directory", path.as_str(), None),
        IdentitySource::DynamoDb(item) => ("dynamodb", "", Some(item)),
    };
    let key = item.map(crate::DynamoDbItem::key_template).unwrap_or_default();
    [
        assignment("IDENTITY_SOURCE", kind),
        assignment("IDENTITY_DIRECTORY", directory),
        assignment("DYNAMODB_TABLE", item.map_or("", crate::DynamoDbItem::table)),
        assignment("DYNAMODB_REGION", item.map_or("", crate::DynamoDbItem::region)),
        assignment("DYNAMODB_KEY", &key),
    ]
    .concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_values_have_exactly_one_place_before_the_first_command() {
        let (before, after) = FIRST_BOOT.split_once(VALUES_HERE).unwrap();
        assert!(before.lines().all(|line| line.starts_with('#')));
        assert!(!after.contains("#{values}"));
    }
}
