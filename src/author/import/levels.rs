//! Parses the ways in which spreadsheets write levels: `3`, `L3`, `Level 3: Owning`, `Owning (3)`,
//! `Owning`.
//!
//! Input: the text of a cell. Output: a number, a name, or both for each cell, and the scale that
//! the levels of all cells form. Never looks at a handbook.

use crate::declare::config::{Config, Level};
use crate::declare::kind::Levels;
use crate::text::path::fold;
use crate::text::slug::slug;

/// The maximum number of levels in `handbook.toml`.
pub const MOST_LEVELS: u32 = 20;
/// The maximum length of the prefix of a number, as in `L3`, `IC4` or `Level 3`.
const LONGEST_PREFIX: usize = 6;

/// A level as written in a cell.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Written {
    /// The number of the level.
    pub number: Option<u32>,
    /// The name of the level, if the cell contains one, with or without a number.
    pub name: Option<String>,
}

/// Returns whether a cell says that no level is expected.
pub fn is_nothing(text: &str) -> bool {
    ["0", "-", "–", "—", "n/a", "na", "none"].contains(&fold(text).as_str())
}

/// Returns whether a cell is the error of a formula, such as `#DIV/0!`.
pub fn is_error(text: &str) -> bool {
    text.starts_with('#') && text.chars().all(|c| "#/!?".contains(c) || c.is_ascii_uppercase() || c == '0')
}

/// Parses a cell.
pub fn read(text: &str) -> Written {
    let text = text.trim();
    let is_number = |c: char| c.is_ascii_digit() || matches!(c, '.' | ',');
    if let Ok(number) = text.replace(',', ".").parse::<f64>()
        && text.chars().all(is_number)
    {
        // Spreadsheets may write 3 as 3.0. A fraction can't be a level.
        let whole = number.fract() == 0.0 && (0.0..100.0).contains(&number);
        let digits = text.split(['.', ',']).next().unwrap_or_default();
        return Written { number: digits.parse().ok().filter(|_| whole), name: None };
    }
    if let Some((name, inner)) = text.strip_suffix(')').and_then(|text| text.rsplit_once('(')) {
        let inside = read_number(inner.split_whitespace().next().unwrap_or_default());
        if let (Some(number), false) = (inside, name.trim().is_empty()) {
            return Written { number: Some(number), name: Some(name.trim().to_owned()) };
        }
    }
    numbered(text).unwrap_or_else(|| Written { number: None, name: (!text.is_empty()).then(|| text.to_owned()) })
}

fn read_number(text: &str) -> Option<u32> {
    let digits = text.trim_start_matches(|c: char| c.is_alphabetic());
    (!digits.is_empty() && digits.len() <= 2).then(|| digits.parse().ok()).flatten()
}

/// Parses a number together with the prefix and the name that may surround it.
fn numbered(text: &str) -> Option<Written> {
    let letters = text.find(|c: char| !c.is_alphabetic())?;
    let prefix = &text[..letters];
    let rest = text[letters..].trim_start_matches([' ', '\u{a0}', '-', '_', '.', '#']);
    let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
    if prefix.chars().count() > LONGEST_PREFIX || digits == 0 || digits > 2 {
        return None;
    }
    let number = rest[..digits].parse().ok()?;
    let after = &rest[digits..];
    let name = after.trim_start_matches([' ', '\u{a0}', '-', '–', '—', ':', '.', ')', '|']);
    let is_apart = after.is_empty() || after.trim_start().starts_with(['-', '–', '—', ':', '.', ')', '|']);
    // Accept `3 Owning`, which has a number and a name, but not `Top 10 things`, which isn't a
    // level.
    if !(is_apart || (prefix.is_empty() && after.starts_with(' '))) || name.starts_with(|c: char| c.is_ascii_digit()) {
        return None;
    }
    let is_plain = prefix.is_empty() || ["level", "lvl"].contains(&fold(prefix).as_str());
    let own = (!is_plain).then(|| text[..text.len() - after.len()].trim().to_owned());
    let name = if name.is_empty() { own } else { Some(name.to_owned()) };
    Some(Written { number: Some(number), name })
}

/// The scale that a table's levels form.
#[derive(Clone, Debug, Default)]
pub struct Scale {
    /// The levels of the scale, starting with level 1.
    pub levels: Vec<Level>,
    /// The number that the table uses for level 1.
    pub first: u32,
    /// How levels relate to each other.
    pub mode: Levels,
    /// What single tracks call their levels, by the names of tracks in the table.
    pub own: Vec<(String, Vec<Level>)>,
    /// The family that the scale belongs to, if it isn't the handbook's.
    pub family: Option<String>,
}

/// The reason why levels don't form a scale: what is wrong, and how to fix it.
pub type NoScale = (&'static str, &'static str);

