//! Finds the tables of levels in chapters.
//!
//! Input: chapters. Output: the places of the tables from which `import` can make chapters. Never
//! decides what becomes of their rows.

use super::{Table, line};
use crate::declare::kind::Kind;
use crate::model::compile::Handbook;
use crate::text::path::SourcePath;
use crate::text::source::Sources;

/// Words in the names of levels.
const LEVELS: &[&str] = &[
    "level",
    "novice",
    "beginner",
    "basic",
    "foundation",
    "foundational",
    "associate",
    "apprentice",
    "entry",
    "junior",
    "learning",
    "developing",
    "intermediate",
    "mid",
    "practitioner",
    "proficient",
    "competent",
    "advanced",
    "senior",
    "lead",
    "staff",
    "principal",
    "expert",
    "mastery",
    "stufe",
    "niveau",
];

/// Words in the headers of columns that name what has levels.
const SUBJECTS: &[&str] =
    &["role", "competency", "competencie", "competence", "skill", "capability", "rolle", "kompetenz"];

/// Returns the tables, each with the number of rows below its header.
pub fn of(handbook: &Handbook, sources: &Sources) -> Vec<Table> {
    let mut found = Vec::new();
    for document in handbook.documents.iter().filter(|document| document.meta.kind == Kind::Page) {
        let path = &document.meta.path;
        let Some(text) = sources.bytes(path).and_then(|bytes| std::str::from_utf8(bytes).ok()) else { continue };
        let tables = tables(text).into_iter();
        let of_levels = |(start, rows): (usize, Vec<Vec<String>>)| {
            let rows = rows_of_levels(&rows)?;
            Some((line(text.as_bytes(), start), rows))
        };
        let of_levels: Vec<(usize, usize)> = tables.filter_map(of_levels).collect();
        // An export of a database is a chapter with a table, and a file.
        let file = SourcePath::new(format!("{}.csv", path.without_extension()));
        let file = Some(file).filter(|file| of_levels.len() == 1 && sources.files.contains_key(file));
        let table = |(line, rows)| Table { place: (path.clone(), line), rows, file: file.clone() };
        found.extend(of_levels.into_iter().map(table));
    }
    found
}

/// Returns each table with pipes outside of code: the byte offset of its header, and its cells.
fn tables(text: &str) -> Vec<(usize, Vec<Vec<String>>)> {
    let mut found = Vec::new();
    let (mut at, mut fence): (usize, Option<&str>) = (0, None);
    let lines: Vec<&str> = text.split_inclusive('\n').collect();
    let mut n = 0;
    while n < lines.len() {
        let bare = lines[n].trim();
        if let Some(mark) = ["```", "~~~"].into_iter().find(|mark| bare.starts_with(mark)) {
            fence = if fence == Some(mark) { None } else { fence.or(Some(mark)) };
        }
        let is_header =
            fence.is_none() && bare.contains('|') && lines.get(n + 1).is_some_and(|line| is_delimiter(line));
        if !is_header {
            at += lines[n].len();
            n += 1;
            continue;
        }
        let body = lines[n + 2..].iter().take_while(|line| line.contains('|'));
        let rows: Vec<Vec<String>> = std::iter::once(&lines[n]).chain(body).map(|line| cells(line)).collect();
        let count = rows.len() + 1;
        found.push((at, rows));
        at += lines[n..n + count].iter().map(|line| line.len()).sum::<usize>();
        n += count;
    }
    found
}

fn is_delimiter(line: &str) -> bool {
    let line = line.trim();
    line.contains('|') && line.contains('-') && line.chars().all(|c| matches!(c, '|' | '-' | ':' | ' '))
}

/// Returns the cells of a row as plain text.
fn cells(line: &str) -> Vec<String> {
    let line = line.trim();
    let line = line.strip_prefix('|').unwrap_or(line);
    let line = line.strip_suffix('|').unwrap_or(line);
    let plain = |cell: &str| cell.replace("<br>", "\n").replace(['*', '`', '\u{1}'], "").trim().to_owned();
    line.replace("\\|", "\u{1}").split('|').map(plain).collect()
}

/// Returns the number of rows of a table about levels, or `None` if it isn't one. The header names levels
/// or a column for them, or all cells of the rows are levels.
fn rows_of_levels(rows: &[Vec<String>]) -> Option<usize> {
    let (header, body) = rows.split_first()?;
    let (first, others) = header.split_first()?;
    let is_named = |name: &str, words: &[&str]| words_of(name).any(|word| words.contains(&word.trim_end_matches('s')));
    let are_levels = |cells: &[String]| cells.len() > 1 && cells.iter().all(|cell| is_level(cell));
    let has_subject = header.iter().any(|name| is_named(name, SUBJECTS));
    let has_column = has_subject && others.len() > 1 && header.iter().any(|name| is_named(name, &["level", "stufe"]));
    let is_matrix = is_named(first, SUBJECTS) && body.iter().all(|row| row.len() > 2 && are_levels(&row[1..]));
    let is_one = are_levels(others) || has_column || is_matrix;
    (is_one && body.len() > 1).then_some(body.len())
}

fn words_of(text: &str) -> impl Iterator<Item = String> + use<> {
    let words = text.to_lowercase();
    let words: Vec<String> = words.split(|c: char| !c.is_alphanumeric()).map(str::to_owned).collect();
    words.into_iter().filter(|word| !word.is_empty())
}

/// Returns whether a text names a level: `Senior`, `Level 2`, `L3`, `4`.
fn is_level(text: &str) -> bool {
    let is_numbered = |word: &str| {
        let letters = word.trim_end_matches(|c: char| c.is_ascii_digit());
        let digits = word.len() - letters.len();
        (1..=2).contains(&digits) && ["", "l", "ic", "m"].contains(&letters)
    };
    let words: Vec<String> = words_of(text).collect();
    (1..=4).contains(&words.len())
        && (words.iter().any(|word| LEVELS.contains(&word.as_str())) || (words.len() == 1 && is_numbered(&words[0])))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Vec<Option<usize>> {
        tables(text).iter().map(|(_, rows)| rows_of_levels(rows)).collect()
    }

    #[test]
    fn a_table_of_levels_is_recognized_and_other_tables_are_not() {
        let table = |rows: [&str; 3]| format!("{}\n|---|---|---|\n{}\n{}\n", rows[0], rows[1], rows[2]);
        let ladder =
            table(["| Area | Level 1 | Senior |", "| **Writing** | Writes | Edits |", "| Talking | Talks | Leads |"]);
        assert_eq!(found(&ladder), [Some(2)]);
        assert_eq!(found(&format!("```\n{ladder}```\n")), []);
        assert_eq!(found(&table(["| Skill | Level | Text |", "| A | 1 | Does |", "| A | 2 | Leads |"])), [Some(2)]);
        assert_eq!(found(&table(["| Role | Writing | Talking |", "| A | 1 | L2 |", "| B | 3 | 4 |"])), [Some(2)]);
        for other in [
            ["| Quality attribute | Description | Metrics |", "| Speed | Fast | ms |", "| Size | Small | kB |"],
            ["| Variable | Type | Description |", "| a | int | A |", "| b | int | B |"],
            ["| Team | Q1 | Q2 |", "| A | 1 | 2 |", "| B | 3 | 4 |"],
            ["| Log | Level | Meaning |", "| a | warn | A |", "| b | info | B |"],
            ["| Year | 2023 | 2024 |", "| a | 1 | 2 |", "| b | 3 | 4 |"],
        ] {
            assert_eq!(found(&table(other)), [None], "{other:?}");
        }
        assert_eq!(found("a | b\n"), []);
    }
}
