//! Determines where Markdown recognizes code, raw HTML, headings, lists and quotes in a chapter.
//!
//! Input: the body of a chapter before anything is hidden, and the extensions it is parsed with.
//! Output: a [`Structure`], which contains byte ranges of the body in ascending order. This module
//! knows no audiences and never builds text.

use std::ops::Range;

use pulldown_cmark::{CodeBlockKind, Event, Parser, Tag, TagEnd};

use crate::chapter::dialect::{Block, Form, Reading, View};

/// The maximum number of containers around a line. Deeper ones aren't recorded.
const DEEPEST: usize = 100;

/// The code or HTML around a mark, where it has no effect.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shield {
    /// A fenced block that its author closed, or a code span on one line. Marks inside are
    /// examples.
    Example,
    /// A fenced block that readers can download. Nothing would take a mark out of the file.
    Template,
    /// The first line of a fenced block, behind the sign that opens it.
    Info,
    /// Code due to indentation alone, which other Markdown dialects read as text.
    Indented,
    /// A fenced block closed only by the end of its container or of the chapter, or one that
    /// contains what looks like the fence of another block.
    OpenFence,
    /// A code span that continues across a line break.
    LongSpan,
    /// Raw HTML.
    Html,
    /// Syntax of another generator that is taken out.
    Removed,
    /// A fenced block whose first line has a name in braces, as in `MyST` and Quarto: its text may be
    /// Markdown there.
    Directive,
}

/// A list item, a quote or another block that contains blocks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Container {
    /// The byte range.
    pub range: Range<usize>,
    /// The way a line shows that it belongs to the container.
    pub kind: ContainerKind,
}

/// How a line shows that it belongs to a container (`CommonMark` 0.31.2, sections 5.1 and 5.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ContainerKind {
    /// With a `>`.
    Quote,
    /// With indentation: a line of a list item is indented at least to this column. Columns are
    /// counted from 0, after the last `>` on the line.
    Item(usize),
    /// In any way, because a line of its own ends the container.
    Enclosed,
    /// A footnote or a definition, in which audience marks aren't read.
    Other,
}

/// A heading.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Heading {
    /// The byte range, including the line ending.
    pub range: Range<usize>,
    /// The heading level, from 1 to 6.
    pub level: u8,
    /// Whether the heading is outside all lists, quotes and other containers.
    pub at_top: bool,
}

/// The structure that Markdown recognizes in a body.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Structure {
    /// Code blocks and code spans, and how certain it is that each is one.
    pub code: Vec<(Range<usize>, Shield)>,
    /// Raw HTML: blocks, and inline tags and comments.
    pub html: Vec<Range<usize>>,
    /// Headings.
    pub headings: Vec<Heading>,
    /// Containers; outer ones come before those inside them.
    pub containers: Vec<Container>,
    /// The outermost blocks.
    pub blocks: Vec<Range<usize>>,
    /// What a dialect takes out.
    pub removed: Vec<Range<usize>>,
    /// The byte offsets of `:::` lines that a dialect reads, ascending.
    pub colons: Vec<usize>,
    /// The first thing that is nested so deeply that the structure around it isn't known.
    pub too_deep: Option<Range<usize>>,
}

