//! Finds headings that the model would read if they were written correctly.
//!
//! Input: the headings, levels and bold lines of one chapter. Output: findings, and the levels whose heading
//! has the wrong name or is only bold. Never reads a section with a merely similar name, because its meaning would
//! be a guess.

use std::ops::Range;

use pulldown_cmark::{Event, Tag};

use super::Reader;
use crate::chapter::markdown::{capitalised, end_of};
use crate::declare::config::Scope;
use crate::declare::kind::Kind;
use crate::text::path::fold;
use crate::text::rule::Rule;

/// The sections that `rolebook new` writes and people look for by name, in addition to those in
/// `[words]`. These names are always in English.
const SIGNALS_AND_TRAPS: [&str; 2] = ["signals", "traps"];

pub(super) fn inspect(reader: &mut Reader<'_>) {
    let bold = bold_lines(reader);
    if reader.input.kind == Kind::Competency {
        levels(reader, &bold);
    }
    sections(reader, &bold);
}

/// The text of a paragraph that is bold, and its range.
type BoldLine = (String, Range<usize>);

/// Lists the paragraphs that consist of bold text. People who write in a word processor make their
/// headings like that.
fn bold_lines(reader: &Reader<'_>) -> Vec<BoldLine> {
    let mut lines = Vec::new();
    let mut n = 0;
    while n < reader.events.len() {
        let end = if matches!(reader.events[n].0, Event::Start(_)) { end_of(reader.events, n) } else { n };
        let is_bold = matches!(reader.events[n].0, Event::Start(Tag::Paragraph))
            && matches!(reader.events.get(n + 1), Some((Event::Start(Tag::Strong), _)));
        if is_bold {
            let text = reader.text_of(n);
            // An anchor or a colon may follow.
            let name = text.split('{').next().unwrap_or_default().trim().trim_end_matches(':');
            if name.starts_with(reader.text_of(n + 1).trim_end_matches(':')) {
                lines.push((name.to_owned(), reader.block(n)));
            }
        }
        n = end + 1;
    }
    lines
}

/// Reports bold text in place of a heading with this name.
fn report_bold(reader: &mut Reader<'_>, (written, range): (&str, &Range<usize>), heading: &str) {
    let message = format!("`{written}` is bold text and not a heading, so what is below it isn't read");
    reader.finding(Rule::MisspeltSection, range, message, Some(format!("write `{heading}`")));
}

/// Finds headings such as `## Responsiblities` if the chapter lacks the correctly named section.
fn sections(reader: &mut Reader<'_>, bold: &[BoldLine]) {
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
    names.retain(|name| !reader.headings.iter().any(|heading| fold(&heading.text) == *name));
    for n in 0..reader.headings.len() {
        let heading = &reader.headings[n];
        if !heading.is_section || heading.level == 1 || level_at(reader, n).is_some() {
            continue;
        }
        let text = fold(&heading.text);
        let is_role = reader.input.kind == Kind::Role;
        if let Some(name) = names.iter().find(|name| is_slip(&text, name) || is_role && is_longer(&text, name)) {
            let name = capitalised(name);
            let message = format!("`{}` isn't recognized as the section `{name}`", heading.text);
            let range = reader.block(heading.event);
            reader.finding(Rule::MisspeltSection, &range, message, Some(format!("write `{name}`")));
        }
    }
    for name in names {
        if let Some((written, range)) = bold.iter().find(|(written, _)| fold(written) == *name) {
            report_bold(reader, (written, range), &format!("## {}", capitalised(name)));
        }
    }
}

/// Returns whether `text` puts a word or two before `name`, as `Key responsibilities` does.
fn is_longer(text: &str, name: &str) -> bool {
    text.strip_suffix(name).is_some_and(|before| before.ends_with(' ') && before.split_whitespace().count() <= 2)
}

/// Returns the level that this heading names. The section below it contains the statements of that
/// level.
fn level_at(reader: &Reader<'_>, heading: usize) -> Option<u8> {
    reader.levels.iter().find(|level| level.heading == heading).map(|level| level.level)
}

