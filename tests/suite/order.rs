//! Checks the order in which chapters are listed and read: by the `order` that authors wrote, then
//! alphabetically.

use rolebook::model::compile::{Choices, Compiler, Handbook};
use rolebook::text::path::SourcePath;
use rolebook::text::source::{SourceFile, Sources};

use crate::support::compile;

/// Lists the titles of all chapters in reading order, without the home page.
fn reading(handbook: &Handbook) -> Vec<String> {
    let tree = &handbook.book.tree;
    tree.reading.iter().skip(1).map(|node| tree.node(*node).title.clone()).collect()
}

#[test]
fn chapters_and_folders_with_an_order_come_first_then_the_rest_by_title() {
    let sources = Sources::from_texts([
        ("index.md", "# Home\n"),
        ("a.md", "# Apples\n"),
        ("b.md", "---\norder: 10\n---\n# Bananas\n"),
        ("c.md", "---\norder: -1\n---\n# cherries\n"),
        ("d.md", "# Dates\n"),
        ("z/index.md", "---\norder: 2\n---\n# Zone\n"),
        ("z/last.md", "---\norder: 9\n---\n# A first letter\n"),
        ("z/first.md", "---\norder: 1\n---\n# Z last letter\n"),
    ]);
    let wanted = ["cherries", "Zone", "Z last letter", "A first letter", "Bananas", "Apples", "Dates"];
    assert_eq!(reading(&compile(&sources).unwrap()), wanted);
}

#[test]
fn changing_the_order_of_a_chapter_moves_it_in_a_running_preview() {
    let file = |text: &str| SourceFile::new(text.as_bytes());
    let mut sources = Sources::from_texts([("a.md", "# A\n"), ("b.md", "# B\n"), ("c.md", "# C\n")]);
    let mut compiler = Compiler::new();
    let mut read = |sources: &Sources| reading(&compiler.compile(sources, &Choices::default()).unwrap());
    assert_eq!(read(&sources), ["A", "B", "C"]);
    sources.files.insert(SourcePath::new("c.md"), file("---\norder: 1\n---\n# C\n"));
    assert_eq!(read(&sources), ["C", "A", "B"]);
    sources.files.insert(SourcePath::new("b.md"), file("---\norder: 0\n---\n# B\n"));
    assert_eq!(read(&sources), ["B", "C", "A"]);
}
