//! Patterns matched without a regular-expression engine.
//!
//! Nearly every pattern is a row of characters, classes, stars and alternatives. Compiling a regular expression for one takes longer than
//! reading the whole workflow file, and it is used for a handful of names. So a row is walked directly: the set of places in
//! the text that can be reached grows element by element, in time proportional to elements × text.

/// A row of elements, each of which takes a piece of the text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Linear(Vec<Element>);

#[derive(Debug, Clone, PartialEq, Eq)]
enum Element {
    /// Text as it stands.
    Text(String),
    /// One character, perhaps none or many.
    Character(Set, Times),
    /// `[^/]*`.
    Segment,
    /// `.*`.
    Anything,
    /// `(.+/)?`.
    Folders,
    /// `(a|b)`, rows without alternatives of their own.
    Either(Vec<Linear>),
}

/// Which characters.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Set {
    One(char),
    Ranges(Vec<(char, char)>),
    Except(Vec<(char, char)>),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Times {
    One,
    AtMostOne,
    AtLeastOne,
}

impl Linear {
    /// The row that takes this text alone.
    pub(super) fn text(text: &str) -> Self {
        Self(vec![Element::Text(text.to_owned())])
    }

    /// Reads an anchored regular expression of Go, if it is such a row.
    pub(super) fn read(go: &str) -> Option<Self> {
        let (row, rest) = row(go.strip_prefix('^')?.strip_suffix('$')?, Self::forks)?;
        rest.is_empty().then_some(row)
    }

    /// Reads alternatives up to their `)`.
    fn forks(mut rest: &str) -> Option<(Element, &str)> {
        let mut rows = Vec::new();
        loop {
            let (row, after) = row(rest, |_| None)?;
            rows.push(row);
            if let Some(next) = after.strip_prefix('|') {
                rest = next;
            } else {
                let after = after.strip_prefix(')').filter(|after| !repeats(after))?;
                return Some((Element::Either(rows), after));
            }
        }
    }

    /// Whether the row takes the whole text.
    pub(super) fn matches(&self, text: &str) -> bool {
        self.ends(text, &[0]).last() == Some(&text.len())
    }

    /// The places where the row can end if it begins at one of `starts`; both ascend.
    fn ends(&self, text: &str, starts: &[usize]) -> Vec<usize> {
        let mut reached = starts.to_vec();
        for element in &self.0 {
            reached = element.ends(text, &reached);
            reached.sort_unstable();
            reached.dedup();
        }
        reached
    }
}

type Fork = fn(&str) -> Option<(Element, &str)>;

/// A row up to its end, a `|` or a `)`, and what follows it. `fork` reads what stands behind a `(`.
fn row(mut rest: &str, fork: Fork) -> Option<(Linear, &str)> {
    let mut elements = Vec::new();
    while !rest.is_empty() && !rest.starts_with(['|', ')']) {
        let (element, after) = element(rest, fork)?;
        rest = after;
        push(&mut elements, element);
    }
    Some((Linear(elements), rest))
}

/// Whether what stands before is repeated.
fn repeats(after: &str) -> bool {
    after.starts_with(['+', '?', '*', '{'])
}

/// Joins neighbouring characters to one text.
fn push(elements: &mut Vec<Element>, element: Element) {
    if let Element::Character(Set::One(character), Times::One) = element {
        if let Some(Element::Text(text)) = elements.last_mut() {
            text.push(character);
        } else {
            elements.push(Element::Text(character.to_string()));
        }
    } else {
        elements.push(element);
    }
}

