//! Writes a site again, and renders only what isn't known to be as the last build left it.
//!
//! Input: a site, and what is remembered about the output. Output: the files, and what each of them
//! was made from, for the next build. Never needed: without a memory, every file is rendered, and
//! the bytes are the same.
//!
//! A file stays the same if the site's frame is the same (see `site/urls/frame`) and nothing that the
//! file was made from has changed. In the memory, `=3,7` stands for a file that was made from these
//! chapters, `*` for one that was made from all of them, and `+` at the end for the past. `#` and a
//! hash of the program and its options stand for a file whose name says what is in it.

use std::collections::BTreeSet;
use std::sync::OnceLock;

use blake3::{Hash, Hasher};

use crate::model::compile::Reads;
use crate::site::urls::{Basis, MadeFrom, Site};
use crate::text::diagnostic::Diagnostic;
use crate::text::path::UrlPath;
use crate::world::disk::{Again, Before, Calls, Inventory, Made, Output, Render, WriteError, Written};

/// The reason why a site wasn't written.
pub type Unwritten = WriteError<Box<Diagnostic>>;

/// Stands for all chapters.
const ALL: &str = "*";
/// The length of a hash in hexadecimal digits.
const HEX: usize = 64;
/// Stands for the past.
const PAST: char = '+';
/// The beginning of what stands for a file that is named by its content. The same program never gives it
/// other bytes.
const NAMED: char = '#';

/// A site with what is known about its files from the last build.
pub struct Remembered<'s> {
    site: &'s Site,
    urls: Vec<&'s UrlPath>,
    names: Vec<String>,
    before: Option<&'s Before>,
    /// Stands for files that this program and these options name by their content.
    named: String,
    /// What this site is made from.
    of: String,
    /// What has changed since the last build, or `None` if everything may have changed.
    changed: Option<Changed>,
    /// What each file was made from.
    made_of: Vec<OnceLock<String>>,
}

/// What has changed since the last build.
#[derive(Debug, PartialEq, Eq)]
struct Changed {
    past: bool,
    /// The numbers of the chapters.
    chapters: BTreeSet<usize>,
}

impl<'s> Remembered<'s> {
    /// Compares a site with what the last build was made from. `by` stands for the program and its
    /// options. Returns `None` if nothing can be known about the site's files.
    pub fn new(site: &'s Site, by: &Hash, before: Option<&'s Before>) -> Option<Self> {
        let Basis { frame, past, chapters } = site.basis()?;
        let mut hasher = Hasher::new();
        hasher.update(by.as_bytes()).update(frame.as_bytes());
        let mut of = format!("{} {} ", hasher.finalize().to_hex(), past.to_hex());
        of.extend(chapters.iter().map(|hash| hash.to_hex().to_string()));
        let changed = before.and_then(|before| Changed::between(&before.of, &of));
        let urls: Vec<&UrlPath> = site.urls().collect();
        let names = urls.iter().map(|url| url.output_file()).collect();
        let made_of = urls.iter().map(|_| OnceLock::new()).collect();
        let named = format!("{NAMED}{}", &by.to_hex()[..16]);
        Some(Self { site, urls, names, before, named, of, changed, made_of })
    }

    /// Writes the files of the site to the output that the inventory is of.
    ///
    /// # Errors
    /// The same as those of [`Output::write`].
    pub fn write(
        &self,
        (output, inventory): (&Output, &Inventory),
        progress: &(dyn Fn(usize) + Sync),
    ) -> Result<Written, Unwritten> {
        let render: &Render<'_, '_, _> = &|n| {
            let Some((rendered, made_from)) = self.site.render_noting(self.urls[n]) else {
                return Ok((&[][..]).into());
            };
            if self.site.is_named_by_content(self.urls[n]) {
                let _ = self.made_of[n].set(self.named.clone());
            } else if let Some(made_from) = made_from {
                let _ = self.made_of[n].set(text_of(&made_from));
            }
            rendered.map(|rendered| rendered.bytes)
        };
        let is_same = |n: usize| {
            let known = self.before.and_then(|before| before.made_of(&self.names[n]));
            let is_named = |known: &str| known == self.named && self.site.is_named_by_content(self.urls[n]);
            let known = known.filter(|known| is_named(known) || self.still_holds(known));
            known.is_some_and(|known| self.made_of[n].set(known.to_owned()).is_ok())
        };
        let again = self.before.map(|before| Again { before, is_same: &is_same });
        output.write((&self.names, inventory), &Calls { render, progress }, again.as_ref())
    }

