//! Writes the chapters of an import.
//!
//! Input: the contents of a table, and the scale. Output: new files, changes of existing files in
//! words, and lines for `handbook.toml`.

use std::collections::{BTreeMap, BTreeSet};

use crate::declare::config::Scope;
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
use super::update;
use super::wish::{Wish, heading, proficiency};
use super::{Choices, Import, Ladder, NewFile, Target};

/// Collects the files for everything that was gathered.
pub struct Writer<'a> {
    pub target: Target<'a>,
    pub choices: &'a Choices,
    pub scale: &'a Scale,
    pub name: &'a SourcePath,
    pub import: &'a mut Import,
    /// The tracks that `handbook.toml` gets.
    pub new_tracks: Vec<String>,
}

/// A chapter that is already in the handbook, or the ID of a new one.
#[derive(Clone)]
enum Place {
    Known(ChapterId, String),
    New(String),
}

/// The rank of a role, and the roles that it grows into.
type Step = (Option<u32>, Vec<String>);

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
    pub fn write(mut self, gathered: &Gathered) {
        self.declare(gathered);
        let mut taken = self.ids_in_use();
        for competency in gathered.competencies.iter().filter(|c| c.family.is_none() && c.id.is_none()) {
            self.report_ambiguous(competency);
        }
        let competencies: Vec<Place> =
            gathered.competencies.iter().map(|competency| self.place_of_competency(competency, &mut taken)).collect();
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

    /// Finds a competency. Competencies of two families may have the same name, so one that the table
    /// describes for a family isn't the one of another.
    fn place_of_competency(&self, competency: &Competency, taken: &mut BTreeSet<String>) -> Place {
        let name = competency.id.as_deref().unwrap_or(&competency.title);
        let Some(family) = competency.family.as_deref().map(|name| self.family(name)) else {
            let is_known = self.target.handbook.is_some_and(|handbook| !handbook.book.names.find(name).is_empty());
            return self.place(if is_known { name } else { &competency.title }, Kind::Competency, taken);
        };
        let known = self.target.handbook.and_then(|handbook| {
            let book = &handbook.book;
            let is_it = |chapter: &ChapterId| {
                let meta = book.meta(*chapter);
                let is_named =
                    fold(&meta.title) == fold(&competency.title) || meta.id == chapter_stem(&competency.title);
                let is_near = meta.family.as_deref() == Some(&family)
                    || (meta.family.is_none() && competency.statements.is_empty());
                meta.kind == Kind::Competency && is_near && is_named
            };
            let chapter = book.ids().find(is_it)?;
            Some(Place::Known(chapter, book.id(chapter).to_owned()))
        });
        known.unwrap_or_else(|| {
            let stem = Self::stem(&competency.title, Kind::Competency, &mut BTreeSet::new());
            let id = if taken.contains(&fold(&stem)) { format!("{family}/{stem}") } else { stem };
            taken.insert(fold(&id));
            Place::New(id)
        })
    }

    /// Reports a name that competencies of several families have.
    fn report_ambiguous(&mut self, competency: &Competency) {
        let Some(handbook) = self.target.handbook else { return };
        let book = &handbook.book;
        let found = book.names.find(&competency.title).iter().copied();
        let found: Vec<ChapterId> = found.filter(|chapter| book.meta(*chapter).kind == Kind::Competency).collect();
        if found.len() < 2 {
            return;
        }
        let ids: Vec<String> = found.iter().map(|chapter| format!("`{}`", book.id(*chapter))).collect();
        let message = format!("`{}` could be {}", competency.title, ids.join(" or "));
        let help = "say whose table this is with `--family NAME`, or write the ID into the cell";
        let finding = Diagnostic::new(Rule::BadTable, self.name, Some(competency.span), message).help(help);
        self.import.findings.push(finding);
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
            (_, Some(handbook)) if self.scale.family.is_none() => self.choices.levels.unwrap_or(handbook.config.levels),
            _ => self.scale.mode,
        };
        let wishes = self.wishes((competency, place), mode);
        let family = competency.family.as_deref().map(|name| self.family(name));
        let scale = match (place, self.target.handbook) {
            (Place::Known(chapter, _), Some(handbook)) => self.scale_of(handbook.book.meta(*chapter).family.as_deref()),
            _ => self.scale_of(family.as_deref()),
        };
        let config = self.target.handbook.map(|handbook| &handbook.config);
        let is_other = config.is_some_and(|config| config.levels_of(family.as_deref()) != mode);
        let facts: Vec<(&str, Option<String>)> = vec![
            ("summary", competency.summary.clone().map(|text| super::gather::one_line(&text))),
            ("family", family),
            ("cluster", competency.cluster.clone()),
        ];
        let id = match place {
            Place::Known(chapter, _) => {
                let change =
                    update::competency((self.target, *chapter), &scale, (&wishes, &facts), self.choices.prunes);
                return self.change(change, &competency.title, competency.span);
            }
            Place::New(id) => id,
        };
        *order += 1;
        let mut front = facts_of(&facts);
        if is_other && self.scale.family.is_none() && !wishes.is_empty() {
            front.push_str(if mode == Levels::Replace { "levels: replace\n" } else { "levels: add-up\n" });
        }
        front.push_str(&format!("order: {order}\n"));
        let mut text = format!("---\n{front}---\n# {}\n", quote::markdown(&competency.title));
        let what = match wishes.len() {
            0 => "a competency without levels".to_owned(),
            1 => "1 statement".to_owned(),
            n => format!("{n} statements"),
        };
        if !wishes.is_empty() {
            text.push_str(&format!("\n## Levels\n\n{}", levels_of(&scale, &wishes)));
        }
        self.import.files.push(NewFile { path: SourcePath::new(format!("competencies/{id}.md")), text, what });
    }

    /// Returns the statements of a competency with their levels. If levels add up, a statement that a
    /// lower level already makes is left out.
    fn wishes(&mut self, (competency, place): (&Competency, &Place), mode: Levels) -> Vec<Wish> {
        let family = match (place, self.target.handbook) {
            (Place::Known(chapter, _), Some(handbook)) => handbook.book.meta(*chapter).family.clone(),
            _ => competency.family.as_deref().map(|name| self.family(name)),
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
                proficiency: said.proficiency.clone(),
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
    fn ladder(&mut self, gathered: &Gathered, places: &[Place]) -> BTreeMap<usize, Step> {
        let is_new = |n: &usize| matches!(places[*n], Place::New(_));
        let unranked = |n: &usize| gathered.roles[*n].rank.is_none();
        let mut listed: Vec<usize> = (0..places.len()).collect();
        self.import.asks_for_ladder = self.choices.ladder.is_none()
            && !gathered.are_titles
            && listed.iter().filter(|n| is_new(n) && unranked(n)).count() > 1;
        match self.choices.ladder {
            None if gathered.are_titles => {}
            None | Some(Ladder::No) => return BTreeMap::new(),
            Some(Ladder::Up) => {}
            Some(Ladder::Down) => listed.reverse(),
        }
        if gathered.are_titles {
            return self.ladder_of_levels(gathered, places);
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
                    (
                        gathered.roles[*n].rank.or(Some(rank)),
                        next.map(|next| places[*next].id().to_owned()).into_iter().collect(),
                    ),
                );
            }
        }
        steps
    }

    /// Returns the ladder of roles that are levels: the height of the level is the rank, and a role
    /// grows into those at the next height, in its own track if it has one.
    fn ladder_of_levels(&self, gathered: &Gathered, places: &[Place]) -> BTreeMap<usize, Step> {
        let height = |n: usize| {
            let role = &gathered.roles[n];
            let level = role.expects.iter().find_map(|(_, level)| level.as_ref())?;
            self.scale.level_of(&level.text, role.track.as_deref()).map(u32::from)
        };
        let mut steps = BTreeMap::new();
        for n in (0..places.len()).filter(|n| height(*n).is_some()) {
            let track = &gathered.roles[n].track;
            let is_near = |other: &usize| {
                let own = &gathered.roles[*other].track;
                height(*other) > height(n) && (track.is_none() || own.is_none() || own == track)
            };
            let next = (0..places.len()).filter(is_near).filter_map(height).min();
            let after = (0..places.len()).filter(|other| is_near(other) && height(*other) == next);
            let after = after.map(|other| places[other].id().to_owned()).collect();
            steps.insert(n, (gathered.roles[n].rank.or(height(n)), after));
        }
        steps
    }

    fn role(&mut self, (role, place): (&Role, &Place), named: &[Named<'_>], step: Option<&Step>, order: &mut i64) {
        let track = role.track.as_deref().map(|name| self.track(name));
        // An existing role moves to a track once that is declared, because its levels get their names
        // from there.
        let track = track.filter(|id| match (place, self.target.handbook) {
            (Place::Known(..), Some(handbook)) => {
                let config = &handbook.config;
                !config.configured || config.track(id).is_some() || self.new_tracks.contains(id)
            }
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
            let name = self.level_name(number, scope)?;
            Some(Some((number, name)))
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
            ("grows_into", step.map(|(_, next)| next.join(", ")).filter(|next| !next.is_empty())),
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

/// Formats levels with their statements.
fn levels_of(scale: &Scale, wishes: &[Wish]) -> String {
    let mut slugger = Slugger::default();
    slugger.claim("levels");
    for level in scale.levels.iter().chain(scale.own.iter().flat_map(|(_, levels)| levels)) {
        slugger.claim(&slug(&level.name));
    }
    let mut tracks: Vec<Option<&str>> = vec![None];
    for track in wishes.iter().map(|wish| wish.track.as_deref()) {
        if !tracks.contains(&track) {
            tracks.push(track);
        }
    }
    let mut parts: BTreeMap<(u8, usize), (Option<&str>, String)> = BTreeMap::new();
    for wish in wishes {
        let item = wish.item(&wish.anchor(&mut slugger));
        let track = wish.track.as_deref();
        let n = tracks.iter().position(|known| *known == track).unwrap_or(0);
        parts.entry((wish.level, n)).or_insert((track, String::new())).1.push_str(&item);
    }
    let part = |((level, _), (track, items)): (&(u8, usize), &(Option<&str>, String))| {
        let word = proficiency(wishes, (*level, *track));
        format!("{}\n\n{items}", heading(scale, "###", (*level, *track), word))
    };
    parts.iter().map(part).collect::<Vec<_>>().join("\n")
}

/// Formats facts as lines of front matter.
fn facts_of(facts: &[(&str, Option<String>)]) -> String {
    let line = |(name, value): &(&str, Option<String>)| {
        let value = value.as_ref()?;
        let text = match *name {
            "rank" => value.clone(),
            "grows_into" => format!("[{}]", value.split(", ").map(quote::yaml).collect::<Vec<_>>().join(", ")),
            _ => quote::yaml(value),
        };
        Some(format!("{name}: {text}\n"))
    };
    facts.iter().filter_map(line).collect()
}
