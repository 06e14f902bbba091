//! Renders findings for people, for programs and for code review on a code host.
//!
//! Input: sorted [`Diagnostic`] values and the files they refer to. Output: text. Never decides how
//! severe a finding is, and never writes to a terminal.

mod lines;
mod page;
mod sarif;

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::Arc;

pub use lines::{Location, location};
pub use page::{Plain, page};
pub use sarif::sarif;

use self::lines::Lines;
use annotate_snippets::{AnnotationKind, Group, Level, Origin, Renderer, Snippet};
use serde::Serialize;
use serde_json::json;

use crate::text::diagnostic::{Diagnostic, Place, Span};
use crate::text::rule::{Rule, Severity};

/// Lines longer than this many bytes aren't shown; the report gives only the location.
const LONGEST_LINE: usize = 2_000;

/// The width of a finding on a page, in characters.
const PAGE_WIDTH: usize = 100;

/// A function that finds the file of a place, and returns the path in the form in which the user
/// knows it and the contents.
pub type Files<'a> = dyn Fn(&Place) -> Option<(String, Option<Arc<[u8]>>)> + 'a;

/// Renders findings with their source lines, each followed by a blank line.
pub fn human(findings: &[Diagnostic], files: &Files<'_>, color: bool, width: usize) -> String {
    let renderer = if color { Renderer::styled() } else { Renderer::plain() };
    let renderer = renderer.term_width(width.max(60));
    let mut lines = Lines::default();
    let mut out = String::new();
    for finding in findings {
        out.push_str(&draw(finding, files, &mut lines, &renderer));
        out.push_str("\n\n");
    }
    out
}

/// Renders at most `most` findings of each code, colored or not, in a width. If there are more, adds a note that says how many.
pub fn brief(findings: &[Diagnostic], files: &Files<'_>, (color, width): (bool, usize), most: usize) -> String {
    let mut counted: BTreeMap<Rule, usize> = BTreeMap::new();
    let mut is_shown = |finding: &&Diagnostic| {
        let count = counted.entry(finding.code).or_default();
        *count += 1;
        *count <= most
    };
    let shown: Vec<Diagnostic> = findings.iter().filter(|finding| is_shown(finding)).cloned().collect();
    let mut out = human(&shown, files, color, width);
    let more: Vec<String> = counted
        .iter()
        .filter(|(_, count)| **count > most)
        .map(|(code, count)| format!("{} of `{code}`", count - most))
        .collect();
    if !more.is_empty() {
        let _ = writeln!(
            out,
            "note: there are more findings: {}; `rolebook check --all` lists all of them",
            more.join(", ")
        );
    }
    out
}

/// Lists the rules of findings with their numbers, the most frequent one first, and an empty line.
pub fn kinds(findings: &[Diagnostic]) -> String {
    let mut counted: BTreeMap<Rule, usize> = BTreeMap::new();
    for finding in findings {
        *counted.entry(finding.code).or_default() += 1;
    }
    let mut counted: Vec<(Rule, usize)> = counted.into_iter().collect();
    counted.sort_by_key(|(rule, count)| (std::cmp::Reverse(*count), *rule));
    let mut out = String::new();
    for (rule, count) in counted {
        let _ = writeln!(out, "{count:>7}  {}: {}", rule.name(), rule.meaning());
    }
    out + "\n"
}

/// Renders one finding without color, for a page of the preview.
pub fn plain(finding: &Diagnostic, files: &Files<'_>) -> String {
    draw(finding, files, &mut Lines::default(), &Renderer::plain().term_width(PAGE_WIDTH))
}

fn draw(finding: &Diagnostic, files: &Files<'_>, lines: &mut Lines, renderer: &Renderer) -> String {
    let level = if finding.severity == Severity::Error { Level::ERROR } else { Level::WARNING };
    let message = visible(&finding.message);
    let title = level.primary_title(message).id(finding.code.name());
    let mut group = Group::with_title(title);
    let place = files(&finding.place);
    if let Some((path, bytes)) = &place {
        group = with_source(group, finding, (path, bytes.as_ref()), lines);
    }
    for note in &finding.notes {
        group = group.element(Level::NOTE.message(visible(note)));
    }
    if let Some(help) = &finding.help {
        group = group.element(Level::HELP.message(visible(help)));
    }
    let drawn = renderer.render(&[group]);
    // If a finding has no line, the library leaves no space for a line number. Add that space, so
    // that findings with and without a line are aligned.
    if drawn.contains("\n--> ") { drawn.replace("\n--> ", "\n --> ").replace("\n = ", "\n  = ") } else { drawn }
}