impl Structure {
    /// Reads the structure of `text`.
    pub fn read(text: &str, reading: &Reading<'_>) -> Self {
        let view = View::of(text, reading);
        let mut found = Self { colons: view.colons.clone(), removed: view.removed.clone(), ..Self::default() };
        found.removed.sort_by_key(|range| range.start);
        found.too_deep.clone_from(&view.too_deep);
        let mut depth = 0_usize;
        let mut nested = 0_usize;
        let mut fence: Option<(Range<usize>, usize)> = None;
        for (event, range) in Parser::new_ext(&view.text, reading.options).into_offset_iter() {
            let (range, block) = view.place(&event, &range);
            if depth == 0 && !matches!(event, Event::End(_)) {
                found.blocks.push(range.clone());
            }
            match &event {
                Event::Start(tag) => {
                    depth += 1;
                    nested += usize::from(match block {
                        Some(block) => found.start_block(block),
                        None => found.start(tag, &range, text, nested),
                    });
                    if let Tag::CodeBlock(kind) = tag {
                        match kind {
                            CodeBlockKind::Indented => found.code.push((range, Shield::Indented)),
                            CodeBlockKind::Fenced(_) => fence = Some((range.clone(), range.start)),
                        }
                    }
                }
                Event::End(tag) => {
                    depth = depth.saturating_sub(1);
                    let is_counted = block.is_none_or(|block| !matches!(block.form, Form::Colons(_)));
                    nested -= usize::from(nested > 0 && is_counted && is_container_end(*tag));
                    if *tag == TagEnd::CodeBlock
                        && let Some((range, content_end)) = fence.take()
                    {
                        let shield = fence_shield(text, &range, content_end);
                        let line = text[range.clone()].lines().next().unwrap_or_default();
                        let info_end = range.start + line.len();
                        let is_directive = reading.is_strict() && names_directive(line);
                        let shield = if is_directive && shield == Shield::Example { Shield::Directive } else { shield };
                        let is_certain = shield == Shield::Example;
                        let is_template = is_certain && (line.contains("template=") || is_drawn(line));
                        found.code.push((range.clone(), if is_template { Shield::Template } else { shield }));
                        if is_certain {
                            found.code.push((range.start..info_end, Shield::Info));
                        }
                    }
                }
                Event::Text(_) => {
                    if let Some((_, content_end)) = &mut fence {
                        *content_end = range.end;
                    }
                }
                Event::Code(_) => {
                    let is_long = text[range.clone()].contains('\n');
                    found.code.push((range, if is_long { Shield::LongSpan } else { Shield::Example }));
                }
                Event::Html(_) | Event::InlineHtml(_) => found.html.push(range),
                _ => {}
            }
        }
        // If a fence wasn't closed, the fences may be paired wrongly. What looks like code in an
        // earlier block may then be text to the author.
        if found.code.iter().any(|(_, shield)| *shield == Shield::OpenFence) {
            for (range, shield) in &mut found.code {
                let is_block = *shield == Shield::Template || text[range.clone()].contains('\n');
                if matches!(shield, Shield::Example | Shield::Template) && is_block {
                    *shield = Shield::OpenFence;
                }
            }
        }
        found
    }

    /// Records the block of a dialect; returns whether it is a container. The lines of one with
    /// colons are read together with those of audiences, so it isn't one.
    fn start_block(&mut self, block: &Block) -> bool {
        let kind = match block.form {
            Form::Colons(_) => return false,
            Form::Indented(column) => ContainerKind::Item(column),
            Form::Tag(_) | Form::Fence | Form::Paragraph => ContainerKind::Enclosed,
        };
        self.containers.push(Container { range: block.inner.clone(), kind });
        true
    }

    /// Records headings and containers; returns whether the tag opens a container.
    fn start(&mut self, tag: &Tag<'_>, range: &Range<usize>, text: &str, nested: usize) -> bool {
        let kind = match tag {
            Tag::Heading { level, .. } => {
                self.headings.push(Heading { range: range.clone(), level: *level as u8, at_top: nested == 0 });
                return false;
            }
            Tag::BlockQuote(_) | Tag::Item if nested >= DEEPEST => {
                self.too_deep.get_or_insert_with(|| range.clone());
                return true;
            }
            Tag::BlockQuote(_) => ContainerKind::Quote,
            Tag::Item => ContainerKind::Item(content_column(text, range.start)),
            Tag::FootnoteDefinition(_) | Tag::DefinitionListDefinition => ContainerKind::Other,
            _ => return false,
        };
        self.containers.push(Container { range: range.clone(), kind });
        true
    }

