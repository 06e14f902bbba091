//! Gathers the contents of a table's rows, for every layout of a table.
//!
//! Input: rows and their layout. Output: [`Gathered`]: competencies with statements, roles with
//! expectations, and a finding for each row or cell that is neither. Never looks at a handbook.

use crate::text::diagnostic::{Diagnostic, Span};
use crate::text::path::{SourcePath, fold};
use crate::text::rule::Rule;
use crate::text::spreadsheet::{Cell, Row};

use super::header::{Column, Layout, Shape};
use super::levels;

/// A statement, with its level as written in the table.
#[derive(Debug)]
pub struct Said {
    pub level: Cell,
    pub text: String,
}

/// A competency in the table.
#[derive(Debug)]
pub struct Competency {
    pub title: String,
    pub span: Span,
    pub cluster: Option<String>,
    pub statements: Vec<Said>,
}

/// A role in the table, and the level that it expects of each competency, by the competency's
/// index.
#[derive(Debug)]
pub struct Role {
    pub title: String,
    pub span: Span,
    pub expects: Vec<(usize, Cell)>,
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
    pub findings: Vec<Diagnostic>,
    empty_columns: Vec<Cell>,
}

impl Gathered {
    /// Returns the levels in the order in which they appear.
    pub fn levels(&self) -> impl Iterator<Item = &Cell> {
        let said = self.competencies.iter().flat_map(|competency| &competency.statements).map(|said| &said.level);
        self.empty_columns
            .iter()
            .chain(said)
            .chain(self.roles.iter().flat_map(|role| &role.expects).map(|(_, level)| level))
    }
}

/// Reads the rows below the header.
pub fn gather(name: &SourcePath, rows: &[Row], layout: &Layout) -> Gathered {
    let header = &rows[layout.row];
    let is_ordered = match &layout.shape {
        Shape::Statements { .. } => true,
        Shape::Expectations { .. } => false,
        Shape::Grid { side, across, .. } => [*side, *across].contains(&Column::Level),
    };
    let gathered = Gathered { header: header.span(), is_ordered, ..Gathered::default() };
    let mut reader = Reader { name, header, layout, gathered, above: Above::default() };
    for row in rows[..layout.row].iter().filter(|row| !row.is_empty()) {
        reader.unused(row.span(), "this row is above the header");
    }
    reader.columns(rows);
    for row in rows[layout.row + 1..].iter().filter(|row| !row.is_empty()) {
        match &layout.shape {
            Shape::Statements { competency, level, statement, cluster } => {
                reader.statement(row, (*competency, *level, *statement), *cluster);
            }
            Shape::Expectations { role, competency, level } => reader.expectation(row, *role, *competency, *level),
            Shape::Grid { side, across, key, cluster, columns } => {
                reader.grid(row, (*side, *across), (*key, *cluster), columns);
            }
        }
    }
    reader.end_heading();
    reader.gathered
}

/// Values from the rows above, which apply to empty cells: spreadsheets save merged cells as one
/// filled cell followed by empty ones.
#[derive(Default)]
struct Above {
    key: Option<Cell>,
    level: Option<Cell>,
    cluster: Option<String>,
    /// The span of a row that only names a competency. The row is reported unless later rows add
    /// something to that competency.
    heading: Option<Span>,
}

struct Reader<'a> {
    name: &'a SourcePath,
    header: &'a Row,
    layout: &'a Layout,
    gathered: Gathered,
    above: Above,
}

