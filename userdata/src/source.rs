//! Where a machine finds its one-job identity, and takes it once.

use crate::{AbsolutePath, Refusal};

/// Name of the file that [`IdentitySource::Directory`] waits for.
pub const IDENTITY_FILE_NAME: &str = "identity";

/// Where the identity appears. Taking it has one winner, and leaves nothing for a second look.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum IdentitySource {
    /// A file named [`IDENTITY_FILE_NAME`] that appears in a directory. Write it under another name in the same directory, mode
    /// 0600, and rename it: machines take it by rename, too. For containers and local processes.
    Directory {
        /// The directory, which must exist.
        path: AbsolutePath,
    },
    /// An item deleted with its old value returned.
    DynamoDb(DynamoDbItem),
}

/// The item whose partition key ends in the machine's own `aws:userid` (role id, `:`, instance id).
///
/// The wire text is its string attribute `identity`. The instance role needs `dynamodb:DeleteItem` on the table under the condition
/// `ForAllValues:StringEquals: {"dynamodb:LeadingKeys": ["PREFIX${aws:userid}"]}` and nothing else. Not run on AWS so far.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DynamoDbItem {
    table: String,
    region: String,
    key_prefix: String,
}

impl DynamoDbItem {
    /// An item of `table` whose only key attribute is `pk` = `key_prefix` + `aws:userid`.
    pub fn new(table: &str, region: &str, key_prefix: &str) -> Result<Self, Refusal> {
        Ok(Self {
            table: word("table", table, "-._")?,
            region: word("region", region, "-")?,
            key_prefix: if key_prefix.is_empty() { String::new() } else { word("key prefix", key_prefix, KEY_CHARACTERS)? },
        })
    }

    /// The table's name.
    pub fn table(&self) -> &str {
        &self.table
    }

    /// The table's region.
    pub fn region(&self) -> &str {
        &self.region
    }

    /// The key in the database's JSON, where the script replaces `%USERID%`. No accepted character needs escaping.
    pub(crate) fn key_template(&self) -> String {
        format!(r#"{{"pk":{{"S":"{}%USERID%"}}}}"#, self.key_prefix)
    }
}

const KEY_CHARACTERS: &str = "-._#/:";

/// One to 255 of ASCII letters, digits and `punctuation`.
fn word(subject: &'static str, value: &str, punctuation: &str) -> Result<String, Refusal> {
    let is_accepted = |c: char| c.is_ascii_alphanumeric() || punctuation.contains(c);
    if value.is_empty() || value.len() > 255 || value.starts_with('-') || !value.chars().all(is_accepted) {
        return Err(Refusal::of(subject, value, "is empty, long, or has other characters", "use letters, digits and -._#/:"));
    }
    Ok(value.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_key_is_json_around_the_user_id() {
        let item = DynamoDbItem::new("dispatch", "eu-west-1", "identity#").unwrap();
        assert_eq!(item.key_template(), r#"{"pk":{"S":"identity#%USERID%"}}"#);
    }

    #[test]
    fn nothing_can_leave_the_json_string_or_become_an_option() {
        for bad in ["\"", "\\", "a b", "a\n", "%USERID%", "--debug", "'", "é"] {
            assert!(DynamoDbItem::new(bad, "eu-west-1", "").is_err(), "table {bad:?}");
            assert!(DynamoDbItem::new("t", bad, "").is_err(), "region {bad:?}");
            assert!(DynamoDbItem::new("t", "eu-west-1", bad).is_err(), "prefix {bad:?}");
        }
    }
}
