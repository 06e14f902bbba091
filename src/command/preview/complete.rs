//! Completes a reference that an author is typing between `[[` and `]]`.
//!
//! Input: the site that is shown, and the text typed so far. Output: up to eight completions:
//! chapters by ID, title and other names; headings, statements and terms after `#`; levels after
//! `@`.

use serde::Serialize;

use super::answer::json;
use crate::author::form::name_of;
use crate::chapter::document::{Document, Facts, Meta};
use crate::declare::config::Scope;
use crate::model::book::{Book, ChapterId};
use crate::site::urls::Site;
use crate::text::path::{SourcePath, fold};
use crate::world::server::Answer;

/// The maximum number of completions.
const MOST: usize = 8;

/// One possible completion.
#[derive(Debug, PartialEq, Eq, Serialize)]
struct Choice {
    /// The text to insert between the brackets.
    insert: String,
    /// The name that people read.
    label: String,
    /// The kind of thing that the completion refers to, such as a chapter or a term.
    kind: &'static str,
}

/// Answers with the completions of `written` in the chapter at `path`.
pub fn complete(site: &Site, written: &str, path: &SourcePath) -> Answer {
    let book = &site.handbook().book;
    let choices = if let Some((target, begun)) = written.split_once('#') {
        places(site, chapter(book, target, path), target, begun)
    } else if let Some((target, begun)) = written.split_once('@') {
        levels(site, chapter(book, target, path), target, begun)
    } else {
        chapters(book, written)
    };
    json(200, &choices)
}

/// Returns the chapter that is named before a `#` or `@`, or the chapter being edited if no chapter
/// is named.
fn chapter(book: &Book, target: &str, path: &SourcePath) -> Option<ChapterId> {
    if target.is_empty() { book.at_path(path) } else { book.names.find(target).first().copied() }
}

fn chapters(book: &Book, begun: &str) -> Vec<Choice> {
    let begun = fold(begun);
    let mut found: Vec<(u8, &str, ChapterId)> = Vec::new();
    for chapter in book.ids() {
        let meta = book.meta(chapter);
        if let Some(rank) = rank(meta, &begun) {
            found.push((rank, &meta.title, chapter));
        }
    }
    found.sort_unstable();
    let choice = |(_, title, chapter): &(u8, &str, ChapterId)| {
        let (insert, kind) = (name_of(book, *chapter), book.meta(*chapter).kind.name());
        Choice { insert, label: (*title).to_owned(), kind }
    };
    found.iter().take(MOST).map(choice).collect()
}

/// Returns a number that says how well a chapter matches the typed text, where lower is better, or
/// `None` if the chapter doesn't match.
fn rank(meta: &Meta, begun: &str) -> Option<u8> {
    let (id, title) = (fold(&meta.id), fold(&meta.title));
    let has_word = |text: &str| text.split([' ', '-', '/']).any(|word| word.starts_with(begun));
    let others = || {
        let also = match &meta.facts {
            Facts::Role(role) => role.also_called.as_slice(),
            _ => &[],
        };
        meta.aliases.iter().chain(also).any(|name| fold(name).contains(begun))
    };
    match () {
        () if id.starts_with(begun) || title.starts_with(begun) => Some(0),
        () if has_word(&id) || has_word(&title) => Some(1),
        () if id.contains(begun) || title.contains(begun) => Some(2),
        () if others() => Some(3),
        () => None,
    }
}

fn places(site: &Site, chapter: Option<ChapterId>, target: &str, begun: &str) -> Vec<Choice> {
    let Some(chapter) = chapter else { return Vec::new() };
    let Document { meta, outline, .. } = &site.handbook().documents[chapter.index()];
    let headings = outline.headings.iter().map(|heading| (&heading.id, &heading.text, "heading"));
    let (statements, terms) = match &meta.facts {
        Facts::Role(role) => (role.responsibilities.as_slice(), &[][..]),
        Facts::Competency(competency) => (competency.statements.as_slice(), &[][..]),
        Facts::Glossary(terms) => (&[][..], terms.as_slice()),
        _ => (&[][..], &[][..]),
    };
    let statements = statements.iter().map(|statement| (&statement.id, &statement.text, "statement"));
    let terms = terms.iter().map(|term| (&term.id, &term.name, "term"));
    let begun = fold(begun);
    let fits = |(id, text, _): &(&String, &String, &str)| fold(id).contains(&begun) || fold(text).contains(&begun);
    let choice = |(id, text, kind): (&String, &String, &'static str)| Choice {
        insert: format!("{target}#{id}"),
        label: text.clone(),
        kind,
    };
    headings.chain(statements).chain(terms).filter(fits).take(MOST).map(choice).collect()
}

fn levels(site: &Site, chapter: Option<ChapterId>, target: &str, begun: &str) -> Vec<Choice> {
    let handbook = site.handbook();
    let Some(Facts::Competency(competency)) = chapter.map(|chapter| &handbook.book.meta(chapter).facts) else {
        return Vec::new();
    };
    let family = chapter.and_then(|chapter| handbook.book.meta(chapter).family.as_deref());
    let scale = handbook.config.scale_of(Scope::of_family(family));
    let begun = fold(begun);
    let fits = |number: u8, name: &str| number.to_string().starts_with(&begun) || fold(name).starts_with(&begun);
    let has = |number: u8| competency.levels.iter().any(|heading| heading.level == number);
    let known = scale.iter().copied().filter(|level| has(level.level) && fits(level.level, &level.name));
    known
        .map(|level| Choice {
            insert: format!("{target}@{}", level.level),
            label: format!("{} ({} of {})", level.name, level.level, scale.len()),
            kind: "level",
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::compile::{Choices, Compiler};
    use crate::text::source::Sources;

    #[test]
    fn the_nearest_chapter_comes_first_and_an_id_of_two_is_written_as_a_path() {
        let texts = [
            ("competencies/writing.md", "# Writing\n"),
            ("guides/a.md", "# Rewriting a page\n"),
            ("guides/b.md", "# How to begin writing\n"),
            ("one/x.md", "# First\n"),
            ("two/x.md", "# Second\n"),
        ];
        let handbook = Compiler::new().compile(&Sources::from_texts(texts), &Choices::default()).unwrap();
        let inserts = |begun: &str| chapters(&handbook.book, begun).into_iter().map(|c| c.insert).collect::<Vec<_>>();
        assert_eq!(inserts("Writ"), ["writing", "b", "a"]);
        assert_eq!(inserts("x"), ["one/x", "two/x"]);
        assert!(inserts("zzz").is_empty());
    }
}
