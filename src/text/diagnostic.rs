//! Describes what an author should know: a finding with its place, its words and the way out.
//!
//! Input: none; every stage makes these. Output: [`Diagnostic`] values that sort into reading order, and [`CODES`], the
//! one table of codes. Never prints (see `report`), never stops a stage.

use crate::text::path::SourcePath;

/// A range of bytes of a file as it is on disk.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span {
    /// First byte, 0-based.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
}

impl Span {
    /// Makes a span; offsets past 4 GiB are cut there.
    #[must_use]
    pub fn new(start: usize, end: usize) -> Self {
        Self { start: u32::try_from(start).unwrap_or(u32::MAX), end: u32::try_from(end).unwrap_or(u32::MAX) }
    }

    /// Returns the span as a range to slice bytes with.
    #[must_use]
    pub fn range(self) -> std::ops::Range<usize> {
        self.start as usize..self.end as usize
    }
}

/// How much a finding weighs, after the policy of `handbook.toml`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// Ends `build` and `check` with exit code 1.
    Error,
    /// Is reported; an error under `--strict`.
    Warning,
    /// Is not reported.
    Allow,
}

/// Where a finding lies.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Place {
    /// In a file of the content folder.
    Content(SourcePath, Option<Span>),
    /// In a file of a theme, as `THEME/file`.
    Theme(String, Option<Span>),
    /// In no file: the handbook as a whole.
    Handbook,
}

/// One finding.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Diagnostic {
    /// Where.
    pub place: Place,
    /// Which rule, by its name in [`CODES`].
    pub code: &'static str,
    /// How much it weighs.
    pub severity: Severity,
    /// What is wrong: lower case, no full stop.
    pub message: String,
    /// The way out.
    pub help: Option<String>,
    /// What else bears on it.
    pub notes: Vec<String>,
}

impl Diagnostic {
    /// Makes a finding in a chapter, with the severity that its code has in a configured handbook.
    pub fn new(code: &'static str, path: &SourcePath, span: Option<Span>, message: impl Into<String>) -> Self {
        Self::at(code, Place::Content(path.clone(), span), message)
    }

    /// Makes a finding at any place.
    pub fn at(code: &'static str, place: Place, message: impl Into<String>) -> Self {
        let severity = default_severity(code, true);
        Self { place, code, severity, message: message.into(), help: None, notes: Vec::new() }
    }

    /// Adds the way out.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// Adds a way out where there is one.
    #[must_use]
    pub fn maybe_help(mut self, help: Option<String>) -> Self {
        self.help = help;
        self
    }

    /// Adds a remark.
    #[must_use]
    pub fn note(mut self, note: impl Into<String>) -> Self {
        self.notes.push(note.into());
        self
    }
}

/// One row of the table of codes.
#[derive(Clone, Copy, Debug)]
pub struct Code {
    /// The name in brackets.
    pub name: &'static str,
    /// The severity where there is a `handbook.toml`.
    pub configured: Severity,
    /// The severity in a bare folder of Markdown.
    pub bare: Severity,
    /// Whether it guards a secret: `[check]` cannot lower it.
    pub guards: bool,
    /// What it means, one sentence.
    pub meaning: &'static str,
}

const fn error(name: &'static str, meaning: &'static str) -> Code {
    Code { name, configured: Severity::Error, bare: Severity::Error, guards: false, meaning }
}

const fn strict(name: &'static str, meaning: &'static str) -> Code {
    Code { name, configured: Severity::Error, bare: Severity::Warning, guards: false, meaning }
}

/// An error that no policy lowers; in a bare folder, where there are no audiences, a warning.
const fn guard(name: &'static str, meaning: &'static str) -> Code {
    Code { name, configured: Severity::Error, bare: Severity::Warning, guards: true, meaning }
}

const fn warning(name: &'static str, meaning: &'static str) -> Code {
    Code { name, configured: Severity::Warning, bare: Severity::Warning, guards: false, meaning }
}

const fn off(name: &'static str, meaning: &'static str) -> Code {
    Code { name, configured: Severity::Allow, bare: Severity::Allow, guards: false, meaning }
}

