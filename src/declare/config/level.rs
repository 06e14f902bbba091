//! Finds levels of the scale by their numbers and names.
//!
//! Input: a level as an author writes it. Output: the level, or the one that is probably meant.
//! Never reports a finding.

use super::{Config, Level};
use crate::text::path::fold;

impl Config {
    /// Returns the level with this number.
    pub fn level_at(&self, number: u8) -> Option<&Level> {
        self.scale.iter().find(|level| level.level == number)
    }

    /// Returns the level that `name` probably means: a misspelled name, a name with a different
    /// ending, or a number such as `L2`.
    pub fn near_level(&self, name: &str) -> Option<&Level> {
        let folded = fold(name);
        let digits = folded.trim_start_matches(|c: char| c.is_ascii_alphabetic() || matches!(c, ' ' | '-' | '_' | '.'));
        let prefix = folded[..folded.len() - digits.len()].trim_end_matches([' ', '-', '_', '.']);
        if matches!(prefix, "l" | "level" | "lvl" | "") && !digits.is_empty() {
            return self.level_at(digits.parse().ok()?);
        }
        let most = |name: &str| if name.chars().count() >= 7 { 2 } else { 1 };
        let distance = |level: &&Level| strsim::damerau_levenshtein(&fold(&level.name), &folded);
        let slip = self.scale.iter().min_by_key(distance).filter(|level| distance(level) <= most(&level.name));
        slip.or_else(|| {
            let mut alike = self.scale.iter().filter(|level| share_a_stem(&fold(&level.name), &folded));
            alike.next().filter(|_| alike.next().is_none())
        })
    }

    /// Returns help that suggests the level meant by `name`, or lists all levels.
    pub fn help_for_level(&self, name: &str) -> String {
        if let Some(level) = self.near_level(name) {
            return format!("did you mean `{}`?", level.name);
        }
        let levels: Vec<String> = self.scale.iter().map(|level| format!("{} {}", level.level, level.name)).collect();
        format!("the levels are {}", levels.join(", "))
    }

    /// Returns the level called `name`, which may be a number or a name.
    pub fn level(&self, name: &str) -> Option<u8> {
        let folded = fold(name);
        let by_name = self.scale.iter().find(|level| fold(&level.name) == folded);
        let by_number = || self.level_at(name.trim().parse().ok()?);
        by_name.or_else(by_number).map(|level| level.level)
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
