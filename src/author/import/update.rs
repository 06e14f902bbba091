//! Compares an existing chapter with what a table says about it, and writes the differences.
//!
//! Input: a chapter, and the statements, expectations and facts of a table. Output: the differences
//! in words, and the file's new bytes. Changes only what differs. Statements are matched by their
//! anchors, then by their words, and keep their anchors. What the table doesn't contain is kept and
//! counted, or removed if that is wanted.

mod matching;
mod places;

use std::collections::BTreeSet;
use std::ops::Range;
use std::sync::Arc;

use crate::author::edit::{self, fact};
use crate::chapter::document::{Document, Facts};
use crate::model::book::ChapterId;
use crate::text::path::{SourcePath, fold};
use crate::text::quote;
use crate::text::slug::Slugger;

use super::levels::Scale;
use super::wish::{Wish, proficiency};
use super::{Change, Target};
use matching::{Match, matches};
use places::Places;

/// The level that the table expects of a competency: its number and its name, or `None` if the table
/// says that none is expected.
pub struct Expected {
    pub id: String,
    pub title: String,
    /// The chapter of the competency, unless it is new.
    pub chapter: Option<ChapterId>,
    pub level: Option<(u8, String)>,
}

/// The differences between a chapter and a table.
pub struct Update {
    /// The change, unless there is none.
    pub change: Option<Change>,
    /// The number of statements or expectations that are only in the chapter, and stay there.
    pub kept: usize,
}

