//! Recognizes the contents of a table by its header.
//!
//! Input: the rows of a table. Output: a [`Layout`]: which row is the header, and what each column
//! means. Never reads the rows below the header, except to tell levels from sentences.

use crate::text::path::fold;
use crate::text::spreadsheet::Row;

use super::levels;

/// The maximum number of nonempty rows to search for the header, because a title or a date can be
/// above the header.
const MOST_ABOVE: usize = 10;
/// The maximum average number of words in cells that count as levels. Cells with more words are
/// statements.
const LEVEL_WORDS: usize = 2;

/// The kinds of contents that a column can have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Column {
    Statement,
    Level,
    Cluster,
    Role,
    Competency,
}

/// For each kind of column, the words by which headers name it. A header belongs to the first kind
/// that has one of the header's words.
const WORDS: &[(Column, &str)] = &[
    (
        Column::Statement,
        "statement behaviour behavior expectation description indicator example evidence criteria criterion \
         aussage verhalten beschreibung erwartung kriterium",
    ),
    (Column::Level, "level lvl grade band stage stufe niveau"),
    (Column::Cluster, "cluster category group theme pillar gruppe kategorie bereich"),
    (Column::Role, "role job position title rolle stelle"),
    (
        Column::Competency,
        "competency competencie competence skill principle area capability capabilitie dimension value attribute \
         kompetenz kompetenzen fähigkeit fähigkeiten prinzip prinzipien",
    ),
];

/// Returns the kind of the column that has this header.
pub fn column(header: &str) -> Option<Column> {
    let folded = fold(header);
    let words: Vec<&str> = folded.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).collect();
    let is_one = |known: &str| words.iter().any(|word| [*word, word.trim_end_matches('s')].contains(&known));
    WORDS.iter().find(|(_, known)| known.split(' ').any(is_one)).map(|(column, _)| *column)
}

/// The layout of a table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Shape {
    /// One statement per row.
    Statements { competency: usize, level: usize, statement: usize, cluster: Option<usize> },
    /// One expectation per row.
    Expectations { role: usize, competency: usize, level: usize },
    /// One key down the side and another across: a competency, a level or a role. The cells are
    /// statements if one of the keys is the level, and levels otherwise.
    Grid { side: Column, across: Column, key: usize, cluster: Option<usize>, columns: Vec<usize> },
}

/// A header that was recognized.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Layout {
    /// The index of the header's row.
    pub row: usize,
    /// The layout of the table.
    pub shape: Shape,
}

impl Layout {
    /// Looks for the header in the first rows; `is_level` returns whether a text is a number or a
    /// level of the handbook.
    pub fn find(rows: &[Row], is_level: &dyn Fn(&str) -> bool) -> Option<Self> {
        let mut filled = rows.iter().enumerate().filter(|(_, row)| !row.is_empty()).take(MOST_ABOVE);
        filled.find_map(|(n, row)| Some(Self { row: n, shape: shape(row, &rows[n + 1..], is_level)? }))
    }

    /// Returns the number of columns with a meaning, which is used to compare separators.
    pub fn width(&self) -> usize {
        match &self.shape {
            Shape::Statements { .. } | Shape::Expectations { .. } => 3,
            Shape::Grid { columns, .. } => columns.len() + 1,
        }
    }

    /// Returns whether a column is used.
    pub fn uses(&self, n: usize) -> bool {
        match &self.shape {
            Shape::Statements { competency, level, statement, cluster } => {
                [*competency, *level, *statement].contains(&n) || *cluster == Some(n)
            }
            Shape::Expectations { role, competency, level } => [*role, *competency, *level].contains(&n),
            Shape::Grid { key, cluster, columns, .. } => *key == n || *cluster == Some(n) || columns.contains(&n),
        }
    }
}

fn shape(row: &Row, below: &[Row], is_level: &dyn Fn(&str) -> bool) -> Option<Shape> {
    let kinds: Vec<Option<Column>> = row.cells.iter().map(|cell| column(&cell.text)).collect();
    let at = |wanted: Column| kinds.iter().position(|kind| *kind == Some(wanted));
    let (competency, level, cluster) = (at(Column::Competency), at(Column::Level), at(Column::Cluster));
    // If no other column names the competency, a column such as "Area" or "Group" does.
    let (competency, cluster) = if competency.is_none() { (cluster, None) } else { (competency, cluster) };
    if let (Some(competency), Some(level), Some(statement)) = (competency, level, at(Column::Statement)) {
        return Some(Shape::Statements { competency, level, statement, cluster });
    }
    if let (Some(role), Some(competency), Some(level)) = (at(Column::Role), competency, level) {
        return Some(Shape::Expectations { role, competency, level });
    }
    grid(row, &kinds, below, is_level)
}

