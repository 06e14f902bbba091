//! Reads a chapter's plain text, section by section, from its HTML with holes.
//!
//! Input: one document. Output: [`Section`]s. Transcluded text and the contents of views are left
//! out, because search finds them in the chapters they come from. Never looks at another chapter:
//! where a link shows another chapter's title, there is a gap.

use std::collections::BTreeSet;

use crate::chapter::document::{Body, Document, Hole, ReferenceNumber};
use crate::declare::kind::Kind;
use crate::text::markup::{Tag, Token, behind, character, next_token};

/// A placeholder in a section's text where a link shows the title of another chapter.
pub const GAP: char = '\u{fffc}';

/// The text below one heading, or the text of one glossary term.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Section {
    /// The heading. For the text before the first heading, this is the chapter's title if that text
    /// contains the title.
    pub heading: String,
    /// The heading's level; 0 for a term of a glossary.
    pub level: u8,
    /// The heading's ID.
    pub anchor: String,
    /// The text, with a line feed between blocks and a tab between the cells of a table.
    pub text: String,
    /// The reference behind each [`GAP`] in the text.
    pub gaps: Vec<ReferenceNumber>,
    /// The statements in the text.
    pub statements: Vec<Said>,
}

/// A part of the text that belongs to a statement. If examples interrupt a statement, it has
/// several parts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Said {
    /// The number of the statement in the chapter's facts.
    pub statement: u32,
    /// The byte offset where the part begins.
    pub start: usize,
    /// The byte offset where the part ends.
    pub end: usize,
}

/// Reads the sections of a chapter. The first section is the text before any heading.
pub fn sections(document: &Document) -> Vec<Section> {
    let glossary = document.meta.kind == Kind::Glossary;
    let mut reader = TextReader {
        body: &document.body,
        glossary,
        sections: vec![Section::default()],
        now: 0,
        heading: false,
        title: !document.meta.has_h1,
        notes: Vec::new(),
        noted: BTreeSet::new(),
    };
    let main = &document.body.main;
    reader.fill((&main.html(), &main.holes), &own_words(&document.body));
    let mut n = 0;
    // A note may refer to further notes, so the list can grow while it is read.
    while let Some((section, note)) = reader.notes.get(n).copied() {
        n += 1;
        if let Some((_, fill)) = document.body.footnotes.get(note as usize) {
            reader.now = section;
            reader.line();
            reader.fill((&fill.html, &fill.holes), &[]);
        }
    }
    for section in &mut reader.sections {
        section.text.truncate(section.text.trim_end().len());
        let end = section.text.len();
        section.statements.iter_mut().for_each(|said| said.end = said.end.min(end));
        section.heading.truncate(section.heading.trim_end().len());
    }
    reader.sections
}

/// Lists the byte ranges of statements in the HTML, without their examples, each with the number of
/// the statement.
fn own_words(body: &Body) -> Vec<(u32, usize, usize)> {
    let parts = (0..).zip(&body.statements).flat_map(|(n, (start, end))| {
        let parts = body.without_examples(*start as usize..*end as usize);
        parts.into_iter().map(move |part| (n, part.start, part.end))
    });
    parts.filter(|(_, start, end)| start < end).collect()
}

struct TextReader<'a> {
    body: &'a Body,
    glossary: bool,
    sections: Vec<Section>,
    /// The section that text is added to.
    now: usize,
    /// Whether text belongs to that section's heading.
    heading: bool,
    /// Whether the title has been read.
    title: bool,
    /// Notes that were referred to, each with the section that refers to it.
    notes: Vec<(usize, u32)>,
    /// The notes in `notes`, for quick lookup.
    noted: BTreeSet<u32>,
}

