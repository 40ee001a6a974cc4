//! One mapping, read against its section of the table.

use super::item::{self, Item};
use super::{Reader, answer};
use crate::config::keys::{Key, Kind, Presence, Section};
use crate::config::values::{Name, Refusal, Scalar};
use crate::diagnostic::{Finding, closest, quoted};
use crate::yaml::{self, Node, Span, Value};

/// The known keys of one mapping; what else it holds has been told to the reader.
pub(super) struct Fields<'r, 'a, 'n> {
    pub(super) reader: &'r mut Reader<'a>,
    section: &'static Section,
    route: String,
    given: Vec<Given<'n>>,
    /// Keys that are there, but misspelled.
    meant: Vec<&'static str>,
}

/// A key and what was written behind it.
#[derive(Clone, Copy)]
pub(super) struct Given<'n> {
    key: &'static Key,
    pub(super) node: &'n Node,
    span: Span,
}

impl<'r, 'a, 'n> Fields<'r, 'a, 'n> {
    /// Opens a mapping: unknown, repeated and missing keys are findings. Nothing at all is an empty mapping.
    pub(super) fn open(reader: &'r mut Reader<'a>, section: &'static Section, route: String, node: &'n Node) -> Self {
        let mut fields = Self::empty(reader, section, route);
        let entries = node.as_mapping().unwrap_or_default();
        for (index, (name, value)) in entries.iter().enumerate() {
            fields.accept(name, value, entries.get(..index).unwrap_or_default());
        }
        fields.report_missing();
        fields
    }

    /// A mapping that is not there.
    pub(super) fn empty(reader: &'r mut Reader<'a>, section: &'static Section, route: String) -> Self {
        Self { reader, section, route, given: Vec::new(), meant: Vec::new() }
    }

    fn accept(&mut self, name: &'n Node, value: &'n Node, earlier: &[(Node, Node)]) {
        let text = name.text().unwrap_or_default();
        let route = self.below(text);
        if let Some(finding) = answer::repeated(&route, name, earlier) {
            return self.reader.push(finding);
        }
        let Some(key) = self.section.key(text) else {
            if answer::may_hide_secret(self.section, name) {
                self.reader.hide(value);
            }
            self.meant.extend(answer::meant(self.section, name));
            return self.reader.push(answer::unknown(self.section, &route, name));
        };
        let span = self.reader.remember(&route, name.span, value.span);
        self.given.push(Given { key, node: value, span });
    }

    fn report_missing(&mut self) {
        let missing = |key: &&Key| key.presence == Presence::Required && !self.has(key.name) && !self.meant.contains(&key.name);
        let finding = |key: &Key| answer::missing(key, &self.route, &self.below(key.name));
        let findings: Vec<Finding> = self.section.keys.iter().filter(missing).map(finding).collect();
        self.reader.extend(findings);
    }

    /// The full name of a key of this mapping.
    pub(super) fn below(&self, name: &str) -> String {
        let name = quoted(name);
        let name = name.trim_matches('`');
        if self.route.is_empty() { name.to_owned() } else { format!("{}.{name}", self.route) }
    }

    /// Whether the key is given at all.
    pub(super) fn has(&self, name: &str) -> bool {
        self.given(name).is_some()
    }

