//! Describes what pages are made from, so that a later build can tell which of them stay the same.
//!
//! Input: a site. Output: its frame, which is a hash of everything that pages share; the hash of
//! each chapter's file; and for each URL the chapters that were read while it was rendered. If two
//! sites have the same frame, a URL has the same bytes in both unless one of the chapters that it
//! was made from has changed. Never decides by what a page looks like.

use std::borrow::Cow;
use std::fmt::{self, Debug, Write as _};

use blake3::{Hash, Hasher};
use rayon::prelude::*;

use super::Site;
use crate::declare::config::HtmlPolicy;
use crate::model::compile::Reads;
use crate::past::history::Past;
use crate::site::pages::{Layout, Rendered};
use crate::text::diagnostic::Diagnostic;
use crate::text::path::UrlPath;
use crate::text::source::{self, Sources};

/// The result of rendering a URL, and the chapters that it was made from, if they are known.
pub type Noted<'a> = (Result<Rendered<'a>, Box<Diagnostic>>, Option<Reads>);

impl Site {
    /// Returns a hash of everything but the chapters' texts: settings, theme, past, other files, and
    /// what chapters can see of each other. Returns `None` if pages can depend on more, because raw
    /// HTML decides which files are published.
    pub fn frame(&self) -> Option<Hash> {
        let handbook = self.handbook();
        if handbook.config.security.html == HtmlPolicy::Trusted {
            return None;
        }
        let (book, theme) = (&handbook.book, &self.renderer.theme);
        let mut frame = Feed::default();
        let metas: Vec<Hash> = book.chapters.par_iter().map(|meta| Feed::of(meta)).collect();
        frame.add(&(&handbook.config, theme.hash(), Layout::size_of(&self.files), &metas));
        frame.add(&(&handbook.absent, &book.assets, &book.statics, &book.hidden));
        let is_chapter = |path: &_| book.at_path(path).is_some();
        frame.add_files(&self.files, &|path| !is_chapter(path));
        let Past { history, today, base } = &self.renderer.past;
        frame.add(&(history, today, base.as_ref().map(|base| base.day)));
        if let Some(base) = base {
            frame.add_files(&base.sources, &|_| true);
        }
        Some(frame.0.finalize())
    }

    /// Lists the hashes of the files that the chapters were made from, in the order of the chapters'
    /// numbers.
    pub fn chapter_hashes(&self) -> Vec<source::Hash> {
        self.handbook().documents.iter().map(|document| document.body.source).collect()
    }

    /// Renders the content of `url` and notes which chapters it is made from. Returns `None` if the
    /// site has no such URL.
    #[must_use]
    pub fn render_noting(&self, url: &UrlPath) -> Option<Noted<'_>> {
        let Some((at, route)) = self.layout.routes.get_key_value(url) else { return Some((self.render(url)?, None)) };
        if route.is_file() {
            return Some((self.render(url)?, None));
        }
        let (renderer, notes) = self.renderer.noting();
        let rendered = route.render(&self.on(&renderer, at)).map(|rendered| Rendered {
            bytes: Cow::Owned(rendered.bytes.into_owned()),
            media: rendered.media,
            policy: rendered.policy,
        });
        Some((rendered, Some(notes.reads())))
    }
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
    fn add_files(&mut self, sources: &Sources, counts: &dyn Fn(&crate::text::path::SourcePath) -> bool) {
        let Sources { files, unread_indexes, project, outside } = sources;
        for (path, file) in files.iter().filter(|(path, _)| counts(path)) {
            self.0.update(path.as_str().as_bytes()).update(&[0]).update(&file.hash);
        }
        for (path, file) in project {
            self.0.update(&[1]).update(path.as_bytes()).update(&[0]).update(&file.hash);
        }
        self.add(&(unread_indexes, outside));
    }
}

impl fmt::Write for Feed {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.0.update(text.as_bytes());
        Ok(())
    }
}
