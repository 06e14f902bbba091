//! Turns a spreadsheet of levels or expectations into chapters.
//!
//! Input: a table's bytes as they were saved, and the handbook to import into, if there is one.
//! Output: an [`Import`]: new files, lines for the author to add to existing files, and a finding
//! for each row that couldn't be used. Never changes an existing chapter. If there is an error, the
//! output contains no files.

mod chapters;
mod gather;
mod header;
mod levels;

use crate::chapter::document::Facts;
use crate::declare::config::{FILE, Level};
use crate::model::compile::Handbook;
use crate::text::diagnostic::{Diagnostic, Span};
use crate::text::near::{did_you_mean, nearest};
use crate::text::path::SourcePath;
use crate::text::rule::{Rule, Severity};
use crate::text::source::Text;
use crate::text::spreadsheet::{self, Cell, Row, SEPARATORS};

use chapters::Writer;
use gather::Gathered;
use header::Layout;
use levels::{Scale, Written};

/// A file to write.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewFile {
    /// The path in the content directory.
    pub path: SourcePath,
    /// The text of the file.
    pub text: String,
    /// A description of the file, for the list of written files.
    pub what: String,
}

/// Lines for the author to add to an existing file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lines {
    /// The path of the file.
    pub path: SourcePath,
    /// A phrase that says what the lines are and where they belong.
    pub what: &'static str,
    /// The lines to add.
    pub text: String,
}

/// The result of importing a table.
#[derive(Clone, Debug, Default)]
pub struct Import {
    /// New files, in the order in which to list them.
    pub files: Vec<NewFile>,
    /// Lines to add to existing files by hand.
    pub by_hand: Vec<Lines>,
    /// Findings about errors in the table, and about parts of the table that weren't used.
    pub findings: Vec<Diagnostic>,
    /// Whether the order of a new scale was guessed: its levels are names, in the order in which
    /// the table mentions them.
    pub guessed_order: bool,
}

impl Import {
    /// Returns whether an error prevents everything from being written.
    pub fn is_refused(&self) -> bool {
        self.findings.iter().any(|finding| finding.severity == Severity::Error)
    }
}

/// The handbook that a table is imported into.
#[derive(Clone, Copy)]
pub struct Target<'a> {
    /// The handbook, compiled with drafts and for all audiences, or `None` if the import creates
    /// the handbook.
    pub handbook: Option<&'a Handbook>,
    /// Whether the `handbook.toml` of the handbook declares a scale.
    pub declares_scale: bool,
    /// The title for a new `handbook.toml`.
    pub title: &'a str,
}

/// Plans the import of the table `bytes`; findings use `name` as its file name.
pub fn plan(name: &SourcePath, bytes: &[u8], target: Target<'_>) -> Import {
    match read(name, bytes, target) {
        Ok(gathered) => place(gathered, name, target),
        Err(finding) => Import { findings: vec![*finding], ..Import::default() },
    }
}

/// Parses the table and works out what each cell means.
fn read(name: &SourcePath, bytes: &[u8], target: Target<'_>) -> Result<Gathered, Box<Diagnostic>> {
    let text = Text::new(bytes).map_err(|at| Box::new(wrong_encoding(name, bytes, at)))?;
    let scale = target.handbook.map(|handbook| Scale::declared(&handbook.config.scale)).unwrap_or_default();
    let is_level = |text: &str| levels::read(text).number.is_some() || scale.level(text).is_some();
    let (rows, layout) = lay_out(&text, &is_level).map_err(|span| {
        let finding = Diagnostic::new(Rule::BadTable, name, Some(span), "this quote is never closed");
        Box::new(finding.help("close it, or double it if it is part of the text"))
    })?;
    let layout = layout.ok_or_else(|| Box::new(no_header(name, &rows)))?;
    Ok(gather::gather(name, &rows, &layout))
}