impl TextReader<'_> {
    fn fill(&mut self, (html, holes): (&str, &[(u32, Hole)]), statements: &[(u32, usize, usize)]) {
        let mut holes = holes.iter().peekable();
        let mut statements = statements.iter().copied().peekable();
        let mut open: Option<(usize, usize, Said)> = None;
        let mut at = 0;
        let mut token = next_token(html, 0);
        loop {
            if let Some((end, section, said)) = open
                && at >= end
            {
                let end = self.sections[section].text.len();
                self.sections[section].statements.push(Said { end, ..said });
                open = None;
            }
            if let Some((statement, _, end)) = statements.next_if(|(_, start, _)| *start <= at) {
                let start = self.sections[self.now].text.len();
                open = Some((end, self.now, Said { statement, start, end: start }));
            }
            if let Some((_, hole)) = holes.next_if(|(offset, _)| *offset as usize <= at) {
                self.hole(hole);
                continue;
            }
            if let Some(found) = token.take_if(|token| token.range().start <= at) {
                self.tag(&found);
                // Only trusted HTML has scripts and styles.
                let is_code = matches!(&found, Token::Start(tag) if ["script", "style"].contains(&&*tag.name));
                at = if is_code { behind(html, &found) } else { found.range().end };
                // Holes inside a tag are attributes.
                while holes.next_if(|(offset, _)| (*offset as usize) < at).is_some() {}
                token = next_token(html, at);
                continue;
            }
            if at >= html.len() {
                break;
            }
            let next = token.as_ref().map_or(html.len(), |token| token.range().start);
            let hole = holes.peek().map_or(next, |(offset, _)| *offset as usize);
            let statement = statements.peek().map_or(next, |(_, start, _)| *start);
            let end = open.map_or(next, |(end, ..)| end);
            let to = next.min(hole).min(statement.max(at + 1)).min(end.max(at + 1));
            let to = (to..=next).find(|to| html.is_char_boundary(*to)).unwrap_or(next);
            self.text(&html[at..to]);
            at = to;
        }
    }

    /// Reads a tag or comment.
    fn tag(&mut self, token: &Token<'_>) {
        let (Token::Start(tag) | Token::End(tag)) = token else { return };
        let is_end = matches!(token, Token::End(_));
        match &*tag.name {
            "h1" | "h2" | "h3" | "h4" | "h5" | "h6" if is_end => {
                self.heading = false;
                self.line();
            }
            "h1" | "h2" | "h3" | "h4" | "h5" | "h6" => self.open(tag, tag.name.as_bytes()[1] - b'0'),
            "dt" if self.glossary && is_end => self.heading = false,
            "dt" if self.glossary => self.open(tag, 0),
            "td" | "th" => self.cell(),
            "a" | "abbr" | "b" | "bdi" | "cite" | "code" | "del" | "em" | "i" | "ins" | "kbd" | "mark" | "q" | "s"
            | "small" | "span" | "strong" | "sub" | "sup" | "time" | "u" | "var" => {}
            _ => self.line(),
        }
    }

    /// Begins a section, unless the heading is the chapter's title.
    fn open(&mut self, tag: &Tag<'_>, level: u8) {
        self.heading = true;
        if level == 1 && !self.title && self.now == 0 {
            self.title = true;
            return;
        }
        let anchor = tag.get("id").map(|id| id.value.to_string()).unwrap_or_default();
        self.sections.push(Section { level, anchor, ..Section::default() });
        self.now = self.sections.len() - 1;
    }

    fn hole(&mut self, hole: &Hole) {
        match hole {
            Hole::LinkText(n) => self.gap(*n),
            Hole::Footnote(n) if self.noted.insert(*n) => self.notes.push((self.now, *n)),
            Hole::Code(n) => {
                if let Some(code) = self.body.code.get(*n as usize) {
                    self.line();
                    self.push(&code.text);
                    self.line();
                }
            }
            Hole::Formula(n) => {
                if let Some(formula) = self.body.formulas.get(*n as usize) {
                    self.push(&formula.source);
                }
            }
            Hole::Image(n) => {
                if let Some(image) = self.body.images.get(*n as usize) {
                    self.push(&image.alt);
                }
            }
            _ => {}
        }
    }

    fn gap(&mut self, n: ReferenceNumber) {
        if self.heading {
            return;
        }
        let section = &mut self.sections[self.now];
        section.text.push(GAP);
        section.gaps.push(n);
    }

    /// Ends a line of text.
    fn line(&mut self) {
        let text = &mut self.sections[self.now].text;
        if !self.heading && !text.is_empty() && !text.ends_with('\n') {
            text.truncate(text.trim_end_matches([' ', '\t']).len());
            text.push('\n');
        }
    }

    /// Ends a cell of a table.
    fn cell(&mut self) {
        let text = &mut self.sections[self.now].text;
        text.truncate(text.trim_end_matches(' ').len());
        if !self.heading && !text.is_empty() && !text.ends_with(['\n', '\t']) {
            text.push('\t');
        }
    }

    /// Adds the text of `html`, leaving out the tags.
    fn text(&mut self, html: &str) {
        if html.contains('&') { self.push(&decode(html)) } else { self.push(html) }
    }

    /// Adds plain text with its white space collapsed.
    fn push(&mut self, text: &str) {
        let section = &mut self.sections[self.now];
        let out = if self.heading { &mut section.heading } else { &mut section.text };
        // Text without white space to collapse is copied in one piece, with the single spaces in it.
        let bytes = text.as_bytes();
        let (mut from, mut at) = (0, 0);
        while let Some(byte) = bytes.get(at) {
            let is_between_words = || at > from && bytes.get(at + 1).is_some_and(u8::is_ascii_graphic);
            if byte.is_ascii_graphic() || (*byte == b' ' && is_between_words()) {
                at += 1;
                continue;
            }
            let c = text[at..].chars().next().unwrap_or(' ');
            if c.is_whitespace() || c == GAP {
                out.push_str(&text[from..at]);
                if c != GAP && !out.is_empty() && !out.ends_with([' ', '\n', '\t']) {
                    out.push(' ');
                }
                from = at + c.len_utf8();
            }
            at += c.len_utf8();
        }
        out.push_str(&text[from..]);
    }
}