/// Finds headings that are in the place of a level's heading but don't name a level, such as
/// `### Owner` for `Owning`.
fn levels(reader: &mut Reader<'_>, bold: &[BoldLine]) {
    for n in 0..reader.headings.len() {
        let heading = &reader.headings[n];
        if !heading.is_section || heading.level < 2 || heading.get("level").is_some() || level_at(reader, n).is_some() {
            continue;
        }
        // A level that another heading already names isn't meant by this one.
        if let Some(level) = meant(reader, n).filter(|level| !is_taken(reader, *level)) {
            let message = format!("`{}` isn't a level of the scale, so what is below it isn't read", heading.text);
            let help = format!("did you mean `{}`?", name_of(reader, level).unwrap_or_default());
            let range = reader.block(heading.event);
            reader.finding(Rule::LevelOutOfRange, &range, message, Some(help));
            reader.structure.misnamed.push(level);
        }
    }
    for (written, range) in bold {
        if let Some(level) = named(reader, &fold(written)).filter(|level| !is_taken(reader, *level)) {
            let heading = format!("### {}", name_of(reader, level).unwrap_or_default());
            report_bold(reader, (written, range), &heading);
            reader.structure.misnamed.push(level);
        }
    }
}

/// Returns whether a heading names this level already, rightly or not.
fn is_taken(reader: &Reader<'_>, level: u8) -> bool {
    reader.structure.misnamed.contains(&level) || reader.levels.iter().any(|known| known.level == level)
}

/// Returns the level that `text` names, alone or with a number or the word for a level, as `1. Learning` and
/// `Level: Learning` do. `text` is folded.
fn named(reader: &Reader<'_>, text: &str) -> Option<u8> {
    let is_around = |c: char| !c.is_alphabetic();
    let bare = text.trim_matches(is_around);
    let without = ["level", "lvl", "l"]
        .iter()
        .find_map(|word| bare.strip_prefix(word).filter(|rest| rest.starts_with(is_around)));
    let (config, scope) = (reader.input.config, Scope::of_family(reader.input.family));
    [text, bare, without.unwrap_or(bare).trim_matches(is_around)]
        .iter()
        .find_map(|name| config.level_named(name, scope))
}

fn name_of<'a>(reader: &Reader<'a>, level: u8) -> Option<&'a str> {
    reader.input.config.level_at(level, Scope::of_family(reader.input.family)).map(|level| level.name.as_str())
}

/// Guesses the level of a heading that doesn't name one: a level with a similar name, or the only
/// level missing between the levels of the headings next to it.
fn meant(reader: &Reader<'_>, n: usize) -> Option<u8> {
    let headings = &reader.headings;
    let (text, depth) = (fold(&headings[n].text), headings[n].level);
    let is_near = |other: &usize| headings[*other].is_section && headings[*other].level <= depth;
    let is_sibling = |other: &usize| headings[*other].level == depth;
    let level_at = |other: usize| level_at(reader, other);
    let before = || (0..n).rev().filter(is_near);
    let after = || (n + 1..headings.len()).filter(is_near);
    let sibling_before = before().take_while(is_sibling).find_map(level_at);
    let has_sibling = || sibling_before.or_else(|| after().take_while(is_sibling).find_map(level_at)).is_some();
    let near = reader.input.config.near_level(&text, Scope::of_family(reader.input.family));
    let near = near.map(|level| level.level);
    let is_alike = |level: u8| is_number(&text) || is_slip(&text, &fold(name_of(reader, level).unwrap_or_default()));
    named(reader, &text).or_else(|| near.filter(|level| is_alike(*level) || has_sibling())).or_else(|| {
        let between = before().next().and_then(level_at)? + 1;
        let is_missing = sibling_before == Some(between - 1) && after().next().and_then(level_at) == Some(between + 1);
        is_missing.then_some(between)
    })
}

/// Returns whether a heading is a number such as `L2`, `Level 2` or `2`.
fn is_number(text: &str) -> bool {
    text.ends_with(|c: char| c.is_ascii_digit()) && text.trim_end_matches(|c: char| c.is_ascii_digit()).len() <= 6
}

/// Returns whether `text` is probably a misspelling of `name`, or the same word in the singular or
/// plural.
pub(super) fn is_slip(text: &str, name: &str) -> bool {
    let most = match name.chars().count() {
        0..4 => 0,
        4..8 => 1,
        8..12 => 2,
        _ => 3,
    };
    text != name && text.chars().count() >= 4 && strsim::damerau_levenshtein(text, name) <= most
}