    /// Returns the code or HTML that contains a byte offset of the body.
    pub fn shield_at(&self, at: usize) -> Option<Shield> {
        let after = self.removed.partition_point(|range| range.start <= at);
        if self.removed[..after].last().is_some_and(|range| range.end > at) {
            return Some(Shield::Removed);
        }
        let before = self.code.partition_point(|(range, _)| range.start <= at);
        // The first line of a block is a range of its own, behind that of the whole block.
        let holding = self.code[..before].iter().rev().take(2).find(|(range, _)| range.end > at);
        let code = holding.map(|(_, shield)| *shield);
        code.or_else(|| {
            let before = self.html.partition_point(|html| html.start <= at);
            self.html[..before].last().filter(|html| html.end > at).map(|_| Shield::Html)
        })
    }

    /// Returns the start of the outermost block that contains `at`, or `at` itself if it is between
    /// blocks.
    pub fn block_start(&self, at: usize) -> usize {
        let after = self.blocks.partition_point(|block| block.start <= at);
        match self.blocks[..after].last() {
            Some(block) if block.end > at => block.start,
            _ => at,
        }
    }
}

/// Returns whether the first line of a code block has a name in braces.
fn names_directive(line: &str) -> bool {
    let info = line.trim_start_matches(|c: char| c.is_whitespace() || matches!(c, '`' | '~' | '>'));
    info.strip_prefix('{').is_some_and(|name| name.starts_with(|c: char| c.is_alphabetic()))
}

/// Returns whether the first line of a code block says that it is drawn, so that its text isn't an
/// example but what readers see.
fn is_drawn(line: &str) -> bool {
    let info = line.trim_start_matches(|c: char| !c.is_alphanumeric() && c != '{');
    let language = info.split(|c: char| !c.is_alphanumeric()).find(|part| !part.is_empty()).unwrap_or_default();
    ["mermaid", "math"].iter().any(|drawn| language.eq_ignore_ascii_case(drawn))
}

fn is_container_end(tag: TagEnd) -> bool {
    matches!(tag, TagEnd::BlockQuote(_) | TagEnd::Item | TagEnd::FootnoteDefinition | TagEnd::DefinitionListDefinition)
}

/// Determines how certain it is that a fenced block ends where its author intended.
///
/// `content_end` is the end of the block's last text, or the block's start if it has no text.
fn fence_shield(text: &str, range: &Range<usize>, content_end: usize) -> Shield {
    let block = &text[range.clone()];
    let first_line = block.split_inclusive('\n').next().unwrap_or_default();
    let Some(sign) = first_line.chars().find(|c| matches!(c, '`' | '~')) else { return Shield::OpenFence };
    let length = first_line.chars().skip_while(|c| *c != sign).take_while(|c| *c == sign).count();
    let tail_start = content_end.max(range.start + first_line.len());
    let is_closed = text.get(tail_start..range.end).is_some_and(|tail| tail.contains(sign));
    let content = text.get(range.start + first_line.len()..content_end).unwrap_or_default();
    let holds_another = content.lines().any(|line| {
        let line = line.trim_start_matches([' ', '\t', '>']);
        let run = line.chars().take_while(|c| *c == sign).count();
        run >= length && line[run..].starts_with(|c: char| c.is_alphanumeric() || c == '{')
    });
    if is_closed && !holds_another { Shield::Example } else { Shield::OpenFence }
}

/// Returns the column where the content of the list item at `start` begins.
fn content_column(text: &str, start: usize) -> usize {
    let line_start = text[..start].rfind('\n').map_or(0, |at| at + 1);
    let before = &text[line_start..start];
    let before = before.rfind('>').map_or(before, |at| {
        let rest = &before[at + 1..];
        rest.strip_prefix(' ').unwrap_or(rest)
    });
    let rest = text[start..].split('\n').next().unwrap_or_default();
    // An item's range may include its indentation.
    let indent = rest.len() - rest.trim_start_matches([' ', '\t']).len();
    let rest_marker = &rest[indent..];
    let marker = rest_marker.chars().take_while(|c| !c.is_whitespace()).take(10).count();
    let after = &rest_marker[marker.min(rest_marker.len())..];
    let spaces = width(after) - width(after.trim_start_matches([' ', '\t']));
    let is_blank = after.trim().is_empty();
    let gap = if is_blank || spaces > 4 || spaces == 0 { 1 } else { spaces };
    width(before) + indent_width(&rest[..indent], width(before)) + marker + gap
}

