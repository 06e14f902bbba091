//! Finds the statements that a role is judged on, and problems with how a role names them.
//!
//! Input: a role, the roles that it extends, and what it expects. Output: statements, by competency
//! and number, and remarks. Never includes a statement above the level that the role expects.

use std::collections::BTreeSet;

use super::applies::{Standing, applies, replacement};
use super::{At, ChapterId, Expectation, Relating, competency_of};
use crate::chapter::document::Role;
use crate::declare::config::Scope;
use crate::declare::kind::Levels;
use crate::model::link::Target;
use crate::text::rule::Rule;

/// The maximum number of statements that a role may be judged on. With more, it isn't clear what
/// counts.
const MOST: usize = 40;

impl Relating<'_> {
    /// Lists the statements that a role is judged on: those at the expected level of the
    /// competencies in its focus, and those that `judged` names in the role or in the nearest role
    /// that it extends.
    pub(super) fn judged(
        &self,
        chain: &[ChapterId],
        expectations: &[Expectation],
        scope: Scope<'_>,
    ) -> BTreeSet<(ChapterId, u32)> {
        let naming = chain.iter().find(|chapter| self.role(**chapter).is_some_and(|role| !role.judged.is_empty()));
        let named = naming.map(|chapter| self.named(*chapter)).unwrap_or_default();
        let mut found = BTreeSet::new();
        for Expectation { competency, level, focus, .. } in expectations {
            let Some(facts) = competency_of(self.book, *competency) else { continue };
            let all = (0..).zip(&facts.statements);
            for (number, statement) in
                all.filter(|(_, statement)| applies(statement, facts, Standing::new(*level, scope)))
            {
                let is_named = || named.contains(&(*competency, statement.id.as_str()));
                if (*focus && statement.level == *level) || is_named() {
                    found.insert((*competency, number));
                }
            }
        }
        found
    }

    /// Lists the competencies and anchors that a role names under `judged`.
    fn named(&self, chapter: ChapterId) -> BTreeSet<(ChapterId, &str)> {
        let references = self.role(chapter).into_iter().flat_map(|role| &role.judged);
        let place = |reference: &u32| match self.links.target(chapter, *reference) {
            Target::Chapter(competency, Some(anchor)) => Some((*competency, anchor.as_str())),
            _ => None,
        };
        references.filter_map(place).collect()
    }

    /// Checks each statement that a role names under `judged`, and how many statements the role is
    /// judged on.
    ///
    /// `expected` contains the competencies that the role names, whether or not their level is
    /// understood.
    pub(super) fn inspect_judged(&mut self, chapter: ChapterId, role: &Role, expected: &BTreeSet<ChapterId>) {
        for reference in &role.judged {
            let Target::Chapter(competency, anchor) = self.links.target(chapter, *reference) else { continue };
            if let Some((message, help)) = self.fault(chapter, (*competency, anchor.as_deref()), expected) {
                self.remark(Rule::BadValue, (chapter, At::Reference(*reference)), message, &help);
            }
        }
        let count = self.relations.roles[&chapter].judged.len();
        // If a role inherits everything that it is judged on, the finding is reported only for the
        // role that it extends.
        let is_own = !(role.judged.is_empty() && role.focus.is_empty() && role.competencies.is_empty());
        if count > MOST && is_own {
            let field = if role.judged.is_empty() { "focus" } else { "judged" };
            let message = format!("this role is judged on {count} statements, but the maximum is {MOST}");
            let help =
                "take a competency out of `focus` or statements out of `judged`; the role will still expect them";
            self.remark(Rule::JudgedOnMuch, (chapter, At::Field(field)), message, help);
        }
    }

    /// Returns why a role can't be judged on the target of a reference, and how to fix that.
    fn fault(
        &self,
        chapter: ChapterId,
        (competency, anchor): (ChapterId, Option<&str>),
        expected: &BTreeSet<ChapterId>,
    ) -> Option<(String, String)> {
        let id = self.book.id(competency);
        let all = self.book.meta(competency).facts.statements();
        let Some(statement) = all.iter().find(|statement| Some(statement.id.as_str()) == anchor) else {
            let such_as = all.first().map_or_else(|| format!("{id}#anchor"), |first| format!("{id}#{}", first.id));
            let message = anchor.map_or_else(
                || format!("`judged` names `{id}` as a whole, but it takes single statements"),
                |anchor| format!("`judged` names `{id}#{anchor}`, which isn't a statement of a level"),
            );
            return Some((message, format!("name a statement, such as `{such_as}`, or put `{id}` under `focus`")));
        };
        let name = format!("{id}#{}", statement.id);
        let Some(expectation) = self.relations.expectation(chapter, competency) else {
            let message = format!("`judged` names `{name}`, but this role doesn't expect a level of `{id}`");
            let help = "list it under `competencies` with a level, or take the statement out of `judged`".to_owned();
            return (!expected.contains(&competency)).then_some((message, help));
        };
        let level = expectation.level;
        let at = self.relations.standing(chapter, competency);
        let facts = competency_of(self.book, competency)?;
        let name_of = |level: u8| self.level_name(level, (competency, at.scope));
        if !statement.is_for(at.scope.track) {
            let message = format!("`judged` names `{name}`, which is meant for another track than this role's");
            let same = all.iter().find(|other| other.level == statement.level && applies(other, facts, at));
            let help = same.map_or_else(
                || "remove the statement from `judged`".to_owned(),
                |other| format!("name a statement for the role's track, such as `{id}#{}`", other.id),
            );
            return Some((message, help));
        }
        if statement.level > level {
            let (above, own) = (name_of(statement.level), name_of(level));
            let message =
                format!("`judged` names `{name}`, which is at level {above}, but this role expects level {own}");
            let help = format!("name a statement up to that level, or write `{id}: {}`", statement.level);
            return Some((message, help));
        }
        if statement.level < level && facts.mode_for(at.scope.track) == Levels::Replace {
            let (below, own) = (name_of(statement.level), name_of(level));
            let message =
                format!("`judged` names `{name}` of level {below}, and level {own} replaces it for this role");
            let same = all.iter().find(|other| applies(other, facts, at));
            let help = same.map_or_else(
                || "remove the statement from `judged`".to_owned(),
                |other| format!("name a statement of that level, such as `{id}#{}`", other.id),
            );
            return Some((message, help));
        }
        let other = replacement(statement, all, at)?;
        let message = format!("`judged` names `{name}`, which `{}` replaces at this role's level", other.id);
        Some((message, format!("write `{id}#{}`", other.id)))
    }

    fn level_name(&self, number: u8, (competency, role): (ChapterId, Scope<'_>)) -> String {
        let level = self.config.level_at(number, self.book.scope(competency, role));
        level.map_or_else(|| number.to_string(), |level| format!("{} ({number})", level.name))
    }
}
