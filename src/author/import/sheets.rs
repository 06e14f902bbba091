//! Opens a file, chooses among its tables, and gathers their contents.
//!
//! Input: a file's bytes, and which tables are wanted. Output: [`Read`]. The spans of worksheets are
//! offsets in one text in which all worksheets follow one another, until `localize` turns each
//! finding's place into a cell of a worksheet.

use std::sync::Arc;

use crate::declare::kind::Kind;
use crate::text::diagnostic::{Diagnostic, Place, Span};
use crate::text::near::{did_you_mean, nearest};
use crate::text::path::{SourcePath, fold};
use crate::text::rule::Rule;
use crate::text::spreadsheet::{self, NoTable, Row, Sheet};

use super::gather::{self, Gathered};
use super::header::{Known, Layout};
use super::levels;
use super::scale::declared;
use super::{Choices, EachSheet, Import, Target};

/// What was read from a file.
#[derive(Default)]
pub struct Read {
    /// The contents, unless nothing can be imported.
    pub gathered: Option<Gathered>,
    /// Findings about the file and its tables.
    pub findings: Vec<Diagnostic>,
    text: Arc<[u8]>,
    sheets: Vec<(Sheet, usize)>,
    named: Vec<String>,
    notes: Vec<String>,
}

/// Reads a file.
pub fn read(name: &SourcePath, bytes: &[u8], target: Target<'_>, choices: &Choices) -> Read {
    let mut read = Read { text: Arc::from(bytes), ..Read::default() };
    let file = match spreadsheet::open(name.as_str(), bytes) {
        Ok(file) => file,
        Err(why) => {
            read.refuse(name, bytes, why);
            return read;
        }
    };
    if let Some(encoding) = file.encoding {
        read.notes.push(format!("The file is {encoding}: check that letters such as ä and é are right."));
    }
    if !file.text.is_empty() {
        read.text = Arc::from(file.text.as_bytes());
    }
    let mut base = 0;
    for mut sheet in file.sheets {
        let (text, own) = (std::mem::take(&mut sheet.text), base);
        base += if text.is_empty() { 0 } else { text.len() + 1 };
        for cell in sheet.readings.iter_mut().flatten().flat_map(|row: &mut Row| &mut row.cells) {
            cell.span = shifted(cell.span, own);
        }
        for (span, message) in &sheet.remarks {
            let finding = Diagnostic::new(Rule::UnusedRow, name, Some(shifted(*span, own)), message.clone());
            read.findings.push(finding);
        }
        sheet.text = text;
        read.sheets.push((sheet, own));
    }
    read.gather(name, target, choices);
    read
}

fn shifted(span: Span, by: usize) -> Span {
    Span::new(span.start as usize + by, span.end as usize + by)
}

impl Read {
    fn refuse(&mut self, name: &SourcePath, bytes: &[u8], why: NoTable) {
        let finding = match why {
            NoTable::Encoding(at) => {
                // If the file is binary, the offset isn't on a line that could be shown.
                let span = (!bytes.contains(&0)).then(|| Span::new(at, at + 1));
                let message = "this file is neither a workbook nor a text in UTF-8, UTF-16 or Windows-1252";
                let help = "save it as `.xlsx`, or as `CSV UTF-8 (Comma delimited)` in Excel";
                Diagnostic::new(Rule::BadEncoding, name, span, message).help(help)
            }
            NoTable::File(fault) => Diagnostic::new(Rule::BadTable, name, None, fault.message).help(fault.help),
            NoTable::At(fault, span, text) => {
                self.text = Arc::from(text.as_bytes());
                Diagnostic::new(Rule::BadTable, name, Some(span), fault.message).help(fault.help)
            }
        };
        self.findings.push(finding);
    }