fn indent_width(indent: &str, from: usize) -> usize {
    indent.chars().fold(from, next_column) - from
}

/// Returns the width of a text in columns, starting at column 0, with a tab stop every four
/// columns.
fn width(text: &str) -> usize {
    text.chars().fold(0, next_column)
}

/// Returns the column after `c`.
pub fn next_column(column: usize, c: char) -> usize {
    if c == '\t' { column + 4 - column % 4 } else { column + 1 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::declare::config::Config;

    fn read(text: &str) -> Structure {
        let config = Config::bare("x");
        let reading = Reading { options: crate::chapter::markdown::options(false), ..Reading::plain(&config) };
        Structure::read(text, &reading)
    }

    fn kinds(text: &str) -> Vec<Shield> {
        let kinds = read(text).code.into_iter().map(|(_, shield)| shield);
        kinds.filter(|shield| *shield != Shield::Info).collect()
    }

    #[test]
    fn a_fence_is_certain_only_where_its_author_closed_it() {
        assert_eq!(kinds("```\nx\n```\n"), [Shield::Example]);
        assert_eq!(kinds("```\n```\n"), [Shield::Example]);
        assert_eq!(kinds("```\nx\n"), [Shield::OpenFence]);
        assert_eq!(kinds("```\n"), [Shield::OpenFence]);
        assert_eq!(kinds("- a\n\n  ```\n  x\n\nb\n"), [Shield::OpenFence]);
        assert_eq!(kinds("> ~~~\n> x\n> ~~~\n"), [Shield::Example]);
        assert_eq!(kinds("    x\n"), [Shield::Indented]);
        assert_eq!(kinds("a `b` c\n"), [Shield::Example]);
        assert_eq!(kinds("a `b\nd` c\n"), [Shield::LongSpan]);
    }

    #[test]
    fn a_forgotten_fence_casts_doubt_on_the_fences_before_it() {
        let text = "```\nx\n\ntext\n\n```\ny\n\n```\nz\n";
        assert_eq!(kinds(text), [Shield::OpenFence, Shield::OpenFence]);
        assert_eq!(kinds("```\nx\n\n```js\ny\n```\n"), [Shield::OpenFence]);
        assert_eq!(kinds("````\n```js\ny\n```\n````\n"), [Shield::Example]);
    }

    #[test]
    fn items_know_the_column_of_their_content() {
        let columns = |text: &str| -> Vec<ContainerKind> {
            read(text).containers.into_iter().map(|container| container.kind).collect()
        };
        assert_eq!(columns("- a\n"), [ContainerKind::Item(2)]);
        assert_eq!(columns("10. a\n"), [ContainerKind::Item(4)]);
        assert_eq!(columns("-   a\n"), [ContainerKind::Item(4)]);
        assert_eq!(columns("- a\n  - b\n"), [ContainerKind::Item(2), ContainerKind::Item(4)]);
        assert_eq!(columns("> - a\n"), [ContainerKind::Quote, ContainerKind::Item(2)]);
    }

    #[test]
    fn a_tab_ends_at_the_next_multiple_of_four_columns() {
        assert_eq!([width("\t"), width("ab\t"), width("abcd\tx")], [4, 4, 9]);
    }

    #[test]
    fn html_shields_what_is_inside_and_not_what_follows() {
        let text = "<div>\na\n</div>\n\nb\n";
        let structure = read(text);
        let end = structure.html.last().unwrap().end;
        assert!(matches!(structure.shield_at(end - 1), Some(Shield::Html)));
        assert!(structure.shield_at(end).is_none());
    }
}
