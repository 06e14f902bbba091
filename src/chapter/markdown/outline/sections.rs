//! Finds headings that the model would read if they were spelled correctly.
//!
//! Input: the headings and levels of one chapter. Output: findings, and the levels whose heading
//! has the wrong name. Never reads a section with a merely similar name, because its meaning would
//! be a guess.

use super::{OutlineHeading, Reader};
use crate::declare::kind::Kind;
use crate::text::path::fold;
use crate::text::rule::Rule;

/// The sections that `rolebook new` writes and people look for by name, in addition to those in
/// `[words]`. These names are always in English.
const SIGNALS_AND_TRAPS: [&str; 2] = ["signals", "traps"];

pub(super) fn inspect(reader: &mut Reader<'_>) {
    if reader.input.kind == Kind::Competency {
        levels(reader);
    }
    sections(reader);
}

/// Finds headings such as `## Responsiblities` if the chapter lacks the correctly named section.
fn sections(reader: &mut Reader<'_>) {
    let words = &reader.input.config.words;
    let mut names: Vec<&str> = match reader.input.kind {
        Kind::Role => vec![&words.responsibilities],
        Kind::Competency => vec![&words.grow, &words.interview],
        Kind::Strategy => vec![&words.decisions],
        Kind::Path | Kind::Glossary | Kind::Page => return,
    };
    if reader.input.kind == Kind::Competency && reader.input.config.language.starts_with("en") {
        names.extend(SIGNALS_AND_TRAPS);
    }
    let headings = &reader.outline.headings;
    let is_level = |n: usize| reader.outline.levels.iter().any(|(_, heading)| *heading == n);
    names.retain(|name| !headings.iter().any(|heading| fold(&heading.heading.text) == *name));
    let mut found = Vec::new();
    for (n, heading) in
        headings.iter().enumerate().filter(|(n, h)| h.heading.section && h.heading.level > 1 && !is_level(*n))
    {
        let text = fold(&heading.heading.text);
        if let Some(name) = names.iter().find(|name| is_slip(&text, name)) {
            found.push((n, (*name).to_owned()));
        }
    }
    for (n, name) in found {
        let heading = &reader.outline.headings[n];
        let message = format!("`{}` isn't taken for the section `{}`", heading.heading.text, capitalised(&name));
        let help = format!("write `{}`", capitalised(&name));
        let range = heading.range.clone();
        reader.finding(Rule::MisspeltSection, &range, message, Some(help));
    }
}

/// Finds headings that are in the place of a level's heading but don't name a level, such as
/// `### Owner` for `Owning`.
fn levels(reader: &mut Reader<'_>) {
    let config = reader.input.config;
    let outline = &reader.outline;
    let has = |level: u8| outline.levels.iter().any(|(known, _)| *known == level);
    let missing: Vec<&crate::declare::config::Level> = config.scale.iter().filter(|level| !has(level.level)).collect();
    let mut found: Vec<(usize, u8)> = Vec::new();
    for (n, heading) in outline.headings.iter().enumerate() {
        let is_level = outline.levels.iter().any(|(_, number)| *number == n);
        if !heading.heading.section || heading.heading.level < 2 || is_level || heading.get("level").is_some() {
            continue;
        }
        let text = fold(&heading.heading.text);
        let free = |level: u8| !found.iter().any(|(_, taken)| *taken == level);
        let near = config.near_level(&text).map(|level| level.level);
        let is_plain = near
            .is_some_and(|level| is_number(&text) || is_slip(&text, &fold(&config.scale[usize::from(level) - 1].name)));
        let (is_among, before) = among_levels(outline, n, heading);
        let meant = near.filter(|_| is_plain || is_among).or_else(|| between(before, &outline.headings, n, outline));
        if let Some(level) = meant.filter(|level| free(*level) && missing.iter().any(|one| one.level == *level)) {
            found.push((n, level));
        }
    }
    for (n, level) in found {
        let name = config.scale[usize::from(level) - 1].name.clone();
        let heading = &reader.outline.headings[n];
        let message = format!("`{}` is no level of the scale, so what is below it isn't read", heading.heading.text);
        let range = heading.range.clone();
        reader.finding(Rule::LevelOutOfRange, &range, message, Some(format!("did you mean `{name}`?")));
        reader.outline.misnamed.push(level);
    }
}

/// Returns whether a heading is a number such as `L2`, `Level 2` or `2`.
fn is_number(text: &str) -> bool {
    text.ends_with(|c: char| c.is_ascii_digit()) && text.trim_end_matches(|c: char| c.is_ascii_digit()).len() <= 6
}

/// Returns whether any sibling of the heading is the heading of a level, and the level of the
/// closest such sibling before it.
fn among_levels(outline: &super::Outline, n: usize, heading: &OutlineHeading) -> (bool, Option<u8>) {
    let depth = heading.heading.level;
    let siblings = |range: &mut dyn Iterator<Item = usize>| {
        for number in range {
            let other = &outline.headings[number].heading;
            if other.section && other.level < depth {
                return None;
            }
            if other.section
                && other.level == depth
                && let Some((level, _)) = outline.levels.iter().find(|(_, heading)| *heading == number)
            {
                return Some(*level);
            }
        }
        None
    };
    let before = siblings(&mut (0..n).rev());
    let after = siblings(&mut (n + 1..outline.headings.len()));
    (before.is_some() || after.is_some(), before)
}

/// Returns the missing level if the heading is the only one between two levels with one level
/// missing between them.
fn between(before: Option<u8>, headings: &[OutlineHeading], n: usize, outline: &super::Outline) -> Option<u8> {
    let before = before?;
    let depth = headings[n].heading.level;
    let mut next = (n + 1..headings.len())
        .filter(|other| headings[*other].heading.section && headings[*other].heading.level <= depth);
    let next = next.next()?;
    let (after, _) = outline.levels.iter().find(|(_, heading)| *heading == next)?;
    let mut previous =
        (0..n).rev().filter(|other| headings[*other].heading.section && headings[*other].heading.level <= depth);
    let is_direct = previous
        .next()
        .is_some_and(|other| outline.levels.iter().any(|(level, heading)| *heading == other && *level == before));
    (is_direct && *after == before + 2).then_some(before + 1)
}

/// Returns whether `text` is probably a misspelling of `name`, or the same word in the singular or
/// plural.
pub(super) fn is_slip(text: &str, name: &str) -> bool {
    let length = name.chars().count();
    let most = match length {
        0..4 => 0,
        4..8 => 1,
        8..12 => 2,
        _ => 3,
    };
    text != name && text.chars().count() >= 4 && strsim::damerau_levenshtein(text, name) <= most
}

fn capitalised(word: &str) -> String {
    super::capitalised(word)
}
