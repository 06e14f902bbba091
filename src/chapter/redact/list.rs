//! Removes from a list of chapters (`SUMMARY.md`) what an audience must not read. Its labels are in the navigation of
//! every page.
//!
//! Input: the text of the list, the audiences to show and the configuration. Output: a [`List`]. Never reads an entry.

use std::borrow::Cow;
use std::ops::Range;

use super::{Rules, Visible, blank, private_line, redact};
use crate::chapter::dialect::Reading;
use crate::declare::config::Config;
use crate::text::front_matter;

/// A list without what its readers must not see.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct List<'a> {
    /// The text, in which every byte that is left keeps its place.
    pub text: Cow<'a, str>,
    /// The first thing that looks like a mark but isn't understood, so that the whole list is hidden.
    pub doubtful: Option<Range<usize>>,
}

/// Blanks front matter, comments and everything that a mark hides. Nothing is left of a list whose front matter withholds
/// it, or with something that looks like a mark.
pub fn list<'a>(text: &'a str, visible: &Visible, config: &Config) -> List<'a> {
    let start = front_matter::split(text).body();
    let is_withheld = private_line(&text[..start]).is_some() && !visible.is_everything();
    let mut blanked = comments(text, start);
    let head = if is_withheld { text.len() } else { start };
    blanked.extend((head > 0).then_some(0..head));
    let text = if blanked.is_empty() { Cow::Borrowed(text) } else { Cow::Owned(blank(text, &blanked)) };
    let redacted = redact(&text, Rules { visible, config, reading: Reading::plain(config) });
    let doubtful = redacted.remarks.first().filter(|_| !visible.is_everything()).map(|remark| remark.range().clone());
    let text = match (&redacted.text, &doubtful) {
        (Cow::Borrowed(_), None) => text,
        (redacted, None) => Cow::Owned(redacted.clone().into_owned()),
        (redacted, Some(_)) => Cow::Owned(blank(redacted, std::slice::from_ref(&(0..redacted.len())))),
    };
    List { text, doubtful }
}

/// Lists the HTML comments behind `start`.
fn comments(text: &str, start: usize) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut at = start;
    while let Some(open) = text[at..].find("<!--").map(|open| at + open) {
        at = text[open..].find("-->").map_or(text.len(), |length| open + length + 3);
        found.push(open..at);
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_that_are_hidden_in_any_way_are_not_in_the_list() {
        let toml = b"[audiences.managers]\ntitle = \"Managers\"\n";
        let (config, _) = Config::read(toml, "T").unwrap();
        let read = |text: &str| list(text, &Visible::default(), &config).text.into_owned();
        for (hidden, is_doubtful) in [
            ("<!--\n- [SECRET](b.md)\n-->\n", false),
            ("::: {audience=managers}\n\n- [SECRET](b.md)\n\n:::\n", false),
            ("%%\n- [SECRET](b.md)\n%%\n", false),
            ("- [Open %%SECRET%%](b.md)\n", false),
            ("- [SECRET](b.md) {audience = managers}\n", true),
        ] {
            let text = format!("- [A](a.md)\n{hidden}");
            let found = list(&text, &Visible::default(), &config);
            assert!(!found.text.contains("SECRET"), "{text}");
            assert_eq!(found.text.contains("[A]"), !is_doubtful, "{text}");
            assert_eq!((found.text.len(), found.doubtful.is_some()), (text.len(), is_doubtful), "{text}");
        }
        assert!(!read("---\naudience: managers\n---\n- [SECRET](b.md)\n").contains("SECRET"));
        assert_eq!(read("- [A](a.md)\n"), "- [A](a.md)\n");
        let managers = Visible::of(Some("managers"), &config);
        let shown = list("::: {audience=managers}\n\n- [B](b.md)\n\n:::\n", &managers, &config).text;
        assert!(shown.contains("[B]"), "{shown}");
    }
}