/// Splits the text into rows. Chooses the separator with which the most columns of the header are
/// recognized.
fn lay_out(text: &Text<'_>, is_level: &dyn Fn(&str) -> bool) -> Result<(Vec<Row>, Option<Layout>), Span> {
    let declared = spreadsheet::declared_separator(&text.text);
    let candidates: Vec<char> = declared.map_or_else(|| SEPARATORS.to_vec(), |separator| vec![separator]);
    let (mut tables, mut failed) = (Vec::new(), None);
    for separator in candidates {
        match spreadsheet::read(text, separator) {
            Ok(mut rows) => {
                rows.drain(..usize::from(declared.is_some()));
                let layout = Layout::find(&rows, is_level);
                tables.push((rows, layout));
            }
            Err(span) => failed = failed.or(Some(span)),
        }
    }
    // Among equally wide tables, the first is chosen.
    let best = tables.into_iter().rev().max_by_key(|(_, layout)| layout.as_ref().map_or(0, Layout::width));
    let fits = |best: &(Vec<Row>, Option<Layout>)| failed.is_none() || best.1.is_some();
    best.filter(fits).ok_or(failed.unwrap_or_default())
}

fn wrong_encoding(name: &SourcePath, bytes: &[u8], at: usize) -> Diagnostic {
    let utf8 = "in Excel, save it as `CSV UTF-8 (Comma delimited)`";
    let (message, help) = match bytes {
        [b'P', b'K', ..] => ("this is a workbook, not a text file", format!("{utf8}, one sheet at a time")),
        [0xFF, 0xFE, ..] | [0xFE, 0xFF, ..] => ("this table is UTF-16, not UTF-8", utf8.to_owned()),
        _ => {
            let help = format!("it looks like Excel's older `CSV`, which is Windows-1252: {utf8}");
            ("this table is not UTF-8", help)
        }
    };
    // If the file is binary, the offset isn't on a line that could be shown.
    let span = (!bytes.contains(&0)).then(|| Span::new(at, at + 1));
    Diagnostic::new(Rule::BadEncoding, name, span, message).help(help)
}

fn no_header(name: &SourcePath, rows: &[Row]) -> Diagnostic {
    let Some(first) = rows.iter().find(|row| !row.is_empty()) else {
        return Diagnostic::new(Rule::BadTable, name, None, "this table is empty");
    };
    let message = "none of the first ten rows says what the columns are";
    let help = "name three columns `competency`, `level` and `statement`; or, in a table of roles by competencies, write `role` \
                or `competency` into the first cell";
    Diagnostic::new(Rule::BadTable, name, Some(first.span()), message).help(help)
}

/// Plans the files for the gathered contents, taking into account the chapters that are already in
/// the handbook.
fn place(mut gathered: Gathered, name: &SourcePath, target: Target<'_>) -> Import {
    let mut import = Import { findings: std::mem::take(&mut gathered.findings), ..Import::default() };
    if gathered.competencies.is_empty() {
        let message = "nothing below the header could be used";
        import.findings.push(Diagnostic::new(Rule::BadTable, name, Some(gathered.header), message));
        return import;
    }
    let Some(scale) = scale(&gathered, name, target, &mut import) else { return import };
    Writer { target, scale: &scale, name, import: &mut import }.write(&gathered);
    if import.is_refused() {
        import.files.clear();
        import.by_hand.retain(|lines| lines.path.as_str() == FILE);
    }
    import.findings.sort();
    import
}