/// Decodes character references. Those that are unknown stay as they are.
fn decode(html: &str) -> String {
    let mut parts = html.split('&');
    let mut out = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (name, rest) = part.split_once(';').unwrap_or_default();
        let c = if name == "nbsp" { Some(' ') } else { character(name) };
        match c {
            Some(c) => {
                out.push(c);
                out.push_str(rest);
            }
            None => out.extend(["&", part]),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::compile::{Choices, Compiler};
    use crate::text::source::Sources;

    #[test]
    fn an_example_belongs_to_its_section_but_not_to_its_statement() {
        let text = "# A\n\n### Owning\n\n- One.\n  - **Example:** Two.\n- Three.\n\n  - **Example:** Four.\n\n  - Five.\n\n- Six.\n\nSeven.\n";
        let sources = Sources::from_texts([("competencies/a.md", text)]);
        let handbook = Compiler::new().compile(&sources, &Choices::default()).unwrap();
        let sections = sections(&handbook.documents[0]);
        let owning = sections.last().unwrap();
        let said: String = owning.statements.iter().map(|said| &owning.text[said.start..said.end]).collect();
        assert_eq!(said.split_whitespace().collect::<Vec<_>>(), ["One.", "Three.", "Five.", "Six."]);
        assert!(owning.text.contains("Example: Two.") && owning.text.contains("Example: Four."));
    }

    #[test]
    fn the_last_statement_of_a_section_ends_with_its_text() {
        let text = "# A\n\n### Owning\n\n- One.\n\n- Two.\n\n### Guiding\n\n- Three.\n";
        let sources = Sources::from_texts([("competencies/a.md", text)]);
        let handbook = Compiler::new().compile(&sources, &Choices::default()).unwrap();
        let said = |section: &Section| -> Vec<String> {
            section.statements.iter().map(|said| section.text[said.start..said.end].trim().to_owned()).collect()
        };
        let all: Vec<String> = sections(&handbook.documents[0]).iter().flat_map(said).collect();
        assert_eq!(all, ["One.", "Two.", "Three."]);
    }
}
