//! Gathers the contents of a table's rows, for every layout of a table.
//!
//! Input: rows and their layout. Output: [`Gathered`]: competencies with statements, roles with
//! expectations, and a finding for each row or cell that is neither. Never looks at a handbook.

mod rows;

pub use rows::gather;

use crate::text::diagnostic::{Diagnostic, Span};
use crate::text::path::fold;
use crate::text::spreadsheet::Cell;

/// A statement, with its level as written in the table.
#[derive(Debug)]
pub struct Said {
    pub level: Cell,
    pub text: String,
    pub span: Span,
    /// The anchor, if the table has a column for it.
    pub id: Option<String>,
    pub examples: Vec<String>,
    /// The track that the statement is meant for, if the table says so.
    pub track: Option<String>,
}

/// A competency in the table.
#[derive(Debug, Default)]
pub struct Competency {
    pub title: String,
    pub span: Span,
    pub cluster: Option<String>,
    pub family: Option<String>,
    pub summary: Option<String>,
    pub statements: Vec<Said>,
}

/// A role in the table, and the level that it expects of each competency, by the competency's
/// index. A level is `None` if the table says that none is expected.
#[derive(Debug, Default)]
pub struct Role {
    pub title: String,
    pub span: Span,
    pub track: Option<String>,
    pub family: Option<String>,
    pub grade: Option<String>,
    pub rank: Option<u32>,
    pub summary: Option<String>,
    pub expects: Vec<(usize, Option<Cell>)>,
}

/// The contents of a table.
#[derive(Debug, Default)]
pub struct Gathered {
    pub competencies: Vec<Competency>,
    pub roles: Vec<Role>,
    /// The span of the header.
    pub header: Span,
    /// Whether the levels appear in ascending order.
    pub is_ordered: bool,
    /// Whether the levels are titles of jobs.
    pub are_titles: bool,
    pub findings: Vec<Diagnostic>,
    /// What the table was understood as, in words.
    pub readings: Vec<String>,
    /// Levels that the table mentions apart from statements and expectations.
    pub other_levels: Vec<Cell>,
}

impl Gathered {
    /// Returns the levels in the order in which they appear.
    pub fn levels(&self) -> impl Iterator<Item = &Cell> {
        let said = self.competencies.iter().flat_map(|competency| &competency.statements).map(|said| &said.level);
        let expected = self.roles.iter().flat_map(|role| &role.expects).filter_map(|(_, level)| level.as_ref());
        self.other_levels.iter().chain(said).chain(expected)
    }

    /// Returns the index of the competency with this title, which is added if it is new.
    pub fn competency(&mut self, cell: &Cell, cluster: Option<&str>) -> usize {
        let title = one_line(&cell.text);
        let key = fold(&title);
        let list = &mut self.competencies;
        let n = list.iter().position(|known| fold(&known.title) == key).unwrap_or_else(|| {
            list.push(Competency { title, span: cell.span, ..Competency::default() });
            list.len() - 1
        });
        if list[n].cluster.is_none() {
            list[n].cluster = cluster.map(str::to_owned);
        }
        n
    }

    /// Returns the index of the role with this title, which is added if it is new.
    pub fn role(&mut self, cell: &Cell) -> usize {
        let title = one_line(&cell.text);
        let key = fold(&title);
        let list = &mut self.roles;
        list.iter().position(|known| fold(&known.title) == key).unwrap_or_else(|| {
            list.push(Role { title, span: cell.span, ..Role::default() });
            list.len() - 1
        })
    }
}

/// Returns a text with its white space collapsed.
pub fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Returns names without those that occur again.
pub fn distinct(names: &[String]) -> Vec<String> {
    let mut distinct: Vec<String> = Vec::new();
    for name in names {
        if !distinct.contains(name) {
            distinct.push(name.clone());
        }
    }
    distinct
}

/// Removes the bullet from a line, because people write lists inside cells, and the apostrophe by
/// which spreadsheets mark text that would otherwise be a formula.
pub fn without_bullet(line: &str) -> &str {
    let line = line.trim();
    if let Some(text) = line.strip_prefix('\'').filter(|text| text.starts_with(['=', '+', '-', '@'])) {
        return text;
    }
    let rest = line.trim_start_matches(['•', '·', '◦', '▪', '●', '-', '–', '—', '*']);
    let is_bullet = rest.len() < line.len() && (rest.starts_with(char::is_whitespace) || line.starts_with('•'));
    if is_bullet { rest.trim() } else { line }
}
