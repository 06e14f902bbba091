//! Finds levels of a scale by their numbers and names.
//!
//! Input: a level as an author writes it, and the track and family whose scale applies. Output: the
//! level, or the one that is probably meant. Levels with the same number are at the same height,
//! whatever each track calls them. Never reports a finding.

use std::collections::BTreeMap;

use super::{Config, Level, Track};
use crate::declare::kind::Levels;
use crate::text::path::fold;

/// The track and the family whose names of levels apply. With neither, the handbook's scale does.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Scope<'a> {
    /// The ID of a track.
    pub track: Option<&'a str>,
    /// The name of a family.
    pub family: Option<&'a str>,
}

impl<'a> Scope<'a> {
    /// Returns the scope of a family.
    pub fn of_family(family: Option<&'a str>) -> Self {
        Self { track: None, family }
    }
}

impl Config {
    /// Returns the track with this ID, if it is declared.
    pub fn track(&self, id: &str) -> Option<&Track> {
        self.tracks.iter().find(|track| track.id == id)
    }

    /// Lists the names of families that are declared, on their own or by a track.
    pub fn family_names(&self) -> Vec<&str> {
        let of_tracks = self.tracks.iter().filter_map(|track| track.family.as_deref());
        let mut names: Vec<&str> = self.families.keys().map(String::as_str).chain(of_tracks).collect();
        names.sort_unstable();
        names.dedup();
        names
    }

    /// Returns the title of a track.
    pub fn track_title<'a>(&'a self, id: &'a str) -> &'a str {
        self.track(id).map_or(id, |track| &track.title)
    }

    /// Returns the title of a family.
    pub fn family_title<'a>(&'a self, name: &'a str) -> &'a str {
        self.families.get(name).map_or(name, |family| &family.title)
    }

    /// Returns the levels that apply: those of the track, those of the family, and those of the
    /// handbook that neither names. A track or family whose levels begin at 1 has a scale of its
    /// own.
    pub fn scale_of(&self, scope: Scope<'_>) -> Vec<&Level> {
        let family = scope.family.and_then(|name| self.families.get(name)).map(|family| &family.scale);
        let track = scope.track.and_then(|id| self.track(id)).map(|track| &track.scale);
        let mut scale: Vec<&Level> = self.scale.iter().collect();
        for own in [family, track].into_iter().flatten() {
            if own.first().is_some_and(|level| level.level == 1) {
                scale.clear();
            }
            for level in own {
                match scale.binary_search_by_key(&level.level, |known| known.level) {
                    Ok(at) => scale[at] = level,
                    Err(at) => scale.insert(at, level),
                }
            }
        }
        scale
    }

    /// Iterates over the levels of the handbook, followed by what its tracks and families call them.
    pub fn every_level(&self) -> impl Iterator<Item = &Level> {
        let own = self.tracks.iter().flat_map(|track| &track.scale);
        self.scale.iter().chain(own).chain(self.families.values().flat_map(|family| &family.scale))
    }

    /// Returns the levels of the handbook and those that only a track or a family has, each with the
    /// name that it has in the first of these scales.
    pub fn all_levels(&self) -> BTreeMap<u8, &str> {
        let mut levels = BTreeMap::new();
        for level in self.every_level() {
            levels.entry(level.level).or_insert(level.name.as_str());
        }
        levels
    }

    /// Returns the level with this number.
    pub fn level_at(&self, number: u8, scope: Scope<'_>) -> Option<&Level> {
        self.scale_of(scope).into_iter().find(|level| level.level == number)
    }

    /// Returns the highest level of the scale that applies.
    pub fn highest(&self, scope: Scope<'_>) -> u8 {
        self.scale_of(scope).last().map_or(0, |level| level.level)
    }

    /// Returns how levels relate to each other for a competency of this family that doesn't say so
    /// itself.
    pub fn levels_of(&self, family: Option<&str>) -> Levels {
        family.and_then(|name| self.families.get(name)?.levels).unwrap_or(self.levels)
    }

