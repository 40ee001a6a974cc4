//! From the parser's events to the tree.

use std::collections::HashMap;

use granit_parser::{ErrorKind, Event, Parser, ScalarStyle, Tag};

use super::{Documents, DuplicateKeys, Error, Node, Options, Span, Style, Value, entries, scalar};

/// Reads the first document of `source`. An empty text is `null`.
pub fn parse(source: &str, options: &Options) -> Result<Node, Error> {
    if source.len() > options.limits.bytes {
        let message = format!("the text has {} bytes, more than {}", source.len(), options.limits.bytes);
        return Err(Error::limit(Span::default(), message));
    }
    let mut parser_options = granit_parser::Options::default();
    parser_options.set_emit_comments(false);
    let mut builder = Builder::new(options);
    for event in Parser::new_from_str_with_options(source, parser_options) {
        let (event, span) = event.map_err(|error| scan_error(&error))?;
        if builder.accept(event, span_of(&span))? == Progress::Done {
            break;
        }
    }
    Ok(builder.finished.pop().unwrap_or_else(|| Node::scalar(Value::Null, Span { line: 1, column: 1, ..Span::default() })))
}

#[derive(PartialEq, Eq)]
enum Progress {
    More,
    Done,
}

/// A collection whose end has not come yet.
struct Open {
    span: Span,
    anchor: usize,
    tag: Option<Box<str>>,
    kind: Kind,
    /// How many nodes were finished before it began; those after them are its parts.
    begins: usize,
}

#[derive(Clone, Copy)]
enum Kind {
    Sequence,
    Mapping,
}

struct Builder<'a> {
    options: &'a Options,
    open: Vec<Open>,
    /// What is finished and not yet part of a finished collection. In the end, the root alone.
    finished: Vec<Node>,
    anchors: HashMap<usize, Node>,
    nodes: usize,
}

impl<'a> Builder<'a> {
    fn new(options: &'a Options) -> Self {
        let (open, finished) = (Vec::with_capacity(8), Vec::with_capacity(16));
        Self { options, open, finished, anchors: HashMap::new(), nodes: 0 }
    }

    fn accept(&mut self, event: Event<'_>, span: Span) -> Result<Progress, Error> {
        match event {
            Event::DocumentStart(..) if !self.finished.is_empty() => {
                return Err(Error::new(span, "a second document begins here; only one is expected"));
            }
            Event::DocumentEnd if self.options.documents == Documents::First => {
                return Ok(Progress::Done);
            }
            Event::Scalar(text, style, anchor, tag) => {
                let node = self.scalar(&text, style, tag.as_deref(), span)?;
                self.define(anchor, &node);
                self.add(node, 1)?;
            }
            Event::SequenceStart(_, anchor, tag) => {
                self.begin(span, anchor, tag.as_deref(), Kind::Sequence)?;
            }
            Event::MappingStart(_, anchor, tag) => {
                self.begin(span, anchor, tag.as_deref(), Kind::Mapping)?;
            }
            Event::SequenceEnd | Event::MappingEnd => self.end(span)?,
            Event::Alias(anchor) => self.alias(anchor, span)?,
            _ => {}
        }
        Ok(Progress::More)
    }

    fn scalar(&self, text: &str, style: ScalarStyle, tag: Option<&Tag>, span: Span) -> Result<Node, Error> {
        let (style, tag) = (style_of(style), tag.map(full_tag));
        let value = match &tag {
            Some(tag) if &**tag != "!" => {
                scalar::tagged(text, tag, self.options.schema).map_err(|message| Error::new(span, message))?
            }
            None if style == Style::Plain => scalar::plain(text, self.options.schema),
            _ => Value::String(text.to_owned()),
        };
        let written = (!matches!(value, Value::String(_) | Value::Timestamp(_))).then(|| text.into());
        Ok(Node { style, tag, written, ..Node::scalar(value, span) })
    }

    fn begin(&mut self, span: Span, anchor: usize, tag: Option<&Tag>, kind: Kind) -> Result<(), Error> {
        if self.open.len() >= self.options.limits.depth {
            return Err(Error::limit(span, format!("nested deeper than {} levels", self.options.limits.depth)));
        }
        let open = Open { span, anchor, tag: tag.map(full_tag), kind, begins: self.finished.len() };
        self.open.push(open);
        Ok(())
    }

