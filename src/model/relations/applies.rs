//! Answers which statements of a competency apply to a role that expects a level of it.
//!
//! Input: a competency and levels of it. Output: whether a statement applies, or is new at a higher
//! or lower level. All pages, comparisons and data files ask these two functions. Never looks at a
//! role.

use crate::chapter::document::{Competency, Statement};
use crate::declare::kind::Levels;

/// Returns whether a statement applies to a role that expects `level` of its competency.
///
/// If levels add up, those are the statements up to the level, except those that another one
/// replaces. If each level is complete, they are the statements of that level alone.
pub fn applies(statement: &Statement, competency: &Competency, level: u8) -> bool {
    match competency.mode {
        Levels::AddUp => statement.level <= level && replacement(statement, &competency.statements, level).is_none(),
        Levels::Replace => statement.level == level,
    }
}

/// Returns whether a statement applies at the level `to`, and neither it nor a statement with the
/// same text applies at the level `from`. At level 0, nothing applies.
pub fn is_gained(statement: &Statement, competency: &Competency, (from, to): (u8, u8)) -> bool {
    let is_said = |other: &Statement| applies(other, competency, from) && other.text == statement.text;
    let is_known = match competency.mode {
        Levels::AddUp => statement.level <= from,
        Levels::Replace => competency.statements.iter().any(is_said),
    };
    applies(statement, competency, to) && !is_known
}

/// Returns the statement at a level up to `own` that replaces this one.
pub(super) fn replacement<'a>(statement: &Statement, all: &'a [Statement], own: u8) -> Option<&'a Statement> {
    all.iter().find(|other| {
        other.replaces.as_deref() == Some(statement.id.as_str()) && other.level > statement.level && other.level <= own
    })
}