/// There are more levels than a scale can have.
pub const TOO_MANY: NoScale =
    ("this table has more levels than the twenty that a scale can have", "remove rows or columns that aren't levels");
/// The levels are names, and their order isn't known.
pub const UNORDERED: NoScale = (
    "the order of these levels is unknown",
    "name them from lowest to highest, as in `--scale \"Basic, Advanced, Expert\"`, or write numbers next to the names",
);

impl Scale {
    /// Creates the scale from all levels in the order in which they appear; `ordered` means that
    /// this order is ascending.
    ///
    /// Levels with numbers are sorted by number; levels without numbers keep the order in which
    /// they appear. If `ordered` is set, the lowest number in the table becomes level 1, for
    /// example `L3`. Otherwise numbers count from 1, because a table of expectations may not
    /// mention the lowest levels.
    pub fn of(met: &[Written], ordered: bool) -> Result<Self, NoScale> {
        let numbers: Vec<u32> = met.iter().filter_map(|written| written.number).collect();
        let (Some(least), Some(most)) = (numbers.iter().min(), numbers.iter().max()) else {
            return Self::of_names(met, ordered);
        };
        let first = if ordered { *least } else { 1.min(*least) };
        if most - first >= MOST_LEVELS {
            return Err(TOO_MANY);
        }
        let name = |number: u32| {
            let named = met.iter().find(|written| written.number == Some(number) && written.name.is_some());
            named.and_then(|written| written.name.clone()).unwrap_or_else(|| format!("Level {number}"))
        };
        let levels = (1..).zip(first..=*most).map(|(level, number)| make(level, name(number))).collect();
        Ok(Self { levels, first, ..Self::default() })
    }

    fn of_names(met: &[Written], ordered: bool) -> Result<Self, NoScale> {
        let mut names: Vec<String> = Vec::new();
        for name in met.iter().filter_map(|written| written.name.as_ref()) {
            if !names.iter().any(|known| fold(known) == fold(name)) {
                names.push(name.clone());
            }
        }
        let usual = Config::bare("").scale;
        if names.iter().all(|name| usual.iter().any(|level| fold(&level.name) == fold(name))) {
            return Ok(Self::declared(&usual));
        }
        if !ordered {
            return Err(UNORDERED);
        }
        if names.len() > MOST_LEVELS as usize {
            return Err(TOO_MANY);
        }
        let levels: Vec<Level> = (1..).zip(names).map(|(level, name)| make(level, name)).collect();
        Ok(Self::declared(&levels))
    }

    /// Returns whether this is the default scale, which applies if none is declared.
    pub fn is_usual(&self) -> bool {
        self.levels == Config::bare("").scale
    }

    /// Creates the scale that a handbook declares.
    pub fn declared(levels: &[Level]) -> Self {
        Self { levels: levels.to_vec(), first: 1, ..Self::default() }
    }

    /// Returns what a track itself calls its levels.
    pub fn names_of(&self, track: Option<&str>) -> &[Level] {
        let track = track.map(slug);
        let found = self.own.iter().find(|(own, _)| track.as_deref() == Some(&slug(own)));
        found.map_or(&[], |(_, levels)| levels)
    }

    /// Returns whether a level has this name.
    pub fn has_name(&self, name: &str) -> bool {
        let own = self.own.iter().flat_map(|(_, levels)| levels);
        self.levels.iter().chain(own).any(|level| fold(&level.name) == fold(name))
    }

    /// Returns the name of a level.
    pub fn name(&self, level: u8, track: Option<&str>) -> Option<&str> {
        let named = self.names_of(track).iter().chain(&self.levels).find(|known| known.level == level);
        named.map(|level| level.name.as_str())
    }

    /// Returns the level that a cell refers to in a track.
    pub fn level_of(&self, text: &str, track: Option<&str>) -> Option<u8> {
        let own = |levels: &[Level]| {
            let written = read(text);
            let is_it = |level: &&Level| {
                fold(&level.name) == fold(text)
                    || written.name.as_deref().is_some_and(|name| fold(&level.name) == fold(name))
            };
            levels.iter().find(is_it).map(|level| level.level)
        };
        let elsewhere = || self.own.iter().find_map(|(_, levels)| own(levels));
        let by_name = || own(&self.levels).filter(|_| !self.own.is_empty());
        own(self.names_of(track)).or_else(by_name).or_else(|| self.level(text)).or_else(elsewhere)
    }

    /// Returns the scale with levels that relate to each other in this way.
    #[must_use]
    pub fn with_mode(self, mode: Levels) -> Self {
        Self { mode, ..self }
    }

    /// Returns the default scale.
    pub fn usual() -> Self {
        Self::declared(&Config::bare("").scale)
    }

