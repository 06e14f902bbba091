//! Finds the tables of levels in chapters.
//!
//! Input: chapters. Output: the places of the tables that `import` would turn into chapters. Never
//! reads other tables.

use super::{Line, line};
use crate::author::import::{self, Target};
use crate::declare::config::FILE;
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

/// Returns the tables with their places, each with what it contains.
pub fn of(handbook: &Handbook, sources: &Sources) -> Vec<(Line, String)> {
    let mut found = Vec::new();
    for document in handbook.documents.iter().filter(|document| document.meta.kind == Kind::Page) {
        let path = &document.meta.path;
        let Some(text) = sources.bytes(path).and_then(|bytes| std::str::from_utf8(bytes).ok()) else { continue };
        for (start, rows) in tables(text) {
            if let Some(what) = contents(path, &rows) {
                found.push(((path.clone(), line(text.as_bytes(), start)), what));
            }
        }
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

/// Returns what `import` would make of a table, or `None` if it isn't about levels.
fn contents(path: &SourcePath, rows: &[Vec<String>]) -> Option<String> {
    let cell = |cell: &String| format!("\"{}\"", cell.replace('"', "\"\""));
    let row = |row: &Vec<String>| format!("{}\n", row.iter().map(cell).collect::<Vec<_>>().join(","));
    let csv: String = rows.iter().map(row).collect();
    let target = Target { handbook: None, declares_scale: false, title: "" };
    let import = import::plan(path, csv.as_bytes(), target);
    let count = |folder: &str| import.files.iter().filter(|file| file.path.as_str().starts_with(folder)).count();
    let (roles, competencies) = (count("roles/"), count("competencies/"));
    let settings = import.files.iter().find(|file| file.path.as_str() == FILE).map_or("", |file| file.text.as_str());
    let levels: Vec<&str> = settings.lines().filter_map(|line| line.strip_prefix("name = ")).collect();
    let are_levels = levels.len() > 1 && levels.iter().all(|name| is_level(name));
    let is_understood = !import.is_refused() && are_levels && import.findings.len() * 2 < rows.len();
    let is_understood = is_understood && roles + competencies > 1;
    let named = |count: usize, one: &str, many: &str| match count {
        0 => None,
        1 => Some(format!("1 {one}")),
        _ => Some(format!("{count} {many}")),
    };
    let parts = [named(roles, "role", "roles"), named(competencies, "competency", "competencies")];
    is_understood.then(|| parts.into_iter().flatten().collect::<Vec<_>>().join(" and "))
}

/// Returns whether a name looks like that of a level.
fn is_level(name: &str) -> bool {
    let name = name.to_lowercase();
    let mut words = name.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    let is_short = words.clone().count() <= 4;
    is_short && words.any(|word| LEVELS.contains(&word) || word.bytes().any(|byte| byte.is_ascii_digit()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Vec<Option<String>> {
        tables(text).iter().map(|(_, rows)| contents(&SourcePath::new("a.md"), rows)).collect()
    }

    #[test]
    fn a_table_of_levels_is_recognized_and_other_tables_are_not() {
        let ladder = "| Competency | Level 1 | Level 2 |\n|---|---|---|\n| **Writing** | Writes | Edits |\n| Talking | Talks | Leads |\n";
        assert_eq!(found(ladder), [Some("2 competencies".to_owned())]);
        assert_eq!(found(&format!("```\n{ladder}```\n")), []);
        assert_eq!(found("| Tool | Use |\n|---|---|\n| Slack | chat |\n"), [None]);
        let quality = "| Quality attribute | Description | Metrics |\n|---|---|---|\n| Speed | Fast | ms |\n| Size | Small | kB |\n";
        assert_eq!(found(quality), [None]);
        assert_eq!(found("a | b\n"), []);
    }
}
