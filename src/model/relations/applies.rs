//! Answers which statements of a competency apply to a role that expects a level of it.
//!
//! Input: a competency and standings in it. Output: whether a statement applies, or is new at a
//! higher or lower level. All pages, comparisons and data files ask these functions. Never looks at
//! a role.

use crate::chapter::document::{Competency, Statement};
use crate::declare::config::Scope;
use crate::declare::kind::Levels;

/// The level of a competency that a role expects, and the track and family of the role.
///
/// Levels are compared by their number. A track may have its own names and statements for a level.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Standing<'a> {
    /// The number of the level; at 0, nothing is expected.
    pub level: u8,
    /// The track and the family of the role.
    pub scope: Scope<'a>,
}

impl<'a> Standing<'a> {
    /// Creates a standing.
    pub fn new(level: u8, scope: Scope<'a>) -> Self {
        Self { level, scope }
    }

    fn mode(self, competency: &Competency) -> Levels {
        competency.mode_for(self.scope.track)
    }

    /// Returns whether a statement of this level is among those that may apply.
    fn reaches(self, statement: &Statement, competency: &Competency) -> bool {
        let is_at_level = match self.mode(competency) {
            Levels::AddUp => statement.level <= self.level,
            Levels::Replace => statement.level == self.level,
        };
        is_at_level && statement.is_for(self.scope.track)
    }
}

/// Returns whether a statement applies to a role with this standing in its competency.
///
/// If levels add up, those are the statements up to the level, except those that another one
/// replaces. If each level is complete, they are the statements of that level alone. Statements for
/// another track never apply, and neither do those that the role's track has its own ones for.
pub fn applies(statement: &Statement, competency: &Competency, at: Standing<'_>) -> bool {
    let is_replaced = || match at.mode(competency) {
        Levels::AddUp => replacement(statement, &competency.statements, at).is_some(),
        Levels::Replace => false,
    };
    at.reaches(statement, competency) && !is_replaced()
}

/// Returns whether a statement applies at the standing `to`, and neither it nor a statement with the
/// same text applies at the standing `from`.
pub fn is_gained(statement: &Statement, competency: &Competency, (from, to): (Standing<'_>, Standing<'_>)) -> bool {
    let is_said = |other: &Statement| applies(other, competency, from) && other.text == statement.text;
    let is_known = if repeats(competency, (from, to)) {
        competency.statements.iter().any(is_said)
    } else {
        from.reaches(statement, competency)
    };
    applies(statement, competency, to) && !is_known
}

/// Returns whether what applies at two standings may be the same sentence in two statements: if each
/// level is complete, or if the tracks differ.
pub fn repeats(competency: &Competency, (a, b): (Standing<'_>, Standing<'_>)) -> bool {
    let is_complete = [a, b].iter().any(|at| at.mode(competency) == Levels::Replace);
    is_complete || (a.scope.track != b.scope.track && competency.depends_on_track())
}

/// Returns the statement at a level up to that of a standing that replaces this one.
pub(super) fn replacement<'a>(statement: &Statement, all: &'a [Statement], at: Standing<'_>) -> Option<&'a Statement> {
    all.iter().find(|other| {
        let replaces = other.replaces.as_deref() == Some(statement.id.as_str());
        replaces && other.level > statement.level && other.level <= at.level && other.is_for(at.scope.track)
    })
}
