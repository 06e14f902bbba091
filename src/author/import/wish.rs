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
}

/// Returns the heading of a level.
pub fn heading(scale: &Scale, signs: &str, (level, track): (u8, Option<&str>)) -> String {
    let name =
        scale.levels.iter().find(|known| known.level == level).map_or_else(String::new, |known| known.name.clone());
    let track = track.map(|track| format!(" track={track}")).unwrap_or_default();
    format!("{signs} {} {{level={level}{track}}}", quote::markdown(&name))
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