    /// Returns the level that `name` probably means: a misspelled name, a name with a different
    /// ending, or a number such as `L2`.
    pub fn near_level(&self, name: &str, scope: Scope<'_>) -> Option<&Level> {
        let folded = fold(name);
        let digits = folded.trim_start_matches(|c: char| c.is_ascii_alphabetic() || matches!(c, ' ' | '-' | '_' | '.'));
        let prefix = folded[..folded.len() - digits.len()].trim_end_matches([' ', '-', '_', '.']);
        if matches!(prefix, "l" | "level" | "lvl" | "") && !digits.is_empty() {
            return self.level_at(digits.parse().ok()?, scope);
        }
        let scale = self.scale_of(scope);
        let most = |name: &str| if name.chars().count() >= 7 { 2 } else { 1 };
        let distance = |level: &&Level| strsim::damerau_levenshtein(&fold(&level.name), &folded);
        let slip = scale.iter().copied().min_by_key(distance).filter(|level| distance(level) <= most(&level.name));
        slip.or_else(|| {
            let mut alike = scale.iter().copied().filter(|level| share_a_stem(&fold(&level.name), &folded));
            alike.next().filter(|_| alike.next().is_none())
        })
    }

    /// Returns help that suggests the level meant by `name`, or lists all levels.
    pub fn help_for_level(&self, name: &str, scope: Scope<'_>) -> String {
        if let Some(level) = self.near_level(name, scope) {
            return format!("did you mean `{}`?", level.name);
        }
        let scale = self.scale_of(scope);
        let levels: Vec<String> = scale.iter().map(|level| format!("{} {}", level.level, level.name)).collect();
        format!("the levels are {}", levels.join(", "))
    }

    /// Returns the level called `name`, which may be a number or a name.
    pub fn level(&self, name: &str, scope: Scope<'_>) -> Option<u8> {
        let by_number = || self.level_at(name.trim().parse().ok()?, scope).map(|level| level.level);
        self.level_named(name, scope).or_else(by_number)
    }

    /// Returns the level with this name. The names of the handbook's scale can be used everywhere.
    pub fn level_named(&self, name: &str, scope: Scope<'_>) -> Option<u8> {
        let folded = fold(name);
        let scale = self.scale_of(scope);
        let handbook = self.scale.iter().filter(|level| scale.iter().any(|own| own.level == level.level));
        let found = scale.iter().copied().chain(handbook).find(|level| fold(&level.name) == folded);
        found.map(|level| level.level)
    }

    /// Returns the level that tracks of a family call `name`, and the track if only one of them does.
    /// Returns `None` if two tracks call different levels so.
    pub fn level_of_tracks(&self, name: &str, family: Option<&str>) -> Option<(u8, Option<&str>)> {
        let folded = fold(name);
        let is_near = |track: &&Track| family.is_none() || track.family.is_none() || track.family.as_deref() == family;
        let named = self.tracks.iter().filter(is_near).filter_map(|track| {
            let level = track.scale.iter().find(|level| fold(&level.name) == folded)?;
            Some((level.level, track.id.as_str()))
        });
        let found: Vec<(u8, &str)> = named.collect();
        let (level, track) = *found.first()?;
        found.iter().all(|(other, _)| *other == level).then(|| (level, Some(track).filter(|_| found.len() == 1)))
    }

    /// Returns whether any scale has a level called `name`, which may be a number or a name.
    pub fn knows_level(&self, name: &str) -> bool {
        let scopes = self.tracks.iter().map(|track| Scope { track: Some(&track.id), family: track.family.as_deref() });
        let families = self.families.keys().map(|family| Scope::of_family(Some(family)));
        scopes.chain(families).chain([Scope::default()]).any(|scope| self.level(name, scope).is_some())
    }
}

/// Returns whether two words share a stem, such as `owner` and `owning`.
fn share_a_stem(a: &str, b: &str) -> bool {
    let same = a.chars().zip(b.chars()).take_while(|(a, b)| a == b).map(|(a, _)| a.len_utf8()).sum::<usize>();
    let shorter = a.len().min(b.len());
    same >= 3 && same * 2 >= shorter && a.len().abs_diff(b.len()) <= 3 && !a.contains(' ')
}

/// Returns the five levels used when `handbook.toml` doesn't declare any.
pub(super) fn usual() -> Vec<Level> {
    let names = ["Learning", "Practising", "Owning", "Guiding", "Shaping"];
    (1..).zip(names).map(|(level, name)| Level { level, name: name.to_owned(), means: String::new() }).collect()
}
