//! Connects roles, competencies, strategies, paths and terms, in both directions.
//!
//! Input: the book with its references resolved. Output: [`Relations`], and remarks about
//! inconsistencies. Levels that a role inherits record the role that they come from. Never reads
//! prose.

mod applies;
mod inspect;
mod judged;

use std::collections::{BTreeMap, BTreeSet};

use crate::chapter::document::{Competency, Decision, Facts, Role, Strategy};
use crate::declare::config::{Config, Scope};
use crate::declare::kind::Part;
use crate::model::link::{Links, Target};
use crate::text::rule::Rule;

use crate::model::index::{At, ChapterId, Index, Remark};

pub use self::applies::{Standing, applies, is_gained, repeats};

/// The maximum number of roles that extend one another; a longer chain counts as a cycle.
const DEEPEST: usize = 32;

/// The level that a role expects of one competency.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Expectation {
    /// The chapter of the competency.
    pub competency: ChapterId,
    /// The number of the level.
    pub level: u8,
    /// Whether the competency is one of those that the role is judged on first.
    pub focus: bool,
    /// The role that the expectation was inherited from.
    pub from: Option<ChapterId>,
    /// What the competency means for the role: the role that says so, which may be one that it
    /// extends, and the number in [`Role::meaning`].
    pub meaning: Option<(ChapterId, u32)>,
}

/// A role with everything that it inherits and everything that refers to it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RoleView {
    /// The role's track, or that of the nearest role that it extends.
    pub track: Option<String>,
    /// The family that the role belongs to, or the nearest role that it extends.
    pub family: Option<String>,
    /// The role's expectations, in the handbook's order of competencies.
    pub expectations: Vec<Expectation>,
    /// The statements that the role is judged on, each by its competency and its number there.
    pub judged: BTreeSet<(ChapterId, u32)>,
    /// Inherited responsibilities. Each is given by the role that declares it and its number in
    /// that role.
    pub inherited: Vec<(ChapterId, u32)>,
    /// The role that this one extends.
    pub extends: Option<ChapterId>,
    /// Roles that extend this one.
    pub extended_by: Vec<ChapterId>,
    /// Roles at a higher rank that this one grows into.
    pub grows_into: Vec<ChapterId>,
    /// Roles that grow into this one.
    pub grows_from: Vec<ChapterId>,
    /// Roles at the same rank to which people can move.
    pub moves_to: Vec<ChapterId>,
    /// Roles that this one reports to.
    pub reports_to: Vec<ChapterId>,
    /// Roles that report to this one.
    pub reports: Vec<ChapterId>,
    /// Roles and partners that this one works with.
    pub works_with: Vec<Party>,
    /// Strategy chapters that this role leads.
    pub leads: Vec<ChapterId>,
}

/// A competency and what refers to it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CompetencyView {
    /// Roles that expect the competency, each with the level, in the handbook's order of roles.
    pub expected_by: Vec<(ChapterId, u8)>,
    /// Strategy chapters that the competency supports.
    pub supports: Vec<ChapterId>,
}

/// A strategy chapter and what refers to it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StrategyView {
    /// The role that leads the strategy.
    pub led_by: Option<ChapterId>,
    /// Competencies that support the strategy.
    pub supported_by: Vec<ChapterId>,
}

/// A role or a partner that takes part in a decision or works with a role.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Party {
    /// A role.
    Role(ChapterId),
    /// A partner from `handbook.toml`, by its index in the list.
    Partner(u32),
}

/// A decision and its participants.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DecisionView {
    /// The strategy chapter that contains the decision.
    pub strategy: ChapterId,
    /// The index of the decision in that chapter.
    pub number: u32,
    /// The participants and their parts.
    pub parties: Vec<(Part, Party)>,
}

/// All relations.
#[derive(Debug, Default)]
pub struct Relations {
    /// Roles, by chapter.
    pub roles: BTreeMap<ChapterId, RoleView>,
    /// Roles in the handbook's order: track, rank, title.
    pub role_order: Vec<ChapterId>,
    /// Competencies, by chapter.
    pub competencies: BTreeMap<ChapterId, CompetencyView>,
    /// Clusters in the handbook's order, each with its competencies. Competencies without a cluster
    /// come last, under an empty name.
    pub clusters: Vec<(String, Vec<ChapterId>)>,
    /// Strategy chapters, by chapter.
    pub strategies: BTreeMap<ChapterId, StrategyView>,
    /// Decisions, in the order of their chapters.
    pub decisions: Vec<DecisionView>,
    /// The chapters of each path, in order.
    pub paths: BTreeMap<ChapterId, Vec<ChapterId>>,
    /// The paths that include each chapter.
    pub on_paths: BTreeMap<ChapterId, Vec<ChapterId>>,
    /// Chapters that define terms.
    pub glossaries: Vec<ChapterId>,
    /// Pairs of roles that have a page of their own, without duplicates.
    pub pairs: BTreeSet<(ChapterId, ChapterId)>,
}