/// Recognizes the header of a grid, whose first cell names the keys down the side.
fn grid(row: &Row, kinds: &[Option<Column>], below: &[Row], is_level: &dyn Fn(&str) -> bool) -> Option<Shape> {
    let key = kinds.iter().position(|kind| matches!(kind, Some(Column::Competency | Column::Role | Column::Level)))?;
    let cluster = kinds[..key].iter().position(|kind| *kind == Some(Column::Cluster));
    let is_bare = (0..key).all(|n| Some(n) == cluster || row.cell(n).is_none());
    // A cell such as `Level 1` is the header of a single column and doesn't name the keys down the
    // side.
    let names_one = levels::read(&row.cells[key].text).number.is_some();
    let columns: Vec<usize> = (key + 1..row.cells.len()).filter(|n| row.cell(*n).is_some()).collect();
    if !is_bare || names_one || columns.is_empty() {
        return None;
    }
    let all_numbered = columns.iter().all(|n| is_level(&row.cells[*n].text));
    // Below headers such as `L3` and `L4`, cells are sentences unless most of them look like
    // levels.
    let cells_are_levels = holds_levels(below, &columns, is_level, if all_numbered { 0 } else { LEVEL_WORDS });
    let (side, across) = match (kinds[key], cells_are_levels) {
        (Some(Column::Role), _) | (Some(Column::Level), true) => (Column::Role, Column::Competency),
        (Some(Column::Level), false) => (Column::Level, Column::Competency),
        (_, true) => (Column::Competency, Column::Role),
        (_, false) => (Column::Competency, Column::Level),
    };
    let cells_are_levels = ![side, across].contains(&Column::Level);
    // Many tables of levels also have a column of remarks, which is skipped here.
    let is_one = |n: &usize| !cells_are_levels || holds_a_level(below, *n, is_level);
    let kept: Vec<usize> = columns.iter().copied().filter(is_one).collect();
    let columns = if kept.is_empty() { columns } else { kept };
    Some(Shape::Grid { side, across, key, cluster, columns })
}

/// Returns whether at least one of a column's cells is a level, or all of them are empty.
fn holds_a_level(rows: &[Row], column: usize, is_level: &dyn Fn(&str) -> bool) -> bool {
    let mut cells = rows.iter().filter_map(|row| row.cell(column)).map(|cell| cell.text.as_str()).peekable();
    cells.peek().is_none() || cells.any(|text| is_level(text) || levels::is_nothing(text))
}

/// Returns whether the cells are levels rather than sentences: most of them look like levels, or
/// they have at most `most_words` words on average.
fn holds_levels(rows: &[Row], columns: &[usize], is_level: &dyn Fn(&str) -> bool, most_words: usize) -> bool {
    let filled = rows.iter().flat_map(|row| columns.iter().filter_map(|n| row.cell(*n)));
    let cells: Vec<&str> = filled.map(|cell| cell.text.as_str()).collect();
    let fits = |text: &&&str| is_level(text) || levels::is_nothing(text);
    let words: usize = cells.iter().map(|text| text.split_whitespace().count()).sum();
    cells.iter().filter(fits).count() * 2 > cells.len() || words <= cells.len() * most_words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_are_recognized_in_the_words_that_companies_use() {
        let all = [
            ("Skill area", Column::Competency),
            ("Principles", Column::Competency),
            ("CAPABILITIES", Column::Competency),
            ("Expected behaviours", Column::Statement),
            ("Level description", Column::Statement),
            ("Job level", Column::Level),
            ("Grade", Column::Level),
            ("Skill category", Column::Cluster),
            ("Job title", Column::Role),
            ("Stufe", Column::Level),
            ("Fähigkeiten", Column::Competency),
        ];
        for (header, wanted) in all {
            assert_eq!(column(header), Some(wanted), "{header}");
        }
        assert_eq!(column("Notes"), None);
        assert_eq!(column(""), None);
    }
}
