//! A finding for the eyes of a person.

use annotate_snippets::{Annotation, AnnotationKind, Element, Group, Level, Origin, Renderer, Snippet};

use super::{Finding, Severity, Source};
use crate::yaml::Span;

/// Whether a text may hold colours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Colour {
    /// For files, pipes and terminals that were asked not to.
    Plain,
    /// For terminals.
    Styled,
}

impl Colour {
    fn renderer(self) -> Renderer {
        match self {
            Self::Plain => Renderer::plain(),
            Self::Styled => Renderer::styled(),
        }
    }
}

/// The longest line that is worth showing to a person.
const MOST_SHOWN: usize = 400;

/// The line of a place, underlined, without a word about it: for a sentence that stands above.
pub fn underlined(source: &Source, span: Span, severity: Severity, colour: Colour) -> String {
    let level = level(severity);
    let line = lines_around(source.text(), &[span]).filter(|(_, _, line)| line.len() <= MOST_SHOWN);
    let element: Element<'_> = match line {
        Some((offset, number, line)) => {
            let underline = AnnotationKind::Primary.span(span.start - offset..span.end - offset);
            Snippet::source(line).path(source.name()).line_start(number).annotation(underline).into()
        }
        None => Origin::path(source.name()).line(span.line).char_column(span.column).into(),
    };
    colour.renderer().render(&[Group::with_level(level).element(element)])
}

fn level(severity: Severity) -> Level<'static> {
    match severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
    }
}

/// The finding with the line that it is about.
pub(super) fn render(finding: &Finding, source: Option<&Source>, colour: Colour) -> String {
    let renderer = colour.renderer();
    let level = level(finding.severity);
    let place = source.map(|source| match finding.span {
        Some(span) => place(finding, source, span),
        None => Origin::path(source.name()).into(),
    });
    let help = finding.help.as_deref().map(|help| Level::HELP.message(help).into());
    renderer.render(&[level.primary_title(&finding.message).elements(place.into_iter().chain(help))])
}

/// The lines, if the text can be shown, or the name of the place.
fn place<'a>(finding: &'a Finding, source: &'a Source, span: Span) -> Element<'a> {
    let spans: Vec<Span> = [Some(span), finding.related.as_ref().map(|related| related.span)].into_iter().flatten().collect();
    let Some((offset, line, lines)) = lines_around(source.text(), &spans) else {
        return Origin::path(source.name()).line(span.line).char_column(span.column).into();
    };
    let relative = |kind: AnnotationKind, span: Span| kind.span(span.start - offset..span.end - offset);
    let related = finding.related.as_ref().map(|other| relative(AnnotationKind::Context, other.span).label(other.label.as_str()));
    let annotations: Vec<Annotation<'_>> =
        [Some(relative(AnnotationKind::Primary, span)), related].into_iter().flatten().collect();
    Snippet::source(lines).path(source.name()).line_start(line).annotations(annotations).into()
}

/// The whole lines that hold all spans, with the offset and number of the first.
fn lines_around<'a>(text: &'a str, spans: &[Span]) -> Option<(usize, usize, &'a str)> {
    let first = spans.iter().min_by_key(|span| span.start)?;
    let end = spans.iter().map(|span| span.end).max()?;
    if text.is_empty() || spans.iter().any(|span| span.slice(text).is_none()) {
        return None;
    }
    let offset = text.get(..first.start)?.rfind('\n').map_or(0, |newline| newline + 1);
    let end = text.get(end..)?.find('\n').map_or(text.len(), |length| end + length);
    Some((offset, first.line, text.get(offset..end)?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::Report;

    const TEXT: &str = "one: 1\ntwo: 2\nthree: 3\none: 4\n";

    fn span(line: usize, start: usize, end: usize) -> Span {
        Span { start, end, line, column: 1 }
    }

    fn shown(finding: Finding) -> String {
        Report::new(Some(Source::new("dispatch.yaml", TEXT)), vec![finding]).to_string()
    }

    #[test]
    fn a_finding_shows_its_line() {
        insta::assert_snapshot!(shown(Finding::warning("two", "two is a crowd").at(span(2, 7, 10)).help("count again")), @r"
        warning: two is a crowd
         --> dispatch.yaml:2:1
          |
        2 | two: 2
          | ^^^
          |
          = help: count again

        1 warning in dispatch.yaml
        ");
    }

    #[test]
    fn two_places_are_shown_together() {
        let finding =
            Finding::error("one", "`one` is given twice").at(span(4, 23, 26)).related(span(1, 0, 3), "first given here");
        insta::assert_snapshot!(shown(finding), @r"
        error: `one` is given twice
         --> dispatch.yaml:4:1
          |
        1 | one: 1
          | --- first given here
        ...
        4 | one: 4
          | ^^^

        1 error in dispatch.yaml
        ");
    }

    #[test]
    fn a_place_outside_the_text_is_named() {
        insta::assert_snapshot!(shown(Finding::error("", "this byte is not UTF-8").at(span(9, 900, 900))), @r"
        error: this byte is not UTF-8
        --> dispatch.yaml:9:1

        1 error in dispatch.yaml
        ");
    }

    #[test]
    fn a_place_can_be_shown_without_words() {
        let source = Source::new("ci.yml", "on:\n  push:\n    paths: [docs/**]\n");
        let paths = Span { start: 16, end: 21, line: 3, column: 5 };
        insta::assert_snapshot!(underlined(&source, paths, Severity::Warning, Colour::Plain), @r"
         --> ci.yml:3:5
          |
        3 |     paths: [docs/**]
          |     ^^^^^
        ");
    }

    #[test]
    fn a_line_without_end_and_a_line_of_commands_do_no_harm() {
        let place = |text: &str| underlined(&Source::new("ci.yml", text), span(1, 0, 3), Severity::Error, Colour::Plain);
        assert_eq!(place(&format!("on: {}", " ".repeat(MOST_SHOWN))).trim(), "--> ci.yml:1:1");
        let shown = place("on: \u{1b}[2J\u{202e}x");
        assert!(!shown.contains(['\u{1b}', '\u{202e}']), "{shown}");
    }

    #[test]
    fn colour_is_a_choice() {
        let report = Report::new(None, vec![Finding::error("X", "the environment variable `X` is not set")]);
        assert!(report.render(Colour::Styled).contains('\u{1b}'));
        assert!(!report.render(Colour::Plain).contains('\u{1b}'));
    }

    #[test]
    fn programs_get_a_list() {
        let finding = Finding::error("two", "two is a crowd").at(span(2, 7, 10)).help("count again");
        let report = Report::new(Some(Source::new("dispatch.yaml", TEXT)), vec![Finding::warning("", "bare"), finding]);
        insta::assert_snapshot!(report.to_json(), @r#"[{"column":1,"file":"dispatch.yaml","help":"count again","key":"two","line":2,"message":"two is a crowd","severity":"error"},{"column":null,"file":"dispatch.yaml","help":null,"key":"","line":null,"message":"bare","severity":"warning"}]"#);
    }
}