fn with_source<'a>(
    group: Group<'a>,
    finding: &Diagnostic,
    (path, bytes): (&str, Option<&Arc<[u8]>>),
    lines: &mut Lines,
) -> Group<'a> {
    let path = visible(path);
    let (Some(span), Some(bytes)) = (span_of(&finding.place), bytes) else {
        return group.element(Origin::path(path));
    };
    let (line, range) = lines.line_at(bytes, span.start as usize);
    if range.len() > LONGEST_LINE {
        let at = lines.location(bytes, span.start as usize);
        return group.element(Origin::path(path).line(at.line).char_column(at.column));
    }
    let (text, marked) = shown_line(&bytes[range.clone()], range.start, span);
    group.element(Snippet::source(text).line_start(line).path(path).annotation(AnnotationKind::Primary.span(marked)))
}

/// Returns a line in printable form and the byte range to mark in it. The range never extends past
/// the end of the line.
fn shown_line(line: &[u8], start: usize, span: Span) -> (String, std::ops::Range<usize>) {
    let from = (span.start as usize).saturating_sub(start).min(line.len());
    let to = (span.end as usize).saturating_sub(start).clamp(from, line.len());
    let part = |bytes: &[u8]| visible(&String::from_utf8_lossy(bytes));
    let (before, marked, after) = (part(&line[..from]), part(&line[from..to]), part(&line[to..]));
    let end = before.len() + marked.len();
    let range = before.len()..end;
    (before + &marked + &after, range)
}

/// Returns text that can't affect a terminal: control characters become visible symbols, and a tab
/// becomes a space.
fn visible(text: &str) -> String {
    let picture = |c: char| match c {
        '\t' => ' ',
        '\u{7f}' => '\u{2421}',
        c if u32::from(c) < 0x20 => char::from_u32(0x2400 + u32::from(c)).unwrap_or('\u{fffd}'),
        // C1 control characters, and those that override the direction of text.
        '\u{80}'..='\u{9f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => '\u{fffd}',
        c => c,
    };
    text.chars().map(picture).collect()
}

fn span_of(place: &Place) -> Option<Span> {
    match place {
        Place::Content(_, span) | Place::Theme(_, span) => *span,
        Place::Handbook => None,
    }
}

/// One finding in JSON.
#[derive(Serialize)]
struct Record<'a> {
    code: &'a str,
    severity: &'static str,
    message: &'a str,
    help: Option<&'a str>,
    notes: &'a [String],
    path: Option<String>,
    line: Option<usize>,
    column: Option<usize>,
    end_line: Option<usize>,
    end_column: Option<usize>,
    start_byte: Option<u32>,
    end_byte: Option<u32>,
}

fn record<'a>(finding: &'a Diagnostic, files: &Files<'_>, lines: &mut Lines) -> Record<'a> {
    let place = files(&finding.place);
    let span = span_of(&finding.place);
    let bytes = place.as_ref().and_then(|(_, bytes)| bytes.clone());
    let mut at = |offset: u32| bytes.as_ref().map(|bytes| lines.location(bytes, offset as usize));
    let (start, end) = (span.and_then(|span| at(span.start)), span.and_then(|span| at(span.end)));
    Record {
        code: finding.code.name(),
        severity: severity(finding),
        message: &finding.message,
        help: finding.help.as_deref(),
        notes: &finding.notes,
        path: place.map(|(path, _)| path),
        line: start.map(|at| at.line),
        column: start.map(|at| at.column),
        end_line: end.map(|at| at.line),
        end_column: end.map(|at| at.column),
        start_byte: span.map(|span| span.start),
        end_byte: span.map(|span| span.end),
    }
}

/// Returns the name of a finding's severity.
pub fn severity(finding: &Diagnostic) -> &'static str {
    if finding.severity == Severity::Error { "error" } else { "warning" }
}

