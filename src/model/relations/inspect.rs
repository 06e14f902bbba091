//! Looks for gaps and inconsistencies in the model.
//!
//! Input: chapters with their relations. Output: remarks. Never changes a relation.

use std::collections::{BTreeMap, BTreeSet};

use super::{At, ChapterId, Relating, RoleView};
use crate::chapter::document::{Competency, Facts, Form, Role, Statement};
use crate::declare::config::Scope;
use crate::declare::kind::{Kind, Status};
use crate::text::path::fold;
use crate::text::rule::Rule;

impl Relating<'_> {
    /// Looks for gaps and inconsistencies.
    pub(super) fn inspect(&mut self) {
        self.inspect_titles();
        let ranked = self.ranked();
        for chapter in self.order.clone() {
            match &self.book.meta(chapter).facts {
                Facts::Role(role) => {
                    self.inspect_role(chapter, role);
                    self.inspect_rank(chapter, role, ranked);
                }
                Facts::Competency(competency) => self.inspect_competency(chapter, competency),
                Facts::Strategy(strategy) if strategy.led_by.is_none() => {
                    let message = "this strategy does not name the role that leads it".to_owned();
                    let help = "add `led_by: role-id` to the front matter";
                    self.remark(Rule::StrategyLead, (chapter, At::Chapter), message, help);
                }
                Facts::Path(path) if path.chapters.is_empty() => {
                    let message = "this path lists no chapters".to_owned();
                    let help = "add `chapters: [first, second]` to the front matter";
                    self.remark(Rule::NeedsValue, (chapter, At::Chapter), message, help);
                }
                Facts::Path(path) => self.inspect_self(chapter, "lists", &path.chapters),
                _ => {}
            }
        }
    }

    fn inspect_role(&mut self, chapter: ChapterId, role: &Role) {
        for (what, references) in
            [("grows into", &role.grows_into), ("reports to", &role.reports_to), ("works with", &role.works_with)]
        {
            self.inspect_self(chapter, what, references);
        }
        let mut expected: BTreeSet<ChapterId> =
            self.relations.roles[&chapter].expectations.iter().map(|e| e.competency).collect();
        // A competency whose level isn't recognized still counts as expected, so that this mistake
        // is reported only once.
        let references = (0..).zip(&self.book.outline(chapter).references);
        let means = |n: &u32| role.meaning.iter().any(|(number, _)| number == n);
        let lists = |n: &u32| role.focus.contains(n) || role.judged.contains(n) || means(n);
        let fields = references.filter(|(n, one)| one.form == Form::Field(Kind::Competency) && !lists(n));
        expected.extend(fields.filter_map(|(n, _)| self.links.target_chapter(chapter, n)));
        let meaning = role.meaning.iter().map(|(reference, _)| ("meaning", reference));
        for (field, reference) in role.focus.iter().map(|reference| ("focus", reference)).chain(meaning) {
            let Some(competency) = self.links.target_chapter(chapter, *reference) else { continue };
            if !expected.contains(&competency) {
                let id = self.book.id(competency);
                let message = format!("`{field}` names `{id}`, but this role doesn't expect a level of it");
                let help = format!("list it under `competencies` with a level, or remove it from `{field}`");
                self.remark(Rule::BadValue, (chapter, At::Reference(*reference)), message, &help);
            }
        }
        self.inspect_judged(chapter, role, &expected);
        self.inspect_levels(chapter, role);
    }

    /// Reports levels that neither the role's track nor the competency's family has.
    fn inspect_levels(&mut self, chapter: ChapterId, role: &Role) {
        let scope_of = |competency: ChapterId| {
            let own = self.relations.roles.get(&chapter).map(RoleView::scope).unwrap_or_default();
            self.book.scope(competency, own)
        };
        let mut unknown = Vec::new();
        for (reference, level) in &role.competencies {
            let Some(competency) = self.links.target_chapter(chapter, *reference) else { continue };
            let scope = scope_of(competency);
            if self.config.level_at(*level, scope).is_none() {
                let message = format!("`{}` has no level {level} for this role", self.book.id(competency));
                unknown.push((*reference, message, self.config.help_for_level(&level.to_string(), scope)));
            }
        }
        for (reference, message, help) in unknown {
            self.remark(Rule::LevelOutOfRange, (chapter, At::Reference(reference)), message, &help);
        }
    }

    /// Returns the first role on the ladder that has a rank, with its rank.
    fn ranked(&self) -> Option<(ChapterId, u32)> {
        let roles = self.relations.role_order.iter().filter_map(|role| Some((*role, self.role(*role)?)));
        roles.filter(|(_, role)| !role.base).find_map(|(id, role)| Some((id, role.rank?)))
    }

    /// Reports a role without a rank if another role has one, as `ranked` says. A variant of a role
    /// with a rank needs none.
    fn inspect_rank(&mut self, chapter: ChapterId, role: &Role, ranked: Option<(ChapterId, u32)>) {
        let base = self.relations.roles[&chapter].extends.and_then(|base| self.role(base));
        let has_place = role.rank.is_some() || role.base || base.is_some_and(|base| base.rank.is_some());
        let Some((other, rank)) = ranked.filter(|_| !has_place) else { return };
        let message = "this role has no rank, so it isn't in the drawing of the ladder".to_owned();
        let title = &self.book.meta(other).title;
        let help = format!("add `rank: n` to the front matter; `{title}` has rank {rank}, and higher is more senior");
        self.remark(Rule::MissingRank, (chapter, At::Chapter), message, &help);
    }

    fn inspect_competency(&mut self, chapter: ChapterId, competency: &Competency) {
        let is_said = |level: u8| competency.statements.iter().any(|statement| statement.level == level);
        let is_unsaid = |level: u8| !is_said(level) && !competency.misnamed.contains(&level);
        let headings = competency.levels.iter().filter(|heading| is_unsaid(heading.level));
        // If nothing is said of any level, one remark is enough.
        let most = if competency.statements.is_empty() { 1 } else { usize::MAX };
        for heading in headings.take(most) {
            let number = (0..).zip(&self.book.outline(chapter).headings).find(|(_, other)| other.id == heading.id);
            let Some((number, known)) = number else { continue };
            let message = format!("there is no list below `{}`, so this level has no statements", known.text);
            let help = "begin each statement with `- `";
            self.remark(Rule::EmptyLevel, (chapter, At::Heading(number)), message, help);
        }
        if competency.statements.is_empty() {
            return;
        }
        // A competency may end below the highest level of the scale.
        let top = competency.statements.iter().map(|statement| statement.level).max().unwrap_or(0);
        let scope = Scope::of_family(self.book.meta(chapter).family.as_deref());
        let below = self.config.scale_of(scope).into_iter().filter(|level| level.level < top);
        let has_heading = |level: u8| competency.levels.iter().any(|heading| heading.level == level);
        for level in below.filter(|level| !competency.misnamed.contains(&level.level) && !has_heading(level.level)) {
            if !is_said(level.level) {
                let message = format!("there are no statements for level {} ({})", level.name, level.level);
                let help =
                    format!("add a heading `### {}` with a bullet for each thing that somebody does", level.name);
                self.remark(Rule::EmptyLevel, (chapter, At::Chapter), message, &help);
            }
        }
        for (number, statement) in (0..).zip(&competency.statements) {
            let Some(replaces) = &statement.replaces else { continue };
            let lower = |other: &Statement| other.id == *replaces && other.level < statement.level;
            if !competency.statements.iter().any(lower) {
                let message = format!("`replaces={replaces}` doesn't name a statement of a lower level");
                let help = "name the anchor of a statement further down the scale";
                self.remark(Rule::BadValue, (chapter, At::Statement(number)), message, help);
            }
        }
    }

    /// Reports a chapter that names itself where another is expected.
    fn inspect_self(&mut self, chapter: ChapterId, what: &str, references: &[u32]) {
        let is_itself = |n: &&u32| self.links.target_chapter(chapter, **n) == Some(chapter);
        let Some(reference) = references.iter().find(is_itself).copied() else { return };
        let kind = self.book.meta(chapter).kind.name();
        let message = format!("this {kind} {what} itself");
        let help = format!("name another {}, or remove it", if kind == "path" { "chapter" } else { kind });
        self.remark(Rule::BadValue, (chapter, At::Reference(reference)), message, &help);
    }

    /// Reports chapters of the same kind that share a title, because neither readers nor links by
    /// title can tell them apart.
    fn inspect_titles(&mut self) {
        let mut first: BTreeMap<(Kind, String, Option<&str>), ChapterId> = BTreeMap::new();
        for chapter in self.book.ids() {
            let meta = self.book.meta(chapter);
            // Another check reports titles that come from a section's heading. A retired chapter
            // may share its title with a current one.
            let is_borrowed =
                self.book.outline(chapter).headings.first().is_some_and(|h| h.level > 1 && h.text == meta.title);
            if meta.kind == Kind::Page || meta.status == Status::Retired || is_borrowed {
                continue;
            }
            // Pages name the family where chapters share their ID.
            let family = meta.family.as_deref().filter(|_| self.book.is_shared(chapter));
            let key = (meta.kind, fold(&meta.title), family);
            let Some(other) = first.get(&key) else {
                first.insert(key, chapter);
                continue;
            };
            let path = &self.book.meta(*other).path;
            let message = format!("the title `{}` is already used by `{path}`", meta.title);
            self.remark(Rule::DuplicateTitle, (chapter, At::Title), message, "give one of them another title");
        }
    }
}