/// Facts of a chapter by the names of their fields.
pub type Wanted<'a> = &'a [(&'a str, Option<String>)];

/// The fields in the order in which chapters usually have them.
const ORDER: &[&str] = &[
    "title",
    "summary",
    "id",
    "family",
    "kind",
    "aliases",
    "order",
    "track",
    "rank",
    "grade",
    "extends",
    "grows_into",
    "cluster",
];

/// A chapter and the bytes of its file.
struct Chapter<'a> {
    document: &'a Document,
    bytes: Arc<[u8]>,
    words: Vec<String>,
}

impl<'a> Chapter<'a> {
    fn find((target, chapter): (Target<'a>, ChapterId)) -> Result<Self, String> {
        let (handbook, sources) = target.handbook.zip(target.sources).ok_or("it isn't there")?;
        let path = &handbook.book.meta(chapter).path;
        let document = handbook.documents.iter().find(|document| document.meta.path == *path);
        let (document, bytes) = document.zip(sources.bytes(path)).ok_or("its file could not be read")?;
        Ok(Self { document, bytes: Arc::clone(bytes), words: Vec::new() })
    }

    fn path(&self) -> &SourcePath {
        &self.document.meta.path
    }

    /// Writes facts that the table gives and that differ.
    fn facts(&mut self, bytes: Vec<u8>, wanted: Wanted<'_>) -> Result<Vec<u8>, String> {
        let mut bytes = bytes;
        for (name, value) in wanted.iter().filter_map(|(name, value)| Some((*name, value.as_ref()?))) {
            let table = fact::table(&bytes, fact::File::Chapter).map_err(|_| "its front matter can't be read")?;
            let old = table.entries.iter().find(|entry| entry.key == name).map(|entry| &entry.value);
            let new = match name {
                "rank" => value.parse().map_or_else(|_| fact::Fact::Text(value.clone()), fact::Fact::Number),
                "grows_into" => fact::Fact::List(value.split(", ").map(|id| fact::Fact::Text(id.to_owned())).collect()),
                _ => fact::Fact::Text(value.clone()),
            };
            let has = |id: &str| old.is_some_and(|old| old.items().iter().any(|item| item.text() == Some(id)));
            let lists_it = name == "grows_into" && value.split(", ").all(has);
            if old.is_some_and(|old| new.is_in(old)) || lists_it || self.inherits(name, value) {
                continue;
            }
            let before: Vec<&str> = ORDER.iter().copied().take_while(|field| *field != name).collect();
            let alias = if name == "summary" { "description" } else { "" };
            let place = fact::Place { names: [name, alias], before: &before };
            bytes = fact::set(&bytes, fact::File::Chapter, place, Some(&new))
                .map_err(|_| "its front matter has a form that can't be changed")?;
            let old = old.and_then(|old| old.text().map(str::to_owned));
            self.words.push(match old {
                Some(old) => format!("{name}: {old} → {value}"),
                None => format!("{name}: {value} (new)"),
            });
        }
        Ok(bytes)
    }

    /// Returns whether the chapter has this fact although its front matter doesn't say so, because
    /// its folder or track gives it.
    fn inherits(&self, name: &str, value: &str) -> bool {
        name == "family" && self.document.meta.family.as_deref() == Some(value)
    }

    fn update(self, after: Vec<u8>, title: &str, (fills, kept): (bool, usize)) -> Update {
        let change = (after != *self.bytes).then(|| Change {
            path: self.path().clone(),
            before: Arc::clone(&self.bytes),
            after,
            title: title.to_owned(),
            words: self.words.clone(),
            fills,
        });
        Update { change, kept }
    }
}

/// Compares a competency with the table.
///
/// # Errors
/// Returns the reason why its file can't be changed.
pub fn competency(
    place: (Target<'_>, ChapterId),
    scale: &Scale,
    (wishes, facts): (&[Wish], Wanted<'_>),
    prunes: bool,
) -> Result<Update, String> {
    let mut chapter = Chapter::find(place)?;
    let statements = chapter.document.meta.facts.statements();
    let fills = statements.is_empty();
    let (mut bytes, mut kept) = (chapter.bytes.to_vec(), 0);
    if !wishes.is_empty() {
        let found = matches(statements, wishes);
        // A table without tracks says nothing about what only some tracks have.
        let tracks: BTreeSet<Option<&str>> = wishes.iter().map(|wish| wish.track.as_deref()).collect();
        let is_meant = |n: &usize| tracks.contains(&statements[*n].track.as_deref());
        let gone: Vec<usize> = found.gone.iter().copied().filter(is_meant).collect();
        kept = if prunes { 0 } else { gone.len() };
        let writer = Writer {
            document: chapter.document,
            bytes: &chapter.bytes,
            scale,
            places: Places::new(chapter.document, &chapter.bytes),
        };
        let removed: &[usize] = if prunes { &gone } else { &[] };
        let mut edits = writer.edits(wishes, &found.pairs, removed);
        chapter.words = writer.words(wishes, &found.pairs, (&gone, prunes));
        writer.proficiencies(wishes, (&mut edits, &mut chapter.words));
        bytes = apply(&chapter.bytes, edits);
    }
    let bytes = chapter.facts(bytes, facts)?;
    let title = chapter.document.meta.title.clone();
    if bytes != *chapter.bytes && !is_as_wanted(&chapter, &bytes, place.0, wishes) {
        return Err("its text has a form that can't be changed safely; edit it by hand".to_owned());
    }
    Ok(chapter.update(bytes, &title, (fills, kept)))
}

/// Reads the new file again and returns whether it makes every statement of the table at its level.
fn is_as_wanted(chapter: &Chapter<'_>, bytes: &[u8], target: Target<'_>, wishes: &[Wish]) -> bool {
    let Some(handbook) = target.handbook else { return false };
    let file = crate::text::source::SourceFile::new(bytes);
    let visible = crate::chapter::redact::Visible::everything();
    let outcome = crate::chapter::parse::parse(chapter.path(), &file, &handbook.config, &visible);
    let crate::chapter::parse::Outcome::Chapter(document) = outcome else { return false };
    let said = document.meta.facts.statements();
    let is_said = |wish: &Wish| {
        said.iter().any(|s| s.level == wish.level && s.track == wish.track && fold(&s.text) == fold(&wish.text))
    };
    let Facts::Competency(facts) = &document.meta.facts else { return false };
    let has_words = |wish: &Wish| {
        let word = proficiency(wishes, (wish.level, wish.track.as_deref()));
        let here = facts.levels.iter().filter(|own| own.level == wish.level && own.track == wish.track);
        word.is_none() || here.into_iter().any(|own| own.proficiency.as_deref() == word)
    };
    wishes.iter().all(|wish| is_said(wish) && has_words(wish))
}

/// A replacement of a range of the file.
type Edit = (Range<usize>, String);

/// Applies edits, which don't overlap. Several insertions at one place keep their order.
fn apply(bytes: &[u8], mut edits: Vec<Edit>) -> Vec<u8> {
    edits.sort_by_key(|(range, _)| (range.start, range.end));
    edits.iter().rev().fold(bytes.to_vec(), |bytes, (range, text)| {
        let span = crate::text::diagnostic::Span::new(range.start, range.end);
        edit::splice(&bytes, span, text)
    })
}

/// Writes the statements of a competency.
struct Writer<'a> {
    document: &'a Document,
    bytes: &'a [u8],
    scale: &'a Scale,
    places: Places<'a>,
}

impl Writer<'_> {
    fn edits(&self, wishes: &[Wish], pairs: &[Option<Match>], removed: &[usize]) -> Vec<Edit> {
        let statements = self.document.meta.facts.statements();
        let mut slugger = Slugger::default();
        self.document.outline.anchors.iter().for_each(|id| {
            slugger.claim(id);
        });
        let moved: Vec<usize> = pairs.iter().flatten().filter(|pair| pair.moves).map(|pair| pair.at).collect();
        let absent: BTreeSet<usize> = removed.iter().chain(&moved).copied().collect();
        let mut edits: Vec<Edit> = absent.iter().map(|n| (self.places.removal(*n), String::new())).collect();
        let mut added: Vec<((u8, Option<&str>), String)> = Vec::new();
        for (wish, pair) in wishes.iter().zip(pairs) {
            let level = (wish.level, wish.track.as_deref());
            match pair {
                None => added.push((level, wish.item(&wish.anchor(&mut slugger)))),
                Some(Match { at, moves: true, .. }) => {
                    let text = Wish { examples: Vec::new(), ..wish.clone() }.item(&statements[*at].id);
                    added.push((level, text + &self.places.nested(*at)));
                }
                Some(Match { at, rewords: true, .. }) => edits.extend(self.reword(*at, wish)),
                Some(_) => {}
            }
        }
        let mut levels: Vec<(u8, Option<&str>)> = added.iter().map(|(level, _)| *level).collect();
        levels.sort_unstable();
        levels.dedup();
        for (n, level) in levels.into_iter().enumerate() {
            let items: String = added.iter().filter(|(own, _)| *own == level).map(|(_, item)| item.as_str()).collect();
            let word = proficiency(wishes, level);
            edits.push(self.places.insertion((self.scale, n == 0), (level, word), (&items, &absent)));
        }
        edits
    }

    /// Gives levels the words for the proficiency that the table has.
    fn proficiencies(&self, wishes: &[Wish], (edits, words): (&mut Vec<Edit>, &mut Vec<String>)) {
        let mut seen: BTreeSet<(u8, Option<&str>)> = BTreeSet::new();
        for wish in wishes {
            let level = (wish.level, wish.track.as_deref());
            let Some(word) = wish.proficiency.as_deref().filter(|_| seen.insert(level)) else { continue };
            if let Some((edit, old)) = self.places.proficiency(level, word) {
                edits.push(edit);
                let name = self.scale.name(level.0, level.1).unwrap_or_default();
                words.push(format!("{name}: proficiency: {} → {word}", old.unwrap_or("nothing")));
            }
        }
    }

    /// Replaces the text of a statement, and writes its anchor if it has none of its own.
    fn reword(&self, at: usize, wish: &Wish) -> Vec<Edit> {
        let statement = &self.document.meta.facts.statements()[at];
        let span = self.document.body.statement_spans[at];
        let mut edits = vec![(span.range(), quote::markdown(&wish.text))];
        if let Some(place) = self.document.body.statement_ends.get(at).filter(|_| !statement.explicit) {
            let range = place.range();
            edits.push(match self.bytes[range.clone()].iter().position(|byte| *byte == b'{') {
                Some(brace) => (range.start + brace + 1..range.start + brace + 1, format!("#{} ", statement.id)),
                None => (range.start..range.start, format!(" {{#{}}}", statement.id)),
            });
        }
        edits
    }

    /// Describes the differences.
    fn words(&self, wishes: &[Wish], pairs: &[Option<Match>], (gone, prunes): (&[usize], bool)) -> Vec<String> {
        let statements = self.document.meta.facts.statements();
        let name = |level: u8, track: Option<&str>| {
            self.scale.name(level, track).map_or_else(|| level.to_string(), str::to_owned)
        };
        let name_of = |n: usize| name(statements[n].level, statements[n].track.as_deref());
        let mut lines = Vec::new();
        let (mut reworded, mut moved, mut new) = (0, 0, 0);
        for (wish, pair) in wishes.iter().zip(pairs) {
            let level = name(wish.level, wish.track.as_deref());
            match pair {
                None => {
                    new += 1;
                    lines.push(format!("{level}: new: {}", wish.text));
                }
                Some(pair) => {
                    let old = &statements[pair.at];
                    if pair.moves {
                        moved += 1;
                        lines.push(format!("{} → {level}: {}", name_of(pair.at), wish.text));
                    }
                    if pair.rewords {
                        reworded += 1;
                        lines.push(format!("{level}: {} → {}", old.text, wish.text));
                    }
                }
            }
        }
        for n in gone {
            let what = if prunes { "removed" } else { "only in the handbook" };
            lines.push(format!("{}: {what}: {}", name_of(*n), statements[*n].text));
        }
        let gone_word = if prunes { "removed" } else { "only in the handbook" };
        let counts = [(reworded, "reworded"), (moved, "at another level"), (new, "new"), (gone.len(), gone_word)];
        let said: Vec<String> = counts.iter().filter(|(n, _)| *n > 0).map(|(n, what)| format!("{n} {what}")).collect();
        if !said.is_empty() {
            lines.insert(0, format!("statements: {}", said.join(", ")));
        }
        lines
    }
}

/// Compares a role with the table.
///
/// # Errors
/// Returns the reason why its file can't be changed.
pub fn role(
    (target, chapter): (Target<'_>, ChapterId),
    (expects, facts): (&[Expected], Wanted<'_>),
    prunes: bool,
) -> Result<Update, String> {
    let mut found = Chapter::find((target, chapter))?;
    let Some(handbook) = target.handbook else { return Err("it isn't there".to_owned()) };
    let book = &handbook.book;
    let title = found.document.meta.title.clone();
    let fills = matches!(&found.document.meta.facts, Facts::Role(role) if role.competencies.is_empty());
    let name = |level: u8| {
        let scope = book.relations.roles.get(&chapter).map(crate::model::book::RoleView::scope).unwrap_or_default();
        handbook.config.level_at(level, scope).map_or_else(|| level.to_string(), |level| level.name.clone())
    };
    // A role may inherit its track from a role that it extends.
    let track = book.relations.roles.get(&chapter).and_then(|view| view.track.as_deref());
    let moves = facts.iter().any(|(name, value)| *name == "track" && value.is_some() && value.as_deref() != track);
    let mut bytes = found.bytes.to_vec();
    let mut kept = 0;
    for expected in expects {
        let now = expected.chapter.and_then(|competency| book.relations.expectation(chapter, competency));
        let is_it = |key: &str| match expected.chapter {
            Some(competency) => book.names.find(key).contains(&competency),
            None => key == expected.id,
        };
        let label = expected.chapter.map_or(&expected.title, |competency| &book.meta(competency).title).clone();
        let wanted = match (&expected.level, now) {
            (Some((level, _)), Some(now)) if now.level == *level && !moves => continue,
            (None, None) => continue,
            (None, Some(now)) if now.from.is_some() || !prunes => {
                found.words.push(format!("{label}: {} only in the handbook", name(now.level)));
                kept += 1;
                continue;
            }
            (None, Some(_)) => None,
            (Some((number, name)), _) => Some(edit::Wanted { number: *number, name }),
        };
        bytes = edit::expect(&bytes, &is_it, &expected.id, wanted)
            .map_err(|_| "its front matter has a form that can't be changed".to_owned())?;
        let old = now.map_or_else(|| "nothing".to_owned(), |now| name(now.level));
        let new = expected.level.as_ref().map_or_else(|| "nothing".to_owned(), |(level, _)| name(*level));
        found.words.push(format!("{label}: {old} → {new}"));
    }
    let facts: Vec<(&str, Option<String>)> =
        facts.iter().filter(|(name, value)| *name != "track" || value.as_deref() != track).cloned().collect();
    let bytes = found.facts(bytes, &facts)?;
    Ok(found.update(bytes, &title, (fills, kept)))
}
