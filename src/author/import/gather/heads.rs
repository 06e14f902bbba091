//! Reads what is above the header of a table and next to it: rows of tracks and families, and columns
//! that aren't used.
//!
//! Input: rows and their layout. Output: the tracks of columns, and a finding for each row and column
//! that has contents but no known meaning.

use super::super::header::Shape;
use super::super::words::{Aspect, Column, aspect, is_total};
use super::rows::Reader;
use super::{About, distinct, one_line};
use crate::text::diagnostic::Diagnostic;
use crate::text::path::fold;
use crate::text::rule::Rule;
use crate::text::spreadsheet::{Cell, Row};

impl Reader<'_> {
    /// Reads the rows above the header. The row above roles or levels in columns may group them into
    /// tracks; `names` was already joined with the header.
    pub fn above_header(&mut self, rows: &[Row], names: Option<usize>) {
        let is_open = |n: &usize| !rows[*n].is_empty() && !self.legend.rows.contains(n) && names != Some(*n);
        let mut above: Vec<usize> = (0..self.layout.row).filter(is_open).collect();
        if let (Some(last), Shape::Grid { across: across @ (Column::Role | Column::Level), columns, key, .. }) =
            (above.last(), &self.layout.shape)
            && groups(&rows[*last], (*key, columns))
        {
            let (row, columns, is_of_roles) = (&rows[*last], columns.clone(), *across == Column::Role);
            let label = (0..=*key).find_map(|n| row.cell(n)).and_then(|cell| aspect(&cell.text));
            let is_family = label == Some(Aspect::Family) && is_of_roles;
            let mut group = None;
            for n in &columns {
                group = row.cell(*n).map(|cell| one_line(&cell.text)).or(group);
                let Some(group) = group.clone() else { continue };
                if is_of_roles {
                    let role = self.gathered.role(&self.header.cells[*n]);
                    let role = &mut self.gathered.roles[role];
                    let slot = if is_family { &mut role.family } else { &mut role.track };
                    *slot = Some(group);
                } else {
                    self.tracks.insert(*n, group);
                }
            }
            let names: Vec<String> =
                columns.iter().filter_map(|n| row.cell(*n)).map(|cell| one_line(&cell.text)).collect();
            let what = if is_family { "families" } else { "tracks" };
            self.say(&format!("{what} in the row above the header ({})", distinct(&names).join(", ")));
            above.pop();
        }
        // One text, which may fill merged cells, is a title or a date. Several may be names that were
        // meant to say something.
        let texts = |n: usize| -> Vec<String> {
            let cells = rows[n].cells.iter().map(|cell| one_line(&cell.text));
            distinct(&cells.filter(|text| !text.is_empty()).collect::<Vec<_>>())
        };
        let (titles, others): (Vec<usize>, Vec<usize>) = above.into_iter().partition(|n| texts(*n).len() == 1);
        let titles: Vec<String> = titles.into_iter().flat_map(texts).map(|text| format!("`{text}`")).collect();
        if !titles.is_empty() {
            self.say(&format!("skipped above the header: {}", titles.join(", ")));
        }
        for n in others {
            self.unused(rows[n].span(), "this row is above the header");
        }
    }

    /// Reports columns with the same header, which are one level, role or competency.
    fn report_equal(&mut self) {
        let Shape::Grid { columns, .. } = &self.layout.shape else { return };
        let key = |n: &usize| (fold(&one_line(&self.header.cells[*n].text)), self.tracks.get(n).cloned());
        let repeats: Vec<usize> =
            (1..columns.len()).filter(|n| columns[..*n].iter().any(|other| key(other) == key(&columns[*n]))).collect();
        for n in repeats {
            let cell = &self.header.cells[columns[n]];
            let message = format!("two columns are called `{}`, and count as one", one_line(&cell.text));
            let finding = Diagnostic::new(Rule::UnusedRow, self.name, Some(cell.span), message);
            self.gathered.findings.push(finding.help("give each column a name of its own, if they differ"));
        }
    }

    /// Reports columns that have contents but no known meaning, with one finding per column.
    pub fn columns(&mut self, rows: &[Row]) {
        let below = &rows[self.layout.row + 1..];
        let width = rows.iter().map(|row| row.cells.len()).max().unwrap_or(0);
        for n in (0..width).filter(|n| !self.layout.uses(*n)) {
            let is_legend = |at: usize| self.legend.rows.contains(&(self.layout.row + 1 + at));
            let first = below.iter().enumerate().filter(|(at, _)| !is_legend(*at)).find_map(|(_, row)| row.cell(n));
            match (self.header.cell(n), first) {
                (Some(header), Some(_)) if is_total(&header.text) => {
                    self.unused(header.span, &format!("the column `{}` adds up others", one_line(&header.text)));
                }
                (Some(header), Some(_)) => {
                    self.unused(header.span, &format!("the column `{}` isn't one that import recognizes", header.text));
                }
                (None, Some(first)) => self.unused(first.span, "this cell has no header above it"),
                (_, None) => {}
            }
        }
        self.report_equal();
        let other = self.header.span();
        for text in self.legend.levels() {
            self.gathered.other_levels.push((Cell { text: text.to_owned(), span: other }, None));
        }
        match &self.layout.shape {
            // A level without any statements is still part of the scale.
            Shape::Grid { across: Column::Level, columns, .. } => {
                for n in columns {
                    let level = (self.header.cells[*n].clone(), self.tracks.get(n).cloned());
                    self.gathered.other_levels.push(level);
                }
            }
            // The order of columns counts, even if the first row has nothing in some of them.
            Shape::Grid { across: Column::Role, columns, .. } => {
                for n in columns {
                    self.gathered.role(&self.header.cells[*n]);
                }
            }
            Shape::Grid { across: Column::Competency, columns, .. } => {
                for n in columns {
                    self.gathered.competency(&self.header.cells[*n], About::default());
                }
            }
            _ => {}
        }
    }
}

/// Returns whether a row above the header names groups of columns. To the left, it may only say
/// that they are tracks or families.
fn groups(row: &Row, (key, columns): (usize, &[usize])) -> bool {
    let is_label = |cell: &Cell| matches!(aspect(&cell.text), Some(Aspect::Track | Aspect::Family));
    let first = columns.first().copied().unwrap_or(0);
    let is_within = (0..row.cells.len()).all(|n| row.cell(n).is_none() || n <= key || n >= first);
    is_within && (0..=key).all(|n| row.cell(n).is_none_or(is_label)) && columns.iter().any(|n| row.cell(*n).is_some())
}
