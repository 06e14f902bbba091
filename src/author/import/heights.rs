//! Finds the height of each level if tracks share a scale, and makes the scale.
//!
//! Input: the levels of a table in their order, with their tracks. Output: a [`Scale`]. Levels that
//! several tracks call the same, or number the same, are at one height. Never looks at a handbook.

use std::collections::BTreeMap;

use crate::declare::config::Level;
use crate::text::path::fold;

use super::levels::{MOST_LEVELS, NoScale, Scale, TOO_MANY, Written, make};

/// A level with its height, counted from 1.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Height {
    pub at: u32,
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
        let known = found.iter().find(|height| fold(&height.name) == fold(&name)).map(|height| height.at);
        let own = track.as_deref().and_then(|track| last.get(track)).copied().unwrap_or(0);
        let next = match track {
            Some(_) => common.max(own) + 1,
            None => found.iter().map(|height| height.at).max().unwrap_or(0) + 1,
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
            found.push(Height { at: height, name, track: track.clone() });
        }
    }
    found
}

/// Returns the heights of given names. Each track that calls a level so has it.
pub fn given_heights(names: &[String], met: &[(Written, Option<String>)]) -> Vec<Height> {
    let mut found: Vec<Height> = Vec::new();
    for (height, text) in (1..).zip(names) {
        for name in text.split('|').map(str::trim).filter(|name| !name.is_empty()) {
            let is_it = |written: &Written| {
                let own = written.name.clone().or_else(|| Some(format!("Level {}", written.number?)));
                own.is_some_and(|own| fold(&own) == fold(name))
            };
            let mut tracks: Vec<Option<String>> = Vec::new();
            for (_, track) in met.iter().filter(|(written, _)| is_it(written)) {
                if !tracks.contains(track) {
                    tracks.push(track.clone());
                }
            }
            tracks.extend(tracks.is_empty().then_some(None));
            found.extend(tracks.into_iter().map(|track| Height { at: height, name: name.to_owned(), track }));
        }
    }
    found
}

impl Scale {
    /// Creates a scale from the names of its levels, lowest first. Names with `|` between them are at
    /// one height in several tracks.
    pub fn given(names: &[String]) -> Self {
        Self::of_heights(&given_heights(names, &[]), &[])
    }

    /// Creates the scale of a table whose tracks share it. `names` gives heights if it isn't empty.
    ///
    /// # Errors
    /// Fails if there are too many levels.
    pub fn of_tracks(met: &[(Written, Option<String>)], names: &[String]) -> Result<Self, NoScale> {
        let first = met.iter().filter_map(|(written, _)| written.number).min().unwrap_or(1);
        let found = if names.is_empty() { heights(met, first) } else { given_heights(names, met) };
        if found.iter().any(|height| height.at > MOST_LEVELS) {
            return Err(TOO_MANY);
        }
        Ok(Self { first: if names.is_empty() { first } else { 1 }, ..Self::of_heights(&found, &[]) })
    }

    /// Creates a scale from heights. If there is no `base`, levels have the name that they have without
    /// a track or in the first one.
    pub fn of_heights(found: &[Height], base: &[Level]) -> Self {
        let most = found.iter().map(|height| height.at).max().unwrap_or(0);
        let number = |height: u32| u8::try_from(height).unwrap_or(u8::MAX);
        let mut levels = base.to_vec();
        let above = if base.is_empty() { most } else { 0 };
        for height in u32::try_from(base.len()).unwrap_or(u32::MAX) + 1..=above {
            let mut named = found.iter().filter(|own| own.at == height);
            let name = named.clone().find(|own| own.track.is_none()).or_else(|| named.next());
            levels.push(make(number(height), name.map_or_else(|| format!("Level {height}"), |own| own.name.clone())));
        }
        let mut tracks: Vec<&str> = Vec::new();
        for track in found.iter().filter_map(|own| own.track.as_deref()) {
            if !tracks.contains(&track) {
                tracks.push(track);
            }
        }
        let mut own = Vec::new();
        for track in tracks {
            let of_track = |own: &&Height| own.track.as_deref() == Some(track);
            let differs = |own: &&Height| !levels.iter().any(|l| l.level == number(own.at) && l.name == own.name);
            // A track's scale that begins at 1 is complete, so it has to contain the common levels.
            let is_whole = found.iter().filter(of_track).any(|own| own.at == 1 && differs(&own));
            let is_part =
                |own: &&Height| of_track(own) && (is_whole || differs(own)) || is_whole && own.track.is_none();
            let mut names: Vec<Level> = Vec::new();
            for part in found.iter().filter(is_part) {
                if !names.iter().any(|known| known.level == number(part.at)) {
                    names.push(make(number(part.at), part.name.clone()));
                }
            }
            names.sort_by_key(|level| level.level);
            if !names.is_empty() {
                own.push((track.to_owned(), names));
            }
        }
        Self { own, ..Self::declared(&levels) }
    }
}

#[cfg(test)]
mod tests {
    use super::super::levels::read;
    use super::*;

    fn found(met: &[(&str, &str)]) -> Vec<(u32, String)> {
        let track = |track: &str| Some(track.to_owned()).filter(|track| !track.is_empty());
        let met: Vec<_> = met.iter().map(|(level, own)| (read(level), track(own))).collect();
        heights(&met, 1).into_iter().map(|height| (height.at, height.name)).collect()
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