/// The first element of `rest`, and what follows it.
fn element(rest: &str, fork: Fork) -> Option<(Element, &str)> {
    for (written, element) in [("[^/]*", Element::Segment), (".*", Element::Anything), ("(.+/)?", Element::Folders)] {
        if let Some(after) = rest.strip_prefix(written) {
            // A repetition of a repetition: not a row any more, perhaps not even valid.
            return (!after.starts_with(['+', '?', '*'])).then_some((element, after));
        }
    }
    if let Some(alternatives) = rest.strip_prefix('(') {
        return fork(alternatives);
    }
    let (set, after) = set(rest)?;
    let (times, after) = match after.as_bytes().first() {
        Some(b'?') => (Times::AtMostOne, after.get(1..)?),
        Some(b'+') => (Times::AtLeastOne, after.get(1..)?),
        _ => (Times::One, after),
    };
    (!repeats(after)).then_some((Element::Character(set, times), after))
}

fn set(rest: &str) -> Option<(Set, &str)> {
    let mut characters = rest.chars();
    match characters.next()? {
        '[' => class(characters.as_str()),
        '\\' => {
            let escaped = characters.next().filter(char::is_ascii_punctuation)?;
            Some((Set::One(escaped), characters.as_str()))
        }
        special if ".+*?()|]{}^$".contains(special) => None,
        plain => Some((Set::One(plain), characters.as_str())),
    }
}

/// A class of letters, digits and ranges of them, or of anything else.
fn class(rest: &str) -> Option<(Set, &str)> {
    let (members, after) = rest.split_once(']')?;
    let (members, set): (_, fn(_) -> _) = match members.strip_prefix('^') {
        Some(members) => (members, Set::Except),
        None => (members, Set::Ranges),
    };
    let members: Vec<char> = members.chars().collect();
    let mut ranges = Vec::new();
    let mut left = &*members;
    while !left.is_empty() {
        let (range, rest) = match left {
            [from, '-', to, rest @ ..] if from <= to && from.is_ascii_alphanumeric() && to.is_ascii_alphanumeric() => {
                ((*from, *to), rest)
            }
            [one, rest @ ..] if one.is_ascii_alphanumeric() => ((*one, *one), rest),
            _ => return None,
        };
        ranges.push(range);
        left = rest;
    }
    (!ranges.is_empty()).then(|| (set(ranges), after))
}

impl Element {
    /// The places where this element can end if it begins at one of `starts`, which ascend.
    fn ends(&self, text: &str, starts: &[usize]) -> Vec<usize> {
        let mut ends = Vec::new();
        if let Self::Either(rows) = self {
            ends.extend(rows.iter().flat_map(|row| row.ends(text, starts)));
            return ends;
        }
        // How far a repetition has come: from a start before that it reaches nothing new. So each is walked once.
        let mut walked: Option<usize> = None;
        for &from in starts {
            let rest = text.get(from..).unwrap_or_default();
            let is_new = walked.is_none_or(|end| from > end);
            match self {
                Self::Text(literal) if rest.starts_with(literal.as_str()) => ends.push(from + literal.len()),
                Self::Character(set, Times::AtLeastOne) if is_new => walked = Some(run(rest, from, |c| set.holds(c), &mut ends)),
                Self::Character(set, times @ (Times::One | Times::AtMostOne)) => ends.extend(set.ends(rest, from, *times)),
                Self::Segment if is_new => walked = Some(run_or_nothing(rest, from, |c| c != '/', &mut ends)),
                Self::Anything if is_new => walked = Some(run_or_nothing(rest, from, |c| c != '\n', &mut ends)),
                Self::Text(_) | Self::Character(..) | Self::Segment | Self::Anything | Self::Either(_) => {}
                Self::Folders => {
                    ends.push(from);
                    if is_new {
                        let line = rest.split('\n').next().unwrap_or_default();
                        ends.extend(line.match_indices('/').filter(|(at, _)| *at > 0).map(|(at, _)| from + at + 1));
                        walked = Some(from + line.len());
                    }
                }
            }
        }
        ends
    }
}

/// The place after each character that fits, up to the first that does not; returns the last of them.
fn run(rest: &str, from: usize, fits: impl Fn(char) -> bool, ends: &mut Vec<usize>) -> usize {
    let mut end = from;
    for character in rest.chars().take_while(|character| fits(*character)) {
        end += character.len_utf8();
        ends.push(end);
    }
    end
}

