//! Sets those fields of `handbook.toml` that need more than the usual reader of their type.
//!
//! Input: a value of the expected form, and the field with its default. Output: the field as the
//! configuration keeps it, and findings about problems that the expected form doesn't rule out.
//! Never looks up the chapters that the values name (see `check`).

use std::collections::BTreeMap;

use super::{Evidence, Gone, Level, Track, fault_of_base_url};
use crate::declare::fields::{Read, Report};
use crate::declare::kind::Kind;
use crate::text::diagnostic::Span;
use crate::text::front_matter::{Entry, Value};
use crate::text::near::{did_you_mean, nearest};
use crate::text::path::{SourcePath, decode_percent, fold, help_for_backslashes, join};
use crate::text::rule::{Rule, Severity};

/// Sets a text. A blank text counts as missing.
pub fn filled<T: From<String>>(value: &Value, field: &mut T, _: &mut Report<'_>) {
    if let Some(text) = value.text().filter(|text| !text.trim().is_empty()) {
        *field = text.to_owned().into();
    }
}

/// Sets the URL of the site, which ends in `/`.
pub fn base_url(value: &Value, field: &mut Option<String>, report: &mut Report<'_>) {
    filled(value, field, report);
    let Some(address) = value.text() else { return };
    if let Some(help) = fault_of_base_url(address) {
        report.add(Rule::BadValue, value.span, format!("`base_url` isn't the URL of a site: `{address}`"), Some(help));
    }
    if let Some(address) = field.as_mut().filter(|address| !address.ends_with('/')) {
        address.push('/');
    }
}

/// Sets where acknowledgements go. Anything else than an e-mail address, a URL or `file` is reported and
/// left out, so that nothing is sent to a place that nobody meant.
pub fn recipient(value: &Value, field: &mut Option<String>, report: &mut Report<'_>) {
    filled(value, field, report);
    let Some(to) = field.as_deref() else { return };
    let is_address = to.contains('@') && !to.contains(':') && !to.contains(char::is_whitespace);
    let is_url = fault_of_base_url(to.split(['?', '#']).next().unwrap_or_default()).is_none();
    if to != "file" && !is_address && !is_url {
        let help = "write an e-mail address, the address of a new issue, or `file`";
        report.add(
            Rule::BadValue,
            value.span,
            format!("`to` isn't a place for acknowledgements: `{to}`"),
            Some(help.to_owned()),
        );
        *field = None;
    }
}

/// Sets the name of an audience, which must be declared.
pub fn audience(value: &Value, field: &mut Option<String>, report: &mut Report<'_>) {
    filled(value, field, report);
    report.audiences.extend(value.text().map(|name| (name.to_owned(), value.span)));
}

/// Sets the names of audiences, which must be declared.
pub fn audiences(value: &Value, field: &mut Vec<String>, report: &mut Report<'_>) {
    let named: Vec<(String, Span)> = Read::read(value, report).unwrap_or_default();
    *field = named.iter().map(|(name, _)| name.clone()).collect();
    report.audiences.extend(named);
}

/// Sets the words that stand for a heading or label.
pub fn folded(value: &Value, field: &mut String, _: &mut Report<'_>) {
    *field = fold(value.text().unwrap_or_default());
}

/// Sets the words of a label, which may be written with its colon.
pub fn label(value: &Value, field: &mut String, _: &mut Report<'_>) {
    *field = fold(value.text().unwrap_or_default().trim_end().trim_end_matches(':'));
}

/// Sets the names of hosts, in lower case.
pub fn hosts(value: &Value, field: &mut Vec<String>, report: &mut Report<'_>) {
    Read::set(value, field, report);
    *field = field.iter().map(|host| host.to_lowercase()).collect();
}