/// Every code, sorted by name. `[check]` in `handbook.toml` sets each to `error`, `warn` or `allow`.
pub const CODES: &[Code] = &[
    warning("blocked-html", "trusted HTML that the page's own policy blocks"),
    strict("ambiguous-link", "a reference fits several chapters equally well"),
    guard("audience-mark", "something looks like an audience mark and is not understood; the chapter hides it"),
    strict("bad-attribute", "an attribute list in braces has a key or a form that its place does not take"),
    error("bad-configuration", "handbook.toml or theme.toml cannot be read"),
    error("bad-encoding", "a chapter is not UTF-8"),
    error("bad-front-matter", "front matter is not valid YAML or TOML, or does not end"),
    error("bad-table", "a table cannot be imported"),
    strict("bad-value", "a field has the right type and a value that makes no sense"),
    warning("chapter-exists", "a table that is imported names a chapter that is there already"),
    error(
        "colliding-url",
        "two sources would be written to one address, or to addresses that some file systems take for one",
    ),
    error("cyclic-roles", "roles extend or grow into each other in a ring"),
    strict("cyclic-transclusion", "a chapter puts itself into itself, directly or through others"),
    strict("dead-anchor", "a reference names a heading or anchor that its chapter does not have"),
    strict("dead-link", "a reference leads nowhere"),
    strict("decision-accountable", "a decision has no accountable or more than one"),
    strict("decision-form", "a decision has a bullet that is not understood"),
    warning("definition-outside", "a `: ` line that would be a definition lies outside the glossary"),
    warning("duplicate-definition", "a footnote or a link by reference is defined twice, and the first one counts"),
    strict("duplicate-anchor", "an anchor is written twice in one chapter"),
    error("duplicate-id", "two typed chapters have the same id"),
    error("duplicate-key", "a key is written twice"),
    warning("duplicate-term", "a term is defined twice in the glossary"),
    warning("empty-chapter", "a chapter has neither front matter nor text"),
    warning("duplicate-title", "two chapters of one kind have the same title"),
    warning("cut-value", "a sign of YAML takes away a part of a value"),
    warning("unwritten-chapter", "a role or a competency says nothing yet"),
    warning("empty-level", "a competency says nothing for a level of the scale"),
    warning("extra-cell", "a row of a table has more cells than its head, and these are not shown"),
    warning("foreign-form", "a form that other generators read is shown as text"),
    warning("gone-chapter", "a chapter was deleted, and nothing says what to read instead"),
    strict("hidden-link", "a reference leads to a chapter that the audience of this build does not see"),
    warning("host-limit", "the host does not take as many redirects or headers, or soon will not"),
    strict("level-out-of-range", "a level is not one of the scale"),
    warning("left-out", "something in the content folder is left out, though it may look as if it were published"),
    strict("link-form", "a link is begun and not written so that Markdown reads it"),
    error("marked-download", "a Markdown file under `[publish] files` holds a mark for an audience"),
    strict("merge-conflict", "a merge that was not finished left both versions"),
    strict("missing-file", "an image or download is not in the content folder"),
    guard("misplaced-front-matter", "text looks like front matter and is not read as such; the chapter is hidden"),
    warning("misspelt-section", "a section has nearly the name of one that the model reads"),
    warning("missing-section", "a section that `[sections]` asks for is not there"),
    warning("missing-title", "a chapter has neither a title nor a first heading"),
    strict("needs-value", "a field that its kind cannot do without is missing"),
    warning("no-chapters", "there is no Markdown file to make a page of"),
    warning("no-owner", "nobody keeps a chapter; only with --policy"),
    warning("orphaned-chapter", "no other chapter leads to a chapter; only with --policy"),
    warning("plain-code", "a code block is shown without colors, because coloring it is too much work"),
    warning("placeholder", "a prompt of a new handbook waits for an answer"),
    strict(
        "refused-file",
        "a file could run a script, and the host sends no headers that would keep it from the site's pages",
    ),
    warning("remote-resource", "a page would load something from another host"),
    warning("review-overdue", "a review was due, or a strategy is no longer valid; only with --policy"),
    warning("sandboxed-file", "a file could run a script, and the host is told to let it run none"),
    off("statement-and", "a statement of a level describes two behaviours"),
    off("statement-can", "a statement of a level says what somebody could do instead of what they do"),
    off("statement-same", "a statement equals or nearly equals another cell"),
    warning("strategy-lead", "a strategy chapter names no role that leads it"),
    warning("summary-entry", "SUMMARY.md lists a chapter that is not there, or a line that is not understood"),
    error("template", "a template cannot be read or fails on a page"),
    error("too-deep", "a transclusion goes deeper than 8 or grows beyond 1 MB"),
    Code {
        name: "too-large",
        configured: Severity::Error,
        bare: Severity::Error,
        guards: true,
        meaning: "a chapter or handbook.toml is larger than 64 MB and was not read",
    },
    strict("unclosed-block", "a `:::` block or a comment is not closed"),
    warning("unclosed-html", "an element of raw HTML is not closed"),
    guard("unknown-audience", "an audience is not one that handbook.toml declares"),
    strict("unknown-chapter", "a field names a chapter that does not exist or is of another kind"),
    strict("unknown-key", "a key is not one that its place takes"),
    strict("undefined-reference", "a footnote or a link by reference has no definition"),
    strict("unknown-view", "a view or one of its arguments is not known"),
    warning("unexpected-competency", "no role expects a competency; only with --policy"),
    warning("unescaped-pipe", "a `|` inside a link or code in a table cuts the cell in two"),
    Code {
        name: "unportable-name",
        configured: Severity::Warning,
        bare: Severity::Allow,
        guards: false,
        meaning: "a file has a name that Windows cannot write",
    },
    warning("unused-footnote", "a footnote is defined and nothing refers to it"),
    warning("unused-theme-file", "a file of a theme takes the place of nothing, and nothing refers to it"),
    warning("unused-row", "a row, column or cell of a table that is imported was not used"),
    error("unreadable", "a file of the content folder cannot be read"),
    warning("unsafe-html", "raw HTML was removed by the policy"),
    warning("unsafe-url", "a link has a scheme that is not allowed"),
    strict("wrong-type", "a field has a value of another type"),
    error("internal", "Rolebook itself failed on this file"),
];

/// Returns the severity of `code` without a policy; unknown codes are errors.
#[must_use]
pub fn default_severity(code: &str, configured: bool) -> Severity {
    CODES
        .iter()
        .find(|row| row.name == code)
        .map_or(Severity::Error, |row| if configured { row.configured } else { row.bare })
}

/// Returns whether no policy may lower the findings of `code`.
#[must_use]
pub fn guards(code: &str) -> bool {
    CODES.iter().any(|row| row.name == code && row.guards)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_unique_and_explained() {
        let mut names: Vec<_> = CODES.iter().map(|row| row.name).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), CODES.len());
        assert!(CODES.iter().all(|row| row.meaning.len() > 20));
    }
}