impl Reader<'_> {
    fn unused(&mut self, span: Span, why: &str) {
        let finding = Diagnostic::new(Rule::UnusedRow, self.name, Some(span), format!("{why}, and was not used"));
        self.gathered.findings.push(finding);
    }

    /// Returns whether a cell can be a level, and reports it otherwise.
    fn is_level(&mut self, cell: &Cell) -> bool {
        let is_level = levels::read(&cell.text) != levels::Written::default();
        if !is_level {
            let message = format!("`{}` isn't a level, and was not used", cell.text);
            let finding = Diagnostic::new(Rule::UnusedRow, self.name, Some(cell.span), message);
            self.gathered.findings.push(finding.help("a level is a whole number or a name"));
        }
        is_level
    }

    /// Reports columns that have contents but no known meaning, with one finding per column.
    fn columns(&mut self, rows: &[Row]) {
        let below = &rows[self.layout.row + 1..];
        let width = rows.iter().map(|row| row.cells.len()).max().unwrap_or(0);
        for n in (0..width).filter(|n| !self.layout.uses(*n)) {
            let first = below.iter().find_map(|row| row.cell(n));
            match (self.header.cell(n), first) {
                (Some(header), Some(_)) => {
                    self.unused(header.span, &format!("the column `{}` isn't one that import recognizes", header.text));
                }
                (None, Some(first)) => self.unused(first.span, "this cell has no header above it"),
                (_, None) => {}
            }
        }
        if let Shape::Grid { across: Column::Level, columns, .. } = &self.layout.shape {
            // A level without any statements is still part of the scale.
            self.gathered.empty_columns = columns.iter().map(|n| self.header.cells[*n].clone()).collect();
        }
    }

    /// Returns the key of a row, or the key from the rows above if the row's key is empty.
    fn key(&mut self, row: &Row, column: usize, cluster: Option<usize>) -> Option<Cell> {
        if let Some(cluster) = cluster.and_then(|n| row.cell(n)) {
            self.above.cluster = Some(one_line(&cluster.text));
        }
        if let Some(cell) = row.cell(column) {
            self.end_heading();
            self.above.key = Some(cell.clone());
            self.above.level = None;
        }
        self.above.key.clone()
    }

    fn statement(&mut self, row: &Row, (competency, level, statement): (usize, usize, usize), cluster: Option<usize>) {
        let key = self.key(row, competency, cluster);
        if let Some(cell) = row.cell(level) {
            self.above.level = Some(cell.clone());
        }
        let named = row.cell(competency).map(|cell| cell.span);
        match (key, self.above.level.clone(), row.cell(statement)) {
            (None, ..) => self.unused(row.span(), "this row does not name a competency"),
            // This row is a heading for the rows that follow.
            (Some(_), _, None) if row.cell(level).is_none() => self.above.heading = named,
            (Some(_), _, None) => self.unused(row.span(), "this row has no statement"),
            (Some(_), None, Some(_)) => self.unused(row.span(), "this row has no level"),
            (Some(key), Some(level), Some(cell)) => self.say(&key, &level, cell),
        }
    }

    fn expectation(&mut self, row: &Row, role: usize, competency: usize, level: usize) {
        let key = self.key(row, role, None);
        match (key, row.cell(competency), row.cell(level)) {
            (None, ..) => self.unused(row.span(), "this row does not name a role"),
            (Some(_), None, None) => self.above.heading = row.cell(role).map(|cell| cell.span),
            (Some(_), None, _) => self.unused(row.span(), "this row does not name a competency"),
            (Some(_), _, None) => self.unused(row.span(), "this row has no level"),
            (Some(role), Some(competency), Some(level)) => self.expect(&role, &competency.clone(), level),
        }
    }

    fn grid(&mut self, row: &Row, edges: (Column, Column), (key, cluster): (usize, Option<usize>), columns: &[usize]) {
        let Some(side) = self.key(row, key, cluster) else {
            return self.unused(row.span(), "this row has no name in its first column");
        };
        let filled: Vec<usize> = columns.iter().copied().filter(|n| row.cell(*n).is_some()).collect();
        if filled.is_empty() {
            self.above.heading = row.cell(key).map(|cell| cell.span);
        }
        for n in filled {
            let (head, cell) = (self.header.cells[n].clone(), &row.cells[n]);
            match edges {
                (Column::Competency, Column::Level) => self.say(&side, &head, cell),
                (Column::Level, _) => self.say(&head, &side, cell),
                (Column::Role, _) => self.expect(&side, &head, cell),
                _ => self.expect(&head, &side, cell),
            }
        }
    }

    /// Reports a heading row if no later row added anything to it.
    fn end_heading(&mut self) {
        let Some(span) = self.above.heading.take() else { return };
        let key = self.above.key.as_ref().map(|cell| fold(&one_line(&cell.text)));
        let is_used = |title: &str| key.as_deref() == Some(&fold(title));
        let said = self.gathered.competencies.iter().any(|c| !c.statements.is_empty() && is_used(&c.title));
        if !said && !self.gathered.roles.iter().any(|role| is_used(&role.title)) {
            self.unused(span, "this row has only a name");
        }
    }

    /// Adds the statements in a cell, one per line.
    fn say(&mut self, competency: &Cell, level: &Cell, cell: &Cell) {
        if !self.is_level(level) {
            return;
        }
        let n = self.competency(competency);
        for line in cell.text.lines().map(without_bullet).filter(|line| !line.is_empty()) {
            let statements = &mut self.gathered.competencies[n].statements;
            let key = fold(line);
            if statements.iter().any(|said| said.level.text == level.text && fold(&said.text) == key) {
                self.unused(cell.span, "this statement repeats an earlier one at the same level");
            } else {
                statements.push(Said { level: level.clone(), text: line.to_owned() });
            }
        }
    }

    fn expect(&mut self, role: &Cell, competency: &Cell, level: &Cell) {
        let competency_number = self.competency(competency);
        let role_number = self.role(role);
        if levels::is_nothing(&level.text) || !self.is_level(level) {
            return;
        }
        let expects = &mut self.gathered.roles[role_number].expects;
        if expects.iter().any(|(known, _)| *known == competency_number) {
            let why = format!("`{}` is expected of `{}` twice", one_line(&competency.text), one_line(&role.text));
            return self.unused(level.span, &why);
        }
        expects.push((competency_number, level.clone()));
    }

    fn competency(&mut self, cell: &Cell) -> usize {
        let title = one_line(&cell.text);
        let list = &mut self.gathered.competencies;
        let is_cluster_known =
            matches!(&self.layout.shape, Shape::Grid { side: Column::Competency, .. } | Shape::Statements { .. });
        let key = fold(&title);
        list.iter().position(|known| fold(&known.title) == key).unwrap_or_else(|| {
            let cluster = self.above.cluster.clone().filter(|_| is_cluster_known);
            list.push(Competency { title, span: cell.span, cluster, statements: Vec::new() });
            list.len() - 1
        })
    }

    fn role(&mut self, cell: &Cell) -> usize {
        let title = one_line(&cell.text);
        let list = &mut self.gathered.roles;
        let key = fold(&title);
        list.iter().position(|known| fold(&known.title) == key).unwrap_or_else(|| {
            list.push(Role { title, span: cell.span, expects: Vec::new() });
            list.len() - 1
        })
    }
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Removes the bullet from a line, because people write lists inside cells.
fn without_bullet(line: &str) -> &str {
    let line = line.trim();
    let rest = line.trim_start_matches(['•', '·', '◦', '▪', '●', '-', '–', '—', '*']);
    let is_bullet = rest.len() < line.len() && (rest.starts_with(char::is_whitespace) || line.starts_with('•'));
    if is_bullet { rest.trim() } else { line }
}