    /// Returns the numbers of the tables to import.
    fn chosen(&mut self, name: &SourcePath, choices: &Choices) -> Option<Vec<usize>> {
        let names: Vec<String> = self.sheets.iter().map(|(sheet, _)| sheet.name.clone()).collect();
        if choices.sheets.is_empty() {
            let mut shown = Vec::new();
            for (n, (sheet, base)) in self.sheets.iter().enumerate() {
                if sheet.is_hidden && sheet.readings.iter().flatten().any(|row| !row.is_empty()) {
                    let message = format!("the sheet `{}` is hidden, and was not used", sheet.name);
                    let finding = Diagnostic::new(Rule::UnusedRow, name, Some(Span::new(*base, *base)), message);
                    self.findings.push(finding.help(format!("to import it, add `--sheet \"{}\"`", sheet.name)));
                } else if !sheet.is_hidden {
                    shown.push(n);
                }
            }
            return Some(shown);
        }
        let mut found = Vec::new();
        for wanted in &choices.sheets {
            let by_name = || names.iter().position(|name| fold(name) == fold(wanted));
            let by_number = || wanted.parse::<usize>().ok()?.checked_sub(1).filter(|n| *n < names.len());
            let Some(n) = by_name().or_else(by_number) else {
                let near = nearest(wanted, names.iter().map(String::as_str), 1);
                let help = did_you_mean(&near).unwrap_or_else(|| format!("the sheets are {}", names.join(", ")));
                let message = format!("there is no sheet called `{wanted}`");
                self.findings.push(Diagnostic::new(Rule::BadTable, name, None, message).help(help));
                return None;
            };
            found.push(n);
        }
        Some(found)
    }

    /// Gathers the contents of the chosen tables.
    fn gather(&mut self, name: &SourcePath, target: Target<'_>, choices: &Choices) {
        let Some(chosen) = self.chosen(name, choices) else { return };
        let scale = declared(target, choices);
        let is_level = |text: &str| levels::read(text).number.is_some() || scale.level(text).is_some();
        let kind = |text: &str| kind_of(target, text);
        let is_declared = |text: &str| target.handbook.is_some() && scale.level_of(text, None).is_some();
        let known = Known { is_level: &is_level, is_declared: &is_declared, kind: &kind };
        let mut gathered = Gathered::default();
        let mut unclear = Vec::new();
        let laid: Vec<(usize, Option<(usize, Layout)>)> =
            chosen.into_iter().map(|n| (n, best(&self.sheets[n].0, known))).collect();
        let each = choices.each_sheet.unwrap_or_else(|| {
            let tables: Vec<(&Sheet, &Layout, &[Row])> = laid
                .iter()
                .filter_map(|(n, found)| {
                    let (reading, layout) = found.as_ref()?;
                    let sheet = &self.sheets[*n].0;
                    Some((sheet, layout, sheet.readings[*reading].as_slice()))
                })
                .collect();
            if are_tracks(&tables) { EachSheet::Track } else { EachSheet::Part }
        });
        if each == EachSheet::Track && choices.each_sheet.is_none() {
            let note = "Each table says something else about the same levels, so each is a track named after it. If they are \
                        families, add `--each-sheet family`; if not, `--each-sheet part`.";
            self.notes.push(note.to_owned());
        }
        for (n, found) in &laid {
            if found.is_none() {
                gathered.names_of_levels(&self.sheets[*n].0);
            }
        }
        for (n, found) in laid {
            let (sheet, base) = &self.sheets[n];
            let title = Some(sheet.name.as_str()).filter(|name| !name.is_empty());
            match (found, sheet.readings.first()) {
                (Some((reading, layout)), _) => {
                    let family = title.filter(|_| each == EachSheet::Family).or(choices.family.as_deref());
                    gathered.family = family.map(str::to_owned);
                    gather::gather(&mut gathered, name, &sheet.readings[reading], &layout);
                    let track = title.filter(|_| each == EachSheet::Track).or(choices.track.as_deref());
                    gathered.place(track, family);
                    self.named.push(sheet.name.clone());
                }
                (None, Some(_)) if gather::lists_levels(sheet) => {}
                (None, Some(rows)) if rows.iter().any(|row| !row.is_empty()) => {
                    unclear.push((sheet.name.clone(), *base, rows.clone()));
                }
                _ => {}
            }
        }
        if self.named.is_empty() {
            let finding = match unclear.first() {
                Some((_, _, rows)) => no_header(name, rows),
                None => Diagnostic::new(Rule::BadTable, name, None, "this table is empty")
                    .help("write a header into its first row, and a row for each competency or role"),
            };
            self.findings.push(finding);
            return;
        }
        for (sheet, base, rows) in unclear {
            let span = rows.iter().find(|row| !row.is_empty()).map_or(Span::new(base, base), Row::span);
            let message = format!("the table `{sheet}` has no header that import recognizes, and was not used");
            self.findings.push(Diagnostic::new(Rule::UnusedRow, name, Some(span), message));
        }
        if self.named.len() > 1 {
            for (reading, sheet) in gathered.readings.iter_mut().zip(&self.named) {
                *reading = format!("`{sheet}`: {reading}");
            }
        }
        self.gathered = Some(gathered);
    }

