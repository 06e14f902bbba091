//! Recognizes the contents of a table by its header.
//!
//! Input: the rows of a table, and what the handbook knows. Output: a [`Layout`]: which row is the
//! header, and what each column means. Looks below the header only to tell levels from sentences,
//! and roles from competencies.

use std::collections::{BTreeMap, BTreeSet};

use crate::declare::kind::Kind;
use crate::text::path::fold;
use crate::text::spreadsheet::{Cell, Row};

use super::levels;
use super::words::{Aspect, Column, are_one_job, aspect, column, is_job, is_mark, is_no, is_seniority, is_total};

/// The maximum number of nonempty rows to search for the header, because a title or a date can be
/// above the header.
const MOST_ABOVE: usize = 10;
/// The maximum average number of words in cells that count as levels. Cells with more words are
/// statements.
const LEVEL_WORDS: usize = 2;

/// The average number of words from which cells are sentences and no names.
const SENTENCE_WORDS: usize = 3;

/// The maximum number of words of a level.
const LONGEST_LEVEL: usize = 5;
/// The maximum number of levels.
const MOST_LEVELS: usize = 20;

/// What the handbook knows about the texts of cells.
#[derive(Clone, Copy)]
pub struct Known<'a> {
    /// Returns whether a text is a number or a level of the handbook.
    pub is_level: &'a dyn Fn(&str) -> bool,
    /// Returns whether the handbook has a level of this name.
    pub is_declared: &'a dyn Fn(&str) -> bool,
    /// Returns the kind of the chapter with this name.
    pub kind: &'a dyn Fn(&str) -> Option<Kind>,
}

/// The layout of a table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Shape {
    /// One statement per row.
    Statements { competency: usize, level: usize, statement: usize },
    /// One expectation per row.
    Expectations { role: usize, competency: usize, level: usize },
    /// One key down the side and another across: a competency, a level or a role. The cells are
    /// statements if one of the keys is the level, and levels otherwise.
    Grid { side: Column, across: Column, key: usize, columns: Vec<usize> },
}

/// A header that was recognized.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Layout {
    /// The index of the header's row.
    pub row: usize,
    /// The layout of the table.
    pub shape: Shape,
    /// Other columns with a meaning.
    pub aspects: Vec<(Aspect, usize)>,
    /// Whether the levels are titles of jobs, so that each is a role as well.
    pub are_titles: bool,
}

impl Layout {
    /// Looks for the header in the first rows. A row with the words of headers is preferred to one
    /// that only looks like a header.
    pub fn find(rows: &[Row], known: Known<'_>) -> Option<Self> {
        let find = |is_strict: bool| {
            let mut filled = rows.iter().enumerate().filter(|(_, row)| !row.is_empty()).take(MOST_ABOVE);
            filled.find_map(|(n, row)| {
                let table = Table { row, below: &rows[n + 1..], known };
                let found = if is_strict { table.by_words() } else { table.by_contents() };
                found.map(|layout| Self { row: n, ..layout })
            })
        };
        // A row such as `Grade,P2,P3` below a header with other words says more about its columns.
        let is_fact = |layout: &Self| {
            let first = rows[layout.row].cells.iter().find(|cell| !cell.text.is_empty());
            let found = first.and_then(|cell| aspect(&cell.text));
            matches!(found, Some(Aspect::Grade | Aspect::Rank | Aspect::Track | Aspect::Family))
        };
        match find(true) {
            Some(strict) if is_fact(&strict) => {
                Some(find(false).filter(|loose| loose.row < strict.row).unwrap_or(strict))
            }
            strict => strict.or_else(|| find(false)),
        }
    }

