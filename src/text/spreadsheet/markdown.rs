//! Reads the tables of a Markdown file.
//!
//! Input: Markdown. Output: a [`Sheet`] for each table, named by the heading above it. `<br>` in a
//! cell begins a line, and other markup is dropped.

use std::ops::Range;

use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};

use super::{Cell, Row, Sheet};
use crate::text::source::Text;

/// Reads all tables.
pub fn read(source: &Text<'_>) -> Vec<Sheet> {
    let mut sheets: Vec<Sheet> = Vec::new();
    let mut title = String::new();
    let mut rows: Vec<Row> = Vec::new();
    let mut cell: Option<(String, Range<usize>)> = None;
    let mut in_heading = false;
    // The first text outside of tables and headings, and the number of its paragraphs.
    let mut around: Option<(Range<usize>, usize)> = None;
    for (event, range) in Parser::new_ext(&source.text, Options::ENABLE_TABLES).into_offset_iter() {
        let add = |text: &str, title: &mut String, cell: &mut Option<(String, Range<usize>)>| {
            if in_heading {
                title.push_str(text);
            } else if let Some((content, _)) = cell {
                content.push_str(text);
            }
        };
        match event {
            Event::Start(Tag::Heading { .. }) => {
                (in_heading, title) = (true, String::new());
            }
            Event::End(TagEnd::Heading(_)) => in_heading = false,
            Event::Start(Tag::Paragraph | Tag::CodeBlock(_)) => {
                let (first, count) = around.take().unwrap_or((range, 0));
                around = Some((first, count + 1));
            }
            Event::Start(Tag::TableHead | Tag::TableRow) => rows.push(Row { cells: Vec::new() }),
            Event::Start(Tag::TableCell) => cell = Some((String::new(), range)),
            Event::End(TagEnd::TableCell) => {
                if let (Some((text, range)), Some(row)) = (cell.take(), rows.last_mut()) {
                    let inner = source.text[range.clone()].trim_matches([' ', '|', '\t']);
                    let start = range.start + source.text[range.clone()].find(inner).unwrap_or(0);
                    let span = source.span(start, start + inner.len());
                    row.cells.push(Cell { text: text.trim().to_owned(), span });
                }
            }
            Event::End(TagEnd::Table) => {
                let readings = vec![std::mem::take(&mut rows)];
                sheets.push(Sheet { name: title.trim().to_owned(), readings, ..Sheet::default() });
            }
            Event::Text(text) | Event::Code(text) => add(&text, &mut title, &mut cell),
            Event::InlineHtml(tag) if tag.to_ascii_lowercase().starts_with("<br") => add("\n", &mut title, &mut cell),
            Event::SoftBreak | Event::HardBreak => add(" ", &mut title, &mut cell),
            _ => {}
        }
    }
    if let (Some((range, count)), Some(sheet)) = (around, sheets.first_mut()) {
        let what = if count == 1 { "1 paragraph".to_owned() } else { format!("{count} paragraphs") };
        let (is, was) = if count == 1 { ("is", "was") } else { ("are", "were") };
        let message = format!("{what} of text {is} outside of the tables, and {was} not used");
        sheet.remarks.push((source.span(range.start, range.start + source.text[range].trim_end().len()), message));
    }
    sheets
}

/// Returns whether a text has a line such as `|---|---|`, which only tables in Markdown have.
pub fn is_likely(text: &str) -> bool {
    text.lines().any(|line| {
        let line = line.trim();
        line.contains('|') && line.contains("--") && line.chars().all(|c| matches!(c, '|' | '-' | ':' | ' '))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_are_found_with_the_heading_above_them() {
        let text = Text::new(
            b"# A\n\nx\n\n## Levels\n\n| Skill | 1 |\n|---|:-:|\n| **Talks** | Says `it`<br>early \\| late |\n",
        )
        .unwrap();
        let sheet = read(&text).remove(0);
        let rows: Vec<Vec<&str>> =
            sheet.readings[0].iter().map(|row| row.cells.iter().map(|cell| cell.text.as_str()).collect()).collect();
        assert_eq!(
            (sheet.name.as_str(), rows),
            ("Levels", vec![vec!["Skill", "1"], vec!["Talks", "Says it\nearly | late"]])
        );
        let span = sheet.readings[0][1].cells[0].span;
        assert_eq!(&text.text[span.range()], "**Talks**");
        assert!(is_likely("a | b\n--|--\n") && !is_likely("a|b\n1|2\n"));
    }
}
