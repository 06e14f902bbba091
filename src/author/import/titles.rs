//! Makes roles of levels that are titles of jobs, and reads grades and tracks in titles.
//!
//! Input: what was gathered. Output: the same with a role for each title. Never looks at a handbook.

use std::collections::{BTreeMap, BTreeSet};

use crate::text::path::fold;
use crate::text::spreadsheet::Cell;

use super::gather::{Competency, Gathered, one_line};
use super::levels::{self, Written};

/// Adds a role for each level, if the levels are titles of jobs. It expects that level of each
/// competency that says something about it.
pub fn roles_of_titles(gathered: &mut Gathered) {
    if !gathered.are_titles {
        return;
    }
    let mut seen = BTreeSet::new();
    let titles: Vec<(Cell, Option<String>)> = gathered
        .levels_of_tracks()
        .filter(|(level, track)| seen.insert((level.text.as_str(), *track)))
        .map(|(level, track)| (level.clone(), track.map(str::to_owned)))
        .collect();
    for (title, track) in titles {
        let (name, grade) = title_and_grade(&title.text);
        let role = gathered.role(&Cell { text: name, span: title.span });
        let key = fold(&title.text);
        let says = |competency: &Competency| competency.statements.iter().any(|said| fold(&said.level.text) == key);
        let expects: Vec<usize> =
            (0..gathered.competencies.len()).filter(|n| says(&gathered.competencies[*n])).collect();
        let slot = &mut gathered.roles[role].track;
        *slot = slot.take().or(track);
        let mut families = expects.iter().map(|n| gathered.competencies[*n].family.clone());
        let family = families.next().flatten().filter(|first| families.all(|other| other.as_ref() == Some(first)));
        let slot = &mut gathered.roles[role].family;
        *slot = slot.take().or(family);
        if let Some(grade) = grade {
            let slot = &mut gathered.roles[role].grade;
            *slot = slot.take().or(Some(grade));
        }
        for n in expects {
            let list = &mut gathered.roles[role].expects;
            if !list.iter().any(|(known, _)| *known == n) {
                list.push((n, Some(title.clone())));
            }
        }
    }
}

/// Splits a level such as `Senior engineer (L3)` or `E3: Senior engineer` into the title of the job
/// and its grade.
fn title_and_grade(text: &str) -> (String, Option<String>) {
    let text = one_line(text);
    let has_letters = |code: &str| code.starts_with(|c: char| c.is_alphabetic()) && !code.contains(' ');
    let inner = text.strip_suffix(')').and_then(|text| text.rsplit_once('('));
    let parts = inner.map(|(name, code)| (name.trim(), code.trim())).or_else(|| {
        let (code, name) = text.split_once(':')?;
        Some((name.trim(), code.trim()))
    });
    match (levels::read(&text), parts) {
        (Written { number: Some(_), name: Some(own) }, Some((name, code))) if own == name && has_letters(code) => {
            (name.to_owned(), Some(code.to_owned()))
        }
        _ => (text, None),
    }
}

/// Reads tracks from titles such as `Senior engineer (Manager)`, if there is another track for the
/// same title. The rest of the title is the name of the level.
pub fn tracks_of_titles(gathered: &mut Gathered) {
    let titles: BTreeSet<String> = gathered.levels().map(|cell| cell.text.clone()).collect();
    let mut tracks: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for (stem, track) in titles.iter().filter_map(|title| parts(title)) {
        tracks.entry(stem.to_owned()).or_default().insert(track.to_owned());
    }
    let known: BTreeSet<String> = tracks.into_values().filter(|tracks| tracks.len() > 1).flatten().collect();
    let split = |text: &str| {
        let (stem, track) = parts(text).filter(|(_, track)| known.contains(*track))?;
        Some((stem.to_owned(), track.to_owned()))
    };
    for said in gathered.competencies.iter_mut().flat_map(|competency| &mut competency.statements) {
        if let Some((stem, track)) = split(&said.level.text).filter(|_| said.track.is_none()) {
            (said.level.text, said.track) = (stem, Some(track));
        }
    }
    for (level, own) in &mut gathered.other_levels {
        if let Some((stem, track)) = split(&level.text).filter(|_| own.is_none()) {
            (level.text, *own) = (stem, Some(track));
        }
    }
    for role in &mut gathered.roles {
        if let Some((_, track)) = split(&role.title) {
            role.track = role.track.take().or(Some(track));
        }
        for level in role.expects.iter_mut().filter_map(|(_, level)| level.as_mut()) {
            if let Some((stem, _)) = split(&level.text) {
                level.text = stem;
            }
        }
    }
    if let (false, Some(reading)) = (known.is_empty(), gathered.readings.last_mut()) {
        let names: Vec<&str> = known.iter().map(String::as_str).collect();
        reading.push_str(&format!("; tracks in the titles ({})", names.join(", ")));
    }
}

/// Splits a title such as `Senior engineer (Manager)`.
fn parts(title: &str) -> Option<(&str, &str)> {
    let (stem, track) = title.strip_suffix(')')?.rsplit_once('(')?;
    let (stem, track) = (stem.trim(), track.trim());
    let has_digit = track.chars().any(|c| c.is_ascii_digit());
    (!stem.is_empty() && !track.is_empty() && !has_digit).then_some((stem, track))
}
