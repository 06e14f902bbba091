//! Lists what the names in a form may stand for.
//!
//! Input: a handbook. Output: names with their titles. Never lists anything that the handbook's
//! audience can't see.

use std::collections::BTreeSet;

use crate::chapter::document::Facts;
use crate::declare::config::{Config, Level};
use crate::declare::kind::Kind;
use crate::model::book::{Book, ChapterId};
use crate::model::compile::Handbook;

/// A name to write, and what people call it.
type Choice = (String, String);

/// Returns the choices for a word: names of the handbook's owners, tracks and so on, each with its
/// title.
pub fn choices(word: &str, handbook: &Handbook) -> Vec<Choice> {
    let config = &handbook.config;
    let pair = |name: &str, title: &str| (name.to_owned(), title.to_owned());
    match word {
        "owner" => config.owners.iter().map(|(name, owner)| pair(name, &owner.name)).collect(),
        "track" => config.tracks.iter().map(|track| pair(&track.id, &track.title)).collect(),
        "audience" => config.audiences.iter().map(|(name, audience)| pair(name, &audience.title)).collect(),
        "level" => config.all_levels().iter().map(|(level, name)| pair(&level.to_string(), name)).collect(),
        "tag" => words(handbook, |chapter| handbook.book.meta(chapter).tags.clone()),
        "cluster" => words(handbook, |chapter| match &handbook.book.meta(chapter).facts {
            Facts::Competency(competency) => competency.cluster.iter().cloned().collect(),
            _ => Vec::new(),
        }),
        "party" => {
            let partners = config.partners.iter().map(|(name, title)| pair(name, title));
            chapters(handbook, Some(Kind::Role)).into_iter().chain(partners).collect()
        }
        "statement" => statements(handbook),
        kind => chapters(handbook, Kind::from_name(kind)),
    }
}

/// Returns the names for a word, as `declare/schema` lists them for editors: levels by number and by
/// name, everything else by the name to write.
pub fn known(word: &str, handbook: &Handbook) -> Vec<String> {
    if word == "level" {
        return levels(&handbook.config);
    }
    choices(word, handbook).into_iter().map(|(name, _)| name).collect()
}

/// Returns the numbers and names of the levels of every scale: the handbook's, and those that tracks
/// and families have of their own. Which of them a role may use depends on its track.
fn levels(config: &Config) -> Vec<String> {
    let own = config.tracks.iter().map(|track| &track.scale);
    let own = own.chain(config.families.values().map(|family| &family.scale));
    let all: Vec<&Level> = std::iter::once(&config.scale).chain(own).flatten().collect();
    let numbers: BTreeSet<u8> = all.iter().map(|level| level.level).collect();
    let mut names: Vec<String> = numbers.iter().map(u8::to_string).collect();
    let mut known = BTreeSet::new();
    names.extend(all.iter().map(|level| &level.name).filter(|name| known.insert(*name)).cloned());
    names
}

/// Returns the chapters of a kind, or all chapters, in the order of their titles.
fn chapters(handbook: &Handbook, kind: Option<Kind>) -> Vec<Choice> {
    let book = &handbook.book;
    let ids = book.ids().filter(|chapter| kind.is_none_or(|kind| book.meta(*chapter).kind == kind));
    let mut list: Vec<Choice> = ids.map(|chapter| (name_of(book, chapter), book.meta(chapter).title.clone())).collect();
    list.sort_by(|a, b| (a.1.to_lowercase(), &a.0).cmp(&(b.1.to_lowercase(), &b.0)));
    list
}

/// Returns the name by which other chapters refer to a chapter: its ID, or its path if several
/// chapters share the ID.
pub fn name_of(book: &Book, chapter: ChapterId) -> String {
    let id = book.id(chapter);
    let is_own = book.names.find(id) == [chapter];
    if is_own { id.to_owned() } else { book.meta(chapter).path.without_extension().to_owned() }
}

fn words(handbook: &Handbook, of: impl Fn(ChapterId) -> Vec<String>) -> Vec<Choice> {
    let all: BTreeSet<String> = handbook.book.ids().flat_map(of).collect();
    all.into_iter().map(|word| (word.clone(), word)).collect()
}

fn statements(handbook: &Handbook) -> Vec<Choice> {
    let book = &handbook.book;
    let mut list = Vec::new();
    for chapter in book.ids() {
        let meta = book.meta(chapter);
        let Facts::Competency(competency) = &meta.facts else { continue };
        let name = name_of(book, chapter);
        let choice = |id: &str, text: &str| (format!("{name}#{id}"), format!("{}: {text}", meta.title));
        list.extend(competency.statements.iter().map(|statement| choice(&statement.id, &statement.text)));
    }
    list
}
