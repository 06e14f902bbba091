//! Compares the facts in front matter, the scale, the glossary, and the list of chapters.
//!
//! Input: both handbooks. Output: changes. If a field names a chapter, a new title of that chapter
//! isn't a change of the field. Free text is compared as written.

use std::collections::BTreeSet;

use super::likeness::is_alike;
use super::{Change, Same, Sides, found_again};
use crate::chapter::document::{Document, Facts, Hole, Meta, Role, Strategy, Term};
use crate::declare::config::Config;
use crate::declare::kind::Kind;
use crate::model::book::{Book, ChapterId, role_of};
use crate::model::compile::Handbook;
use crate::model::link::Target;
use crate::text::path::fold;

/// Compares the names of the levels.
pub(super) fn scale(sides: &Sides<'_>) -> Vec<Change> {
    let (before, after) = (&sides.before.config, &sides.after.config);
    let numbers: BTreeSet<u8> = before.scale.iter().chain(&after.scale).map(|level| level.level).collect();
    let name = |config: &Config, number: u8| config.level_at(number).map(|level| level.name.clone());
    let step = |number: u8| Change::Scale { number, from: name(before, number), to: name(after, number) };
    let is_other = |change: &Change| matches!(change, Change::Scale { from, to, .. } if from != to);
    numbers.into_iter().map(step).filter(is_other).collect()
}

/// The older and the newer state of one chapter, and the changes found so far.
struct Facing<'a> {
    sides: &'a Sides<'a>,
    then: ChapterId,
    now: ChapterId,
    list: Vec<Change>,
}

impl<'a> Facing<'a> {
    fn new(sides: &'a Sides<'a>, then: ChapterId, now: ChapterId) -> Self {
        let mut facing = Self { sides, then, now, list: Vec::new() };
        let status = |meta: &Meta| vec![meta.status.name().to_owned()];
        facing.texts("status", status(sides.before.book.meta(then)), status(sides.after.book.meta(now)));
        facing
    }

    /// Records the values that were added to and removed from a field.
    fn texts(&mut self, fact: &'static str, before: Vec<String>, after: Vec<String>) {
        let from: Vec<String> = before.iter().filter(|text| !after.contains(text)).cloned().collect();
        let to: Vec<String> = after.iter().filter(|text| !before.contains(text)).cloned().collect();
        if !from.is_empty() || !to.is_empty() {
            self.list.push(Change::Fact { chapter: self.sides.now(self.now), fact, from, to });
        }
    }

    fn text(&mut self, fact: &'static str, before: Option<&String>, after: Option<&String>) {
        self.texts(fact, before.into_iter().cloned().collect(), after.into_iter().cloned().collect());
    }

    /// Records which chapters and partners were added to or removed from a field. Compares current
    /// titles, so that a new title isn't a change.
    fn named(&mut self, fact: &'static str, before: &[u32], after: &[u32]) {
        let (sides, then, now) = (self.sides, self.then, self.now);
        let before = before.iter().filter_map(|n| match sides.before.book.target(then, *n) {
            Target::Chapter(chapter, _) => Some(sides.then(*chapter).title),
            other => partner(sides.before, other),
        });
        let after = after.iter().filter_map(|n| match sides.after.book.target(now, *n) {
            Target::Chapter(chapter, _) => Some(sides.now(*chapter).title),
            other => partner(sides.after, other),
        });
        let (before, after) = (before.collect(), after.collect());
        self.texts(fact, before, after);
    }

    /// Records changes to the statements that a role is judged on. Compares their current wording,
    /// so that rewording a statement isn't a change here.
    fn judged(&mut self, before: &[u32], after: &[u32]) {
        let (sides, then, now) = (self.sides, self.then, self.now);
        let in_words = |title: &str, text: &str| format!("{title}: {text}");
        let text = |book: &Book, chapter: ChapterId, anchor: &str| {
            let all = book.meta(chapter).facts.statements();
            all.iter().find(|statement| statement.id == anchor).map(|statement| statement.text.clone())
        };
        let before = before.iter().filter_map(|n| match sides.before.book.target(then, *n) {
            Target::Chapter(chapter, Some(anchor)) => {
                let today = sides.pairs.after(*chapter).and_then(|today| text(&sides.after.book, today, anchor));
                let said = today.or_else(|| text(&sides.before.book, *chapter, anchor))?;
                Some(in_words(&sides.then(*chapter).title, &said))
            }
            _ => None,
        });
        let after = after.iter().filter_map(|n| match sides.after.book.target(now, *n) {
            Target::Chapter(chapter, Some(anchor)) => {
                Some(in_words(&sides.now(*chapter).title, &text(&sides.after.book, *chapter, anchor)?))
            }
            _ => None,
        });
        let (before, after) = (before.collect(), after.collect());
        self.texts("judged", before, after);
    }
}

