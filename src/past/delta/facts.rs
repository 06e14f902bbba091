//! Compares the facts in front matter, the scale, the glossary, and the list of chapters.
//!
//! Input: both handbooks. Output: changes. If a field names a chapter, a new title of that chapter
//! isn't a change of the field. Free text is compared as written.

use std::collections::BTreeSet;

use super::likeness::is_alike;
use super::{Change, Same, Sides, Subject, found_again, level, partner, side_by_side};
use crate::chapter::document::{Document, Facts, Hole, LevelHeading, Term};
use crate::declare::config::{Config, Scope};
use crate::declare::kind::Kind;
use crate::model::book::{Book, ChapterId};
use crate::model::compile::Handbook;
use crate::model::link::Target;
use crate::text::path::fold;

/// Compares the names of the levels.
pub(super) fn scale(sides: &Sides<'_>) -> Vec<Change> {
    let (before, after) = (&sides.before.config, &sides.after.config);
    let numbers: BTreeSet<u8> = before.scale.iter().chain(&after.scale).map(|level| level.level).collect();
    let name = |config: &Config, number: u8| config.level_at(number, Scope::default()).map(|level| level.name.clone());
    let step = |number: u8| Change::Scale { number, from: name(before, number), to: name(after, number) };
    let is_other = |change: &Change| matches!(change, Change::Scale { from, to, .. } if from != to);
    numbers.into_iter().map(step).filter(is_other).collect()
}

/// Compares the facts of a chapter that is in both handbooks. If its kind has changed, compares
/// only its status.
pub(super) fn facts(sides: &Sides<'_>, then: ChapterId, now: ChapterId) -> Vec<Change> {
    let before = Side { sides, handbook: sides.before, subject: &|chapter| sides.then(chapter) }.facts(then);
    let after = Side { sides, handbook: sides.after, subject: &|chapter| sides.now(chapter) }.facts(now);
    let mut list = Vec::new();
    for ((fact, before), (_, after)) in before.iter().zip(&after).take_while(|(before, after)| before.0 == after.0) {
        let from: Vec<String> = before.iter().filter(|text| !after.contains(text)).cloned().collect();
        let to: Vec<String> = after.iter().filter(|text| !before.contains(text)).cloned().collect();
        if !from.is_empty() || !to.is_empty() {
            list.push(Change::Fact { chapter: sides.now(now), fact, from, to });
        }
    }
    list
}

/// One of the two handbooks, and the function that returns the [`Subject`] for each of its
/// chapters.
struct Side<'a> {
    sides: &'a Sides<'a>,
    handbook: &'a Handbook,
    subject: &'a dyn Fn(ChapterId) -> Subject,
}

