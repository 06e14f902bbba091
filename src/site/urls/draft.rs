//! Renders a chapter as it would be with other bytes, beside the site that is shown.
//!
//! Input: a site, a chapter's path and bytes that nobody has saved. Output: [`Draft`]: the
//! chapter's text by the very stages that make pages, and what is wrong with it. Changes nothing of
//! the site.

use std::sync::Arc;

use super::{Route, Site};
use crate::chapter::document::{Document, Meta};
use crate::chapter::parse::{Outcome, parse};
use crate::chapter::redact::Visible;
use crate::model::book::{self, ChapterId};
use crate::model::compile::Handbook;
use crate::site::render::Renderer;
use crate::text::diagnostic::Diagnostic;
use crate::text::path::{SourcePath, UrlPath};
use crate::text::source::{SourceFile, Sources};

/// A chapter as it would be.
#[derive(Clone, Debug)]
pub struct Draft {
    /// The parsed chapter.
    pub document: Document,
    /// Its text as the page would have it.
    pub html: String,
    /// What is wrong with it, weighed by the handbook's policy.
    pub findings: Vec<Diagnostic>,
}

impl Site {
    /// Returns the files that the site was made from.
    pub fn sources(&self) -> &Sources {
        &self.files
    }

    /// Returns the file of the chapter whose page lies at `url`.
    #[must_use]
    pub fn chapter_at(&self, url: &UrlPath) -> Option<SourcePath> {
        match self.layout.routes.get(url)? {
            Route::Chapter(chapter) => Some(self.handbook().book.meta(*chapter).path.clone()),
            _ => None,
        }
    }

    /// Parses bytes as the chapter at `path`; `None` where they would be no chapter of this site.
    pub fn parsed(&self, path: &SourcePath, bytes: &[u8]) -> Option<Document> {
        let config = &self.handbook().config;
        let visible = Visible::of(config.audience.as_deref(), config);
        match parse(path, &SourceFile::new(bytes), config, &visible) {
            Outcome::Chapter(document) => Some(document),
            Outcome::Hidden(..) | Outcome::Unreadable(_) => None,
        }
    }

    /// Renders the chapter at `path` as it would be with `bytes`; `None` where it is no chapter of
    /// this site.
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

    /// Returns what renders another state of the handbook, with all that it shares with the one
    /// that is shown.
    fn renderer_of(&self, handbook: Handbook) -> Renderer {
        let shown = &self.renderer;
        if Arc::ptr_eq(&handbook.book, &shown.handbook.book) {
            return shown.next(handbook);
        }
        let (theme, highlighter) = (Arc::clone(&shown.theme), Arc::clone(&shown.highlighter));
        Renderer::new(handbook, theme, highlighter, Arc::clone(&shown.pictures), shown.past.clone())
    }

    /// Returns the handbook with another document in the place of `chapter`'s.
    fn with(&self, chapter: ChapterId, document: Document) -> Handbook {
        let mut handbook = self.handbook().clone();
        let is_same = *document.meta == *handbook.book.meta(chapter);
        let mut documents = handbook.documents.to_vec();
        documents[chapter.index()] = document;
        if !is_same {
            let metas: Vec<Arc<Meta>> = documents.iter().map(|document| Arc::clone(&document.meta)).collect();
            let summary = self.files.bytes(&SourcePath::new("SUMMARY.md"));
            let summary = summary.and_then(|bytes| std::str::from_utf8(bytes).ok());
            let (assets, hidden, config) = (&handbook.book.assets, &handbook.book.hidden, &handbook.config);
            let statics = handbook.book.statics;
            let input = book::Input { chapters: &metas, assets, statics, hidden, summary, config };
            handbook.book = Arc::new(book::Book::new(input));
        }
        handbook.documents = Arc::new(documents);
        handbook
    }
}