/// Sets the names of hosts, in lower case, and leaves out anything else: each goes into the policy of
/// every page as it is, and must not widen it for others.
pub fn named_hosts(value: &Value, field: &mut Vec<String>, report: &mut Report<'_>) {
    hosts(value, field, report);
    field.retain(|host| {
        let is_named = host.contains(|c: char| c.is_ascii_alphanumeric())
            && host.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | ':'));
        if !is_named {
            let help = "write only the name of the host, such as `stats.example.com`".to_owned();
            report.add(Rule::BadValue, value.span, format!("`{host}` is not a host"), Some(help));
        }
        is_named
    });
}

/// Sets the IDs of partners and their titles, in the order written.
pub fn partners(value: &Value, field: &mut Vec<(String, String)>, _: &mut Report<'_>) {
    let partner = |entry: &Entry| Some((entry.key.clone(), entry.value.text()?.to_owned()));
    *field = value.entries().iter().filter_map(partner).collect();
}

/// Sets words with their synonyms, in the order written. A single synonym needs no list.
pub fn synonyms(value: &Value, field: &mut Vec<(String, Vec<String>)>, report: &mut Report<'_>) {
    for entry in value.entries() {
        let mut others = Vec::new();
        Read::set(&entry.value, &mut others, report);
        field.push((entry.key.clone(), others));
    }
}

/// Sets the levels of the scale, which are numbered from 1.
pub fn scale(value: &Value, field: &mut Vec<Level>, report: &mut Report<'_>) {
    let is_whole = |level: &mut Level| level.level > 0 && !level.name.is_empty();
    let scale = whole_tables(value, "a level of the scale has no `level` or no `name`", is_whole, report);
    if !scale.iter().zip(1..).all(|(level, number)| level.level == number) {
        report.add(Rule::BadValue, value.span, "the levels of the scale are not 1, 2, 3 … in this order", None);
    } else if !scale.is_empty() {
        *field = scale;
    }
}

/// Sets the levels of a track or a family, which are numbered upward without gaps. They may begin
/// above 1, because the handbook's scale has the levels below them.
pub fn own_scale(value: &Value, field: &mut Vec<Level>, report: &mut Report<'_>) {
    let is_whole = |level: &mut Level| level.level > 0 && !level.name.is_empty();
    let scale = whole_tables(value, "a level of the scale has no `level` or no `name`", is_whole, report);
    if scale.iter().zip(&scale[1.min(scale.len())..]).all(|(level, next)| level.level + 1 == next.level) {
        *field = scale;
    } else {
        let help = Some("number them upward without gaps, such as 3, 4, 5".to_owned());
        report.add(Rule::BadValue, value.span, "the levels of this scale are not in order", help);
    }
}

/// Sets the tracks, each of which needs an ID or a title.
pub fn tracks(value: &Value, field: &mut Vec<Track>, report: &mut Report<'_>) {
    let is_whole = |track: &mut Track| {
        if track.id.is_empty() {
            track.id.clone_from(&track.title);
        } else if track.title.is_empty() {
            track.title.clone_from(&track.id);
        }
        !track.id.is_empty()
    };
    *field = whole_tables(value, "a track has no `id`", is_whole, report);
}

/// Sets the kinds of evidence, each of which needs a name.
pub fn evidence(value: &Value, field: &mut Vec<Evidence>, report: &mut Report<'_>) {
    let is_whole = |evidence: &mut Evidence| !evidence.name.is_empty();
    *field = whole_tables(value, "a kind of evidence has no `name`", is_whole, report);
}

/// Sets what is gone; each entry needs a path.
pub fn gone(value: &Value, field: &mut Vec<Gone>, report: &mut Report<'_>) {
    *field = whole_tables(value, "an entry of `gone` has no `path`", |gone: &mut Gone| !gone.path.0.is_empty(), report);
}

