//! Reads the rows of a table one after the other.
//!
//! Input: rows, their layout, and what was gathered from earlier tables. Output: what these rows add.
//! An empty cell means the same as the one above if cells were merged. Reports what isn't used.

use std::collections::BTreeMap;

use crate::text::diagnostic::{Diagnostic, Span};
use crate::text::path::{SourcePath, fold};
use crate::text::rule::Rule;
use crate::text::spreadsheet::{Cell, Row};

use super::super::header::{Layout, Shape};
use super::super::legend::Legend;
use super::super::levels;
use super::super::words::{Aspect, Column, aspect, is_mark, is_no, is_total};
use super::{About, Gathered, Said, joined, one_line, statements_of, without_bullet};

/// Reads the rows of one table.
pub fn gather(gathered: &mut Gathered, name: &SourcePath, rows: &[Row], layout: &Layout) {
    let (header, names) = joined::joined(rows, layout);
    let legend = Legend::find(rows);
    let is_first = gathered.readings.is_empty();
    let is_ordered = match &layout.shape {
        Shape::Statements { .. } => true,
        Shape::Expectations { .. } => false,
        Shape::Grid { side, across, .. } => [*side, *across].contains(&Column::Level),
    };
    if is_first {
        gathered.header = rows[layout.row].span();
    }
    gathered.is_ordered |= is_ordered || legend.levels().next().is_some();
    gathered.are_titles |= layout.are_titles || names.is_some_and(|_| joined::are_titles(&header, layout));
    gathered.readings.push(layout.reading(&header));
    let (above, marks, tracks) = (Above::default(), BTreeMap::new(), BTreeMap::new());
    let mut reader = Reader { name, header, layout, legend, gathered, above, marks, tracks };
    reader.above_header(rows, names);
    reader.columns(rows);
    for (n, row) in rows.iter().enumerate().skip(layout.row + 1) {
        if !row.is_empty() && !reader.legend.rows.contains(&n) && names != Some(n) {
            reader.row(row);
        }
    }
    reader.end();
}

/// Values from the rows above, which apply to empty cells: spreadsheets save merged cells as one
/// filled cell followed by empty ones.
#[derive(Default)]
struct Above {
    key: Option<Cell>,
    level: Option<Cell>,
    /// The last value of each aspect in a column.
    aspects: BTreeMap<usize, String>,
    /// A row that only names something: a competency whose rows follow, or the group of the rows
    /// that follow.
    heading: Option<Cell>,
    /// The group of the following rows, its place, and the names in it.
    group: Option<(Cell, Vec<String>)>,
}

pub struct Reader<'a> {
    pub name: &'a SourcePath,
    pub header: Row,
    pub layout: &'a Layout,
    pub legend: Legend,
    pub gathered: &'a mut Gathered,
    above: Above,
    /// Marks that no legend explains, each with its first place and the number of cells.
    marks: BTreeMap<String, (Span, usize)>,
    /// The tracks of columns, from the row above the header.
    pub tracks: BTreeMap<usize, String>,
}

