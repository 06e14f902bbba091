//! Reads the list of things that promotion cases and résumés have to show, and of the competencies
//! that show each thing.
//!
//! Input: the `[[evidence]]` tables. Output: a list of [`Evidence`]. Never looks up the
//! competencies that the tables name (see `check`).

use super::{inner, table_span};
use crate::declare::fields::Entries;
use crate::text::diagnostic::{Diagnostic, Span};
use crate::text::path::SourcePath;
use crate::text::rule::Rule;

/// One thing that a promotion case or a résumé has to show.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Evidence {
    /// The name shown on pages.
    pub name: String,
    /// The competencies whose statements show this thing, with the spans where they are named.
    pub competencies: Vec<(String, Span)>,
}

/// Reads the tables. Reports each table that has no name.
pub(super) fn take(entries: &Entries<'_>, path: &SourcePath, findings: &mut Vec<Diagnostic>) -> Vec<Evidence> {
    let mut list = Vec::new();
    for table in entries.tables("evidence") {
        let evidence = inner(table, "evidence");
        let Some(name) = evidence.text("name").filter(|name| !name.trim().is_empty()) else {
            findings.push(Diagnostic::new(
                Rule::NeedsValue,
                path,
                table_span(table),
                "a kind of evidence has no `name`",
            ));
            continue;
        };
        list.push(Evidence { name, competencies: evidence.texts("competencies") });
    }
    list
}
