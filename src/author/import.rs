//! Turns a spreadsheet of levels or expectations into chapters, and updates chapters from one.
//!
//! Input: a file's bytes, and the handbook to import into, if there is one. Output: an [`Import`]:
//! new files, changes of existing files in words and in bytes, questions, and a finding for each
//! row that couldn't be used. Never drops what an author added to a chapter. If there is an error,
//! the output contains no files.

mod chapters;
mod declared;
mod gather;
mod header;
mod heights;
mod legend;
mod levels;
mod restated;
mod scale;
mod settings;
mod sheets;
mod titles;
mod update;
mod wish;
mod words;

use std::sync::Arc;

use crate::declare::config::FILE;
use crate::declare::kind::Levels;
use crate::model::compile::Handbook;
use crate::text::diagnostic::Diagnostic;
use crate::text::path::SourcePath;
use crate::text::rule::{Rule, Severity};
use crate::text::source::Sources;

use chapters::Writer;
use gather::Gathered;

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

/// A change of an existing file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// The path of the file.
    pub path: SourcePath,
    /// The bytes that the file has now.
    pub before: Arc<[u8]>,
    /// The bytes that it would have.
    pub after: Vec<u8>,
    /// The title of the chapter.
    pub title: String,
    /// The differences in words, the most important one first.
    pub words: Vec<String>,
    /// Whether the chapter had no statements or expectations so far, so that nothing is replaced.
    pub fills: bool,
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
    /// Changes of existing files.
    pub changes: Vec<Change>,
    /// Lines to add to existing files by hand.
    pub by_hand: Vec<Lines>,
    /// Findings about errors in the table, and about parts of the table that weren't used.
    pub findings: Vec<Diagnostic>,
    /// The texts that findings refer to, by their names.
    pub texts: Vec<(SourcePath, Arc<[u8]>)>,
    /// What each table was understood as, in words.
    pub readings: Vec<String>,
    /// Remarks about decisions that were made for the author.
    pub notes: Vec<String>,
    /// Chapters that the table doesn't mention, although it mentions others of their kind.
    pub unmentioned: Vec<String>,
    /// Statements and expectations of existing chapters that the table doesn't contain.
    pub kept: usize,
    /// The tables of the file that can be imported, if there are several and none was chosen.
    pub sheets: Vec<String>,
    /// Whether it would help to know if the table lists roles by seniority.
    pub asks_for_ladder: bool,
    /// Whether it would help to know if each level is complete.
    pub asks_for_levels: bool,
    /// Whether the texts look as if each level was complete.
    pub looks_restated: bool,
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

/// The order in which a table lists roles.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ladder {
    /// From junior to senior.
    Up,
    /// From senior to junior.
    Down,
    /// In no order of seniority.
    No,
}

/// How to import a table.
#[derive(Clone, Debug, Default)]
pub struct Choices {
    /// The worksheets to import, by name or number; all that can be read if empty.
    pub sheets: Vec<String>,
    /// The order of roles, if it is known.
    pub ladder: Option<Ladder>,
    /// The names of the levels, lowest first.
    pub scale: Vec<String>,
    /// How levels relate to each other in a new handbook.
    pub levels: Option<Levels>,
    /// Whether statements and expectations that the table doesn't contain are removed.
    pub prunes: bool,
    /// The track of everything for which the table doesn't say one.
    pub track: Option<String>,
    /// The family of everything for which the table doesn't say one.
    pub family: Option<String>,
    /// What each worksheet is, if that is known.
    pub each_sheet: Option<EachSheet>,
}

/// What each worksheet of a workbook is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EachSheet {
    /// A track, named like the sheet.
    Track,
    /// A family, named like the sheet.
    Family,
    /// A part of the same table.
    Part,
}

/// The handbook that a table is imported into.
#[derive(Clone, Copy)]
pub struct Target<'a> {
    /// The handbook, compiled with drafts and for all audiences, or `None` if the import creates
    /// the handbook.
    pub handbook: Option<&'a Handbook>,
    /// The files of the handbook.
    pub sources: Option<&'a Sources>,
    /// Whether the `handbook.toml` of the handbook declares a scale.
    pub declares_scale: bool,
    /// The title for a new `handbook.toml`.
    pub title: &'a str,
}

/// Plans the import of the table `bytes`; findings use `name` as its file name.
pub fn plan(name: &SourcePath, bytes: &[u8], target: Target<'_>, choices: &Choices) -> Import {
    let mut read = sheets::read(name, bytes, target, choices);
    let mut import = match read.gathered.take() {
        Some(gathered) => place(gathered, name, (target, choices)),
        None => Import::default(),
    };
    import.findings.append(&mut read.findings);
    import.findings.sort();
    read.localize(name, &mut import);
    import
}

/// Plans the files for the gathered contents, taking into account the chapters that are already in
/// the handbook.
fn place(mut gathered: Gathered, name: &SourcePath, (target, choices): (Target<'_>, &Choices)) -> Import {
    let mut import = Import { findings: std::mem::take(&mut gathered.findings), ..Import::default() };
    titles::roles_of_titles(&mut gathered);
    titles::tracks_of_titles(&mut gathered);
    import.readings.append(&mut gathered.readings);
    if gathered.competencies.is_empty() && gathered.roles.is_empty() {
        let message = "nothing below the header could be used";
        import.findings.push(Diagnostic::new(Rule::BadTable, name, Some(gathered.header), message));
        return import;
    }
    let Some(scale) = scale::scale(&gathered, name, (target, choices), &mut import) else { return import };
    scale::report_unclear(&gathered, name, &scale, &mut import);
    let writer = Writer { target, choices, scale: &scale, name, import: &mut import, new_tracks: Vec::new() };
    writer.write(&gathered);
    if import.is_refused() {
        import.files.clear();
        import.changes.clear();
        import.by_hand.retain(|lines| lines.path.as_str() == FILE);
    }
    import
}