/// Returns the findings as one JSON document.
pub fn json(findings: &[Diagnostic], files: &Files<'_>) -> String {
    let (errors, warnings) = crate::model::compile::count(findings);
    let mut lines = Lines::default();
    let findings: Vec<Record> = findings.iter().map(|finding| record(finding, files, &mut lines)).collect();
    let document = json!({ "findings": findings, "errors": errors, "warnings": warnings });
    serde_json::to_string_pretty(&document).unwrap_or_default() + "\n"
}

/// Returns the findings as workflow commands, which GitHub displays next to the lines of a code
/// review.
pub fn github(findings: &[Diagnostic], files: &Files<'_>) -> String {
    let mut lines = Lines::default();
    let mut out = String::new();
    for finding in findings {
        let record = record(finding, files, &mut lines);
        let _ = write!(out, "::{} ", record.severity);
        let mut properties = Vec::new();
        if let Some(path) = &record.path {
            properties.push(format!("file={}", property(path)));
        }
        for (name, value) in [
            ("line", record.line),
            ("endLine", record.end_line),
            ("col", record.column),
            ("endColumn", record.end_column),
        ] {
            properties.extend(value.map(|value| format!("{name}={value}")));
        }
        properties.push(format!("title={}", property(record.code)));
        let help = record.help.map(|help| format!("\nhelp: {help}")).unwrap_or_default();
        let _ = writeln!(out, "{}::{}", properties.join(","), data(&format!("{}{help}", record.message)));
    }
    out
}

fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

/// Formats a number of things.
pub fn plural(n: usize, word: &str) -> String {
    if n == 1 { format!("1 {word}") } else { format!("{n} {word}s") }
}

