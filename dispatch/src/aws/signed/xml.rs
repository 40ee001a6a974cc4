//! XML as a tree of JSON: an element is its children by name, or its text; `item` and `member` make a list.
//!
//! Enough for what EC2, IAM and STS answer: no mixed content, no attributes that mean anything. An empty element is null,
//! because it may be an empty list as well as an empty text.

use serde_json::{Map, Value};
use xmlparser::{ElementEnd, Token, Tokenizer};

/// Deepest nesting that is read.
const DEEPEST: usize = 32;

/// Reads a document; none if it is no XML.
pub(super) fn tree(text: &str) -> Option<Value> {
    let mut open = vec![Element::default()];
    for token in Tokenizer::from(text) {
        match token.ok()? {
            Token::ElementStart { local, .. } => open.push(Element::named(local.as_str())),
            Token::ElementEnd { end: ElementEnd::Open, .. } => {}
            Token::ElementEnd { .. } => close(&mut open)?,
            Token::Text { text } => open.last_mut()?.text.push_str(&unescaped(text.as_str())),
            Token::Cdata { text, .. } => open.last_mut()?.text.push_str(text.as_str()),
            _ => {}
        }
        if open.len() > DEEPEST {
            return None;
        }
    }
    (open.len() == 1).then(|| open.pop().map(Element::value)).flatten()
}

/// One whose end has not come yet.
#[derive(Default)]
struct Element {
    name: String,
    text: String,
    children: Vec<(String, Value)>,
}

impl Element {
    fn named(name: &str) -> Self {
        Self { name: name.to_owned(), ..Self::default() }
    }

    fn value(self) -> Value {
        let is_list = self.children.iter().all(|(name, _)| ["item", "member"].contains(&name.as_str()));
        match (self.children.is_empty(), is_list) {
            (true, _) if self.text.trim().is_empty() => Value::Null,
            (true, _) => Value::String(self.text),
            (false, true) => self.children.into_iter().map(|(_, value)| value).collect(),
            (false, false) => Value::Object(object(self.children)),
        }
    }
}

/// EC2 lists errors as `<Errors><Error>`, without `item`.
fn object(children: Vec<(String, Value)>) -> Map<String, Value> {
    children.into_iter().map(|(name, value)| if name == "Errors" { (name, errors(value)) } else { (name, value) }).collect()
}

fn errors(value: Value) -> Value {
    match value {
        Value::Object(fields) => fields.into_iter().map(|(_, error)| error).collect(),
        other => other,
    }
}

fn close(open: &mut Vec<Element>) -> Option<()> {
    let mut closed = open.pop()?;
    let name = std::mem::take(&mut closed.name);
    open.last_mut()?.children.push((name, closed.value()));
    Some(())
}

/// AWS writes the five names of XML and, for odd characters, numbers.
fn unescaped(text: &str) -> String {
    let mut parts = text.split('&');
    let mut whole = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let named = part.split_once(';').and_then(|(name, rest)| Some((character(name)?, rest)));
        let (character, rest) = named.unwrap_or(('&', part));
        whole.push(character);
        whole.push_str(rest);
    }
    whole
}

fn character(name: &str) -> Option<char> {
    match name {
        "lt" => Some('<'),
        "gt" => Some('>'),
        "amp" => Some('&'),
        "quot" => Some('"'),
        "apos" => Some('\''),
        _ => {
            let number = name.strip_prefix('#')?;
            let code =
                number.strip_prefix(['x', 'X']).map_or_else(|| number.parse().ok(), |hex| u32::from_str_radix(hex, 16).ok());
            char::from_u32(code?)
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn lists_are_lists_and_leaves_are_text() {
        let text = r#"<?xml version="1.0" encoding="UTF-8"?>
            <DescribeSubnetsResponse xmlns="http://ec2.amazonaws.com/doc/2016-11-15/">
              <subnetSet><item><subnetId>subnet-1</subnetId><tagSet/></item></subnetSet>
            </DescribeSubnetsResponse>"#;
        let expected = json!({ "DescribeSubnetsResponse": { "subnetSet": [{ "subnetId": "subnet-1", "tagSet": null }] } });
        assert_eq!(tree(text), Some(expected));
    }

    #[test]
    fn characters_are_what_they_stand_for() {
        let text = "<a>&lt;b&gt; &amp;amp; &#65;&#x42; &odd; & &quot;</a>";
        assert_eq!(tree(text), Some(json!({ "a": "<b> &amp; AB &odd; & \"" })));
    }

    #[test]
    fn errors_of_ec2_are_a_list() {
        let text = "<Response><Errors><Error><Code>DryRunOperation</Code></Error></Errors></Response>";
        assert_eq!(tree(text), Some(json!({ "Response": { "Errors": [{ "Code": "DryRunOperation" }] } })));
    }

    #[test]
    fn what_is_no_document_is_none() {
        let deep = "<a>".repeat(100);
        for text in ["<a>", "</a>", "<a", "<a></a></b>", deep.as_str()] {
            assert_eq!(tree(text), None, "{text}");
        }
    }
}
