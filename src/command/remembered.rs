//! Writes a site again, and renders only what isn't known to be as the last build left it.
//!
//! Input: a site, and what is remembered about the output. Output: the files, and what each of them
//! was made from, for the next build. Never needed: without a memory, every file is rendered, and
//! the bytes are the same.
//!
//! A file stays the same if the site's frame is the same (see `site/urls/frame`) and none of the
//! chapters that it was made from has changed. In the memory, `=3,7` stands for a file that was made
//! from these chapters, and `*` for one that was made from all of them.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::sync::OnceLock;

use blake3::{Hash, Hasher};

use crate::model::compile::Reads;
use crate::site::urls::Site;
use crate::text::diagnostic::Diagnostic;
use crate::text::path::UrlPath;
use crate::world::disk::{Again, Before, Calls, Made, Output, Render, WriteError, Written};

/// The reason why a site wasn't written.
pub type Unwritten = WriteError<Box<Diagnostic>>;

/// Stands for all chapters.
const ALL: &str = "*";

/// A site with what is known about its files from the last build.
pub struct Remembered<'s> {
    site: &'s Site,
    urls: Vec<&'s UrlPath>,
    names: Vec<String>,
    before: Before,
    /// What this site is made from: its frame and the hashes of its chapters.
    of: String,
    /// The numbers of the chapters that have changed since the last build, or `None` if everything
    /// may have changed.
    changed: Option<BTreeSet<usize>>,
    /// What each file was made from.
    made_of: Vec<OnceLock<String>>,
}

impl<'s> Remembered<'s> {
    /// Compares a site with what the last build was made from. `by` stands for the program and its
    /// options. Returns `None` if nothing can be known about the site's files.
    pub fn new(site: &'s Site, by: &Hash, before: Option<Before>) -> Option<Self> {
        let mut frame = Hasher::new();
        frame.update(by.as_bytes()).update(site.frame()?.as_bytes());
        let mut of = format!("{} ", frame.finalize().to_hex());
        for hash in site.chapter_hashes() {
            let _ = write!(of, "{}", Hash::from_bytes(hash).to_hex());
        }
        let before = before.unwrap_or_default();
        let changed = changed(&before.of, &of);
        let urls: Vec<&UrlPath> = site.urls().collect();
        let names = urls.iter().map(|url| url.output_file()).collect();
        let made_of = urls.iter().map(|_| OnceLock::new()).collect();
        Some(Self { site, urls, names, before, of, changed, made_of })
    }

    /// Writes the files of the site.
    ///
    /// # Errors
    /// The same as those of [`Output::write`].
    pub fn write(&self, output: &Output, progress: &(dyn Fn(usize) + Sync)) -> Result<Written, Unwritten> {
        let render: &Render<'_, '_, _> = &|n| {
            let Some((rendered, reads)) = self.site.render_noting(self.urls[n]) else { return Ok((&[][..]).into()) };
            if let Some(reads) = reads {
                let _ = self.made_of[n].set(text_of(&reads));
            }
            rendered.map(|rendered| rendered.bytes)
        };
        let is_same = |n: usize| {
            let known = self.before.made_of(&self.names[n]).filter(|known| self.still_holds(known));
            known.is_some_and(|known| self.made_of[n].set(known.to_owned()).is_ok())
        };
        let again = Again { before: &self.before, is_same: &is_same };
        output.write_again(&self.names, &Calls { render, progress }, Some(&again))
    }

    /// Returns what the next build should know.
    pub fn made(self, said: &str) -> Made<'_> {
        let made_of = self.made_of.into_iter().map(OnceLock::into_inner);
        let files = self.names.into_iter().zip(made_of).filter_map(|(name, made_of)| Some((name, made_of?)));
        Made { said, of: self.of, files: files.collect() }
    }

    /// Returns whether nothing has changed of what a file was made from.
    fn still_holds(&self, made_of: &str) -> bool {
        let Some(changed) = &self.changed else { return false };
        if made_of == ALL {
            return changed.is_empty();
        }
        let Some(list) = made_of.strip_prefix('=') else { return false };
        let is_same = |number: &str| number.parse().is_ok_and(|number: usize| !changed.contains(&number));
        list.is_empty() || list.split(',').all(is_same)
    }
}

fn text_of(reads: &Reads) -> String {
    match reads {
        Reads::All => ALL.to_owned(),
        Reads::Some(some) => {
            let numbers: Vec<String> = some.iter().map(usize::to_string).collect();
            format!("={}", numbers.join(","))
        }
    }
}

/// Lists the chapters whose hashes differ, or returns `None` if the frames do.
fn changed(before: &str, now: &str) -> Option<BTreeSet<usize>> {
    let ((frame, before), (same, now)) = (before.split_once(' ')?, now.split_once(' ')?);
    if frame != same || before.len() != now.len() {
        return None;
    }
    let pairs = before.as_bytes().chunks(64).zip(now.as_bytes().chunks(64)).enumerate();
    Some(pairs.filter(|(_, (before, now))| before != now).map(|(number, _)| number).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chapters_that_differ_are_numbered_and_another_frame_says_nothing() {
        let of = |frame: &str, chapters: &[char]| {
            let hashes: String = chapters.iter().map(|digit| digit.to_string().repeat(64)).collect();
            format!("{frame} {hashes}")
        };
        let before = of("f", &['a', 'b', 'c']);
        assert_eq!(changed(&before, &before), Some(BTreeSet::new()));
        assert_eq!(changed(&before, &of("f", &['a', 'd', 'e'])), Some(BTreeSet::from([1, 2])));
        assert_eq!(changed(&before, &of("g", &['a', 'b', 'c'])), None);
        assert_eq!(changed(&before, &of("f", &['a', 'b'])), None);
        assert_eq!(changed("", &before), None);
    }
}
