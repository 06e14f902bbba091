//! Finds the scale for a table's levels: the handbook's, or a new one made from the table.
//!
//! Input: what was gathered, and the handbook. Output: a [`Scale`], or findings about levels that it
//! doesn't have. Never changes the scale of an existing handbook.

use std::collections::BTreeSet;

use crate::chapter::document::Facts;
use crate::declare::config::{FILE, Level};
use crate::declare::kind::Levels;
use crate::model::compile::Handbook;
use crate::text::diagnostic::Diagnostic;
use crate::text::near::{did_you_mean, nearest};
use crate::text::path::{SourcePath, fold};
use crate::text::rule::Rule;
use crate::text::slug::slug;
use crate::text::spreadsheet::Cell;

use super::gather::Gathered;
use super::heights::{Height, given_heights, heights};
use super::levels::{self, Scale, Written};
use super::words::seniority;
use super::{Choices, Import, Ladder, Lines, NewFile, Target, restated, settings};

/// Returns the scale that is known before the table is read.
pub fn declared(target: Target<'_>, choices: &Choices) -> Scale {
    match target.handbook {
        Some(handbook) => {
            let tracks = handbook.config.tracks.iter().filter(|track| !track.scale.is_empty());
            let own = tracks.map(|track| (track.id.clone(), track.scale.clone())).collect();
            Scale { own, ..Scale::declared(&all_levels(handbook)) }
        }
        None => Scale::given(&choices.scale),
    }
}

/// Returns the levels of the handbook, followed by what its tracks and families call them.
fn all_levels(handbook: &Handbook) -> Vec<Level> {
    handbook.config.every_level().cloned().collect()
}

