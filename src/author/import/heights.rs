//! Finds the height of each level if tracks share a scale, and the tracks that are written into the
//! titles of jobs.
//!
//! Input: the levels of a table in their order, with their tracks. Output: [`Height`]s. Levels that
//! several tracks call the same, or number the same, are at one height. Never looks at a handbook.

use std::collections::{BTreeMap, BTreeSet};

use crate::text::path::fold;

use super::gather::Gathered;
use super::levels::Written;

/// A level with its height, counted from 1.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Height {
    pub height: u32,
    pub name: String,
    pub track: Option<String>,
}

/// Returns the heights of levels. Numbers count from `first`. Without numbers, a level is above the
/// one before it in its track, and a level without a track is above all before it.
pub fn heights(met: &[(Written, Option<String>)], first: u32) -> Vec<Height> {
    let are_numbered = met.iter().all(|(written, _)| written.number.is_some());
    let mut found: Vec<Height> = Vec::new();
    let (mut common, mut last): (u32, BTreeMap<&str, u32>) = (0, BTreeMap::new());
    for (written, track) in met {
        let name = match (&written.name, written.number) {
            (Some(name), _) => name.clone(),
            (None, Some(number)) => format!("Level {number}"),
            (None, None) => continue,
        };
        let known = found.iter().find(|height| fold(&height.name) == fold(&name)).map(|height| height.height);
        let own = track.as_deref().and_then(|track| last.get(track)).copied().unwrap_or(0);
        let next = match track {
            Some(_) => common.max(own) + 1,
            None => found.iter().map(|height| height.height).max().unwrap_or(0) + 1,
        };
        let by_number = written.number.filter(|_| are_numbered).map(|number| (number + 1).saturating_sub(first));
        let height = by_number.or(known).unwrap_or(next);
        match track {
            Some(track) => {
                last.insert(track, height);
            }
            None => common = height,
        }
        let is_known = |known: &Height| fold(&known.name) == fold(&name) && known.track == *track;
        if !found.iter().any(is_known) {
            found.push(Height { height, name, track: track.clone() });
        }
    }
    found
}

/// Reads tracks from titles such as `Senior engineer (Manager)`, if there is another track for the
/// same title. The rest of the title is the name of the level.
pub fn tracks_of_titles(gathered: &mut Gathered) {
    if !gathered.are_titles {
        return;
    }
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

#[cfg(test)]
mod tests {
    use super::super::levels::read;
    use super::*;

    fn found(met: &[(&str, &str)]) -> Vec<(u32, String)> {
        let track = |track: &str| Some(track.to_owned()).filter(|track| !track.is_empty());
        let met: Vec<_> = met.iter().map(|(level, own)| (read(level), track(own))).collect();
        heights(&met, 1).into_iter().map(|height| (height.height, height.name)).collect()
    }

    #[test]
    fn levels_of_two_tracks_are_at_one_height_by_number_by_name_or_by_order() {
        let numbered = found(&[("L1", "a"), ("L2", "a"), ("M2", "b")]);
        assert_eq!(numbered, [(1, "L1".to_owned()), (2, "L2".to_owned()), (2, "M2".to_owned())]);
        let named =
            found(&[("Junior", ""), ("Senior", "a"), ("Staff", "a"), ("Senior", "b"), ("Lead", "b"), ("Head", "")]);
        assert_eq!(named.iter().map(|(height, _)| *height).collect::<Vec<_>>(), [1, 2, 3, 2, 3, 4]);
    }
}
