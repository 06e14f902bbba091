//! Finds and rewrites the heading that gives a chapter its title.
//!
//! Input: a chapter's bytes and the chapter parsed from them. Output: the heading, and the bytes with
//! another text in it. Only a plain heading at the beginning of the chapter counts, because one with
//! emphasis, links or code would lose them.

use super::parts::{Heading, Parts, parts};
use super::{passages, replace, text_at};
use crate::chapter::document::Document;
use crate::chapter::markdown::reading;
use crate::declare::config::Config;
use crate::text::diagnostic::Span;
use crate::text::quote;

/// The heading from which a chapter has its title.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Title {
    /// The title as plain text.
    pub text: String,
    span: Span,
    parts: Heading,
}

impl Title {
    /// Finds the heading. `document` is the chapter that was parsed from `bytes`; its front matter
    /// must not have a title.
    pub fn of(document: &Document, bytes: &[u8], config: &Config) -> Option<Self> {
        let span = passages(&document.body).first()?.span;
        if document.body.hides_part_of(span) {
            return None;
        }
        let options = reading(&document.meta.path, document.meta.kind, config).options;
        let Some(Parts::Heading(parts)) = parts(&text_at(bytes, span), options) else { return None };
        let is_first_level = parts.before.trim_end() == "#" || (parts.before.is_empty() && parts.after.contains('='));
        let text = document.meta.title.clone();
        let is_plain = parts.text == text || parts.text == quote::markdown(&text);
        (is_first_level && is_plain).then_some(Self { text, span, parts })
    }

    /// Returns the chapter's bytes with the title `text`.
    pub fn write(&self, bytes: &[u8], text: &str) -> Vec<u8> {
        let parts = Heading { text: quote::markdown(text), ..self.parts.clone() };
        replace(bytes, self.span, &Parts::Heading(parts).write())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chapter::parse::{Outcome, parse};
    use crate::chapter::redact::Visible;
    use crate::text::path::SourcePath;
    use crate::text::source::SourceFile;

    fn title(text: &str) -> Option<Title> {
        let file = SourceFile::new(text.as_bytes().to_vec());
        let config = Config::bare("T");
        match parse(&SourcePath::new("a.md"), &file, &config, &Visible::of(None, &config)) {
            Outcome::Chapter(document) => Title::of(&document, text.as_bytes(), &config),
            _ => None,
        }
    }

    fn renamed(text: &str, new: &str) -> String {
        String::from_utf8(title(text).unwrap().write(text.as_bytes(), new)).unwrap()
    }

    #[test]
    fn only_the_text_of_the_heading_changes() {
        for (before, after) in [
            ("# Old\n\nText.\n", "# New *one*\n\nText.\n"),
            ("---\nowner: a # b\n---\r\n#  Old {#kept} \r\n\r\nText.", ""),
            ("Old\n===\n\nText.\n", "New *one*\n===\n\nText.\n"),
        ] {
            let written = renamed(before, "New *one*");
            assert_eq!(title(&written).unwrap().text, "New *one*", "{written}");
            if !after.is_empty() {
                assert_eq!(written, after.replace("*one*", "\\*one\\*"));
            }
        }
        assert!(renamed("# Old {#kept}\r\n\r\nText.\r\n", "New").starts_with("# New {#kept}\r\n\r\n"));
    }

    #[test]
    fn a_heading_with_markup_or_of_another_level_is_left_alone() {
        for text in ["# An *old* one\n", "# [[old]]\n", "# `old`\n", "## Old\n", "Text.\n\n# Old\n", "> # Old\n", ""] {
            assert_eq!(title(text), None, "{text:?}");
        }
    }
}