/// Returns the scale for the table's levels.
pub fn scale(
    gathered: &Gathered,
    name: &SourcePath,
    (target, choices): (Target<'_>, &Choices),
    import: &mut Import,
) -> Option<Scale> {
    if let Some(handbook) = target.handbook
        && (handbook.config.configured || has_levels(handbook))
    {
        let declared = declared(target, choices);
        if let Some(own) = own_scale(gathered, handbook, (&declared, choices)) {
            let mode = choices.levels.unwrap_or_else(|| mode_of(gathered, import));
            say_heights(&own, import);
            return Some(own.with_mode(mode));
        }
        if !says_what_is(&choices.scale, handbook) {
            import.findings.push(useless(gathered, name, target));
            return None;
        }
        report_unknown(gathered, name, target, &declared, import);
        return Some(declared);
    }
    let made = of_table(gathered, choices);
    match made {
        Ok(scale) => {
            let is_named = gathered.levels().all(|cell| levels::read(&cell.text).number.is_none());
            import.guessed_order = choices.scale.is_empty() && is_named && !scale.is_usual();
            let mode = choices.levels.unwrap_or_else(|| mode_of(gathered, import));
            let setting = settings::Setting { levels: mode, are_titles: gathered.are_titles };
            let text = settings::configuration(target.title, &scale, setting, gathered);
            import.files.push(NewFile { path: SourcePath::new(FILE), text, what: counted(&scale) });
            say_heights(&scale, import);
            Some(scale.with_mode(mode))
        }
        Err((message, help)) => {
            let span = gathered.levels().next().map(|cell| cell.span);
            import.findings.push(Diagnostic::new(Rule::BadTable, name, span, message).help(help));
            None
        }
    }
}

/// Describes the number of levels: `3 levels`, or `5 levels at 3 heights`.
fn counted(scale: &Scale) -> String {
    let own = scale.own.iter().flat_map(|(_, levels)| levels);
    let names: BTreeSet<&str> = scale.levels.iter().chain(own).map(|level| level.name.as_str()).collect();
    match (scale.levels.len(), names.len()) {
        (1, 1) => "1 level".to_owned(),
        (heights, names) if names > heights => {
            format!("{names} levels at {heights} {}", if heights == 1 { "height" } else { "heights" })
        }
        (heights, _) => format!("{heights} levels"),
    }
}

/// Returns whether names of levels, lowest first, are those of a handbook.
fn says_what_is(names: &[String], handbook: &Handbook) -> bool {
    let all = all_levels(handbook);
    let is_at = |height: u8, name: &str| {
        let names_it = |level: &Level| level.level == height && fold(&level.name) == fold(name.trim());
        all.iter().any(names_it)
    };
    (1..).zip(names).all(|(height, names)| names.split('|').all(|name| is_at(height, name)))
}

/// Returns the finding about names of levels for a handbook that has its own.
fn useless(gathered: &Gathered, name: &SourcePath, target: Target<'_>) -> Diagnostic {
    let (message, help) = if target.declares_scale {
        ("this handbook already has a scale, which `--scale` doesn't change", "edit `[[scale]]` in handbook.toml")
    } else {
        (
            "this handbook has the five default levels, which `--scale` doesn't change",
            "add `[[scale]]` to handbook.toml",
        )
    };
    let help = format!("{help}, or import into an empty folder");
    Diagnostic::new(Rule::BadTable, name, Some(gathered.header), message).help(help)
}

/// Says which levels of several tracks are at one height, because a table rarely says it.
fn say_heights(scale: &Scale, import: &mut Import) {
    let base = |level: &Level| scale.levels.iter().find(|known| known.level == level.level && known.name != level.name);
    let own: Vec<&Level> = scale.own.iter().flat_map(|(_, levels)| levels).collect();
    let pairs: Vec<String> = own
        .iter()
        .filter_map(|level| Some(format!("`{}` is as high as `{}`", level.name, base(level)?.name)))
        .collect();
    let Some(first) = pairs.first() else { return };
    let others = match pairs.len() - 1 {
        0 => String::new(),
        1 => ", and 1 more pair".to_owned(),
        more => format!(", and {more} more pairs"),
    };
    let at = |height: &Level| {
        let mut names = vec![height.name.as_str()];
        for level in own.iter().filter(|level| level.level == height.level) {
            if !names.contains(&level.name.as_str()) {
                names.push(&level.name);
            }
        }
        names.join(" | ")
    };
    let all: Vec<String> = scale.levels.iter().map(at).collect();
    import.notes.push(format!(
        "{first}{others}. If that is wrong, list all levels from lowest to highest, with `|` between those at one height. \
         This is how they are now: `--scale \"{}\"`.",
        all.join(", ")
    ));
}

/// Returns the levels that the table mentions, in their order, and the tracks that call them so.
fn met(gathered: &Gathered, choices: &Choices) -> Vec<(Written, Option<String>)> {
    let level = |(cell, track): (&Cell, Option<&str>)| (levels::read(&cell.text), track.map(str::to_owned));
    let mut met: Vec<(Written, Option<String>)> = Vec::new();
    for level in gathered.levels_of_tracks().map(level) {
        if !met.contains(&level) {
            met.push(level);
        }
    }
    let has_numbers = met.iter().any(|(written, _)| written.number.is_some());
    let rank = |level: Option<&(Written, Option<String>)>| {
        level.and_then(|(written, _)| written.name.as_deref()).map(seniority)
    };
    let looks_down = rank(met.first()) > rank(met.last());
    let is_down = choices.ladder.map_or(looks_down, |ladder| ladder == Ladder::Down);
    if gathered.are_titles && !has_numbers && is_down {
        met.reverse();
    }
    met
}

/// Makes a scale of the levels of a table.
fn of_table(gathered: &Gathered, choices: &Choices) -> Result<Scale, levels::NoScale> {
    let met = met(gathered, choices);
    let has_tracks = gathered.is_ordered && met.iter().any(|(_, track)| track.is_some());
    let all: Vec<Written> = met.iter().map(|(written, _)| written.clone()).collect();
    match () {
        () if !choices.scale.is_empty() && has_tracks => Scale::of_tracks(&met, &choices.scale),
        () if !choices.scale.is_empty() => Ok(Scale::given(&choices.scale)),
        () if met.is_empty() => Ok(Scale::usual()),
        () if has_tracks => Scale::of_tracks(&met, &[]),
        () => Scale::of(&all, gathered.is_ordered),
    }
}

/// Makes a scale for the family or the tracks of a table, if the handbook doesn't have them yet and
/// they have levels of their own.
fn own_scale(gathered: &Gathered, handbook: &Handbook, (declared, choices): (&Scale, &Choices)) -> Option<Scale> {
    let config = &handbook.config;
    let is_new = |track: Option<&str>| track.is_some_and(|track| config.track(&slug(track)).is_none());
    let names = settings::family_names(gathered);
    let family = if let [family] = &names[..] { Some(family) } else { None };
    let is_new_family = family.is_some_and(|name| !config.family_names().contains(&slug(name).as_str()));
    // A name that the handbook doesn't have belongs to a new track or family, even if its number is
    // one of the handbook's.
    let is_own = |text: &str| levels::read(text).name.is_some_and(|name| !declared.has_name(&name));
    let unknown = |(cell, track): &(&Cell, Option<&str>)| {
        let is_new = is_new_family || is_new(*track);
        declared.level_of(&cell.text, *track).is_none() || (is_new && is_own(&cell.text))
    };
    let unknown: Vec<Option<&str>> = gathered.levels_of_tracks().filter(unknown).map(|(_, track)| track).collect();
    if !config.configured || unknown.is_empty() || !gathered.is_ordered {
        return None;
    }
    if let Some(family) = family {
        let is_whole = gathered.competencies.iter().all(|competency| competency.family.is_some());
        return (is_whole && is_new_family)
            .then(|| of_table(gathered, choices).ok())?
            .map(|scale| Scale { family: Some(family.clone()), ..scale });
    }
    if !unknown.iter().all(|track| is_new(*track)) {
        return None;
    }
    let handbook = config.scale.iter().map(|level| (levels::read(&level.name), None));
    let own = met(gathered, choices).into_iter().filter(|(_, track)| track.as_deref().is_some_and(|t| is_new(Some(t))));
    let own: Vec<(Written, Option<String>)> = own.collect();
    let names: Vec<(Written, Option<String>)> = handbook.collect();
    let found = match choices.scale.is_empty() {
        true if own.iter().all(|(written, _)| written.number.is_some()) => heights(&own, 1),
        true => within(&heights(&names, 1), &own),
        false => given_heights(&choices.scale, &own),
    };
    Some(Scale::of_heights(&found, &config.scale))
}

/// Returns the heights of levels of new tracks. A name that the handbook has keeps its height.
fn within(known: &[Height], own: &[(Written, Option<String>)]) -> Vec<Height> {
    let mut found: Vec<Height> = Vec::new();
    for (written, track) in own {
        let Some(name) = written.name.clone() else { continue };
        let same = known.iter().find(|height| fold(&height.name) == fold(&name)).map(|height| height.at);
        let last = found.iter().filter(|height| height.track == *track).map(|height| height.at).max();
        let height = same.unwrap_or_else(|| last.unwrap_or(0) + 1);
        found.push(Height { at: height, name, track: track.clone() });
    }
    found
}

/// Returns how levels relate to each other, and says why.
fn mode_of(gathered: &Gathered, import: &mut Import) -> Levels {
    let (mode, note) = match restated::find(gathered) {
        restated::Found::Nothing => return Levels::AddUp,
        restated::Found::Repeats => {
            let note = "Levels repeat sentences of other levels, so each level is complete on its own (`levels = \"replace\"`).";
            (Levels::Replace, note.to_owned())
        }
        restated::Found::Adds => {
            let note = "Each level adds to those below it. If the table restates each level, add `--levels replace`.";
            (Levels::AddUp, note.to_owned())
        }
        restated::Found::Likely(why) => {
            import.looks_restated = true;
            let note = format!(
                "Each level adds to those below it, but this table probably restates each level ({why}): then add `--levels replace`."
            );
            (Levels::AddUp, note)
        }
    };
    import.asks_for_levels = mode == Levels::AddUp;
    import.notes.push(note);
    mode
}

fn has_levels(handbook: &Handbook) -> bool {
    handbook.documents.iter().any(|document| match &document.meta.facts {
        Facts::Competency(competency) => !competency.statements.is_empty(),
        Facts::Role(role) => !role.competencies.is_empty(),
        _ => false,
    })
}

/// Reports the levels that a new scale doesn't have, because it is made of numbers and they are
/// something else.
pub fn report_unclear(gathered: &Gathered, name: &SourcePath, scale: &Scale, import: &mut Import) {
    if import.files.is_empty() {
        return;
    }
    let mut reported: Vec<&str> = Vec::new();
    for cell in gathered.levels().filter(|cell| scale.level_of(&cell.text, None).is_none()) {
        if reported.contains(&cell.text.as_str()) {
            continue;
        }
        reported.push(&cell.text);
        let count = gathered.levels().filter(|other| other.text == cell.text).count();
        let cells = if count > 1 { format!(" in {count} cells") } else { String::new() };
        let message = format!("`{}`{cells} isn't one of the levels, and was not used", cell.text);
        let names: Vec<&str> = scale.levels.iter().map(|level| level.name.as_str()).collect();
        let help = format!("the levels are {}", names.join(", "));
        import.findings.push(Diagnostic::new(Rule::UnusedRow, name, Some(cell.span), message).help(help));
    }
}

/// Reports each level that is missing from the handbook's scale once, and adds the lines that would
/// declare these levels.
fn report_unknown(gathered: &Gathered, name: &SourcePath, target: Target<'_>, scale: &Scale, import: &mut Import) {
    let mut unknown: Vec<&Cell> = Vec::new();
    let is_unknown = |(cell, track): &(&Cell, Option<&str>)| scale.level_of(&cell.text, *track).is_none();
    for (cell, _) in gathered.levels_of_tracks().filter(is_unknown) {
        if !unknown.iter().any(|known| known.text == cell.text) {
            unknown.push(cell);
        }
    }
    if unknown.is_empty() {
        return;
    }
    let (lines, what) = lines_to_declare(gathered, &unknown, target, scale);
    for cell in unknown {
        let near = nearest(&cell.text, scale.levels.iter().map(|level| level.name.as_str()), 1);
        let help = did_you_mean(&near).unwrap_or_else(|| {
            let list: Vec<String> =
                scale.levels.iter().map(|level| format!("{} {}", level.level, level.name)).collect();
            let below = if lines.is_empty() { "" } else { "; to use more levels, add the lines below" };
            format!("the levels are {}{below}", list.join(", "))
        });
        let message = format!("the scale has no level `{}`", cell.text);
        import.findings.push(Diagnostic::new(Rule::LevelOutOfRange, name, Some(cell.span), message).help(help));
    }
    if !lines.is_empty() {
        import.by_hand.push(Lines { path: SourcePath::new(FILE), what, text: settings::scale(&lines) });
    }
}

/// Returns the levels to add to `handbook.toml`: the table's own scale if the handbook neither
/// declares nor uses a scale yet, and otherwise new levels above the highest one.
fn lines_to_declare(
    gathered: &Gathered,
    unknown: &[&Cell],
    target: Target<'_>,
    scale: &Scale,
) -> (Vec<Level>, &'static str) {
    if !target.declares_scale && !target.handbook.is_some_and(has_levels) {
        let met: Vec<Written> = gathered.levels().map(|cell| levels::read(&cell.text)).collect();
        let levels = Scale::of(&met, gathered.is_ordered).map(|scale| scale.levels).unwrap_or_default();
        return (levels, "the scale of this table");
    }
    let met: Vec<Written> = unknown.iter().map(|cell| levels::read(&cell.text)).collect();
    let highest = met.iter().filter_map(|written| written.number).max().unwrap_or(0).min(20);
    let known = u32::try_from(scale.levels.len()).unwrap_or(u32::MAX);
    let make = |number: u32| {
        let named = met.iter().find(|written| written.number == Some(number)).and_then(|written| written.name.clone());
        levels::make(u8::try_from(number).unwrap_or(u8::MAX), named.unwrap_or_else(|| format!("Level {number}")))
    };
    let more = (known + 1..=highest).map(make);
    if target.declares_scale {
        return (more.collect(), "levels to declare below the others");
    }
    let all: Vec<Level> = scale.levels.iter().cloned().chain(more).collect();
    let lines = if all.len() == scale.levels.len() { Vec::new() } else { all };
    (lines, "the five default levels, and those above them")
}