/// The same, and the beginning.
fn run_or_nothing(rest: &str, from: usize, fits: impl Fn(char) -> bool, ends: &mut Vec<usize>) -> usize {
    ends.push(from);
    run(rest, from, fits, ends)
}

impl Set {
    fn holds(&self, character: char) -> bool {
        match self {
            Self::One(one) => *one == character,
            Self::Ranges(ranges) => is_in(ranges, character),
            Self::Except(ranges) => !is_in(ranges, character),
        }
    }

    /// The places after none or one of them.
    fn ends(&self, rest: &str, from: usize, times: Times) -> impl Iterator<Item = usize> {
        let none = (times == Times::AtMostOne).then_some(from);
        let one = rest.chars().next().filter(|character| self.holds(*character)).map(|character| from + character.len_utf8());
        none.into_iter().chain(one)
    }
}

fn is_in(ranges: &[(char, char)], character: char) -> bool {
    ranges.iter().any(|(from, to)| (*from..=*to).contains(&character))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn matches(go: &str, text: &str) -> bool {
        Linear::read(go).unwrap().matches(text)
    }

    #[test]
    fn stars_stop_where_they_must() {
        assert!(matches(r"^a/[^/]*\.rs$", "a/b.c.rs"));
        assert!(!matches(r"^a/[^/]*\.rs$", "a/b/c.rs"));
        assert!(matches("^.*b$", "a/b/b"));
        assert!(!matches("^.*b$", "a\nb"));
        assert!(matches("^$", "") && !matches("^$", "a"));
    }

    #[test]
    fn folders_are_any_number_of_them() {
        for text in ["x", "a/x", "a/b/x", "é/x"] {
            assert!(matches("^(.+/)?x$", text), "{text}");
        }
        assert!(!matches("^(.+/)?x$", "/x"));
        assert!(!matches("^(.+/)?x$", "ax"));
    }

    /// A path of four thousand characters has eight million pairs of places; the row looks at each place once an element.
    #[test]
    fn many_stars_on_a_long_text_cost_their_product_and_no_more() {
        let row = format!("^{}x$", "[^/]*[a]+.*(.+/)?".repeat(200));
        assert!(!matches(&row, &"a/".repeat(2_000)));
        assert!(matches(&row, &format!("{}x", "a/".repeat(2_000))));
    }

    #[test]
    fn characters_repeat() {
        assert!(matches(r"^v[0-9]+\.x?$", "v12.x") && matches(r"^v[0-9]+\.x?$", "v1."));
        assert!(!matches(r"^v[0-9]+\.x?$", "v.x") && !matches(r"^v[0-9]+\.x?$", "v1.xx"));
    }

    #[test]
    fn alternatives_are_rows_of_their_own() {
        assert!(matches("^rel-(1|2[^/]*|)x$", "rel-1x") && matches("^rel-(1|2[^/]*|)x$", "rel-23x"));
        assert!(matches("^rel-(1|2[^/]*|)x$", "rel-x"));
        assert!(!matches("^rel-(1|2[^/]*|)x$", "rel-3x") && !matches("^rel-(1|2)$", "rel-12"));
    }

    #[test]
    fn a_class_can_be_of_anything_else() {
        assert!(matches("^[^m-o]ain$", "Main") && matches("^[^m-o]ain$", "\nain"));
        assert!(!matches("^[^m-o]ain$", "main") && !matches("^[^m-o]ain$", "ain"));
    }

    #[test]
    fn what_is_no_row_is_left_to_the_engine() {
        for go in [
            "^a|b$",
            "^(a|(b))$",
            "^(a|b)+$",
            "^(a|b$",
            "^a)$",
            "^+a$",
            "^[^_]$",
            "^[^]$",
            "^a++$",
            "^[^/]*+$",
            r"^\d$",
            "^[z-a]$",
            "^a{2}$",
            "a$",
            "^a.b$",
        ] {
            assert_eq!(Linear::read(go), None, "{go}");
        }
    }
}