impl Side<'_> {
    /// Lists the fields of a chapter with their values, the status first.
    fn facts(&self, chapter: ChapterId) -> Vec<(&'static str, Vec<String>)> {
        let meta = self.handbook.book.meta(chapter);
        let text = |text: &Option<String>| text.iter().cloned().collect::<Vec<_>>();
        let named = |references: &[u32]| references.iter().filter_map(|n| self.named(chapter, *n)).collect::<Vec<_>>();
        let mut list = vec![("status", vec![meta.status.name().to_owned()])];
        match &meta.facts {
            Facts::Role(role) => list.extend([
                ("track", text(&role.track)),
                ("rank", role.rank.iter().map(u32::to_string).collect()),
                ("grade", text(&role.grade)),
                ("scope", text(&role.scope)),
                ("horizon", text(&role.horizon)),
                ("extends", named(role.extends.as_slice())),
                ("grows_into", named(&role.grows_into)),
                ("reports_to", named(&role.reports_to)),
                ("works_with", named(&role.works_with)),
                ("focus", named(&role.focus)),
                ("judged", role.judged.iter().filter_map(|n| self.judged(chapter, *n)).collect()),
                ("meaning", role.meaning.iter().filter_map(|meaning| self.meaning(chapter, meaning)).collect()),
            ]),
            Facts::Competency(competency) => {
                list.extend([
                    ("cluster", text(&competency.cluster)),
                    ("supports", named(&competency.supports)),
                    ("levels", vec![competency.mode.name().to_owned()]),
                    (
                        "proficiency",
                        competency.levels.iter().filter_map(|heading| self.proficiency(chapter, heading)).collect(),
                    ),
                ]);
            }
            Facts::Strategy(strategy) => list.extend([
                ("led_by", named(strategy.led_by.as_slice())),
                ("horizon", text(&strategy.horizon)),
                ("valid_until", text(&strategy.valid_until)),
                ("measures", strategy.measures.clone()),
            ]),
            _ => {}
        }
        list
    }

    /// Returns the current title of the chapter or partner that a field names, so that a new title
    /// isn't a change of the field.
    fn named(&self, chapter: ChapterId, reference: u32) -> Option<String> {
        match self.handbook.target(chapter, reference) {
            Target::Chapter(chapter, _) => Some((self.subject)(*chapter).title),
            Target::Partner(n) => partner(self.handbook, *n),
            _ => None,
        }
    }

    /// Returns a word for the proficiency at a level, with the name of the level.
    fn proficiency(&self, competency: ChapterId, heading: &LevelHeading) -> Option<String> {
        let family = self.handbook.book.meta(competency).family.as_deref();
        let scope = Scope { track: heading.track.as_deref(), family };
        let word = heading.proficiency.as_ref()?;
        Some(format!("{}: {word}", level(self.handbook, heading.level, scope).name))
    }

    /// Returns what a competency means for a role, with the title of the competency.
    fn meaning(&self, role: ChapterId, (reference, text): &(u32, String)) -> Option<String> {
        Some(format!("{}: {text}", self.named(role, *reference)?))
    }

    /// Returns a statement that a role is judged on, in its current wording, so that rewording it
    /// isn't a change of the field.
    fn judged(&self, role: ChapterId, reference: u32) -> Option<String> {
        let Target::Chapter(chapter, Some(anchor)) = self.handbook.target(role, reference) else { return None };
        let text = |book: &Book, chapter: ChapterId| {
            let all = book.meta(chapter).facts.statements();
            all.iter().find(|statement| statement.id == *anchor).map(|statement| statement.text.clone())
        };
        let subject = (self.subject)(*chapter);
        let today = subject.now.and_then(|now| text(&self.sides.after.book, now));
        Some(format!("{}: {}", subject.title, today.or_else(|| text(&self.handbook.book, *chapter))?))
    }
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
    let mut list = Vec::new();
    for (old, new) in side_by_side(&before, &after, &found) {
        let Some(term) = new.or(old) else { continue };
        let meaning = |term: Option<&&Term>| term.map(|term| term.definition.clone());
        let (from, to) = (meaning(old), meaning(new));
        let was = old.map(|old| old.name.clone()).filter(|was| *was != term.name);
        if from != to || was.is_some() {
            list.push(Change::Term { term: term.name.clone(), from, to, was });
        }
    }
    list
}

fn all_terms(handbook: &Handbook) -> Vec<&Term> {
    let terms = handbook.book.chapters.iter().flat_map(|meta| match &meta.facts {
        Facts::Glossary(terms) => terms.as_slice(),
        _ => &[],
    });
    terms.collect()
}

/// Returns the changes for chapters that aren't roles, competencies or strategy chapters and that
/// were added, removed, renamed or moved.
pub(super) fn other_chapters(sides: &Sides<'_>) -> Vec<Change> {
    let is_other = |kind: Kind| !matches!(kind, Kind::Role | Kind::Competency | Kind::Strategy);
    let order = |book: &Book| book.ids().filter(|chapter| is_other(book.meta(*chapter).kind)).collect();
    sides.chapters(&order, &|_, _| Vec::new())
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
    readable(before) != readable(after)
}

/// Returns what a reader sees of a chapter: its HTML, footnotes, code and formulas, the places of its holes,
/// and its summary.
fn readable(document: &Document) -> (String, Vec<&str>, Vec<&str>, Vec<u32>, Option<&str>) {
    let body = &document.body;
    let notes = body.footnotes.iter().map(|(_, fill)| fill.html.as_str()).collect();
    let formulas = body.formulas.iter().map(|formula| formula.source.as_str());
    let code = body.code.iter().map(|code| code.text.as_str()).chain(formulas).collect();
    let holes =
        body.main.holes.iter().filter(|(_, hole)| !matches!(hole, Hole::HeadingAnchor(_) | Hole::StatementAnchor(_)));
    (body.main.html(), notes, code, holes.map(|(at, _)| *at).collect(), document.meta.summary.as_deref())
}

impl Change {
    /// Returns the chapter that the change is about, or `None` for the scale and for terms.
    pub fn chapter(&self) -> Option<&Subject> {
        match self {
            Self::Scale { .. } | Self::Term { .. } => None,
            Self::Chapter { chapter, .. } | Self::Fact { chapter, .. } | Self::Text { chapter } => Some(chapter),
            Self::Expectation { role, .. } | Self::Responsibility { role, .. } => Some(role),
            Self::Statement { competency, .. } => Some(competency),
            Self::Decision { strategy, .. } | Self::Party { strategy, .. } => Some(strategy),
        }
    }
}