    /// Returns the level that a cell refers to: by its whole text, by its number, or by its name.
    ///
    /// If the levels' names contain numbers, a number is compared with these, because `L3` may be
    /// the first level. Otherwise it is compared with the levels' positions.
    pub fn level(&self, text: &str) -> Option<u8> {
        let by_name = |name: &str| self.levels.iter().find(|level| fold(&level.name) == fold(name));
        let written = read(text);
        let are_numbered = self.levels.iter().any(|level| read(&level.name).number.is_some());
        let by_number = || {
            let number = written.number?;
            let place = (number + 1).checked_sub(self.first);
            let own = |level: &&Level| read(&level.name).number;
            let by_own = self.levels.iter().find(|level| own(level) == Some(number));
            // A position doesn't say which level is meant if the level has another number in its name.
            let is_there = |level: &&Level| Some(u32::from(level.level)) == place && own(level).is_none();
            by_own.or_else(|| self.levels.iter().find(is_there))
        };
        let by_part = || by_name(written.name.as_deref()?);
        // In `1: L3`, the name of the level says more than its position.
        let found = by_name(text);
        let found = if are_numbered {
            found.or_else(by_part).or_else(by_number)
        } else {
            found.or_else(by_number).or_else(by_part)
        };
        found.map(|level| level.level)
    }
}

/// Creates a level without a description.
pub fn make(level: u8, name: String) -> Level {
    Level { level, name, means: String::new() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn levels_are_read_as_people_write_them() {
        let all = [
            ("3", Some(3), None),
            ("3.0", Some(3), None),
            ("L3", Some(3), Some("L3")),
            ("IC 4", Some(4), Some("IC 4")),
            ("Level 3", Some(3), None),
            ("Level 3: Owning", Some(3), Some("Owning")),
            ("3 - Owning", Some(3), Some("Owning")),
            ("3 Owning", Some(3), Some("Owning")),
            ("3) Owning", Some(3), Some("Owning")),
            ("Owning (3)", Some(3), Some("Owning")),
            ("Owning (3 of 5)", Some(3), Some("Owning")),
            ("Owning", None, Some("Owning")),
            ("Owning (us)", None, Some("Owning (us)")),
            ("3.5", None, None),
            ("3,5", None, None),
            ("3,0", Some(3), None),
            ("Top 10 things", None, Some("Top 10 things")),
            ("2024-01", None, Some("2024-01")),
            ("", None, None),
        ];
        for (text, number, name) in all {
            let wanted = Written { number, name: name.map(str::to_owned) };
            assert_eq!(read(text), wanted, "{text}");
        }
    }

    #[test]
    fn a_scale_starts_at_the_lowest_level_of_the_table_and_has_no_gaps() {
        let met: Vec<Written> = ["L5", "L3"].map(read).to_vec();
        let scale = Scale::of(&met, true).unwrap();
        let names: Vec<(u8, &str)> = scale.levels.iter().map(|level| (level.level, level.name.as_str())).collect();
        assert_eq!(names, [(1, "L3"), (2, "Level 4"), (3, "L5")]);
        assert_eq!(
            (scale.level("L5"), scale.level("5"), scale.level("l3"), scale.level("L6")),
            (Some(3), Some(3), Some(1), None)
        );
        assert_eq!(Scale::of(&[read("2"), read("4")], false).unwrap().levels.len(), 4);
        assert_eq!(Scale::of(&[read("1"), read("21")], true).unwrap_err(), TOO_MANY);
    }

    #[test]
    fn numbers_in_the_names_of_declared_levels_take_precedence_over_positions() {
        let made = Scale::of(&["L3", "L4"].map(read), true).unwrap();
        let declared = Scale::declared(&made.levels);
        assert_eq!((declared.level("3"), declared.level("Level 4"), declared.level("1")), (Some(1), Some(2), None));
        let usual = Scale::declared(&crate::declare::config::Config::bare("").scale);
        assert_eq!(
            (usual.level("L3"), usual.level("3 Something"), usual.level("Owning (4)")),
            (Some(3), Some(3), Some(4))
        );
    }

    #[test]
    fn names_without_numbers_need_an_order() {
        let met: Vec<Written> = ["Basic", "Expert", "basic"].map(read).to_vec();
        let scale = Scale::of(&met, true).unwrap();
        assert_eq!((scale.levels.len(), scale.level("EXPERT")), (2, Some(2)));
        assert_eq!(Scale::of(&met, false).unwrap_err(), UNORDERED);
        let usual: Vec<Written> = ["Owning", "Learning"].map(read).to_vec();
        assert_eq!(Scale::of(&usual, false).unwrap().level("owning"), Some(3));
    }
}