    /// Returns what the next build should know.
    pub fn made(self, said: &str) -> Made<'_> {
        let made_of = self.made_of.into_iter().map(OnceLock::into_inner);
        let files = self.names.into_iter().zip(made_of).filter_map(|(name, made_of)| Some((name, made_of?)));
        Made { said, of: self.of, files: files.collect() }
    }

    /// Returns whether nothing has changed of what a file was made from.
    fn still_holds(&self, made_of: &str) -> bool {
        self.changed.as_ref().is_some_and(|changed| changed.spares(made_of))
    }
}

impl Changed {
    /// Compares what two builds were made from. Returns `None` if nothing can be said.
    fn between(before: &str, now: &str) -> Option<Self> {
        let (before, now): (Vec<&str>, Vec<&str>) = (before.split(' ').collect(), now.split(' ').collect());
        let ([frame, past, before], [same, present, now]) = (&before[..], &now[..]) else { return None };
        if frame != same || before.len() != now.len() {
            return None;
        }
        let pairs = before.as_bytes().chunks(HEX).zip(now.as_bytes().chunks(HEX)).enumerate();
        let chapters = pairs.filter(|(_, (before, now))| before != now).map(|(number, _)| number).collect();
        Some(Self { past: past != present, chapters })
    }

    /// Returns whether nothing has changed of what a file was made from.
    fn spares(&self, made_of: &str) -> bool {
        let (list, is_of_past) = made_of.strip_suffix(PAST).map_or((made_of, false), |list| (list, true));
        if is_of_past && self.past {
            return false;
        }
        if list == ALL {
            return self.chapters.is_empty();
        }
        let Some(list) = list.strip_prefix('=') else { return false };
        let is_same = |number: &str| number.parse().is_ok_and(|number: usize| !self.chapters.contains(&number));
        list.is_empty() || list.split(',').all(is_same)
    }
}

fn text_of(made_from: &MadeFrom) -> String {
    let mut text = match &made_from.chapters {
        Reads::All => ALL.to_owned(),
        Reads::Some(some) => {
            let numbers: Vec<String> = some.iter().map(usize::to_string).collect();
            format!("={}", numbers.join(","))
        }
    };
    text.extend(made_from.past.then_some(PAST));
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(frame: &str, past: &str, chapters: &[char]) -> String {
        let hashes: String = chapters.iter().map(|digit| digit.to_string().repeat(HEX)).collect();
        format!("{frame} {past} {hashes}")
    }

    #[test]
    fn what_differs_is_known_by_number_and_another_frame_says_nothing() {
        let before = of("f", "p", &['a', 'b', 'c']);
        let changed =
            |past: bool, chapters: &[usize]| Some(Changed { past, chapters: chapters.iter().copied().collect() });
        assert_eq!(Changed::between(&before, &before), changed(false, &[]));
        assert_eq!(Changed::between(&before, &of("f", "p", &['a', 'd', 'e'])), changed(false, &[1, 2]));
        assert_eq!(Changed::between(&before, &of("f", "q", &['a', 'b', 'c'])), changed(true, &[]));
        assert_eq!(Changed::between(&before, &of("g", "p", &['a', 'b', 'c'])), None);
        assert_eq!(Changed::between(&before, &of("f", "p", &['a', 'b'])), None);
        assert_eq!(Changed::between("", &before), None);
        assert_eq!(Changed::between("-", &before), None);
    }

    #[test]
    fn a_file_is_spared_if_nothing_that_it_was_made_from_has_changed() {
        let changed = |past| Changed { past, chapters: BTreeSet::from([1, 12]) };
        for (made_of, is_spared) in
            [("=", true), ("=0,2", true), ("=0,12", false), ("=1", false), ("*", false), ("=2+", true), ("", false)]
        {
            assert_eq!(changed(false).spares(made_of), is_spared, "{made_of}");
        }
        assert!(!changed(true).spares("=2+"));
        assert!(changed(true).spares("=2"));
        assert!(Changed { past: false, chapters: BTreeSet::new() }.spares("*+"));
        let made = |chapters, past| text_of(&MadeFrom { chapters, past });
        assert_eq!(made(Reads::All, true), "*+");
        assert_eq!(made(Reads::Some(BTreeSet::from([3, 20])), false), "=3,20");
        assert_eq!(made(Reads::Some(BTreeSet::new()), false), "=");
    }
}