    /// The key as it is given.
    pub(super) fn given(&self, name: &str) -> Option<Given<'n>> {
        self.given.iter().find(|given| given.key.name == name).copied()
    }

    /// The value of a key, if it is given and can be read.
    pub(super) fn optional<T: Item>(&mut self, name: &str) -> Option<T> {
        let given = self.shaped(name)?;
        item::read(self.reader, given.key, &given.key.kind, &self.route_of(given), given.node)
    }

    /// The value of a key that has a default, which also stands in for a value that cannot be read.
    pub(super) fn value<T: Scalar + Default>(&mut self, name: &str) -> T {
        let default = self.section.key(name).and_then(Key::default).and_then(|text| T::parse(text).ok());
        self.optional(name).or(default).unwrap_or_default()
    }

    /// The value of a key, or of the environment variable that stands in for it.
    pub(super) fn or_variable<T: Scalar>(&mut self, name: &str, variable: &str) -> Option<T> {
        if self.has(name) { self.optional(name) } else { self.variable(name, variable, T::parse) }
    }

    /// The items of a list, or those that stand between commas in the environment variable.
    pub(super) fn list_or_variable<T: Scalar>(&mut self, name: &str, variable: &str) -> Vec<T> {
        if self.has(name) {
            return self.list(name);
        }
        let items = |text: &str| text.split(',').map(|one| T::parse(one.trim())).collect();
        self.variable(name, variable, items).unwrap_or_default()
    }

    /// A variable that is empty counts as not set: a template may set it to nothing.
    fn variable<T>(&mut self, name: &str, variable: &str, parse: impl FnOnce(&str) -> Result<T, Refusal>) -> Option<T> {
        let route = self.below(name);
        let finding = match self.reader.environment.text(variable).filter(|text| !text.is_empty()).map(parse) {
            Some(Ok(value)) => return Some(value),
            Some(Err(refusal)) => Finding::error(route, format!("in `{variable}`: {}", refusal.message)).help(refusal.help),
            None => {
                let needed = |key: &&Key| matches!(key.presence, Presence::Variable(_)) && !self.meant.contains(&key.name);
                answer::missing(self.section.key(name).filter(needed)?, &self.route, &route)
            }
        };
        self.reader.push(finding);
        None
    }

    /// The word behind a key, if it is given and one of those that the table knows.
    pub(super) fn word(&mut self, name: &str) -> Option<&'static str> {
        let given = self.shaped(name)?;
        let (text, words) = (given.node.text().unwrap_or_default(), given.key.kind.words());
        let word = words.iter().copied().find(|word| *word == text);
        if word.is_none() {
            let meant = closest(text, words.iter().copied()).map(|word| format!("did you mean `{word}`?"));
            let help = meant.unwrap_or_else(|| format!("write {}", given.key.kind.phrase()));
            let finding = Finding::error(self.route_of(given), format!("`{name}` cannot be {}", quoted(text)));
            self.reader.push(finding.help(help).at(given.span));
        }
        word
    }

    /// The items of a list that can be read; those of the default if the key is not given.
    pub(super) fn list<T: Item>(&mut self, name: &str) -> Vec<T> {
        if let (false, Some(default)) = (self.has(name), self.section.key(name).and_then(Key::default)) {
            return default_list(self.reader, default);
        }
        let Some(given) = self.shaped(name) else { return Vec::new() };
        let (Kind::List { of, least, most }, Value::Sequence(items)) = (&given.key.kind, &given.node.value) else {
            return Vec::new();
        };
        let route = self.route_of(given);
        if items.len() < *least || items.len() > *most {
            let message = format!("`{name}` has {}, but takes {}", counted(items.len()), bounds(*least, *most));
            let help = format!("write it like `{name}: {}`", given.key.example);
            self.reader.push(Finding::error(route.as_str(), message).help(help).at(given.span));
        }
        let mut read = |(index, node): (usize, &Node)| {
            let route = format!("{route}[{index}]");
            self.reader.remember_item(&route, node.span);
            item::read(self.reader, given.key, of, &route, node)
        };
        items.iter().enumerate().filter_map(&mut read).collect()
    }

    /// The section behind a key; one that is not given has no keys.
    pub(super) fn section(&mut self, name: &str, section: &'static Section) -> Fields<'_, 'a, 'n> {
        let route = self.below(name);
        match self.mapping(name) {
            Some(node) => Fields::open(self.reader, section, route, node),
            None => Fields::empty(self.reader, section, route),
        }
    }

    /// What stands behind each name of a mapping from names to sections, in the order of the file.
    pub(super) fn named<T>(&mut self, name: &str, section: &'static Section, read: fn(&str, Fields<'_, 'a, 'n>) -> T) -> Vec<T> {
        let Some(node) = self.mapping(name) else { return Vec::new() };
        let mut found = Vec::new();
        let entries = node.as_mapping().unwrap_or_default();
        for (index, (key, value)) in entries.iter().enumerate() {
            let text = key.text().unwrap_or_default();
            let route = format!("{}.{}", self.below(name), quoted(text).trim_matches('`'));
            if let Some(finding) = answer::repeated(&route, key, entries.get(..index).unwrap_or_default()) {
                self.reader.push(finding);
                continue;
            }
            self.reader.remember(&route, key.span, key.span);
            if let Err(refusal) = Name::parse(text) {
                self.reader.refuse(&route, key, refusal);
            }
            if value.is_null() || value.as_mapping().is_some() {
                found.push(read(text, Fields::open(self.reader, section, route, value)));
            } else {
                let message = format!("{} takes a mapping with the keys of {}, not {}", quoted(text), section.name, value.kind());
                let keys = section.keys.iter().filter(|key| key.presence == Presence::Required);
                let example: Vec<String> = keys.map(|key| format!("{}: {}", key.name, key.example)).collect();
                let help = format!("write it like `{}: {{ {} }}`", quoted(text).trim_matches('`'), example.join(", "));
                self.reader.push(Finding::error(route, message).help(help).at(key.span));
            }
        }
        found
    }

    /// The mapping behind a key; nothing at all counts as not given.
    pub(super) fn mapping(&mut self, name: &str) -> Option<&'n Node> {
        let given = self.given(name).filter(|given| !given.node.is_null())?;
        self.shape_fits(given).then_some(given.node)
    }

    /// The key, if it is given with a value of the shape that it takes.
    fn shaped(&mut self, name: &str) -> Option<Given<'n>> {
        let given = self.given(name)?;
        self.shape_fits(given).then_some(given)
    }

    fn shape_fits(&mut self, given: Given<'n>) -> bool {
        let fits = given.key.kind.takes(&given.node.value);
        if !fits {
            self.reader.wrong_shape(&self.route_of(given), given.key, &given.key.kind, given.node, given.span);
        }
        fits
    }

    fn route_of(&self, given: Given<'n>) -> String {
        self.below(given.key.name)
    }
}

fn default_list<T: Item>(reader: &mut Reader<'_>, default: &str) -> Vec<T> {
    let node = yaml::parse(default, &yaml::Options::strict()).ok();
    let items = node.as_ref().and_then(Node::as_sequence).unwrap_or_default();
    items.iter().filter_map(|item| T::read(reader, "", item)).collect()
}

fn counted(items: usize) -> String {
    match items {
        0 => "no items".to_owned(),
        1 => "1 item".to_owned(),
        _ => format!("{items} items"),
    }
}

fn bounds(least: usize, most: usize) -> String {
    if most == usize::MAX { format!("at least {least}") } else { format!("{least} to {most}") }
}