fn partner(handbook: &Handbook, target: &Target) -> Option<String> {
    match target {
        Target::Partner(n) => handbook.config.partners.get(*n as usize).map(|(_, title)| title.clone()),
        _ => None,
    }
}

/// Compares the facts of a role.
pub(super) fn role(sides: &Sides<'_>, then: ChapterId, now: ChapterId) -> Vec<Change> {
    let mut facing = Facing::new(sides, then, now);
    let (Some(old), Some(new)) = (role_of(&sides.before.book, then), role_of(&sides.after.book, now)) else {
        return facing.list;
    };
    facing.text("track", old.track.as_ref(), new.track.as_ref());
    let rank = |role: &Role| role.rank.map(|rank| rank.to_string()).into_iter().collect();
    facing.texts("rank", rank(old), rank(new));
    facing.text("grade", old.grade.as_ref(), new.grade.as_ref());
    facing.text("scope", old.scope.as_ref(), new.scope.as_ref());
    facing.text("horizon", old.horizon.as_ref(), new.horizon.as_ref());
    let one = |reference: Option<u32>| reference.into_iter().collect::<Vec<u32>>();
    facing.named("extends", &one(old.extends), &one(new.extends));
    facing.named("grows_into", &old.grows_into, &new.grows_into);
    facing.named("reports_to", &old.reports_to, &new.reports_to);
    facing.named("works_with", &old.works_with, &new.works_with);
    facing.named("focus", &old.focus, &new.focus);
    facing.judged(&old.judged, &new.judged);
    facing.list
}

/// Compares the facts of a competency.
pub(super) fn competency(sides: &Sides<'_>, then: ChapterId, now: ChapterId) -> Vec<Change> {
    let mut facing = Facing::new(sides, then, now);
    if let (Facts::Competency(old), Facts::Competency(new)) =
        (&sides.before.book.meta(then).facts, &sides.after.book.meta(now).facts)
    {
        facing.text("cluster", old.cluster.as_ref(), new.cluster.as_ref());
        facing.named("supports", &old.supports, &new.supports);
    }
    facing.list
}

/// Compares the facts of a strategy chapter.
pub(super) fn strategy(sides: &Sides<'_>, then: ChapterId, now: ChapterId) -> Vec<Change> {
    let mut facing = Facing::new(sides, then, now);
    let facts = |book: &Book, chapter: ChapterId| -> Option<Strategy> {
        match &book.meta(chapter).facts {
            Facts::Strategy(strategy) => Some((**strategy).clone()),
            _ => None,
        }
    };
    if let (Some(old), Some(new)) = (facts(&sides.before.book, then), facts(&sides.after.book, now)) {
        let one = |reference: Option<u32>| reference.into_iter().collect::<Vec<u32>>();
        facing.named("led_by", &one(old.led_by), &one(new.led_by));
        facing.text("horizon", old.horizon.as_ref(), new.horizon.as_ref());
        facing.text("valid_until", old.valid_until.as_ref(), new.valid_until.as_ref());
        facing.texts("measures", old.measures, new.measures);
    }
    facing.list
}

