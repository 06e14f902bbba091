//! Turns errors of the template engine into messages for the author of a template.
//!
//! Input: an error, the requested template and the templates' texts. Output: findings with the
//! place in the template. Never fails: an unknown error keeps the engine's wording.

use tera::ErrorKind;

use super::DEFAULT;
use crate::text::diagnostic::{Diagnostic, Place, Span};
use crate::text::near::{did_you_mean, nearest};
use crate::text::rule::Rule;

/// Makes the finding for an error that names one place, as rendering errors do.
pub(super) fn explain_first(error: &tera::Error, template: &str) -> Diagnostic {
    let unknown = || at(template, plain(&error.to_string()));
    explain(error, template, &[]).into_iter().next().unwrap_or_else(unknown)
}

/// Makes a finding about a template as a whole.
fn at(template: &str, message: String) -> Diagnostic {
    Diagnostic::at(Rule::Template, Place::Theme(template.to_owned(), None), message)
}

/// Turns an error of the template engine into findings, one for each place it names and at least
/// one.
pub(super) fn explain(error: &tera::Error, template: &str, sources: &[(String, &str)]) -> Vec<Diagnostic> {
    match error.kind() {
        ErrorKind::SyntaxError(report) | ErrorKind::RenderingError(report) => {
            let span = Span::new(report.span().range.start, report.span().range.end);
            let mut finding = in_words(report.message(), Place::Theme(report.filename().to_owned(), Some(span)));
            let called = error.to_string();
            finding.notes.extend(called.lines().filter_map(|line| line.strip_prefix("note: ")).map(str::to_owned));
            vec![finding]
        }
        ErrorKind::CircularExtend { tpl, inheritance_chain } => vec![circular(tpl, inheritance_chain)],
        ErrorKind::CircularInclude { tpl, include_chain } => {
            vec![at(tpl, format!("templates include each other in a cycle: {}", include_chain.join(" -> ")))]
        }
        ErrorKind::MissingParent { current, parent } => {
            let help = did_you_mean(&nearest(parent, sources.iter().map(|(name, _)| name.as_str()), 2));
            let message = format!("no theme has the template `{parent}` that this one extends");
            vec![at(current, message).maybe_help(help)]
        }
        ErrorKind::TemplateNotFound(name) => vec![at(template, format!("no theme has the template `{name}`"))],
        ErrorKind::Msg(message) => {
            let findings = located(message, sources);
            if findings.is_empty() { vec![at(template, plain(message))] } else { findings }
        }
        other => vec![at(template, plain(&other.to_string()))],
    }
}

/// Describes a cycle of `extends`. The usual cause is a theme that extends a bare name, which
/// refers to its own template.
fn circular(template: &str, chain: &[String]) -> Diagnostic {
    let message = if chain.len() > 1 {
        format!("templates extend each other in a cycle: {template} -> {}", chain.join(" -> "))
    } else {
        format!("the template `{template}` extends itself")
    };
    let help = match template.split_once('/') {
        Some((theme, file)) if theme != DEFAULT => {
            Some(format!("name the theme to build on: `{{% extends \"{DEFAULT}/{file}\" %}}`"))
        }
        _ => None,
    };
    at(template, message).maybe_help(help)
}

/// Parses the engine's printed reports (`error: words`, then ` --> template:line:column`), for
/// errors that provide nothing better.
fn located(reports: &str, sources: &[(String, &str)]) -> Vec<Diagnostic> {
    let mut findings = Vec::new();
    let mut words = None;
    for line in reports.lines() {
        if let Some(text) = line.strip_prefix("error: ") {
            words = Some(text);
        } else if let (Some(text), Some(location)) = (words, line.trim_start().strip_prefix("--> ")) {
            words = None;
            let mut parts = location.rsplitn(3, ':');
            let column = parts.next().and_then(|part| part.parse().ok()).unwrap_or(1);
            let row = parts.next().and_then(|part| part.parse().ok()).unwrap_or(1);
            let name = parts.next().unwrap_or(DEFAULT);
            let source = sources.iter().find(|(candidate, _)| candidate == name);
            let span = source.and_then(|(_, source)| span_at(source, row, column));
            findings.push(in_words(text, Place::Theme(name.to_owned(), span)));
        }
    }
    findings
}

/// Returns the span of the word at a 1-based line and column. Columns count characters.
fn span_at(source: &str, row: usize, column: usize) -> Option<Span> {
    let line = source.split_inclusive('\n').nth(row.checked_sub(1)?)?;
    let (offset, _) = line.char_indices().nth(column.checked_sub(1)?)?;
    let start = line.as_ptr() as usize - source.as_ptr() as usize + offset;
    let word = line[offset..].find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(0).max(1);
    Some(Span::new(start, start + word))
}

/// Describes what a template asked for and what is available, in terms that a template's author
/// knows.
fn in_words(message: &str, place: Place) -> Diagnostic {
    let quoted = message.split('`').nth(1).unwrap_or_default();
    let (words, known) = if let Some((_, list)) = message.split_once("Available fields: ") {
        (format!("there is no field `{quoted}` here"), list)
    } else if let Some((_, list)) = message.split_once("Available variables: ") {
        (format!("there is no variable `{quoted}` here"), list)
    } else {
        (plain(message), "")
    };
    let known: Vec<&str> = known.split(", ").filter(|name| !name.is_empty()).collect();
    let mut help = did_you_mean(&nearest(quoted, known.iter().copied(), 2));
    if help.is_none() && !known.is_empty() {
        help = Some(format!("there are {}", known.join(", ")));
    }
    Diagnostic::at(Rule::Template, place, words).maybe_help(help)
}

/// Turns another library's message into our style: only its first line, in lower case at the start,
/// without a full stop.
pub(super) fn plain(message: &str) -> String {
    let line = message.trim().lines().next().unwrap_or_default().trim_end_matches('.');
    let mut rest = line.chars();
    rest.next().map_or_else(String::new, |first| first.to_lowercase().chain(rest).collect())
}
