//! Reads the list of deleted chapters, and of the chapters to read instead.
//!
//! Input: the `[[gone]]` tables. Output: a list of [`Gone`]. Never looks up the chapters that the
//! tables name (see `check`).

use super::{inner, table_span};
use crate::declare::fields::{self, Entries};
use crate::text::diagnostic::{Diagnostic, Span};
use crate::text::path::{SourcePath, decode_percent, join};
use crate::text::rule::Rule;

/// A deleted chapter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Gone {
    /// The chapter's former file path or URL path, relative to the root.
    pub path: String,
    /// The span of the declaration.
    pub span: Option<Span>,
    /// The chapter to read instead, with the span where it is named.
    pub see: Option<(String, Span)>,
    /// The reason why the chapter was deleted.
    pub reason: Option<String>,
    /// The audience that may know about the deleted chapter, or everyone if `None`.
    pub audience: Option<String>,
}

/// Reads the tables. Reports each table that has no path, or a path that no page can have.
pub(super) fn take(entries: &Entries<'_>, path: &SourcePath, findings: &mut Vec<Diagnostic>) -> Vec<Gone> {
    let mut list = Vec::new();
    for table in entries.tables("gone") {
        let gone = inner(table, "gone");
        let span = gone.get("path").map(|value| value.span).or_else(|| table_span(table));
        let Some(text) = gone.text("path").filter(|path| !path.trim_matches('/').is_empty()) else {
            findings.push(Diagnostic::new(Rule::NeedsValue, path, table_span(table), "what is gone has no `path`"));
            continue;
        };
        let Some(gone_path) = cleaned(&text) else {
            let finding = Diagnostic::new(Rule::BadValue, path, span, format!("no page can be at `{text}`"));
            findings.push(finding.help("name the file that was there, or the address from the root of the site"));
            continue;
        };
        let see = gone.get("see").and_then(|value| fields::texts_of(value).into_iter().next());
        list.push(Gone { path: gone_path, span, see, reason: gone.text("reason"), audience: gone.text("audience") });
    }
    list
}

/// Cleans a path that was typed or copied from a browser; returns `None` if it isn't a valid path
/// within the site.
fn cleaned(text: &str) -> Option<String> {
    let decoded = decode_percent(text).unwrap_or_else(|| text.to_owned());
    let path = decoded.trim_matches('/');
    let is_plain = join("", path).as_deref() == Some(path) && !path.split('/').any(|part| part.starts_with('.'));
    let is_file = SourcePath::new(path).unportable_part().is_none() && !path.contains(['?', '#']);
    (is_plain && is_file && !path.chars().any(char::is_control)).then(|| path.to_owned())
}