    fn end(&mut self, span: Span) -> Result<(), Error> {
        let Some(open) = self.open.pop() else {
            return Ok(());
        };
        let span = open.span.to(self.last_byte(&open, span));
        let mut parts = self.finished.drain(open.begins..);
        let value = match open.kind {
            Kind::Sequence => Value::Sequence(parts.collect()),
            Kind::Mapping => {
                let mut entries = Vec::with_capacity(parts.len() / 2);
                while let (Some(key), Some(value)) = (parts.next(), parts.next()) {
                    entries.push((key, value));
                }
                drop(parts);
                self.mapping(entries)?
            }
        };
        let node = Node { style: Style::Collection, tag: open.tag, ..Node::scalar(value, span) };
        self.define(open.anchor, &node);
        self.add(node, 1)
    }

    /// A flow collection ends with its bracket. A block collection ends where the next token begins, but a person
    /// looks for the end of its last item.
    fn last_byte(&self, open: &Open, end: Span) -> Span {
        if end.start < end.end {
            return end;
        }
        self.finished.get(open.begins..).and_then(<[Node]>::last).map_or(open.span, |item| item.span)
    }

    fn mapping(&self, entries: Vec<(Node, Node)>) -> Result<Value, Error> {
        if self.options.duplicate_keys == DuplicateKeys::Refuse {
            entries::refuse_duplicates(&entries)?;
        }
        Ok(Value::Mapping(if self.options.expand_merge_keys { entries::merged(entries)? } else { entries }))
    }

    #[inline]
    fn define(&mut self, anchor: usize, node: &Node) {
        if anchor != 0 {
            self.anchors.insert(anchor, node.clone());
        }
    }

    fn alias(&mut self, anchor: usize, span: Span) -> Result<(), Error> {
        let Some(target) = self.anchors.get(&anchor) else {
            return Err(Error::new(span, "this alias is inside the node that it names"));
        };
        let (size, depth) = (target.size(), target.depth());
        if self.open.len() + depth > self.options.limits.depth {
            return Err(Error::limit(span, format!("nested deeper than {} levels", self.options.limits.depth)));
        }
        let total = self.nodes + size;
        if total > self.options.limits.nodes {
            return Err(self.too_many(span));
        }
        let node = Node { span, alias: true, ..target.clone() };
        self.nodes = total;
        self.add(node, 0)
    }

    fn add(&mut self, node: Node, size: usize) -> Result<(), Error> {
        self.count(size, node.span)?;
        self.finished.push(node);
        Ok(())
    }

    fn count(&mut self, nodes: usize, span: Span) -> Result<(), Error> {
        self.nodes += nodes;
        if self.nodes > self.options.limits.nodes { Err(self.too_many(span)) } else { Ok(()) }
    }

    fn too_many(&self, span: Span) -> Error {
        Error::limit(span, format!("more than {} values, aliases counted", self.options.limits.nodes))
    }
}

impl Node {
    pub(super) fn scalar(value: Value, span: Span) -> Self {
        Self { value, span, style: Style::Plain, alias: false, tag: None, written: None }
    }
}

fn full_tag(tag: &Tag) -> Box<str> {
    format!("{}{}", tag.handle(), tag.suffix()).into()
}

fn style_of(style: ScalarStyle) -> Style {
    match style {
        ScalarStyle::Plain => Style::Plain,
        ScalarStyle::SingleQuoted | ScalarStyle::DoubleQuoted => Style::Quoted,
        ScalarStyle::Literal | ScalarStyle::Folded => Style::Block,
    }
}

fn span_of(span: &granit_parser::Span) -> Span {
    let offset = |marker: &granit_parser::Marker| marker.byte_offset().unwrap_or_else(|| marker.index());
    Span { start: offset(&span.start), end: offset(&span.end), line: span.start.line(), column: span.start.col() + 1 }
}

fn scan_error(error: &granit_parser::ScanError) -> Error {
    let span = span_of(&granit_parser::Span::empty(*error.marker()));
    match error.kind() {
        // The parser's own bound, not YAML's: go-yaml takes ten thousand levels.
        ErrorKind::RecursionLimitExceeded => Error::limit(span, "nested deeper than the parser goes"),
        _ => Error::new(span, error.info()),
    }
}