impl Expectation {
    /// Returns what the competency means for the role, in its own words or in those of a role that
    /// it extends.
    pub fn meaning<'a>(&self, book: &'a Index) -> Option<&'a str> {
        let (role, number) = self.meaning?;
        let (_, text) = role_of(book, role)?.meaning.get(number as usize)?;
        Some(text)
    }
}

impl RoleView {
    /// Returns the track and the family of the role.
    #[must_use]
    pub fn scope(&self) -> Scope<'_> {
        Scope { track: self.track.as_deref(), family: self.family.as_deref() }
    }

    /// Returns the role's standing at a level.
    #[must_use]
    pub fn at(&self, level: u8) -> Standing<'_> {
        Standing::new(level, self.scope())
    }

    /// Returns whether the role is judged on the statement with this number in its competency.
    #[must_use]
    pub fn judges(&self, competency: ChapterId, number: usize) -> bool {
        u32::try_from(number).is_ok_and(|number| self.judged.contains(&(competency, number)))
    }
}

impl Relations {
    /// Returns whether a role expects something or is responsible for something, so that there is
    /// something to compare and to hire for.
    pub fn says_something(&self, role: ChapterId, book: &Index) -> bool {
        let own = role_of(book, role).is_some_and(|facts| !facts.responsibilities.is_empty());
        own || self.roles.get(&role).is_some_and(|view| !view.expectations.is_empty() || !view.inherited.is_empty())
    }

    /// Returns the standing that a role expects in a competency: level 0 if it expects none.
    pub fn standing(&self, role: ChapterId, competency: ChapterId) -> Standing<'_> {
        let level = self.expectation(role, competency).map_or(0, |expectation| expectation.level);
        self.roles.get(&role).map(|view| view.at(level)).unwrap_or_default()
    }

    /// Returns the level that a role expects of a competency, if it expects one.
    pub fn expectation(&self, role: ChapterId, competency: ChapterId) -> Option<&Expectation> {
        self.roles.get(&role)?.expectations.iter().find(|expectation| expectation.competency == competency)
    }
}

/// Builds all relations between the chapters.
pub fn relate(book: &Index, links: &Links, config: &Config) -> (Relations, Vec<Remark>) {
    let order = book.tree.reading.iter().filter_map(|node| book.tree.node(*node).chapter).collect();
    let (relations, remarks) = (Relations::default(), Vec::new());
    let mut reader = Relating { book, links, config, relations, remarks, order };
    reader.collect();
    reader.inherit();
    reader.grow();
    reader.invert();
    reader.pair();
    reader.inspect();
    (reader.relations, reader.remarks)
}

struct Relating<'a> {
    book: &'a Index,
    links: &'a Links,
    config: &'a Config,
    relations: Relations,
    remarks: Vec<Remark>,
    /// The chapters in reading order.
    order: Vec<ChapterId>,
}