/// Compares the terms of all glossaries. Matches terms by name, then by alias, then by similar
/// definition.
pub(super) fn terms(sides: &Sides<'_>) -> Vec<Change> {
    let (before, after) = (all_terms(sides.before), all_terms(sides.after));
    let ways: [Same<'_, &Term>; 3] = [
        &|old, new| fold(&old.name) == fold(&new.name),
        &|old, new| new.aliases.iter().any(|alias| fold(alias) == fold(&old.name)),
        &|old, new| is_alike(&old.definition, &new.definition),
    ];
    let found = found_again(&before, &after, &ways);
    let meaning = |term: &Term| Some(term.definition.clone());
    let mut list = Vec::new();
    for (new, old) in after.iter().zip(&found) {
        let old = old.map(|o| before[o]);
        if old.is_some_and(|old| old.name == new.name && old.definition == new.definition) {
            continue;
        }
        let was = old.map(|old| old.name.clone()).filter(|was| *was != new.name);
        list.push(Change::Term { term: new.name.clone(), from: old.and_then(meaning), to: meaning(new), was });
    }
    for (_, old) in before.iter().enumerate().filter(|(o, _)| !found.contains(&Some(*o))) {
        list.push(Change::Term { term: old.name.clone(), from: meaning(old), to: None, was: None });
    }
    list
}

fn all_terms(handbook: &Handbook) -> Vec<&Term> {
    let glossaries = handbook.book.chapters.iter().filter_map(|meta| match &meta.facts {
        Facts::Glossary(terms) => Some(terms),
        _ => None,
    });
    glossaries.flatten().collect()
}

/// Returns the changes for chapters that aren't roles, competencies or strategy chapters and that
/// were added, removed, renamed or moved.
pub(super) fn other_chapters(sides: &Sides<'_>) -> Vec<Change> {
    let is_other = |kind: Kind| !matches!(kind, Kind::Role | Kind::Competency | Kind::Strategy);
    let order =
        |book: &Book| -> Vec<ChapterId> { book.ids().filter(|chapter| is_other(book.meta(*chapter).kind)).collect() };
    let pairs = sides.walk(&order(&sides.before.book), &order(&sides.after.book));
    pairs.into_iter().flat_map(|pair| sides.fate(pair)).collect()
}

/// Returns the chapters whose text changed and that aren't in `said`, the changes found so far.
pub(super) fn texts(sides: &Sides<'_>, said: &[Change]) -> Vec<Change> {
    let named: BTreeSet<ChapterId> =
        said.iter().filter_map(Change::chapter).filter_map(|subject| subject.now).collect();
    let has_terms = said.iter().any(|change| matches!(change, Change::Term { .. }));
    let after = &sides.after.book;
    let is_told =
        |chapter: ChapterId| named.contains(&chapter) || (has_terms && after.meta(chapter).kind == Kind::Glossary);
    let mut list = Vec::new();
    for now in after.ids().filter(|chapter| !is_told(*chapter)) {
        let Some(then) = sides.pairs.before(now) else { continue };
        if is_reworded(&sides.before.documents[then.index()], &sides.after.documents[now.index()]) {
            list.push(Change::Text { chapter: sides.now(now) });
        }
    }
    list
}

/// Returns whether two states of a chapter read differently, regardless of where their links point.
fn is_reworded(before: &Document, after: &Document) -> bool {
    let notes = |document: &Document| -> Vec<String> {
        document.body.footnotes.iter().map(|(_, fill)| fill.html.clone()).collect()
    };
    let code =
        |document: &Document| -> Vec<String> { document.body.code.iter().map(|code| code.text.clone()).collect() };
    let holes = |document: &Document| -> Vec<u32> {
        let all = document.body.main.holes.iter().filter(|(_, hole)| !matches!(hole, Hole::HeadingAnchor(_)));
        all.map(|(at, _)| *at).collect()
    };
    before.body.main.html != after.body.main.html
        || notes(before) != notes(after)
        || code(before) != code(after)
        || holes(before) != holes(after)
        || before.meta.summary != after.meta.summary
}

impl Change {
    /// Returns the chapter that the change is about, or `None` for the scale and for terms.
    pub fn chapter(&self) -> Option<&super::Subject> {
        match self {
            Self::Scale { .. } | Self::Term { .. } => None,
            Self::Chapter { chapter, .. } | Self::Fact { chapter, .. } | Self::Text { chapter } => Some(chapter),
            Self::Expectation { role, .. } | Self::Responsibility { role, .. } => Some(role),
            Self::Statement { competency, .. } => Some(competency),
            Self::Decision { strategy, .. } | Self::Party { strategy, .. } => Some(strategy),
        }
    }
}
