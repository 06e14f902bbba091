//! Writes the chapters of an import.
//!
//! Input: the contents of a table, and the scale. Output: new files, changes of existing files in
//! words, and lines for `handbook.toml`.

use std::collections::{BTreeMap, BTreeSet};

use crate::declare::config::{FILE, Scope};
use crate::declare::kind::{Kind, Levels};
use crate::model::book::{ChapterId, RoleView};
use crate::text::diagnostic::{Diagnostic, Span};
use crate::text::path::{SourcePath, fold};
use crate::text::quote;
use crate::text::rule::Rule;
use crate::text::slug::{Slugger, chapter_stem, slug};
use crate::text::spreadsheet::Cell;

use super::gather::{Competency, Gathered, Role, Said};
use super::levels::Scale;
use super::settings::{families, family_names, track_names, tracks};
use super::update;
use super::wish::{Wish, heading};
use super::{Choices, Import, Ladder, Lines, NewFile, Target};

/// Collects the files for everything that was gathered.
pub struct Writer<'a> {
    pub target: Target<'a>,
    pub choices: &'a Choices,
    pub scale: &'a Scale,
    pub name: &'a SourcePath,
    pub import: &'a mut Import,
}

/// A chapter that is already in the handbook, or the ID of a new one.
#[derive(Clone)]
enum Place {
    Known(ChapterId, String),
    New(String),
}

/// A competency of the table, which roles refer to.
#[derive(Clone, Copy)]
struct Named<'a> {
    place: &'a Place,
    title: &'a str,
}

impl Place {
    fn id(&self) -> &str {
        let (Self::Known(_, id) | Self::New(id)) = self;
        id
    }
}