impl Reader<'_> {
    pub fn unused(&mut self, span: Span, why: &str) {
        let finding = Diagnostic::new(Rule::UnusedRow, self.name, Some(span), format!("{why}, and was not used"));
        self.gathered.findings.push(finding);
    }

    pub fn say(&mut self, more: &str) {
        if let Some(reading) = self.gathered.readings.last_mut() {
            reading.push_str("; ");
            reading.push_str(more);
        }
    }

    fn row(&mut self, row: &Row) {
        let (key, kind) = match &self.layout.shape {
            Shape::Statements { competency, .. } => (*competency, Column::Competency),
            Shape::Expectations { role, .. } => (*role, Column::Role),
            Shape::Grid { side, key, .. } => (*key, *side),
        };
        if let Some(cell) = (0..=key).find_map(|n| row.cell(n))
            && is_total(&cell.text)
        {
            return self.unused(row.span(), "this row adds up others");
        }
        if self.is_row_of_facts(row) {
            return;
        }
        self.inherit(row, key);
        if let Some(cell) = row.cell(key) {
            self.end_heading(kind);
            self.above.key = Some(cell.clone());
            self.above.level = None;
        }
        match &self.layout.shape {
            Shape::Statements { level, statement, .. } => self.statement(row, key, (*level, *statement)),
            Shape::Expectations { competency, level, .. } => self.expectation(row, key, (*competency, *level)),
            Shape::Grid { side, across, columns, .. } => {
                let columns = columns.clone();
                self.grid(row, (*side, *across), (key, &columns));
            }
        }
    }

    /// Remembers the aspects that a row gives. Those of the rows above apply as long as the name of
    /// the row or the group is the same.
    fn inherit(&mut self, row: &Row, key: usize) {
        let is_new = row.cell(key).is_some();
        for (aspect, n) in &self.layout.aspects {
            let stays = !is_new || matches!(aspect, Aspect::Cluster | Aspect::Track | Aspect::Family);
            match row.cell(*n) {
                Some(cell) if !levels::is_nothing(&cell.text) => {
                    self.above.aspects.insert(*n, one_line(&cell.text));
                }
                None if stays => {}
                _ => {
                    self.above.aspects.remove(n);
                }
            }
        }
    }

    fn aspect(&self, wanted: Aspect) -> Option<String> {
        self.above.aspects.get(&self.layout.aspect(wanted)?).cloned()
    }

    fn group(&self) -> Option<String> {
        self.above.group.as_ref().map(|(cell, _)| one_line(&cell.text))
    }

    /// Reads a row such as `Grade,,P3,P4`, which says something about each role in the columns.
    fn is_row_of_facts(&mut self, row: &Row) -> bool {
        let Shape::Grid { across: Column::Role, key, columns, .. } = &self.layout.shape else { return false };
        let named = row.cell(*key).and_then(|cell| aspect(&cell.text));
        let Some(named @ (Aspect::Track | Aspect::Rank | Aspect::Grade | Aspect::Family)) = named else { return false };
        let columns = columns.clone();
        let mut last = None;
        for n in columns {
            let value = row.cell(n).cloned();
            let is_merged = matches!(named, Aspect::Track | Aspect::Family);
            let value = value.or(last.take().filter(|_| is_merged));
            last.clone_from(&value);
            let role = self.gathered.role(&self.header.cells[n]);
            if let Some(cell) = value {
                self.fact(role, named, &cell);
            }
        }
        let title = row.cell(*key).map(|cell| one_line(&cell.text)).unwrap_or_default();
        self.say(&format!("the row `{title}` says more about the roles"));
        true
    }

    fn fact(&mut self, role: usize, aspect: Aspect, cell: &Cell) {
        let value = one_line(&cell.text);
        let role = &mut self.gathered.roles[role];
        match aspect {
            Aspect::Track => role.track = Some(value),
            Aspect::Family => role.family = Some(value),
            Aspect::Grade => role.grade = Some(value),
            Aspect::Summary => role.summary = Some(value),
            Aspect::Rank => match levels::read(&value).number {
                Some(rank) => role.rank = Some(rank),
                None => self.unused(cell.span, &format!("`{value}` isn't a rank, which is a whole number")),
            },
            _ => {}
        }
    }

    /// Sets what the columns of a row say about its role.
    fn facts(&mut self, row: &Row, role: usize) {
        for (aspect, n) in self.layout.aspects.clone() {
            if let Some(cell) = row.cell(n) {
                self.fact(role, aspect, &cell.clone());
            } else if let Some(text) = self.above.aspects.get(&n).cloned()
                && matches!(aspect, Aspect::Track | Aspect::Family)
            {
                self.fact(role, aspect, &Cell { text, span: Span::default() });
            }
        }
        let group = self.group();
        let role = &mut self.gathered.roles[role];
        if role.track.is_none() {
            role.track = group;
        }
    }

    fn statement(&mut self, row: &Row, key: usize, (level, statement): (usize, usize)) {
        if let Some(cell) = row.cell(level) {
            let name = self.layout.aspect(Aspect::LevelName).and_then(|n| row.cell(n));
            let text =
                name.map_or_else(|| cell.text.clone(), |name| format!("{}: {}", cell.text, one_line(&name.text)));
            self.above.level = Some(Cell { text, span: cell.span });
        }
        let more = self.layout.aspects.iter().filter(|(aspect, _)| *aspect == Aspect::More).map(|(_, n)| *n);
        let cells: Vec<&Cell> = std::iter::once(statement).chain(more).filter_map(|n| row.cell(n)).collect();
        match (self.above.key.clone(), self.above.level.clone()) {
            (None, _) => self.unused(row.span(), "this row does not name a competency"),
            (Some(_), _) if cells.is_empty() && row.cell(level).is_none() => {
                self.above.heading = row.cell(key).cloned();
            }
            (Some(_), _) if cells.is_empty() => self.unused(row.span(), "this row has no statement"),
            (Some(_), None) => self.unused(row.span(), "this row has no level"),
            (Some(key), Some(level)) => {
                let track = self.layout.aspect(Aspect::Track).and_then(|n| row.cell(n));
                let track = track.map(|cell| one_line(&cell.text));
                for (n, cell) in cells.into_iter().enumerate() {
                    self.state(&key, &level, cell, (track.clone(), Some(row).filter(|_| n == 0)));
                }
            }
        }
    }

    fn expectation(&mut self, row: &Row, key: usize, (competency, level): (usize, usize)) {
        match (self.above.key.clone(), row.cell(competency), row.cell(level)) {
            (None, ..) => self.unused(row.span(), "this row does not name a role"),
            (Some(_), None, None) => self.above.heading = row.cell(key).cloned(),
            (Some(_), None, _) => self.unused(row.span(), "this row does not name a competency"),
            (Some(_), _, None) => self.unused(row.span(), "this row has no level"),
            (Some(role), Some(competency), Some(level)) => {
                let n = self.gathered.role(&role);
                self.facts(row, n);
                self.expect(&role, &competency.clone(), level);
            }
        }
    }

    fn grid(&mut self, row: &Row, (side, across): (Column, Column), (key, columns): (usize, &[usize])) {
        let Some(name) = self.above.key.clone() else {
            return self.unused(row.span(), "this row has no name in its first column");
        };
        let filled: Vec<usize> = columns.iter().copied().filter(|n| row.cell(*n).is_some()).collect();
        let has_aspects = self.layout.aspects.iter().any(|(_, n)| row.cell(*n).is_some());
        if filled.is_empty() && !has_aspects {
            self.above.heading = row.cell(key).cloned();
            return;
        }
        if side == Column::Role {
            let role = self.gathered.role(&name);
            self.facts(row, role);
        } else if side == Column::Competency {
            self.named_competency(&name);
        }
        for n in filled {
            let (head, cell) = (self.header.cells[n].clone(), &row.cells[n]);
            match (side, across) {
                (Column::Competency, Column::Level) => {
                    let track = self.tracks.get(&n).cloned().or_else(|| self.aspect(Aspect::Track));
                    self.state(&name, &head, cell, (track, None));
                }
                (Column::Level, _) => {
                    let track = self.aspect(Aspect::Track);
                    self.state(&head, &name, cell, (track, None));
                }
                (Column::Role, _) => self.expect(&name, &head, cell),
                _ => self.expect(&head, &name, cell),
            }
        }
    }

    /// Ends a row that only names something, when the next row has a name of its own. It is the
    /// group of the rows that follow, unless rows without a name added something to it.
    fn end_heading(&mut self, kind: Column) {
        let Some(cell) = self.above.heading.take() else { return };
        if self.is_used(&cell) {
            return;
        }
        let has_column = self.layout.aspect(Aspect::Cluster).is_some() && kind == Column::Competency;
        if has_column || kind == Column::Level {
            return self.unused(cell.span, "this row has only a name");
        }
        self.end_group();
        self.above.group = Some((cell, Vec::new()));
    }

    fn is_used(&self, cell: &Cell) -> bool {
        let key = fold(&one_line(&cell.text));
        let said = self.gathered.competencies.iter().any(|c| !c.statements.is_empty() && fold(&c.title) == key);
        said || self.gathered.roles.iter().any(|role| !role.expects.is_empty() && fold(&role.title) == key)
    }

    fn end_group(&mut self) {
        if let Some((cell, names)) = self.above.group.take() {
            match &names[..] {
                [] => self.unused(cell.span, "this row has only a name"),
                names => {
                    let names = names.join(", ");
                    self.say(&format!("`{}` groups {names}", one_line(&cell.text)));
                }
            }
        }
    }

    fn named_competency(&mut self, key: &Cell) -> usize {
        let cluster = self.aspect(Aspect::Cluster).or_else(|| self.group());
        let is_side = !matches!(self.layout.shape, Shape::Grid { side: Column::Role | Column::Level, .. });
        let is_list_of_roles = matches!(self.layout.shape, Shape::Expectations { .. });
        let is_side = is_side && !is_list_of_roles;
        let family = self.aspect(Aspect::Family).filter(|_| is_side);
        let is_grid = matches!(self.layout.shape, Shape::Grid { .. });
        let id = self.aspect(Aspect::Id).filter(|_| is_side && is_grid);
        let cluster = cluster.filter(|_| is_side);
        let about = About { cluster: cluster.as_deref(), family: family.as_deref(), id: id.as_deref() };
        let n = self.gathered.competency(key, about);
        if is_side {
            let summary = self.aspect(Aspect::Summary);
            let competency = &mut self.gathered.competencies[n];
            competency.family = competency.family.take().or(family);
            competency.summary = competency.summary.take().or(summary);
            self.count(key);
        }
        n
    }

    /// Counts a name as part of the current group.
    fn count(&mut self, key: &Cell) {
        if let Some((_, names)) = &mut self.above.group {
            let name = one_line(&key.text);
            if !names.contains(&name) {
                names.push(name);
            }
        }
    }

    /// Adds the statements in a cell, one per line.
    fn state(&mut self, competency: &Cell, level: &Cell, cell: &Cell, (track, row): (Option<String>, Option<&Row>)) {
        if !self.is_level(level) {
            return;
        }
        let n = self.named_competency(competency);
        let of_row =
            |wanted: Aspect| row.and_then(|row| row.cell(self.layout.aspect(wanted)?)).map(|cell| cell.text.clone());
        let (mut id, mut examples) = (of_row(Aspect::Id), of_row(Aspect::Example));
        // Attributes of headings can't contain these characters.
        let proficiency = of_row(Aspect::Proficiency).map(|text| one_line(&text).replace(['"', '\\', '{', '}'], ""));
        for line in statements_of(&cell.text) {
            let line = line.as_str();
            let statements = &mut self.gathered.competencies[n].statements;
            let key = fold(line);
            let is_same = |said: &Said| said.level.text == level.text && said.track == track && fold(&said.text) == key;
            if statements.iter().any(is_same) {
                self.unused(cell.span, "this statement repeats an earlier one at the same level");
                continue;
            }
            let examples = examples.take().unwrap_or_default();
            let examples = examples.lines().map(without_bullet).filter(|line| !line.is_empty()).map(str::to_owned);
            statements.push(Said {
                level: level.clone(),
                text: line.to_owned(),
                span: cell.span,
                id: id.take(),
                examples: examples.collect(),
                track: track.clone(),
                proficiency: proficiency.clone(),
            });
        }
    }

    fn expect(&mut self, role: &Cell, competency: &Cell, level: &Cell) {
        let competency_number = self.named_competency(competency);
        let role_number = self.gathered.role(role);
        if self.layout_side() == Column::Role {
            self.count(role);
        }
        let meaning = self.legend.meaning(&level.text).map(str::to_owned);
        if meaning.is_none() && is_mark(&level.text) {
            self.marks.entry(level.text.clone()).or_insert((level.span, 0)).1 += 1;
            return;
        }
        let level = Cell { text: meaning.unwrap_or_else(|| level.text.clone()), span: level.span };
        let is_nothing = levels::is_nothing(&level.text) || is_no(&level.text);
        if !is_nothing && !self.is_level(&level) {
            return;
        }
        let expects = &mut self.gathered.roles[role_number].expects;
        if expects.iter().any(|(known, _)| *known == competency_number) {
            let why = format!("`{}` is expected of `{}` twice", one_line(&competency.text), one_line(&role.text));
            return self.unused(level.span, &why);
        }
        expects.push((competency_number, Some(level).filter(|_| !is_nothing)));
    }

    fn layout_side(&self) -> Column {
        match &self.layout.shape {
            Shape::Grid { side, .. } => *side,
            Shape::Expectations { .. } => Column::Role,
            Shape::Statements { .. } => Column::Competency,
        }
    }

    /// Returns whether a cell can be a level, and reports it otherwise.
    fn is_level(&mut self, cell: &Cell) -> bool {
        let is_error = levels::is_error(&cell.text);
        let is_date = crate::text::date::parse_day(&cell.text).is_some();
        let is_level = levels::read(&cell.text) != levels::Written::default() && !is_error && !is_date;
        if !is_level {
            let message = format!("`{}` isn't a level, and was not used", one_line(&cell.text));
            let finding = Diagnostic::new(Rule::UnusedRow, self.name, Some(cell.span), message);
            let help = match () {
                () if is_error => "the formula of this cell has an error: fix it in the spreadsheet",
                () if is_date => {
                    "the spreadsheet turned this into a date: format the cell as text and type the level again"
                }
                () => "a level is a whole number or a name",
            };
            self.gathered.findings.push(finding.help(help));
        }
        is_level
    }

    fn end(&mut self) {
        if let Some(cell) = self.above.heading.take()
            && !self.is_used(&cell)
        {
            self.unused(cell.span, "this row has only a name");
        }
        self.end_group();
        if let Some(legend) = self.legend.reading() {
            self.say(&format!("by the legend, {legend}"));
        }
        for (mark, (span, count)) in std::mem::take(&mut self.marks) {
            let cells = if count == 1 { "1 cell".to_owned() } else { format!("{count} cells") };
            let message = format!("`{mark}` in {cells} doesn't say which level is expected, and was not used");
            let help =
                format!("write a row `{mark} = Working` with the level that it means, or write levels into the cells");
            let finding = Diagnostic::new(Rule::UnusedRow, self.name, Some(span), message);
            self.gathered.findings.push(finding.help(help));
        }
    }
}