    /// Returns the names of competencies and of levels of a grid of levels without tracks.
    pub fn names(&self, rows: &[Row]) -> Option<(BTreeSet<String>, BTreeSet<String>)> {
        let Shape::Grid { across: Column::Level, key, columns, .. } = &self.shape else { return None };
        let text = |cell: &Cell| fold(&cell.text);
        let below = &rows[self.row + 1..];
        // A row with only a name is a group, which tables have in common more often.
        let is_filled = |row: &&Row| columns.iter().any(|n| row.cell(*n).is_some());
        let names = below.iter().filter(is_filled).filter_map(|row| row.cell(*key)).map(text).collect();
        let levels = columns.iter().filter_map(|n| rows[self.row].cell(*n)).map(text).collect();
        Some((names, levels)).filter(|_| self.aspect(Aspect::Track).is_none())
    }

    /// Returns the number of columns with a meaning, which is used to compare separators.
    pub fn width(&self) -> usize {
        match &self.shape {
            Shape::Statements { .. } | Shape::Expectations { .. } => 3 + self.aspects.len(),
            Shape::Grid { columns, .. } => columns.len() + 1 + self.aspects.len(),
        }
    }

    /// Returns whether a column is used.
    pub fn uses(&self, n: usize) -> bool {
        let is_own = match &self.shape {
            Shape::Statements { competency, level, statement } => [*competency, *level, *statement].contains(&n),
            Shape::Expectations { role, competency, level } => [*role, *competency, *level].contains(&n),
            Shape::Grid { key, columns, .. } => *key == n || columns.contains(&n),
        };
        is_own || self.aspects.iter().any(|(_, column)| *column == n)
    }

    /// Returns the column that says this about a row.
    pub fn aspect(&self, wanted: Aspect) -> Option<usize> {
        self.aspects.iter().find(|(aspect, _)| *aspect == wanted).map(|(_, column)| *column)
    }

    /// Describes what the table was understood as.
    pub fn reading(&self, header: &Row) -> String {
        let name = |n: usize| match header.cell(n) {
            Some(cell) => format!("`{}`", cell.text.split_whitespace().collect::<Vec<_>>().join(" ")),
            None => "the first column".to_owned(),
        };
        let mut text = match &self.shape {
            Shape::Statements { competency, level, statement } => {
                let level = name(*level);
                format!(
                    "one statement per row: competencies in {}, levels in {level}, statements in {}",
                    name(*competency),
                    name(*statement)
                )
            }
            Shape::Expectations { role, competency, level } => {
                let competency = name(*competency);
                format!(
                    "one expectation per row: roles in {}, competencies in {competency}, levels in {}",
                    name(*role),
                    name(*level)
                )
            }
            Shape::Grid { side, across, key, columns } => {
                let (first, last) = (columns.first().map(|n| name(*n)), columns.last().map(|n| name(*n)));
                let range = if columns.len() > 1 { " to " } else { "" };
                let last = last.filter(|_| columns.len() > 1).unwrap_or_default();
                let cells = if [*side, *across].contains(&Column::Level) { "statements" } else { "levels" };
                let (side, across) = (self.noun(*side), self.noun(*across));
                format!(
                    "{side} in rows ({}), {across} in columns ({}{range}{last}), {cells} in cells",
                    name(*key),
                    first.unwrap_or_default()
                )
            }
        };
        for (aspect, n) in &self.aspects {
            text.push_str(&format!("; {} in {}", noun_of(*aspect), name(*n)));
        }
        text
    }

    fn noun(&self, column: Column) -> &'static str {
        match column {
            Column::Role => "roles",
            Column::Level if self.are_titles => "roles, each a level of its own,",
            Column::Level => "levels",
            _ => "competencies",
        }
    }
}

fn noun_of(aspect: Aspect) -> &'static str {
    match aspect {
        Aspect::Id => "IDs",
        Aspect::Example => "examples",
        Aspect::Rank => "ranks",
        Aspect::Track => "tracks",
        Aspect::Family => "families",
        Aspect::Grade => "grades",
        Aspect::Cluster => "clusters",
        Aspect::Summary => "summaries",
        Aspect::LevelName => "names of levels",
        Aspect::Proficiency => "proficiencies",
        Aspect::More => "more statements",
    }
}