impl<'a> Relating<'a> {
    fn role(&self, chapter: ChapterId) -> Option<&'a Role> {
        role_of(self.book, chapter)
    }

    fn all(&self, chapter: ChapterId, references: &[u32]) -> Vec<ChapterId> {
        let mut seen = BTreeSet::new();
        let found = references.iter().filter_map(|n| self.links.target_chapter(chapter, *n));
        found.filter(|to| seen.insert(*to)).collect()
    }

    fn remark(&mut self, code: Rule, (chapter, at): (ChapterId, At), message: String, help: &str) {
        let path = &self.book.meta(chapter).path;
        self.remarks.push(Remark::new(code, (chapter, path), at, message).help(help));
    }

    /// Collects the facts that each chapter states about itself.
    fn collect(&mut self) {
        for chapter in self.order.clone() {
            match &self.book.meta(chapter).facts {
                Facts::Role(role) => self.collect_role(chapter, role),
                Facts::Competency(competency) => self.collect_competency(chapter, competency),
                Facts::Strategy(strategy) => self.collect_strategy(chapter, strategy),
                Facts::Path(path) => {
                    let chapters = self.all(chapter, &path.chapters);
                    self.relations.paths.insert(chapter, chapters);
                }
                Facts::Glossary(_) => self.relations.glossaries.push(chapter),
                Facts::Page => {}
            }
        }
        let book = self.book;
        let tracks = &self.config.tracks;
        self.relations.role_order = self.relations.roles.keys().copied().collect();
        self.relations.role_order.sort_by_cached_key(|chapter| {
            let meta = book.meta(*chapter);
            let role = role_of(book, *chapter);
            let track = role.and_then(|role| role.track.as_ref());
            let place = track.and_then(|id| tracks.iter().position(|track| track.id == *id));
            let rank = role.and_then(|role| role.rank).unwrap_or(u32::MAX);
            (place.unwrap_or(usize::MAX), track.cloned(), rank, meta.order.unwrap_or(i64::MAX), meta.title.clone())
        });
    }

    fn collect_role(&mut self, chapter: ChapterId, role: &Role) {
        let view = RoleView {
            extends: role.extends.and_then(|n| self.links.target_chapter(chapter, n)),
            reports_to: self.all(chapter, &role.reports_to).into_iter().filter(|to| *to != chapter).collect(),
            works_with: role.works_with.iter().filter_map(|n| party(self.links.target(chapter, *n))).collect(),
            ..RoleView::default()
        };
        self.relations.roles.insert(chapter, view);
    }

    fn collect_competency(&mut self, chapter: ChapterId, competency: &Competency) {
        let supports = self.all(chapter, &competency.supports);
        self.relations.competencies.insert(chapter, CompetencyView { supports, ..CompetencyView::default() });
        let cluster = competency.cluster.clone().unwrap_or_default();
        let clusters = &mut self.relations.clusters;
        match clusters.iter_mut().find(|(name, _)| *name == cluster) {
            Some((_, list)) => list.push(chapter),
            None => clusters.push((cluster, vec![chapter])),
        }
        clusters.sort_by_key(|(name, _)| name.is_empty());
    }

    fn collect_strategy(&mut self, chapter: ChapterId, strategy: &Strategy) {
        let led_by = strategy.led_by.and_then(|n| self.links.target_chapter(chapter, n));
        self.relations.strategies.insert(chapter, StrategyView { led_by, ..StrategyView::default() });
        for (number, decision) in (0..).zip(&strategy.decisions) {
            let party = |(part, n): &(Part, u32)| Some((*part, party(self.links.target(chapter, *n))?));
            let parties = decision.parties.iter().filter_map(party).collect();
            self.relations.decisions.push(DecisionView { strategy: chapter, number, parties });
        }
    }

    /// Adds what roles inherit to what they state themselves.
    fn inherit(&mut self) {
        for chapter in self.relations.role_order.clone() {
            let (chain, ring) = self.chain(chapter);
            if ring {
                self.report_ring(chapter, &chain);
            }
            let track = chain.iter().find_map(|role| self.role(*role)?.track.clone());
            let family = chain.iter().find_map(|role| self.book.meta(*role).family.clone());
            let scope = Scope { track: track.as_deref(), family: family.as_deref() };
            let expectations = self.expectations(&chain);
            let inherited = self.inherited(&chain);
            let judged = self.judged(&chain, &expectations, scope);
            if let Some(view) = self.relations.roles.get_mut(&chapter) {
                view.expectations = expectations;
                view.inherited = inherited;
                view.judged = judged;
                view.track = track;
                view.family = family;
            }
        }
    }

    /// Returns a role and the chain of roles that it extends, starting with itself, and whether
    /// they form a cycle.
    fn chain(&self, chapter: ChapterId) -> (Vec<ChapterId>, bool) {
        let mut chain = vec![chapter];
        let mut at = chapter;
        while let Some(base) = self.relations.roles.get(&at).and_then(|view| view.extends) {
            if chain.contains(&base) || chain.len() >= DEEPEST {
                return (chain, true);
            }
            chain.push(base);
            at = base;
        }
        (chain, false)
    }

    /// Reports a cycle once, at its first role by path.
    fn report_ring(&mut self, chapter: ChapterId, chain: &[ChapterId]) {
        let closes = chain.last().and_then(|last| self.relations.roles.get(last)?.extends);
        if closes != Some(chapter) || chain.iter().any(|other| *other < chapter) {
            return;
        }
        let (message, help) = if let [_] = chain {
            ("this role extends itself".to_owned(), "name another role, or remove it")
        } else {
            let message = format!("roles extend each other in a ring: {}", self.ring(chain));
            (message, "remove `extends` from one of them")
        };
        self.remark(Rule::CyclicRoles, (chapter, At::Field("extends")), message, help);
    }

    /// Formats a cycle of chapters as their IDs, from the first back to the first.
    fn ring(&self, ring: &[ChapterId]) -> String {
        let ids: Vec<&str> = ring.iter().chain(ring.first()).map(|c| self.book.id(*c)).collect();
        ids.join(" -> ")
    }

    fn expectations(&self, chain: &[ChapterId]) -> Vec<Expectation> {
        let mut found: BTreeMap<ChapterId, (u8, Option<ChapterId>)> = BTreeMap::new();
        let mut meanings: BTreeMap<ChapterId, (ChapterId, u32)> = BTreeMap::new();
        let mut focus: Vec<ChapterId> = Vec::new();
        for (depth, chapter) in chain.iter().enumerate() {
            let Some(role) = self.role(*chapter) else { continue };
            for (reference, level) in &role.competencies {
                if let Some(competency) = self.links.target_chapter(*chapter, *reference) {
                    found.entry(competency).or_insert((*level, (depth > 0).then_some(*chapter)));
                }
            }
            for (number, (reference, _)) in (0..).zip(&role.meaning) {
                if let Some(competency) = self.links.target_chapter(*chapter, *reference) {
                    meanings.entry(competency).or_insert((*chapter, number));
                }
            }
            if focus.is_empty() {
                focus = self.all(*chapter, &role.focus);
            }
        }
        let expectation = |competency: &ChapterId| {
            let (level, from) = *found.get(competency)?;
            let meaning = meanings.get(competency).copied();
            Some(Expectation { competency: *competency, level, focus: focus.contains(competency), from, meaning })
        };
        self.relations.clusters.iter().flat_map(|(_, list)| list).filter_map(expectation).collect()
    }

    /// Returns the responsibilities of the extended roles that no extending role restates or
    /// replaces.
    fn inherited(&self, chain: &[ChapterId]) -> Vec<(ChapterId, u32)> {
        let mut said: BTreeSet<&str> = BTreeSet::new();
        let mut list = Vec::new();
        for (depth, chapter) in chain.iter().enumerate() {
            let Some(role) = self.role(*chapter) else { continue };
            if depth > 0 {
                let new = (0..).zip(&role.responsibilities).filter(|(_, one)| !said.contains(one.id.as_str()));
                list.extend(new.map(|(n, _)| (*chapter, n)));
            }
            for one in &role.responsibilities {
                said.insert(&one.id);
                said.extend(one.replaces.as_deref());
            }
        }
        list
    }

    /// Separates moves at the same rank from steps up the ladder.
    fn grow(&mut self) {
        for chapter in self.relations.role_order.clone() {
            let Some(role) = self.role(chapter) else { continue };
            let mut up = Vec::new();
            let mut sideways = Vec::new();
            for reference in &role.grows_into {
                let to = self.links.target_chapter(chapter, *reference);
                let Some(to) = to.filter(|to| *to != chapter) else { continue };
                let other = self.role(to).and_then(|role| role.rank);
                match (role.rank, other) {
                    (Some(here), Some(there)) if here == there => sideways.push(to),
                    (Some(here), Some(there)) if here > there => {
                        let title = &self.book.meta(to).title;
                        let message = format!("this role has rank {here} and grows into `{title}` of rank {there}");
                        let help = "a role grows into one of a higher rank, or moves to one of the same rank";
                        self.remark(Rule::BadValue, (chapter, At::Reference(*reference)), message, help);
                    }
                    _ => up.push(to),
                }
            }
            if let Some(view) = self.relations.roles.get_mut(&chapter) {
                view.grows_into = up;
                view.moves_to = sideways;
            }
        }
        self.find_growth_ring();
    }

    /// Reports roles without ranks that grow into each other in a cycle. Roles with ranks can't
    /// form one.
    fn find_growth_ring(&mut self) {
        let mut done: BTreeSet<ChapterId> = BTreeSet::new();
        for start in self.relations.role_order.clone() {
            let mut trail: Vec<(ChapterId, usize)> = vec![(start, 0)];
            while let Some((at, next)) = trail.last_mut() {
                let to = self.relations.roles.get(at).and_then(|view| view.grows_into.get(*next)).copied();
                *next += 1;
                match to {
                    None => {
                        done.insert(*at);
                        trail.pop();
                    }
                    Some(to) if done.contains(&to) => {}
                    Some(to) => {
                        if let Some(from) = trail.iter().position(|(chapter, _)| *chapter == to) {
                            let ring: Vec<ChapterId> = trail[from..].iter().map(|(chapter, _)| *chapter).collect();
                            let message = format!("roles grow into each other in a ring: {}", self.ring(&ring));
                            let help = "give each role a rank; roles of the same rank may grow into each other";
                            return self.remark(Rule::CyclicRoles, (to, At::Field("grows_into")), message, help);
                        }
                        trail.push((to, 0));
                    }
                }
            }
        }
    }

    /// Fills in the opposite direction of every relation.
    fn invert(&mut self) {
        let relations = &mut self.relations;
        for role in &relations.role_order {
            let view = &relations.roles[role];
            for expectation in &view.expectations {
                let competency = relations.competencies.entry(expectation.competency);
                competency.and_modify(|view| view.expected_by.push((*role, expectation.level)));
            }
            let (extends, grows_into, reports_to) = (view.extends, view.grows_into.clone(), view.reports_to.clone());
            if let Some(base) = extends {
                relations.roles.entry(base).and_modify(|view| view.extended_by.push(*role));
            }
            for to in grows_into {
                relations.roles.entry(to).and_modify(|view| view.grows_from.push(*role));
            }
            for to in reports_to {
                relations.roles.entry(to).and_modify(|view| view.reports.push(*role));
            }
        }
        for (strategy, view) in &relations.strategies {
            if let Some(role) = view.led_by {
                relations.roles.entry(role).and_modify(|view| view.leads.push(*strategy));
            }
        }
        for competency in relations.clusters.iter().flat_map(|(_, list)| list) {
            for strategy in &relations.competencies[competency].supports {
                relations.strategies.entry(*strategy).and_modify(|view| view.supported_by.push(*competency));
            }
        }
        for (path, chapters) in &relations.paths {
            for chapter in chapters {
                relations.on_paths.entry(*chapter).or_default().push(*path);
            }
        }
    }

    /// Collects the pairs of roles that get a page: steps and moves on the ladder of which either
    /// role says something, and the pairs in `handbook.toml`.
    fn pair(&mut self) {
        let mut pairs = BTreeSet::new();
        for (role, view) in &self.relations.roles {
            pairs.extend(view.grows_into.iter().map(|to| (*role, *to)));
            // A move goes both ways, so one page is enough.
            pairs.extend(view.moves_to.iter().map(|to| if role < to { (*role, *to) } else { (*to, *role) }));
        }
        pairs.retain(|(a, b)| [*a, *b].iter().any(|role| self.relations.says_something(*role, self.book)));
        for declared in &self.config.compare {
            let role = |name: &str| match self.book.names.find(name) {
                [one] if self.role(*one).is_some() => Some(*one),
                _ => None,
            };
            let found: Vec<Option<ChapterId>> = declared.iter().map(|(name, _)| role(name)).collect();
            if let [Some(a), Some(b)] = found[..] {
                pairs.extend((a != b).then_some((a, b)));
            }
        }
        self.relations.pairs = pairs;
    }
}

fn party(target: &Target) -> Option<Party> {
    match target {
        Target::Chapter(role, _) => Some(Party::Role(*role)),
        Target::Partner(n) => Some(Party::Partner(*n)),
        _ => None,
    }
}

/// Returns the facts of a role.
pub fn role_of(book: &Index, chapter: ChapterId) -> Option<&Role> {
    match &book.meta(chapter).facts {
        Facts::Role(role) => Some(role),
        _ => None,
    }
}

/// Returns the facts of a competency.
pub fn competency_of(book: &Index, chapter: ChapterId) -> Option<&Competency> {
    match &book.meta(chapter).facts {
        Facts::Competency(competency) => Some(competency),
        _ => None,
    }
}

impl DecisionView {
    /// Returns what the chapter states about the decision.
    #[must_use]
    pub fn facts<'a>(&self, book: &'a Index) -> Option<&'a Decision> {
        match &book.meta(self.strategy).facts {
            Facts::Strategy(strategy) => strategy.decisions.get(self.number as usize),
            _ => None,
        }
    }

    /// Returns whether `party` takes the part `part`.
    pub fn has(&self, part: Part, party: Party) -> bool {
        self.parties.contains(&(part, party))
    }
}
