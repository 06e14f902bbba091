//! Renders a chapter as it would be with other bytes, without changing the current site.
//!
//! Input: a site, a chapter's path and unsaved bytes. Output: a [`Draft`], which has the chapter's
//! text, rendered by the same stages as pages, and its findings. Never changes the site.

use std::sync::Arc;

use super::Site;
use crate::chapter::document::Document;
use crate::chapter::parse::{Outcome, parse};
use crate::chapter::redact::Visible;
use crate::model::book::{self, ChapterId};
use crate::model::compile::{Documents, Handbook};
use crate::site::render::Renderer;
use crate::text::diagnostic::Diagnostic;
use crate::text::path::{SourcePath, UrlPath};
use crate::text::source::{SourceFile, Sources};

/// A chapter rendered from unsaved bytes.
#[derive(Clone, Debug)]
pub struct Draft {
    /// The parsed chapter.
    pub document: Document,
    /// The chapter's text as the page would show it.
    pub html: String,
    /// The chapter's findings, judged by the handbook's policy.
    pub findings: Vec<Diagnostic>,
}

impl Site {
    /// Returns the files that the site was made from.
    pub fn sources(&self) -> &Sources {
        &self.files
    }

    /// Returns a text of the user interface in the handbook's language, as pages show it.
    pub fn label(&self, key: &str) -> String {
        self.renderer.theme.ui(key).to_owned()
    }

    /// Returns the file of the chapter whose page is at `url`.
    #[must_use]
    pub fn chapter_at(&self, url: &UrlPath) -> Option<SourcePath> {
        Some(self.handbook().book.meta(self.chapter(url)?).path.clone())
    }

    /// Parses bytes as the chapter at `path`. Returns `None` if they wouldn't be a chapter of this
    /// site.
    pub fn parsed(&self, path: &SourcePath, bytes: &[u8]) -> Option<Document> {
        let config = &self.handbook().config;
        let visible = Visible::of(config.audience.as_deref(), config);
        match parse(path, &SourceFile::new(bytes), config, &visible) {
            Outcome::Chapter(document) => Some(document),
            Outcome::Hidden(..) | Outcome::Unreadable(_) => None,
        }
    }

    /// Renders the chapter at `path` as it would be with `bytes`. Returns `None` if it isn't a
    /// chapter of this site.
    ///
    /// # Errors
    /// Returns a `template` diagnostic if the template of a view fails.
    pub fn draft(&self, path: &SourcePath, bytes: &[u8]) -> Option<Result<Draft, Box<Diagnostic>>> {
        let document = self.parsed(path, bytes)?;
        let chapter = self.handbook().book.at_path(path)?;
        let handbook = self.with(chapter, document.clone());
        let mut findings = document.findings.to_vec();
        findings.extend(handbook.checker().of_chapter(chapter));
        let findings = handbook.config.judge(findings, false);
        let at = handbook.book.url(chapter).clone();
        let renderer = self.renderer_of(handbook);
        Some(renderer.text(chapter, &at).map(|html| Draft { document, html, findings }))
    }

    /// Returns a renderer for another state of the handbook that shares as much as possible with
    /// the current renderer.
    fn renderer_of(&self, handbook: Handbook) -> Renderer {
        let shown = &self.renderer;
        if Arc::ptr_eq(&handbook.book, &shown.handbook.book) {
            return shown.next(handbook);
        }
        let (theme, highlighter) = (Arc::clone(&shown.theme), Arc::clone(&shown.highlighter));
        Renderer::new(handbook, theme, highlighter, Arc::clone(&shown.pictures), shown.past.clone())
    }

    /// Returns the handbook with `chapter`'s document replaced.
    fn with(&self, chapter: ChapterId, document: Document) -> Handbook {
        let mut handbook = self.handbook().clone();
        let mut documents = handbook.documents.to_vec();
        let before = &documents[chapter.index()];
        let is_same = document.meta == before.meta && document.outline == before.outline;
        documents[chapter.index()] = document;
        if !is_same {
            let (metas, outlines): (Vec<_>, Vec<_>) = documents.iter().map(Document::for_model).unzip();
            let summary = self.files.bytes(&SourcePath::new("SUMMARY.md"));
            let summary = summary.and_then(|bytes| std::str::from_utf8(bytes).ok());
            let (assets, hidden, config) = (&handbook.book.assets, &handbook.book.hidden, &handbook.config);
            let statics = handbook.book.statics;
            let (chapters, outlines) = (&metas[..], &outlines[..]);
            let input = book::Input { chapters, outlines, assets, statics, hidden, summary, config };
            handbook.book = Arc::new(book::Book::new(input));
        }
        handbook.documents = Documents::new(documents);
        handbook
    }
}