/// Formats the number of errors and warnings.
pub fn summary(errors: usize, warnings: usize) -> String {
    match (errors, warnings) {
        (0, 0) => "no findings".to_owned(),
        (0, warnings) => plural(warnings, "warning"),
        (errors, 0) => plural(errors, "error"),
        (errors, warnings) => format!("{}, {}", plural(errors, "error"), plural(warnings, "warning")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::path::SourcePath;

    #[allow(clippy::type_complexity, reason = "it is the type of `Files`, made of one text")]
    fn files(text: &'static [u8]) -> impl Fn(&Place) -> Option<(String, Option<Arc<[u8]>>)> {
        move |place| match place {
            Place::Content(path, _) => Some((format!("handbook/{path}"), Some(Arc::from(text)))),
            _ => None,
        }
    }

    fn finding(start: usize, end: usize) -> Diagnostic {
        let path = SourcePath::new("roles/a.md");
        Diagnostic::new(Rule::DeadLink, &path, Some(Span::new(start, end)), "no chapter called `decision`")
            .help("did you mean `decisions`?")
    }

    #[test]
    fn a_finding_is_drawn_with_its_line() {
        let text = "# T\n\nLeans on [[decision]] when.\n";
        let start = text.find("[[").unwrap();
        let drawn = human(&[finding(start, start + 12)], &files(text.as_bytes()), false, 100);
        let wanted = "error[dead-link]: no chapter called `decision`\n --> handbook/roles/a.md:3:10\n  |\n\
                      3 | Leans on [[decision]] when.\n  |          ^^^^^^^^^^^^\n  |\n  = help: did you mean `decisions`?\n\n";
        assert_eq!(drawn, wanted);
    }

    #[test]
    fn the_place_of_a_finding_without_a_line_is_aligned_with_those_that_have_one() {
        let finding = Diagnostic::new(Rule::DeadLink, &SourcePath::new("a.md"), None, "gone").help("look").note("x");
        let drawn = human(&[finding], &files(b"x\n"), false, 100);
        assert_eq!(drawn, "error[dead-link]: gone\n --> handbook/a.md\n  = note: x\n  = help: look\n\n");
        // If this fails, the library leaves the space by itself, and `draw` doesn't have to add it.
        let group = Group::with_title(Level::ERROR.primary_title("gone")).element(Origin::path("a.md"));
        assert!(Renderer::plain().render(&[group]).contains("\n--> a.md"));
    }

    #[test]
    fn places_count_characters_and_every_kind_of_line_end() {
        let bytes = "\u{feff}ü\r\nb\rcé!\n".as_bytes();
        let at = |needle: &str| {
            let text = std::str::from_utf8(bytes).unwrap();
            let at = location(bytes, text.find(needle).unwrap());
            (at.line, at.column)
        };
        assert_eq!(at("ü"), (1, 1));
        assert_eq!(at("b"), (2, 1));
        assert_eq!(at("!"), (3, 3));
        assert_eq!(location(bytes, 999), Location { line: 4, column: 1 });
    }

    #[test]
    fn nothing_in_a_file_acts_on_the_terminal() {
        let drawn = human(&[finding(2, 5)], &files(b"a \x1b[31mred\xff\x07\n"), false, 100);
        assert!(!drawn.contains('\u{1b}') && !drawn.contains('\u{7}'), "{drawn:?}");
        assert!(drawn.contains('\u{241b}'));
    }

    #[test]
    fn no_control_or_turn_of_direction_reaches_the_terminal_wherever_it_is_written() {
        let is_harmful = |c: char| {
            c.is_control() || "\u{202a}\u{202b}\u{202c}\u{202d}\u{202e}\u{2066}\u{2067}\u{2068}\u{2069}".contains(c)
        };
        let harmful: Vec<char> = ('\0'..'\u{3000}').filter(|c| is_harmful(*c) && !['\n', '\r'].contains(c)).collect();
        assert_eq!(harmful.len(), 63 + 9);
        for c in harmful {
            let word = format!("a{c}b");
            let line: Arc<[u8]> = Arc::from(word.clone().into_bytes());
            let path = SourcePath::new("roles/a.md");
            let mut finding =
                Diagnostic::new(Rule::DeadLink, &path, Some(Span::new(0, 1)), word.clone()).help(word.clone());
            finding.notes.push(word.clone());
            let files = |_: &Place| Some((format!("handbook/{word}.md"), Some(Arc::clone(&line))));
            for drawn in [human(&[finding.clone()], &files, false, 100), plain(&finding, &files)] {
                assert!(!drawn.chars().any(|c| is_harmful(c) && c != '\n'), "{c:?}: {drawn:?}");
                assert_eq!(drawn.matches('b').count(), 6, "{c:?}: {drawn:?}");
            }
        }
    }

    #[test]
    fn a_span_outside_the_file_and_one_over_several_lines_are_drawn() {
        for (start, end) in [(0, 400), (500, 600), (3, 3)] {
            assert!(human(&[finding(start, end)], &files(b"one\ntwo\n"), false, 100).contains("handbook/roles/a.md"));
        }
    }

    #[test]
    fn json_and_github_name_the_place() {
        let found = [finding(2, 4)];
        let text: &'static [u8] = b"a b, c\n";
        let document: serde_json::Value = serde_json::from_str(&json(&found, &files(text))).unwrap();
        assert_eq!(document["findings"][0]["path"], "handbook/roles/a.md");
        assert_eq!(document["findings"][0]["end_column"], 5);
        assert_eq!(document["errors"], 1);
        let line = github(&found, &files(text));
        assert_eq!(
            line,
            "::error file=handbook/roles/a.md,line=1,endLine=1,col=3,endColumn=5,title=dead-link::no chapter called `decision`%0Ahelp: did you mean `decisions`?\n"
        );
    }

    #[test]
    fn of_many_findings_of_one_code_some_are_drawn_and_the_others_counted() {
        let path = SourcePath::new("a.md");
        let finding = |code, n: usize| Diagnostic::new(code, &path, None, format!("this is {n}."));
        let mut findings: Vec<Diagnostic> = (0..5).map(|n| finding(Rule::DeadLink, n)).collect();
        findings.push(finding(Rule::NoOwner, 5));
        let text = brief(&findings, &files(b"x"), (false, 120), 3);
        assert!(text.contains("this is 2.") && !text.contains("this is 3.") && text.contains("this is 5."), "{text}");
        assert!(
            text.ends_with(
                "note: there are more findings: 2 of `dead-link`; `rolebook check --all` lists all of them\n"
            ),
            "{text}"
        );
        assert!(!brief(&findings, &files(b"x"), (false, 120), 5).contains("there are more findings"));
    }

    #[test]
    fn the_summary_counts() {
        assert_eq!(summary(0, 0), "no findings");
        assert_eq!(summary(1, 2), "1 error, 2 warnings");
    }
}
