//! Finds the scale for a table's levels: the handbook's, or a new one made from the table.
//!
//! Input: what was gathered, and the handbook. Output: a [`Scale`], or findings about levels that it
//! doesn't have. Never changes the scale of an existing handbook.

use crate::chapter::document::Facts;
use crate::declare::config::{FILE, Level};
use crate::declare::kind::Levels;
use crate::model::compile::Handbook;
use crate::text::diagnostic::Diagnostic;
use crate::text::near::{did_you_mean, nearest};
use crate::text::path::{SourcePath, fold};
use crate::text::rule::Rule;
use crate::text::spreadsheet::Cell;

use super::gather::Gathered;
use super::levels::{self, Scale, Written};
use super::{Choices, Import, Lines, NewFile, Target, settings};

/// The share of statements, in percent, that must say the same at several levels for a table whose
/// levels are each complete.
const REPEATED: usize = 5;

/// Returns the scale that is known before the table is read.
pub fn declared(target: Target<'_>, choices: &Choices) -> Scale {
    match target.handbook {
        Some(handbook) => Scale::declared(&all_levels(handbook)),
        None => Scale::given(&choices.scale),
    }
}

/// Returns the levels of the handbook, followed by what its tracks and families call them.
fn all_levels(handbook: &Handbook) -> Vec<Level> {
    let config = &handbook.config;
    let own = config.tracks.iter().flat_map(|track| &track.scale);
    let own = own.chain(config.families.values().flat_map(|family| &family.scale));
    config.scale.iter().chain(own).cloned().collect()
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
        report_unknown(gathered, name, target, &declared, import);
        return Some(declared);
    }
    let given = Scale::given(&choices.scale);
    let made = if given.levels.is_empty() {
        let met: Vec<Written> = gathered.levels().map(|cell| levels::read(&cell.text)).collect();
        if met.is_empty() { Ok(Scale::usual()) } else { Scale::of(&met, gathered.is_ordered) }
    } else {
        Ok(given)
    };
    match made {
        Ok(scale) => {
            let is_named = gathered.levels().all(|cell| levels::read(&cell.text).number.is_none());
            import.guessed_order = choices.scale.is_empty() && is_named && !scale.is_usual();
            let mode = choices.levels.unwrap_or_else(|| mode_of(gathered, import));
            let setting = settings::Setting { levels: mode, are_titles: gathered.are_titles };
            let text = settings::configuration(target.title, &scale.levels, setting, gathered);
            let what =
                if scale.levels.len() == 1 { "1 level".to_owned() } else { format!("{} levels", scale.levels.len()) };
            import.files.push(NewFile { path: SourcePath::new(FILE), text, what });
            Some(scale.with_mode(mode))
        }
        Err((message, help)) => {
            let span = gathered.levels().next().map(|cell| cell.span);
            import.findings.push(Diagnostic::new(Rule::BadTable, name, span, message).help(help));
            None
        }
    }
}

/// Returns whether each level of the table is complete. That is certain only if the same sentences
/// appear at several levels.
fn mode_of(gathered: &Gathered, import: &mut Import) -> Levels {
    let (mut all, mut repeated, mut has_many) = (0, 0, false);
    for competency in &gathered.competencies {
        let mut seen: std::collections::BTreeMap<String, &str> = std::collections::BTreeMap::new();
        for said in &competency.statements {
            all += 1;
            let first = seen.entry(fold(&said.text)).or_insert(&said.level.text);
            repeated += usize::from(*first != said.level.text);
            has_many |= competency.statements[0].level.text != said.level.text;
        }
    }
    if repeated > 1 && repeated * 100 > all * REPEATED {
        let note =
            "Levels repeat sentences of other levels, so each level is complete on its own (`levels = \"replace\"`).";
        import.notes.push(note.to_owned());
        return Levels::Replace;
    }
    if has_many {
        let note = "Each level adds to those below it. If the table restates each level, add `--levels replace`.";
        import.notes.push(note.to_owned());
    }
    Levels::AddUp
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
    for cell in gathered.levels().filter(|cell| scale.level(&cell.text).is_none()) {
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

/// Adds a role for each level, if the levels are titles of jobs. It expects that level of each
/// competency that says something about it.
pub fn roles_of_titles(gathered: &mut Gathered) {
    if !gathered.are_titles {
        return;
    }
    let titles: Vec<Cell> = gathered.levels().cloned().collect();
    for title in titles {
        let role = gathered.role(&title);
        let says = |competency: &super::gather::Competency| {
            competency.statements.iter().any(|said| fold(&said.level.text) == fold(&title.text))
        };
        let expects: Vec<usize> =
            (0..gathered.competencies.len()).filter(|n| says(&gathered.competencies[*n])).collect();
        for n in expects {
            let list = &mut gathered.roles[role].expects;
            if !list.iter().any(|(known, _)| *known == n) {
                list.push((n, Some(title.clone())));
            }
        }
    }
}

/// Reports each level that is missing from the handbook's scale once, and adds the lines that would
/// declare these levels.
fn report_unknown(gathered: &Gathered, name: &SourcePath, target: Target<'_>, scale: &Scale, import: &mut Import) {
    let mut unknown: Vec<&Cell> = Vec::new();
    for cell in gathered.levels().filter(|cell| scale.level(&cell.text).is_none()) {
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
