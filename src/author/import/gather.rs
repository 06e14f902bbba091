//! Gathers the contents of a table's rows, for every layout of a table.
//!
//! Input: rows and their layout. Output: [`Gathered`]: competencies with statements, roles with
//! expectations, and a finding for each row or cell that is neither. Never looks at a handbook.

mod heads;
mod joined;
mod rows;

pub use rows::gather;

use crate::text::diagnostic::{Diagnostic, Span};
use crate::text::path::fold;
use crate::text::spreadsheet::{Cell, Row, Sheet, is_formula};

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
    /// A word for the proficiency at the level.
    pub proficiency: Option<String>,
}

/// What a table says about a competency next to its name.
#[derive(Clone, Copy, Debug, Default)]
pub struct About<'a> {
    pub cluster: Option<&'a str>,
    pub family: Option<&'a str>,
    pub id: Option<&'a str>,
}

/// A competency in the table.
#[derive(Debug, Default)]
pub struct Competency {
    pub title: String,
    /// The ID, if the table has a column for it.
    pub id: Option<String>,
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
    /// The family of the table that is being read.
    pub family: Option<String>,
    /// Levels that the table mentions apart from statements and expectations, and their tracks.
    pub other_levels: Vec<(Cell, Option<String>)>,
}

impl Gathered {
    /// Returns the levels in the order in which they appear.
    pub fn levels(&self) -> impl Iterator<Item = &Cell> {
        self.levels_of_tracks().map(|(level, _)| level)
    }

    /// Returns the levels in the order in which they appear, and the track that calls them so.
    pub fn levels_of_tracks(&self) -> impl Iterator<Item = (&Cell, Option<&str>)> {
        let other = self.other_levels.iter().map(|(level, track)| (level, track.as_deref()));
        let said = self.competencies.iter().flat_map(|competency| &competency.statements);
        let said = said.map(|said| (&said.level, said.track.as_deref()));
        let expected = self.roles.iter().flat_map(|role| {
            role.expects.iter().filter_map(|(_, level)| Some((level.as_ref()?, role.track.as_deref())))
        });
        other.chain(said).chain(expected)
    }

    /// Reads the names of levels from a list of a JSON or YAML file that is called `levels`.
    pub fn names_of_levels(&mut self, sheet: &Sheet) {
        if let Some((rows, n)) = list_of_levels(sheet) {
            let cells = rows.iter().skip(1).filter_map(|row| row.cell(n));
            self.other_levels.extend(cells.map(|cell| (cell.clone(), None)));
        }
    }

    /// Gives everything that has no track or no family yet the one of its table.
    pub fn place(&mut self, track: Option<&str>, family: Option<&str>) {
        let fill = |slot: &mut Option<String>, value: Option<&str>| {
            *slot = slot.take().or_else(|| value.map(str::to_owned));
        };
        for role in &mut self.roles {
            fill(&mut role.track, track);
            fill(&mut role.family, family);
        }
        for competency in &mut self.competencies {
            fill(&mut competency.family, family);
            competency.statements.iter_mut().for_each(|said| fill(&mut said.track, track));
        }
        self.other_levels.iter_mut().for_each(|(_, own)| fill(own, track));
    }

    /// Returns the index of the competency with this title, which is added if it is new.
    pub fn competency(&mut self, cell: &Cell, About { cluster, family, id }: About<'_>) -> usize {
        let title = one_line(&cell.text);
        let key = fold(&title);
        let list = &mut self.competencies;
        let family = family.or(self.family.as_deref());
        let is_it = |known: &Competency| {
            let is_other = known.family.is_some() && family.is_some() && known.family.as_deref() != family;
            let is_known = |id: &str| known.id.as_deref().is_none_or(|known| known == id);
            fold(&known.title) == key && !is_other && id.is_none_or(is_known)
        };
        let n = list.iter().position(is_it).unwrap_or_else(|| {
            let family = family.map(str::to_owned);
            let id = id.map(str::to_owned);
            list.push(Competency { title, id, span: cell.span, family, ..Competency::default() });
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

/// Returns whether a sheet is a list of levels, which `names_of_levels` reads.
pub fn lists_levels(sheet: &Sheet) -> bool {
    list_of_levels(sheet).is_some()
}

fn list_of_levels(sheet: &Sheet) -> Option<(&[Row], usize)> {
    let rows = sheet.readings.first().filter(|_| ["levels", "level"].contains(&&*fold(&sheet.name)))?;
    let head = rows.first()?;
    let is_known = |cell: &Cell| ["id", "key", "name", "title"].contains(&&*fold(&cell.text));
    let name = head.cells.iter().position(|cell| ["name", "title"].contains(&&*fold(&cell.text)))?;
    head.cells.iter().all(is_known).then_some((rows.as_slice(), name))
}

/// Returns a text with its white space collapsed.
///
/// Spreadsheets mark text that would otherwise be a formula with an apostrophe, which isn't part of it.
pub fn one_line(text: &str) -> String {
    let plain = text.strip_prefix('\'').filter(|text| is_formula(text));
    plain.unwrap_or(text).split_whitespace().collect::<Vec<_>>().join(" ")
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

/// Returns the statements in a cell, one per line. A line that goes on in lower case, after one that
/// began in upper case and has no full stop, is part of that.
pub fn statements_of(text: &str) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    for line in text.lines() {
        let plain = without_bullet(line);
        let has_bullet = plain != line.trim();
        let goes_on = |last: &String| {
            let is_open = !last.ends_with(['.', '!', '?', ':', ';']);
            is_open && last.starts_with(char::is_uppercase) && plain.starts_with(char::is_lowercase)
        };
        match found.last_mut() {
            Some(last) if !has_bullet && goes_on(last) => {
                last.push(' ');
                last.push_str(plain);
            }
            _ if plain.is_empty() => {}
            _ => found.push(plain.to_owned()),
        }
    }
    found
}

/// Removes the bullet from a line, because people write lists inside cells, and the apostrophe by
/// which spreadsheets mark text that would otherwise be a formula.
pub fn without_bullet(line: &str) -> &str {
    let line = line.trim();
    if let Some(text) = line.strip_prefix('\'').filter(|text| is_formula(text)) {
        return text;
    }
    let rest = line.trim_start_matches(['•', '·', '◦', '▪', '●', '-', '–', '—', '*']);
    let is_bullet = rest.len() < line.len() && (rest.starts_with(char::is_whitespace) || line.starts_with('•'));
    if is_bullet { rest.trim() } else { line }
}

#[cfg(test)]
mod tests {
    use super::{one_line, without_bullet};

    #[test]
    fn the_apostrophe_before_a_formula_is_no_part_of_the_text() {
        for text in ["=1", "\u{200b}=1", "\0=1", "＝1", "－1; a"] {
            assert_eq!(one_line(&format!("'{text}")), text);
            assert_eq!(without_bullet(&format!("'{text}")), text);
        }
        assert_eq!(one_line("'t is"), "'t is");
    }
}