/// A row that may be the header, and the rows below it.
struct Table<'a> {
    row: &'a Row,
    below: &'a [Row],
    known: Known<'a>,
}

impl Table<'_> {
    fn text(&self, n: usize) -> &str {
        self.row.cells.get(n).map_or("", |cell| &cell.text)
    }

    fn kinds(&self) -> Vec<Option<Column>> {
        self.row.cells.iter().map(|cell| column(&cell.text)).collect()
    }

    /// Recognizes a header by its words.
    fn by_words(&self) -> Option<Layout> {
        let kinds = self.kinds();
        let at = |wanted: Column| kinds.iter().position(|kind| *kind == Some(wanted));
        let (competency, cluster, role) = (at(Column::Competency), at(Column::Cluster), at(Column::Role));
        // If no other column names the competency, a column such as "Area" or "Group" does.
        let is_name = |n: &usize| ["name", "display name", "displayname"].contains(&&*fold(self.text(*n)));
        let competency = competency.or_else(|| (0..kinds.len()).find(is_name).filter(|_| role.is_none())).or(cluster);
        let competency = competency.map(|first| self.narrower(first, &kinds));
        let is_sentence = |n: &usize| !self.holds_levels(&[*n], LEVEL_WORDS);
        let statement = self.statements(&kinds, competency).or_else(|| at(Column::Example));
        // In `Theme, Level, Competency`, sentences in the last column are what is expected.
        let (competency, statement) = match (competency, cluster) {
            (Some(n), Some(theme)) if statement.is_none() && n != theme && self.says_more(n, theme) => {
                (Some(theme), Some(n))
            }
            _ => (competency, statement),
        };
        let levels: Vec<usize> = (0..kinds.len()).filter(|n| kinds[*n] == Some(Column::Level)).collect();
        let is_named_level = |n: &&usize| self.text(**n).to_lowercase().contains("level");
        let level = levels.iter().find(is_named_level).or(levels.first()).copied().or_else(|| at(Column::Proficiency));
        let are_numbered = levels.len() > 1 && levels.iter().all(|n| levels::read(self.text(*n)).number.is_some());
        if let (Some(competency), Some(level), Some(statement), false) = (competency, level, statement, are_numbered) {
            let shape = Shape::Statements { competency, level, statement };
            return Some(self.with_aspects(shape, self.holds_titles(level)));
        }
        // In a table of roles and their grades, a column such as `Communication skills` holds levels.
        let is_name = |n: &usize| !self.holds_levels(&[*n], 0);
        let named = competency.filter(is_name);
        if let (Some(role), Some(competency), Some(level), false) = (role, named, level, are_numbered) {
            return Some(self.with_aspects(Shape::Expectations { role, competency, level }, false));
        }
        if let (Some(competency), Some(level), Some(statement)) = (competency, role, statement.filter(is_sentence)) {
            let shape = Shape::Statements { competency, level, statement };
            return Some(self.with_aspects(shape, true));
        }
        let is_key = |kind: &Option<Column>| matches!(kind, Some(Column::Competency | Column::Role | Column::Level));
        // A cell such as `Level 1` is the header of a single column and doesn't name the keys down
        // the side.
        let names_one = |n: usize| levels::read(self.text(n)).number.is_some();
        let by_kind = kinds.iter().position(is_key).filter(|n| !names_one(*n));
        let by_kind = by_kind.map(|n| if kinds[n] == Some(Column::Competency) { self.narrower(n, &kinds) } else { n });
        by_kind.and_then(|key| self.grid(key, kinds[key])).or_else(|| self.before_levels(&kinds))
    }

    /// Returns the column with statements. If there are several, one that only describes each
    /// competency is the last choice.
    fn statements(&self, kinds: &[Option<Column>], competency: Option<usize>) -> Option<usize> {
        let all: Vec<usize> = (0..kinds.len()).filter(|n| kinds[*n] == Some(Column::Statement)).collect();
        let is_sentence = |n: &usize| !self.holds_levels(&[*n], LEVEL_WORDS);
        let is_own = |n: &usize| !competency.is_some_and(|key| self.repeats_with(*n, key));
        let best = all.iter().copied().find(|n| is_sentence(n) && is_own(n));
        best.or_else(|| all.iter().copied().find(is_sentence)).or(all.first().copied())
    }

    /// Returns whether a column says the same wherever another one does, which is often.
    fn repeats_with(&self, column: usize, key: usize) -> bool {
        let mut said: BTreeMap<&str, &str> = BTreeMap::new();
        let (mut above, mut again) = ("", 0);
        for row in self.below {
            above = row.cell(key).map_or(above, |cell| &cell.text);
            let Some(cell) = row.cell(column) else { continue };
            match said.insert(above, &cell.text) {
                Some(old) if old != cell.text => return false,
                Some(_) => again += 1,
                None => {}
            }
        }
        again > 0
    }

    /// Returns whether a column holds sentences, several for each text of another column.
    fn says_more(&self, column: usize, theme: usize) -> bool {
        let texts = |n: usize| self.below.iter().filter_map(move |row| row.cell(n)).map(|cell| cell.text.as_str());
        let distinct = |n: usize| texts(n).collect::<BTreeSet<_>>().len();
        let words: usize = texts(column).map(|text| text.split_whitespace().count()).sum();
        words >= texts(column).count() * SENTENCE_WORDS && distinct(column) > distinct(theme)
    }

    /// Returns whether a column holds titles of jobs that aren't levels of the handbook yet.
    fn holds_titles(&self, column: usize) -> bool {
        let texts: BTreeSet<&str> =
            self.below.iter().filter_map(|row| row.cell(column)).map(|cell| cell.text.as_str()).collect();
        let titles = texts.iter().filter(|text| is_job(text) && !(self.known.is_declared)(text)).count();
        titles * 2 > texts.len()
    }

    /// If the next column names competencies too, as in `Area, Skill`, returns the one with more
    /// names. The other one groups them.
    fn narrower(&self, first: usize, kinds: &[Option<Column>]) -> usize {
        let second = first + 1;
        // Totals and legends below the table have nothing in the second column.
        let names = |n: usize| {
            let rows = self.below.iter().filter(|row| row.cell(second).is_some());
            rows.filter_map(|row| row.cell(n)).map(|cell| &*cell.text).collect::<BTreeSet<&str>>().len()
        };
        let is_one = kinds.get(second) == Some(&Some(Column::Competency));
        if is_one && !self.holds_levels(&[second], 0) && names(second) >= names(first) { second } else { first }
    }

    /// Recognizes a grid by at least two headers such as `L1` and `L2`. The column before them names
    /// the competencies.
    fn before_levels(&self, kinds: &[Option<Column>]) -> Option<Layout> {
        let is_level = |n: &usize| {
            let text = self.text(*n);
            !text.is_empty() && text.split_whitespace().count() <= 6 && (self.known.is_level)(text)
        };
        let first = (0..kinds.len()).find(is_level).filter(|first| *first > 0)?;
        if (first..kinds.len()).filter(is_level).count() < 2 {
            return None;
        }
        let has_contents = |n: &usize| self.below.iter().any(|row| row.cell(*n).is_some());
        let is_summary = |n: &usize| aspect(self.text(*n)) == Some(Aspect::Summary);
        let mut before = (0..first).rev().filter(has_contents);
        let key = before.find(|n| !is_summary(n))?;
        // If the cells are levels too, this is a row like those below it and no header.
        let is_header = |layout: &Layout| matches!(layout.shape, Shape::Grid { across: Column::Level, .. });
        self.grid(key, Some(Column::Competency)).filter(is_header)
    }

    /// Recognizes a grid whose first column has any header or none, if its other headers or its
    /// first column can be told to be levels or roles.
    fn by_contents(&self) -> Option<Layout> {
        let has_contents = |n: &usize| self.below.iter().filter(|row| row.cell(*n).is_some()).count() >= 2;
        let filled: Vec<usize> = (0..self.row.cells.len()).filter(|n| self.row.cell(*n).is_some()).collect();
        let key = (0..self.row.cells.len()).find(has_contents)?;
        let across: Vec<&str> =
            filled.iter().filter(|n| **n > key).map(|n| self.text(*n)).filter(|text| aspect(text).is_none()).collect();
        if across.len() < 2 || across.iter().any(|text| text.split_whitespace().count() > 8) {
            return None;
        }
        let side: Vec<&str> =
            self.below.iter().filter_map(|row| row.cell(key)).map(|cell| cell.text.as_str()).collect();
        let most = |texts: &[&str], is_one: &dyn Fn(&str) -> bool| {
            texts.iter().filter(|text| is_one(text)).count() * 2 > texts.len()
        };
        let is = |kind: Kind| move |text: &str| (self.known.kind)(text) == Some(kind);
        let is_role = |text: &str| is_seniority(text) || is(Kind::Role)(text);
        let column = match () {
            () if most(&across, &is(Kind::Competency)) || most(&side, &is(Kind::Role)) => Column::Role,
            () if most(&side, &is(Kind::Competency)) || most(&across, &is_role) => Column::Competency,
            () if most(&side, &is_job) => Column::Role,
            () if most(&side, self.known.is_level) || most(&side, &is_seniority) => Column::Level,
            () if most(&across, self.known.is_level) => Column::Competency,
            () => return None,
        };
        self.grid(key, Some(column))
    }

    /// Recognizes a grid whose keys down the side are in the column `key`.
    fn grid(&self, key: usize, kind: Option<Column>) -> Option<Layout> {
        let width = self.row.cells.len();
        let is_role = matches!(kind, Some(Column::Role));
        let is_aspect = |n: &usize| match aspect(self.text(*n)) {
            Some(Aspect::Grade) => is_role && levels::read(self.text(*n)).number.is_none(),
            Some(Aspect::Rank) => is_role,
            Some(Aspect::Example | Aspect::LevelName) | None => false,
            Some(Aspect::Cluster) => !is_role,
            Some(_) => true,
        };
        let mut aspects: Vec<(Aspect, usize)> =
            (0..width).filter(|n| *n != key && is_aspect(n)).filter_map(|n| Some((aspect(self.text(n))?, n))).collect();
        // A column before the names that has any other header is the group that they belong to.
        let before: Vec<usize> = (0..key)
            .filter(|n| !aspects.iter().any(|(_, column)| column == n))
            .filter(|n| self.row.cell(*n).is_some() || self.below.iter().any(|row| row.cell(*n).is_some()))
            .collect();
        if let [group] = before[..]
            && !is_role
            && !aspects.iter().any(|(aspect, _)| *aspect == Aspect::Cluster)
        {
            aspects.push((Aspect::Cluster, group));
        } else if !before.is_empty() {
            return None;
        }
        let columns: Vec<usize> = (key + 1..width)
            .filter(|n| self.row.cell(*n).is_some() && !aspects.iter().any(|(_, column)| column == n))
            .collect();
        let columns: Vec<usize> = columns.into_iter().filter(|n| !is_total(self.text(*n))).collect();
        if columns.is_empty() {
            return None;
        }
        let all_numbered = columns.iter().all(|n| (self.known.is_level)(self.text(*n)));
        // Below headers such as `L3` and `L4`, cells are sentences unless most of them look like
        // levels.
        let cells_are_levels = self.holds_levels(&columns, if all_numbered { 0 } else { LEVEL_WORDS });
        let heads: Vec<&str> = columns.iter().map(|n| self.text(*n)).collect();
        let are_jobs = heads.iter().filter(|text| is_job(text)).count() * 2 > heads.len() || are_one_job(&heads);
        let (side, across, are_titles) = match (kind, cells_are_levels) {
            (Some(Column::Role | Column::Level), true) => (Column::Role, Column::Competency, false),
            (Some(Column::Role), false) => (Column::Level, Column::Competency, true),
            (Some(Column::Level), false) => (Column::Level, Column::Competency, false),
            (_, true) => (Column::Competency, Column::Role, false),
            (_, false) => (Column::Competency, Column::Level, are_jobs),
        };
        let cells_are_levels = ![side, across].contains(&Column::Level);
        // Many tables of levels also have a column of remarks, which is skipped here.
        let is_one = |n: &usize| !cells_are_levels || self.holds_a_level(*n);
        let kept: Vec<usize> = columns.iter().copied().filter(is_one).collect();
        let columns = if kept.is_empty() { columns } else { kept };
        let shape = Shape::Grid { side, across, key, columns };
        Some(Layout { row: 0, shape, aspects, are_titles })
    }

    /// Adds the columns that say more about each row of a list.
    fn with_aspects(&self, shape: Shape, are_titles: bool) -> Layout {
        let mut layout = Layout { row: 0, shape, aspects: Vec::new(), are_titles };
        let kinds = self.kinds();
        for (n, kind) in kinds.iter().enumerate().filter(|(_, kind)| kind.is_some()) {
            let found = match kind {
                Some(Column::Id) => Aspect::Id,
                Some(Column::Example) => Aspect::Example,
                Some(Column::Rank) => Aspect::Rank,
                Some(Column::Track) => Aspect::Track,
                Some(Column::Family) => Aspect::Family,
                Some(Column::Proficiency) => Aspect::Proficiency,
                Some(Column::Statement) => match &layout.shape {
                    Shape::Statements { competency, level, .. } => match () {
                        () if self.repeats_with(n, *competency) => Aspect::Summary,
                        () if self.repeats_with(n, *level) => continue,
                        () => Aspect::More,
                    },
                    _ => continue,
                },
                Some(Column::Cluster | Column::Competency) => Aspect::Cluster,
                Some(Column::Level) if self.text(n).to_lowercase().contains("name") => Aspect::LevelName,
                Some(Column::Level) if matches!(layout.shape, Shape::Expectations { .. }) => Aspect::Grade,
                _ => continue,
            };
            if !layout.uses(n) && (found == Aspect::More || layout.aspect(found).is_none()) {
                layout.aspects.push((found, n));
            }
        }
        layout
    }

    /// Returns whether at least one of a column's cells is a level, or all of them are empty.
    fn holds_a_level(&self, column: usize) -> bool {
        let mut cells = self.below.iter().filter_map(|row| row.cell(column)).map(|cell| cell.text.as_str()).peekable();
        cells.peek().is_none() || cells.any(|text| self.fits(text))
    }

    fn fits(&self, text: &str) -> bool {
        (self.known.is_level)(text)
            || levels::is_error(text)
            || levels::is_nothing(text)
            || is_mark(text)
            || is_no(text)
    }

    /// Returns whether the cells are levels rather than sentences: most of them look like levels, or
    /// they have at most `most_words` words on average, or they say the same few things again and
    /// again.
    fn holds_levels(&self, columns: &[usize], most_words: usize) -> bool {
        let filled = self.below.iter().flat_map(|row| columns.iter().filter_map(|n| row.cell(*n)));
        let cells: Vec<&str> = filled.map(|cell| cell.text.as_str()).collect();
        let words: usize = cells.iter().map(|text| text.split_whitespace().count()).sum();
        let distinct: BTreeSet<&str> = cells.iter().copied().collect();
        let is_brief = || cells.iter().all(|text| text.split_whitespace().count() <= LONGEST_LEVEL);
        let repeats = most_words > 0 && distinct.len() <= MOST_LEVELS && distinct.len() * 2 <= cells.len();
        let are_levels = cells.iter().filter(|text| self.fits(text)).count() * 2 > cells.len();
        are_levels || words <= cells.len() * most_words || (repeats && is_brief())
    }
}