/// Returns the complete tables of a list. Reports each incomplete table with the message `lack`,
/// unless the reader of one of its fields has just reported why.
fn whole_tables<T: Read>(
    value: &Value,
    lack: &str,
    is_whole: impl Fn(&mut T) -> bool,
    report: &mut Report<'_>,
) -> Vec<T> {
    let mut list = Vec::new();
    for table in value.items() {
        let before = report.findings.len();
        let Some(mut item) = T::read(table, report) else { continue };
        if is_whole(&mut item) {
            list.push(item);
        } else if report.findings.len() == before {
            report.add(Rule::NeedsValue, table.entries().first().map(|entry| entry.key_span), lack, None);
        }
    }
    list
}

/// Sets the folders that other builds fill, without slashes at either end. Reports those that can't
/// be in a site.
pub fn other_sites(value: &Value, field: &mut Vec<String>, report: &mut Report<'_>) {
    let written: Vec<(String, Span)> = Read::read(value, report).unwrap_or_default();
    for (text, span) in written {
        if let Some(folder) = path_in_site(&text).filter(|folder| !folder.is_empty()) {
            field.push(folder);
        } else {
            let help = "write a folder from the root of this site, such as `docs`".to_owned();
            report.add(Rule::BadValue, span, format!("no site can be at `{text}`"), Some(help));
        }
    }
}

/// Returns a path that was typed or copied from a browser, or `None` if no page can have it.
fn path_in_site(text: &str) -> Option<String> {
    let decoded = decode_percent(text).unwrap_or_else(|| text.to_owned());
    let path = decoded.trim_matches('/');
    let is_plain = join("", path).as_deref() == Some(path) && !path.split('/').any(|part| part.starts_with('.'));
    let is_file = SourcePath::new(path).unportable_part().is_none() && !path.contains(['?', '#']);
    (is_plain && is_file && !path.chars().any(char::is_control)).then(|| path.to_owned())
}

/// Sets the path of what is gone, typed or copied from a browser. Reports a path that no page can
/// have.
pub fn path_of_gone(value: &Value, field: &mut (String, Span), report: &mut Report<'_>) {
    let Some(text) = value.text().filter(|text| !text.trim_matches('/').is_empty()) else { return };
    if let Some(path) = path_in_site(text) {
        *field = (path, value.span);
    } else {
        let help = "write the path of the file, or its URL path from the root of the site";
        let help = help_for_backslashes(text).unwrap_or_else(|| help.to_owned());
        report.add(Rule::BadValue, value.span, format!("no page can be at `{text}`"), Some(help));
    }
}

/// Sets the headings that chapters of each kind must have.
pub fn sections(value: &Value, field: &mut Vec<(Kind, Vec<String>)>, report: &mut Report<'_>) {
    for entry in value.entries() {
        if let Some(kind) = Kind::from_name(&entry.key) {
            field.push((kind, Read::read(&entry.value, report).unwrap_or_default()));
        } else {
            let help = did_you_mean(&nearest(&entry.key, Kind::NAMES.iter().copied(), 1));
            report.add(Rule::UnknownKey, entry.key_span, format!("there is no kind `{}`", entry.key), help);
        }
    }
}

/// The words for a severity.
pub const SEVERITIES: &[&str] = &["error", "warn", "allow"];

/// Sets the severities of rules.
pub fn severities(value: &Value, field: &mut BTreeMap<Rule, Severity>, report: &mut Report<'_>) {
    for entry in value.entries() {
        let Some(rule) = Rule::from_name(&entry.key) else {
            let help = did_you_mean(&nearest(&entry.key, Rule::ALL.iter().map(|rule| rule.name()), 2));
            report.add(Rule::UnknownKey, entry.key_span, format!("there is no finding called `{}`", entry.key), help);
            continue;
        };
        let severity = match entry.value.text() {
            Some("error") => Severity::Error,
            Some("warn") => Severity::Warning,
            Some("allow") => Severity::Allow,
            _ => continue,
        };
        if rule.is_firm() && severity != Severity::Error {
            let message = format!("`{}` is always an error: it keeps hidden text from being published", entry.key);
            report.add(Rule::BadValue, entry.value.span, message, Some("remove this line".to_owned()));
        }
        field.insert(rule, severity);
    }
}
