//! Describes what pages are made from, so that a later build can tell which of them stay the same.
//!
//! Input: a site. Output: [`Basis`], which is a hash of everything that pages share, one of the past,
//! and one of each chapter: its file, its last change and its links; and for each URL what was read of
//! the chapters and of the past while it was rendered. If two sites have the same frame, a URL has the
//! same bytes in both unless something that it was made from has changed. Never decides by what a page
//! looks like.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::fmt::{self, Debug, Write as _};
use std::sync::Arc;

use blake3::{Hash, Hasher};
use rayon::prelude::*;

use super::Site;
use crate::chapter::document::{Document, Meta};
use crate::declare::config::HtmlPolicy;
use crate::model::book::ChapterId;
use crate::model::compile::Reads;
use crate::past::history::{self, Past};
use crate::site::pages::{self, Layout, Rendered};
use crate::text::diagnostic::Diagnostic;
use crate::text::path::{SourcePath, UrlPath};
use crate::text::source::Sources;

/// The result of rendering a URL, and what it was made from, if that is known.
pub type Noted<'a> = (Result<Rendered<'a>, Box<Diagnostic>>, Option<MadeFrom>);

/// What a site is made from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Basis {
    /// The hash of everything that is shared by all pages: settings, theme, other files, which pages there are, and
    /// what chapters can see of each other.
    pub frame: Hash,
    /// The hash of the past.
    pub past: Hash,
    /// For each chapter, the hash of its file, of the day of its last change, and of the links from and to it.
    pub chapters: Vec<Hash>,
}

/// What the content of one URL was made from, besides what all pages share.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MadeFrom {
    /// The chapters.
    pub chapters: Reads,
    /// Whether it was made from more of the past than the days of the chapters' last changes.
    pub past: bool,
}

impl Site {
    /// Returns what the site is made from. Returns `None` if pages can depend on more, because raw
    /// HTML decides which files are published.
    pub fn basis(&self) -> Option<Basis> {
        let handbook = self.handbook();
        if handbook.config.security.html == HtmlPolicy::Trusted {
            return None;
        }
        let (book, theme) = (&handbook.book, &self.renderer.theme);
        let mut frame = Feed::default();
        let metas = || -> Vec<Hash> { book.chapters.par_iter().map(of_meta).collect() };
        // The links between chapters decide what each URL serves, and what chapters are to each other.
        let (metas, linked) = rayon::join(metas, || Feed::of(&(&self.layout, &book.relations)));
        frame.add(&(&handbook.config, theme.hash(), Layout::size_of(&self.files), &metas));
        frame.add(&(&handbook.absent, &book.assets, &book.statics, &book.hidden));
        let is_chapter = |path: &_| book.at_path(path).is_some();
        frame.add_files(&self.files, &|path| !is_chapter(path));
        frame.add(&(self.renderer.past.has_history(), linked));
        let has_glimpse: Vec<bool> = book.ids().map(|chapter| pages::has_glimpse(handbook, chapter)).collect();
        frame.add(&has_glimpse);
        let past = &self.renderer.past;
        let chapter = |(id, document): (ChapterId, &Document)| {
            let day = past.last_day(&document.meta.path);
            let (targets, backlinks) = (handbook.targets(id), handbook.backlinks(id));
            Feed::of(&(Hash::from_bytes(document.body.source), day, targets, backlinks))
        };
        let documents: Vec<(ChapterId, &Document)> = book.ids().zip(handbook.documents.iter()).collect();
        let chapters = documents.into_par_iter().map(chapter).collect();
        Some(Basis { frame: frame.0.finalize(), past: of_past(past), chapters })
    }

    /// Renders the content of `url` and notes what it is made from. Returns `None` if the
    /// site has no such URL.
    #[must_use]
    pub fn render_noting(&self, url: &UrlPath) -> Option<Noted<'_>> {
        let Some((at, route)) = self.layout.routes.get_key_value(url) else { return Some((self.render(url)?, None)) };
        if route.is_file() {
            return Some((self.render(url)?, Some(MadeFrom { chapters: Reads::Some(BTreeSet::new()), past: false })));
        }
        let (renderer, (chapters, past)) = self.renderer.noting();
        let rendered = route.render(&self.on(&renderer, at)).map(|rendered| Rendered {
            bytes: Cow::Owned(rendered.bytes.into_owned()),
            media: rendered.media,
            policy: rendered.policy,
        });
        Some((rendered, Some(self.made_from(chapters.reads(), past.reads()))))
    }

    /// Counts the days of last changes as parts of the chapters.
    fn made_from(&self, mut chapters: Reads, past: history::Reads) -> MadeFrom {
        let mut more = past.more;
        for path in &past.days {
            match (self.handbook().book.at_path(path), &mut chapters) {
                (Some(chapter), Reads::Some(some)) => {
                    some.insert(chapter.index());
                }
                (Some(_), Reads::All) => {}
                (None, _) => more = true,
            }
        }
        MadeFrom { chapters, past: more }
    }
}

/// Hashes the form in which a chapter is stored for the next build. Like the debug format, it contains every
/// field, but writing it takes a fraction of the time.
fn of_meta(meta: &Arc<Meta>) -> Hash {
    borsh::to_vec(&**meta).map_or_else(|_| Feed::of(meta), |bytes| blake3::hash(&bytes))
}

fn of_past(past: &Past) -> Hash {
    let mut feed = Feed::default();
    feed.add(&(past.history(), past.today(), past.base().map(|base| base.day)));
    if let Some(base) = past.base() {
        feed.add_files(&base.sources, &|_| true);
    }
    feed.0.finalize()
}

/// Hashes what is written to it.
#[derive(Default)]
struct Feed(Hasher);

impl Feed {
    fn of(value: &impl Debug) -> Hash {
        let mut feed = Self::default();
        feed.add(value);
        feed.0.finalize()
    }

    /// Adds a value by its debug format, which contains every field.
    fn add(&mut self, value: &impl Debug) {
        let _ = writeln!(self, "{value:?}");
    }

    /// Adds the files that `counts` chooses, and everything else that sources contain. Naming every
    /// field makes the compiler object if one is added and forgotten here.
    fn add_files(&mut self, sources: &Sources, counts: &dyn Fn(&SourcePath) -> bool) {
        let Sources { files, unread_indexes, project, outside, beyond, below } = sources;
        for (path, file) in files.iter().filter(|(path, _)| counts(path)) {
            self.0.update(path.as_str().as_bytes()).update(&[0]).update(&file.hash);
        }
        for (path, file) in project {
            self.0.update(&[1]).update(path.as_bytes()).update(&[0]).update(&file.hash);
        }
        for (path, file) in beyond {
            self.0.update(&[2]).update(path.as_str().as_bytes()).update(&[0]).update(&file.hash);
        }
        self.add(&(unread_indexes, outside, below));
    }
}

impl fmt::Write for Feed {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.0.update(text.as_bytes());
        Ok(())
    }
}