    /// Makes the findings of an import point at the cells of worksheets.
    pub fn localize(self, name: &SourcePath, import: &mut Import) {
        let is_book = self.sheets.iter().any(|(sheet, _)| !sheet.text.is_empty());
        let in_sheet = |sheet: &Sheet| SourcePath::new(format!("{name}[{}]", sheet.name));
        for finding in import.findings.iter_mut().filter(|_| is_book) {
            let Place::Content(path, Some(span)) = &mut finding.place else { continue };
            let Some((sheet, base)) = self.sheets.iter().rev().find(|(_, base)| *base <= span.start as usize) else {
                continue;
            };
            let local = |at: u32| (at as usize).saturating_sub(*base).min(sheet.text.len());
            *span = Span::new(local(span.start), local(span.end));
            *path = in_sheet(sheet);
            if let Some(cell) = sheet.place(*span).filter(|_| span.end > span.start) {
                finding.notes.push(format!("this is in cell {cell}"));
            }
        }
        import.texts = vec![(name.clone(), self.text)];
        import.texts.extend(self.sheets.iter().map(|(sheet, _)| (in_sheet(sheet), Arc::from(sheet.text.as_bytes()))));
        import.notes.splice(0..0, self.notes);
        if self.named.len() > 1 {
            import.sheets = self.named;
        }
    }
}

/// Returns the way to split a sheet that makes the widest table, with its layout. Among equally wide
/// ones, the first is chosen.
fn best(sheet: &Sheet, known: Known<'_>) -> Option<(usize, Layout)> {
    let found = sheet.readings.iter().enumerate().filter_map(|(n, rows)| Some((n, Layout::find(rows, known)?)));
    found.rev().max_by_key(|(_, layout)| layout.width())
}

/// Returns whether several tables with names describe levels of the same competencies, but not the
/// same levels. Together, they would contradict each other.
fn are_tracks(tables: &[(&Sheet, &Layout, &[Row])]) -> bool {
    let parts: Vec<_> = tables.iter().map(|(_, layout, rows)| layout.names(rows)).collect();
    let is_named = tables.iter().all(|(sheet, ..)| !sheet.name.is_empty());
    let all: Option<Vec<_>> = parts.into_iter().collect();
    let Some(all) = all.filter(|all| all.len() > 1 && is_named) else { return false };
    let (first, others) = (&all[0], &all[1..]);
    others.iter().all(|(names, levels)| {
        names.iter().any(|name| first.0.contains(name)) && levels.iter().any(|level| !first.1.contains(level))
    })
}

fn kind_of(target: Target<'_>, text: &str) -> Option<Kind> {
    let book = &target.handbook?.book;
    let chapter = book.names.find(&gather::one_line(text)).first()?;
    Some(book.meta(*chapter).kind)
}

fn no_header(name: &SourcePath, rows: &[Row]) -> Diagnostic {
    let first = rows.iter().find(|row| !row.is_empty()).map(Row::span);
    let message = "none of the first ten rows says what the columns are";
    let help = "name three columns `competency`, `level` and `statement`; or, in a table of roles by competencies, write `role` \
                or `competency` into the first cell";
    Diagnostic::new(Rule::BadTable, name, first, message).help(help)
}