/// Returns the scale for the table's levels: the handbook's, or a new one made from the table.
fn scale(gathered: &Gathered, name: &SourcePath, target: Target<'_>, import: &mut Import) -> Option<Scale> {
    if let Some(handbook) = target.handbook
        && (handbook.config.configured || has_levels(handbook))
    {
        let declared = Scale::declared(&handbook.config.scale);
        report_unknown(gathered, name, target, &declared, import);
        return Some(declared);
    }
    let met: Vec<Written> = gathered.levels().map(|cell| levels::read(&cell.text)).collect();
    match Scale::of(&met, gathered.is_ordered) {
        Ok(scale) => {
            import.guessed_order = met.iter().all(|written| written.number.is_none()) && !scale.is_usual();
            let text = chapters::configuration(target.title, &scale.levels);
            let what = format!("{} levels", scale.levels.len());
            import.files.push(NewFile { path: SourcePath::new(FILE), text, what });
            Some(scale)
        }
        Err((message, help)) => {
            let span = gathered.levels().next().map(|cell| cell.span);
            import.findings.push(Diagnostic::new(Rule::BadTable, name, span, message).help(help));
            None
        }
    }
}

fn has_levels(handbook: &Handbook) -> bool {
    handbook.documents.iter().any(|document| match &document.meta.facts {
        Facts::Competency(competency) => !competency.statements.is_empty(),
        Facts::Role(role) => !role.competencies.is_empty(),
        _ => false,
    })
}

/// Reports each level that is missing from the handbook's scale once, and adds the lines that would
/// declare these levels.
fn report_unknown(gathered: &Gathered, name: &SourcePath, target: Target<'_>, scale: &Scale, import: &mut Import) {
    let mut unknown: Vec<&Cell> = Vec::new();
    for cell in gathered.levels().filter(|cell| scale.level(&cell.text).is_none()) {
        if !unknown.iter().any(|known| known.text == cell.text) {
            unknown.push(cell);
        }
    }
    if unknown.is_empty() {
        return;
    }
    let (lines, what) = lines_to_declare(gathered, &unknown, target, scale);
    for cell in unknown {
        let near = nearest(&cell.text, scale.levels.iter().map(|level| level.name.as_str()), 1);
        let help = did_you_mean(&near).unwrap_or_else(|| {
            let list: Vec<String> =
                scale.levels.iter().map(|level| format!("{} {}", level.level, level.name)).collect();
            let below = if lines.is_empty() { "" } else { "; to use more levels, add the lines below" };
            format!("the levels are {}{below}", list.join(", "))
        });
        let message = format!("the scale has no level `{}`", cell.text);
        import.findings.push(Diagnostic::new(Rule::LevelOutOfRange, name, Some(cell.span), message).help(help));
    }
    if !lines.is_empty() {
        import.by_hand.push(Lines { path: SourcePath::new(FILE), what, text: chapters::scale(&lines) });
    }
}

/// Returns the levels to add to `handbook.toml`: the table's own scale if the handbook neither
/// declares nor uses a scale yet, and otherwise new levels above the highest one.
fn lines_to_declare(
    gathered: &Gathered,
    unknown: &[&Cell],
    target: Target<'_>,
    scale: &Scale,
) -> (Vec<Level>, &'static str) {
    if !target.declares_scale && !target.handbook.is_some_and(has_levels) {
        let met: Vec<Written> = gathered.levels().map(|cell| levels::read(&cell.text)).collect();
        let levels = Scale::of(&met, gathered.is_ordered).map(|scale| scale.levels).unwrap_or_default();
        return (levels, "the scale of this table");
    }
    let met: Vec<Written> = unknown.iter().map(|cell| levels::read(&cell.text)).collect();
    let highest = met.iter().filter_map(|written| written.number).max().unwrap_or(0).min(20);
    let known = u32::try_from(scale.levels.len()).unwrap_or(u32::MAX);
    let make = |number: u32| {
        let named = met.iter().find(|written| written.number == Some(number)).and_then(|written| written.name.clone());
        levels::make(u8::try_from(number).unwrap_or(u8::MAX), named.unwrap_or_else(|| format!("Level {number}")))
    };
    let more = (known + 1..=highest).map(make);
    if target.declares_scale {
        return (more.collect(), "levels to declare below the others");
    }
    let all: Vec<Level> = scale.levels.iter().cloned().chain(more).collect();
    let lines = if all.len() == scale.levels.len() { Vec::new() } else { all };
    (lines, "the five default levels, and those above them")
}
