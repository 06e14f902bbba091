//! A statement that a table makes, and how it looks in a chapter.
//!
//! Input: the words and the level of a statement. Output: Markdown. Never looks at a chapter.

use crate::text::quote;
use crate::text::slug::{Slugger, short_slug, slug};

use super::levels::Scale;

/// A statement that the table makes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wish {
    pub level: u8,
    pub track: Option<String>,
    pub id: Option<String>,
    pub text: String,
    pub examples: Vec<String>,
    /// A word for the proficiency at the level.
    pub proficiency: Option<String>,
}

/// Returns the word for the proficiency at a level, which the first statement that has one gives.
pub fn proficiency<'w>(wishes: &'w [Wish], level: (u8, Option<&str>)) -> Option<&'w str> {
    let mut here = wishes.iter().filter(|wish| (wish.level, wish.track.as_deref()) == level);
    here.find_map(|wish| wish.proficiency.as_deref())
}

/// Returns the heading of a level.
pub fn heading(scale: &Scale, signs: &str, (level, track): (u8, Option<&str>), proficiency: Option<&str>) -> String {
    let name = scale.name(level, track).unwrap_or_default();
    let track = track.map(|track| format!(" track={track}")).unwrap_or_default();
    let word = proficiency.map(|word| format!(" {}", proficiency_attribute(word))).unwrap_or_default();
    format!("{signs} {} {{level={level}{track}{word}}}", quote::markdown(name))
}

/// Formats the attribute of a heading for the proficiency.
pub fn proficiency_attribute(word: &str) -> String {
    let is_plain = word.chars().all(char::is_alphanumeric);
    if is_plain { format!("proficiency={word}") } else { format!("proficiency=\"{word}\"") }
}

impl Wish {
    /// Returns the anchor of the statement in a new chapter.
    pub fn anchor(&self, slugger: &mut Slugger) -> String {
        let own = self.id.as_deref().map(slug).filter(|id| !id.is_empty());
        let wanted = own.unwrap_or_else(|| format!("l{}-{}", self.level, short_slug(&self.text, 6)));
        slugger.unique(wanted.trim_end_matches('-'))
    }

    /// Formats the statement as an item of a list.
    pub fn item(&self, id: &str) -> String {
        let mut text = format!("- {} {{#{id}}}\n", quote::markdown(&self.text));
        for example in &self.examples {
            text.push_str(&format!("  - **Example:** {}\n", quote::markdown(example)));
        }
        text
    }
}
