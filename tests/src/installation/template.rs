//! The template as a tree, with the short forms of `CloudFormation`'s functions written out.
#![expect(
    clippy::expect_used,
    clippy::panic,
    clippy::missing_panics_doc,
    reason = "a template that cannot be read fails the test"
)]

use std::path::{Path, PathBuf};

use dispatch::yaml::{self, Node, Options};
use serde_json::{Map, Value, json};

use super::Statement;

/// A template and the text that it was read from.
#[derive(Clone, Debug)]
pub struct Template {
    text: String,
    tree: Value,
}

impl Template {
    /// Where the project's own lies.
    pub fn path() -> PathBuf {
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../infra/template.yaml")
    }

    /// The project's own.
    pub fn ours() -> Self {
        Self::of(&std::fs::read_to_string(Self::path()).expect("the template"))
    }

    /// Reads a text.
    pub fn of(text: &str) -> Self {
        let tree = yaml::parse(text, &Options::strict()).expect("the template is YAML");
        Self { text: text.to_owned(), tree: value(&tree) }
    }

    /// The whole tree.
    pub fn tree(&self) -> &Value {
        &self.tree
    }

    /// The properties of a resource.
    pub fn properties(&self, resource: &str) -> &Value {
        let properties = self.tree.pointer(&format!("/Resources/{resource}/Properties"));
        properties.unwrap_or_else(|| panic!("the template has no resource `{resource}`"))
    }

    /// The names of all resources of a type.
    pub fn resources(&self, kind: &str) -> Vec<&str> {
        let resources = self.tree.pointer("/Resources").and_then(Value::as_object).expect("resources");
        resources.iter().filter(|(_, resource)| resource["Type"] == kind).map(|(name, _)| name.as_str()).collect()
    }

    /// What a role may do by its own policies.
    pub fn statements(&self, role: &str) -> Vec<Statement> {
        let policies = self.properties(role)["Policies"].as_array().expect("the role has policies");
        let statements = policies.iter().flat_map(|policy| {
            policy.pointer("/PolicyDocument/Statement").and_then(Value::as_array).expect("the policy has statements")
        });
        statements.map(|statement| Statement::of(statement, &self.text)).collect()
    }
}

/// `!Ref A` as `{"Ref": "A"}`, `!Sub a` as `{"Fn::Sub": "a"}`.
fn value(node: &Node) -> Value {
    let plain = plain(node);
    match node.tag.as_deref().and_then(|tag| tag.strip_prefix('!')).filter(|name| !name.is_empty()) {
        Some(name @ ("Ref" | "Condition")) => json!({ name: plain }),
        Some(name) => json!({ format!("Fn::{name}"): plain }),
        None => plain,
    }
}

fn plain(node: &Node) -> Value {
    match &node.value {
        yaml::Value::Null => Value::Null,
        yaml::Value::Bool(truth) => json!(truth),
        yaml::Value::Integer(number) => json!(i64::try_from(*number).expect("a number of 64 bits")),
        yaml::Value::Float(number) => json!(number),
        yaml::Value::Timestamp(text) | yaml::Value::String(text) => json!(text),
        yaml::Value::Sequence(items) => items.iter().map(value).collect(),
        yaml::Value::Mapping(entries) => Value::Object(entries.iter().map(entry).collect::<Map<_, _>>()),
    }
}

fn entry((key, content): &(Node, Node)) -> (String, Value) {
    (key.text().expect("a key is text").to_owned(), value(content))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_forms_are_written_out() {
        let template = Template::of("a: !Ref B\nb: [!GetAtt C.Arn, !If [d, 1, x]]\nc: !Sub '${E}'\n");
        let written = json!({ "a": { "Ref": "B" }, "b": [{ "Fn::GetAtt": "C.Arn" }, { "Fn::If": ["d", 1, "x"] }], "c": { "Fn::Sub": "${E}" } });
        assert_eq!(template.tree(), &written);
    }
}