impl Writer<'_> {
    /// Writes competencies first, because roles refer to their IDs.
    pub fn write(&mut self, gathered: &Gathered) {
        let mut taken = self.ids_in_use();
        let competencies: Vec<Place> = gathered
            .competencies
            .iter()
            .map(|competency| self.place(&competency.title, Kind::Competency, &mut taken))
            .collect();
        let roles: Vec<Place> =
            gathered.roles.iter().map(|role| self.place(&role.title, Kind::Role, &mut taken)).collect();
        let mut order = self.highest_order(Kind::Competency);
        for (competency, place) in gathered.competencies.iter().zip(&competencies) {
            self.competency(competency, place, &mut order);
        }
        let ladder = self.ladder(gathered, &roles);
        let named: Vec<Named<'_>> = competencies
            .iter()
            .zip(&gathered.competencies)
            .map(|(place, competency)| Named { place, title: &competency.title })
            .collect();
        let mut order = self.highest_order(Kind::Role);
        for (n, role) in gathered.roles.iter().enumerate() {
            self.role((role, &roles[n]), &named, ladder.get(&n), &mut order);
        }
        self.declare(gathered);
        self.unmentioned(&competencies, Kind::Competency);
        self.unmentioned(&roles, Kind::Role);
    }

    fn ids_in_use(&self) -> BTreeSet<String> {
        let documents = self.target.handbook.iter().flat_map(|handbook| handbook.documents.iter());
        documents.map(|document| fold(&document.meta.id)).collect()
    }

    /// Returns the highest `order` of the chapters of a kind, after which new ones are numbered.
    fn highest_order(&self, kind: Kind) -> i64 {
        let documents = self.target.handbook.iter().flat_map(|handbook| handbook.documents.iter());
        documents
            .filter(|document| document.meta.kind == kind)
            .filter_map(|document| document.meta.order)
            .max()
            .unwrap_or(0)
    }

    /// Finds a chapter in the handbook by its title, another of its names, or the ID that it would
    /// get, and otherwise returns an unused ID for a new chapter.
    fn place(&self, title: &str, kind: Kind, taken: &mut BTreeSet<String>) -> Place {
        let known = self.target.handbook.and_then(|handbook| {
            let book = &handbook.book;
            let by =
                |name: &str| book.names.find(name).iter().copied().find(|chapter| book.meta(*chapter).kind == kind);
            // Chapters of other kinds may have an ID that is equal to the title.
            let by_title = || {
                book.ids().find(|chapter| {
                    let meta = book.meta(*chapter);
                    meta.kind == kind && fold(&meta.title) == fold(title)
                })
            };
            let chapter = by(title).or_else(by_title).or_else(|| by(&chapter_stem(title)))?;
            Some(Place::Known(chapter, book.meta(chapter).id.clone()))
        });
        known.unwrap_or_else(|| Place::New(Self::stem(title, kind, taken)))
    }

    /// Returns an unused ID for a new chapter. The ID is also the name of the chapter's file.
    fn stem(title: &str, kind: Kind, taken: &mut BTreeSet<String>) -> String {
        let stem = chapter_stem(title);
        let path = SourcePath::new(format!("{stem}.md"));
        let unusable = stem.is_empty() || path.is_index() || path.unportable_part().is_some() || taken.contains(&stem);
        let wanted = if unusable { format!("{stem}-{}", kind.name()).trim_start_matches('-').to_owned() } else { stem };
        let mut candidate = wanted.clone();
        let mut n = 2;
        while !taken.insert(fold(&candidate)) {
            candidate = format!("{wanted}-{n}");
            n += 1;
        }
        candidate
    }

    /// Returns the name by which front matter refers to a track: the one that is declared, or the one
    /// that a new declaration would have.
    fn track(&self, name: &str) -> String {
        let declared = self.target.handbook.and_then(|handbook| {
            let is_it = |track: &&crate::declare::config::Track| {
                fold(&track.id) == fold(name) || fold(&track.title) == fold(name) || track.id == slug(name)
            };
            Some(handbook.config.tracks.iter().find(is_it)?.id.clone())
        });
        declared.unwrap_or_else(|| slug(name))
    }

    fn family(&self, name: &str) -> String {
        let declared = self.target.handbook.and_then(|handbook| {
            let names = handbook.config.family_names();
            let is_it =
                |known: &&&str| fold(known) == fold(name) || fold(handbook.config.family_title(known)) == fold(name);
            Some((*names.iter().find(is_it)?).to_owned())
        });
        declared.unwrap_or_else(|| slug(name))
    }

    /// Returns the level that a cell means: the one that the track and the family call so, or else any.
    fn level(&self, text: &str, scope: Scope<'_>) -> Option<u8> {
        let named = self.target.handbook.and_then(|handbook| handbook.config.level_named(text, scope));
        named.or_else(|| self.scale.level(text))
    }

    /// Adds the lines that declare tracks and families, if the handbook exists and has others.
    fn declare(&mut self, gathered: &Gathered) {
        let Some(handbook) = self.target.handbook.filter(|handbook| handbook.config.configured) else { return };
        let config = &handbook.config;
        let missing: Vec<String> =
            track_names(gathered).into_iter().filter(|name| config.track(&self.track(name)).is_none()).collect();
        let unnamed: Vec<String> = family_names(gathered)
            .into_iter()
            .filter(|name| !config.family_names().contains(&self.family(name).as_str()))
            .collect();
        for (what, text) in [("tracks to declare", tracks(&missing)), ("families to declare", families(&unnamed))] {
            if !text.is_empty() {
                self.import.by_hand.push(Lines { path: SourcePath::new(FILE), what, text });
            }
        }
    }

    /// Lists the chapters of a kind that the table doesn't mention, if it mentions others.
    fn unmentioned(&mut self, places: &[Place], kind: Kind) {
        let Some(handbook) = self.target.handbook.filter(|_| !places.is_empty()) else { return };
        let mentioned: BTreeSet<ChapterId> = places
            .iter()
            .filter_map(|place| if let Place::Known(chapter, _) = place { Some(*chapter) } else { None })
            .collect();
        let relations = &handbook.book.relations;
        let all: Vec<ChapterId> = match kind {
            Kind::Role => relations.role_order.clone(),
            _ => relations.competencies.keys().copied().collect(),
        };
        let missing = all.into_iter().filter(|chapter| !mentioned.contains(chapter));
        self.import.unmentioned.extend(missing.map(|chapter| handbook.book.meta(chapter).title.clone()));
    }

    fn competency(&mut self, competency: &Competency, place: &Place, order: &mut i64) {
        let mode = match (place, self.target.handbook) {
            (Place::Known(chapter, _), Some(handbook)) => match &handbook.book.meta(*chapter).facts {
                crate::chapter::document::Facts::Competency(facts) => facts.mode,
                _ => self.scale.mode,
            },
            (_, Some(handbook)) => handbook.config.levels,
            _ => self.scale.mode,
        };
        let wishes = self.wishes((competency, place), mode);
        let family = competency.family.as_deref().map(|name| self.family(name));
        let facts: Vec<(&str, Option<String>)> = vec![
            ("summary", competency.summary.clone().map(|text| super::gather::one_line(&text))),
            ("family", family),
            ("cluster", competency.cluster.clone()),
        ];
        let id = match place {
            Place::Known(chapter, _) => {
                let change =
                    update::competency((self.target, *chapter), self.scale, (&wishes, &facts), self.choices.prunes);
                return self.change(change, &competency.title, competency.span);
            }
            Place::New(id) => id,
        };
        *order += 1;
        let mut front = facts_of(&facts);
        front.push_str(&format!("order: {order}\n"));
        let mut text = format!("---\n{front}---\n# {}\n", quote::markdown(&competency.title));
        let what = match wishes.len() {
            0 => "a competency without levels".to_owned(),
            1 => "1 statement".to_owned(),
            n => format!("{n} statements"),
        };
        if !wishes.is_empty() {
            text.push_str(&format!("\n## Levels\n\n{}", self.levels(&wishes)));
        }
        self.import.files.push(NewFile { path: SourcePath::new(format!("competencies/{id}.md")), text, what });
    }

    /// Returns the statements of a competency with their levels. If levels add up, a statement that a
    /// lower level already makes is left out.
    fn wishes(&mut self, (competency, place): (&Competency, &Place), mode: Levels) -> Vec<Wish> {
        let family = match (place, self.target.handbook) {
            (Place::Known(chapter, _), Some(handbook)) => handbook.book.meta(*chapter).family.clone(),
            _ => None,
        };
        let level = |said: &Said| {
            let track = said.track.as_deref().map(|name| self.track(name));
            self.level(&said.level.text, Scope { track: track.as_deref(), family: family.as_deref() })
        };
        let mut said: Vec<(u8, &Said)> =
            competency.statements.iter().filter_map(|said| Some((level(said)?, said))).collect();
        said.sort_by_key(|(level, _)| *level);
        let mut wishes: Vec<Wish> = Vec::new();
        let mut repeated = 0;
        let mut first = None;
        for (level, said) in said {
            let track = said.track.as_deref().map(|name| self.track(name));
            let is_same = |wish: &Wish| fold(&wish.text) == fold(&said.text) && wish.track == track;
            if mode == Levels::AddUp && said.id.is_none() && wishes.iter().any(is_same) {
                repeated += 1;
                first = first.or(Some(said.span));
                continue;
            }
            wishes.push(Wish {
                level,
                track,
                id: said.id.clone(),
                text: super::gather::one_line(&said.text),
                examples: said.examples.clone(),
            });
        }
        if let Some(span) = first {
            let what = if repeated == 1 { "1 statement".to_owned() } else { format!("{repeated} statements") };
            let title = &competency.title;
            let message = format!(
                "{what} of `{title}` only repeated a lower level, which higher ones include, and were not used"
            );
            let message = if repeated == 1 { message.replace("and were", "and was") } else { message };
            self.import.findings.push(Diagnostic::new(Rule::UnusedRow, self.name, Some(span), message));
        }
        wishes
    }

    /// Formats levels with their statements.
    fn levels(&self, wishes: &[Wish]) -> String {
        let mut slugger = Slugger::default();
        slugger.claim("levels");
        for level in &self.scale.levels {
            slugger.claim(&slug(&level.name));
        }
        let mut parts: BTreeMap<(u8, Option<&str>), String> = BTreeMap::new();
        for wish in wishes {
            let item = wish.item(&wish.anchor(&mut slugger));
            parts.entry((wish.level, wish.track.as_deref())).or_default().push_str(&item);
        }
        let part = |((level, track), items): (&(u8, Option<&str>), &String)| {
            format!("{}\n\n{items}", heading(self.scale, "###", (*level, *track)))
        };
        parts.iter().map(part).collect::<Vec<_>>().join("\n")
    }

    fn change(&mut self, change: Result<update::Update, String>, title: &str, span: Span) {
        match change {
            Ok(update) => {
                self.import.kept += update.kept;
                self.import.changes.extend(update.change);
            }
            Err(why) => {
                let message = format!("`{title}` can't be changed: {why}");
                self.import.findings.push(Diagnostic::new(Rule::ChapterExists, self.name, Some(span), message));
            }
        }
    }

    /// Returns the rank of each new role and the role after it, if the table lists roles by
    /// seniority.
    fn ladder(&mut self, gathered: &Gathered, places: &[Place]) -> BTreeMap<usize, (Option<u32>, Option<String>)> {
        let is_new = |n: &usize| matches!(places[*n], Place::New(_));
        let unranked = |n: &usize| gathered.roles[*n].rank.is_none();
        let mut listed: Vec<usize> = (0..places.len()).collect();
        self.import.asks_for_ladder =
            self.choices.ladder.is_none() && listed.iter().filter(|n| is_new(n) && unranked(n)).count() > 1;
        match self.choices.ladder {
            None | Some(Ladder::No) => return BTreeMap::new(),
            Some(Ladder::Up) => {}
            Some(Ladder::Down) => listed.reverse(),
        }
        let mut tracks: BTreeMap<Option<&str>, Vec<usize>> = BTreeMap::new();
        for n in listed {
            tracks.entry(gathered.roles[n].track.as_deref()).or_default().push(n);
        }
        let mut steps = BTreeMap::new();
        for roles in tracks.values() {
            for (rank, (n, next)) in (1..).zip(roles.iter().zip(roles.iter().skip(1).map(Some).chain([None]))) {
                steps.insert(
                    *n,
                    (gathered.roles[*n].rank.or(Some(rank)), next.map(|next| places[*next].id().to_owned())),
                );
            }
        }
        steps
    }

    fn role(
        &mut self,
        (role, place): (&Role, &Place),
        named: &[Named<'_>],
        step: Option<&(Option<u32>, Option<String>)>,
        order: &mut i64,
    ) {
        let track = role.track.as_deref().map(|name| self.track(name));
        // An existing role moves to a track once that is declared, because its levels get their names
        // from there.
        let track = track.filter(|id| match (place, self.target.handbook) {
            (Place::Known(..), Some(handbook)) => !handbook.config.configured || handbook.config.track(id).is_some(),
            _ => true,
        });
        let scope = match (place, self.target.handbook) {
            (Place::Known(chapter, _), Some(handbook)) => {
                handbook.book.relations.roles.get(chapter).map(RoleView::scope).unwrap_or_default()
            }
            _ => Scope::default(),
        };
        let scope = Scope { track: track.as_deref().or(scope.track), ..scope };
        let level_of = |level: &Option<Cell>, chapter: Option<ChapterId>| {
            let Some(cell) = level else { return Some(None) };
            let scope = match (chapter, self.target.handbook) {
                (Some(competency), Some(handbook)) => handbook.book.scope(competency, scope),
                _ => scope,
            };
            let number = self.level(&cell.text, scope)?;
            let named = self.target.handbook.and_then(|handbook| handbook.config.level_at(number, scope));
            let level = named.or_else(|| self.scale.levels.iter().find(|level| level.level == number))?;
            Some(Some((number, level.name.clone())))
        };
        let expects: Vec<update::Expected> = role
            .expects
            .iter()
            .filter_map(|(n, level)| {
                let Named { place, title } = named[*n];
                let (id, title) = (place.id().to_owned(), title.to_owned());
                let chapter = if let Place::Known(chapter, _) = place { Some(*chapter) } else { None };
                Some(update::Expected { id, title, chapter, level: level_of(level, chapter)? })
            })
            .collect();
        let rank = role.rank.or_else(|| step.and_then(|(rank, _)| *rank));
        let facts: Vec<(&str, Option<String>)> = vec![
            ("summary", role.summary.clone()),
            ("family", role.family.as_deref().map(|name| self.family(name))),
            ("track", track.clone()),
            ("rank", rank.map(|rank| rank.to_string())),
            ("grade", role.grade.clone()),
            ("grows_into", step.and_then(|(_, next)| next.clone())),
        ];
        let id = match place {
            Place::Known(chapter, _) => {
                let change = update::role((self.target, *chapter), (&expects, &facts), self.choices.prunes);
                return self.change(change, &role.title, role.span);
            }
            Place::New(id) => id,
        };
        *order += 1;
        let mut front = facts_of(&facts);
        front.push_str(&format!("order: {order}\n"));
        let line = |expected: &update::Expected| {
            let (_, name) = expected.level.as_ref()?;
            Some(format!("  {}: {}\n", quote::yaml(&expected.id), quote::yaml(name)))
        };
        let lines: Vec<String> = expects.iter().filter_map(line).collect();
        let what = if lines.len() == 1 { "1 expectation".to_owned() } else { format!("{} expectations", lines.len()) };
        if !lines.is_empty() {
            front.push_str(&format!("competencies:\n{}", lines.concat()));
        }
        let text = format!("---\n{front}---\n# {}\n", quote::markdown(&role.title));
        self.import.files.push(NewFile { path: SourcePath::new(format!("roles/{id}.md")), text, what });
    }
}

/// Formats facts as lines of front matter.
fn facts_of(facts: &[(&str, Option<String>)]) -> String {
    let line = |(name, value): &(&str, Option<String>)| {
        let value = value.as_ref()?;
        let text = match *name {
            "rank" => value.clone(),
            "grows_into" => format!("[{}]", quote::yaml(value)),
            _ => quote::yaml(value),
        };
        Some(format!("{name}: {text}\n"))
    };
    facts.iter().filter_map(line).collect()
}
