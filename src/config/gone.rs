//! Says which chapters are gone, and what to read instead.
//!
//! Input: the tables `[[gone]]`. Output: [`Gone`] lists. Never looks for the chapters that they name (see `check`).

use super::{inner, table_span};
use crate::diagnostic::{Diagnostic, Span};
use crate::fields::{self, Entries};
use crate::path::SourcePath;

/// A chapter that is gone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Gone {
    /// Its file, or its address, from the root.
    pub path: String,
    /// Where that is said.
    pub span: Option<Span>,
    /// The chapter to read instead, with where it was named.
    pub see: Option<(String, Span)>,
    /// Why it is gone.
    pub reason: Option<String>,
}

/// Reads the tables; one without a path is a finding.
pub(super) fn take(entries: &Entries<'_>, path: &SourcePath, findings: &mut Vec<Diagnostic>) -> Vec<Gone> {
    let mut list = Vec::new();
    for table in entries.tables("gone") {
        let gone = inner(table, "gone");
        let span = gone.get("path").map(|value| value.span).or_else(|| table_span(table));
        let Some(gone_path) = gone.text("path").filter(|path| !path.trim_matches('/').is_empty()) else {
            findings.push(Diagnostic::new("needs-value", path, table_span(table), "what is gone has no `path`"));
            continue;
        };
        let see = gone.get("see").and_then(|value| fields::texts_of(value).into_iter().next());
        list.push(Gone { path: gone_path, span, see, reason: gone.text("reason") });
    }
    list
}
