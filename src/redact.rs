//! Takes out of a chapter what an audience must not read, before anything else sees it.
//!
//! Input: the body of a chapter's Markdown, the audiences to show and the extensions it is parsed
//! with. Output: [`Redacted`]: the same text, byte for byte as long, with hidden blocks, sections
//! and comments blanked. Nothing later can leak them: slugs, footnotes, terms, search and copies
//! are made from this text. What looks like a mark and isn't understood is hidden and reported.
//! This is the only module that knows how audiences are marked; it never looks at another chapter.

mod comments;
mod head;
mod lines;
mod published;
mod remark;
mod structure;
mod word;

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::ops::Range;

use pulldown_cmark::Options;

pub use head::{Field, audience_of, block_that_looks_like_front_matter, private_line};
pub use published::mark_in_html;
pub use remark::{Misread, Remark};

use crate::attribute;
use crate::config::Config;
use lines::{Line, Meaning, Shield};
use structure::{Heading, Structure};
use word::Sign;

/// The audiences whose content is shown beside what everybody reads.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Visible {
    names: BTreeSet<String>,
    everything: bool,
}

impl Visible {
    /// Follows `includes` from `audience`; `None` shows what is for everybody only.
    #[must_use]
    pub fn of(audience: Option<&str>, config: &Config) -> Self {
        let mut names = BTreeSet::new();
        let mut open: Vec<&str> = audience.into_iter().collect();
        while let Some(name) = open.pop() {
            if let Some(audience) = config.audiences.get(name)
                && names.insert(name.to_owned())
            {
                open.extend(audience.includes.iter().map(String::as_str));
            }
        }
        Self { names, everything: false }
    }

    /// Shows all there is, marks that aren't understood included: for commands that write into the
    /// author's files and publish nothing.
    #[must_use]
    pub fn everything() -> Self {
        Self { names: BTreeSet::new(), everything: true }
    }

    /// Returns whether content for `audience` is shown. An audience that is not declared is never
    /// published.
    #[must_use]
    pub fn shows(&self, audience: &str) -> bool {
        self.everything || self.names.contains(audience)
    }

    /// Returns whether everything is shown, whatever its mark.
    #[must_use]
    pub fn is_everything(&self) -> bool {
        self.everything
    }
}

/// By what a body is redacted.
#[derive(Clone, Copy, Debug)]
pub struct Rules<'a> {
    /// Who reads.
    pub visible: &'a Visible,
    /// Which audiences there are.
    pub config: &'a Config,
    /// The extensions of Markdown that the body is parsed with.
    pub options: Options,
}

impl Rules<'_> {
    /// Returns whether the handbook declares audiences, so that anything like a mark is an error.
    fn are_strict(&self) -> bool {
        !self.config.audiences.is_empty()
    }
}

/// A body without what its readers must not see.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Redacted<'a> {
    /// The text, byte for byte as long as the body.
    pub text: Cow<'a, str>,
    /// What is hidden, in rising order: whole blocks, sections and comments, without the marks of
    /// what is shown.
    pub hidden: Vec<Range<usize>>,
    /// What is wrong.
    pub remarks: Vec<Remark>,
}

/// Blanks what `rules` do not show, comments between `%%`, and the `:::` lines of audiences.
#[must_use]
pub fn redact<'a>(text: &'a str, rules: Rules<'_>) -> Redacted<'a> {
    if !may_have_marks(text, &rules) {
        return Redacted { text: Cow::Borrowed(text), hidden: Vec::new(), remarks: Vec::new() };
    }
    let comments = comments::read(text, rules.options);
    let bare = comments.text.as_ref();
    let structure = Structure::read(bare, rules.options);
    let mut pass = Pass {
        text: bare,
        rules,
        structure: &structure,
        hidden: comments.hidden,
        lines: Vec::new(),
        attributes: Vec::new(),
        remarks: comments.remarks,
        in_doubt: false,
    };
    for range in comments.marked {
        pass.misread(Misread::Commented, range);
    }
    let lines = lines::read(bare, &structure);
    pass.blocks_and_sections(&lines);
    pass.near_misses(&lines);
    let (hidden, blanked, remarks) = pass.finish();
    Redacted { text: Cow::Owned(blank(text, &blanked)), hidden, remarks }
}

/// Returns whether there could be anything to redact: a quick look at the bytes.
fn may_have_marks(text: &str, rules: &Rules<'_>) -> bool {
    text.contains(":::")
        || text.contains("%%")
        || text.contains(['\u{ff1a}', '\u{fe55}', '\u{fe13}', '\u{2236}', '\u{a789}'])
        || word::hits(text)
            .iter()
            .any(|hit| hit.sign != Sign::None || word::braces_around(text, hit.range.start).is_some())
        || rules.are_strict() && !names_in_braces(text, rules.config).is_empty()
        || rules.are_strict() && !names_behind_colons(text, rules.config).is_empty()
}

/// Lists braces that hold the name of a declared audience and nothing else, such as `{managers}` or `{.managers}`.
fn names_in_braces(text: &str, config: &Config) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    for (open, brace) in text.match_indices(['{', '\u{ff5b}']) {
        let start = open + brace.len();
        let rest = word::reach(text, start).split('\n').next().unwrap_or_default();
        let Some(length) = rest.find(['}', '\u{ff5d}']) else { continue };
        let inner = word::plain(&rest[..length]);
        // In the middle of a line it is a placeholder, as in an address.
        let ends = rest[length..].chars().nth(1).is_none()
            || text[..open].lines().last().is_none_or(|line| line.trim().is_empty());
        if !ends
            && !rest[length..].chars().skip(1).all(|c| c.is_whitespace() || matches!(c, '#' | '*' | '_' | '|' | '{'))
        {
            continue;
        }
        // `{#managers}` is the id of a heading.
        let name = inner.trim_matches(|c: char| word::is_gap(c) || matches!(c, '.' | ':' | '=' | '@' | '!'));
        if config.audiences.keys().any(|known| word::plain(known) == name) {
            found.push(open..start + length + 1);
        }
    }
    found
}

/// Lists lines that are colons and the name of a declared audience and nothing else, such as `:: managers`.
fn names_behind_colons(text: &str, config: &Config) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        let range = start..start + line.trim_end().len();
        start += line.len();
        let is_sign = |c: char| {
            let is_list = c.is_ascii_digit() || matches!(c, '>' | '-' | '*' | '.' | ')');
            is_list || c == '\u{2d0}' || word::is_colon(c) || word::is_gap(c)
        };
        let line = if line.starts_with("[^") { line.split_once("]:").map_or(line, |(_, text)| text) } else { line };
        let rest = line.trim_start_matches(is_sign);
        let signs = &line[..line.len() - rest.len()];
        if signs.chars().filter(|c| word::is_colon(*c) || *c == '\u{2d0}').count() < 2 || rest.len() > 120 {
            continue;
        }
        let name = word::plain(rest);
        if config.audiences.keys().any(|known| word::plain(known) == name.trim()) {
            found.push(range);
        }
    }
    found
}

/// A `:::` block that is open.
struct Open<'r> {
    line: &'r Line,
    /// Whether it is for an audience, and then whether that is shown.
    audience: Option<bool>,
}

/// A hidden section that is open.
struct Section {
    start: usize,
    level: u8,
    /// How many `:::` blocks it is in.
    depth: usize,
}

/// What one pass over a body has found so far.
struct Pass<'t, 'r> {
    text: &'t str,
    rules: Rules<'r>,
    structure: &'r Structure,
    hidden: Vec<Range<usize>>,
    /// `:::` lines that were understood and are blanked.
    lines: Vec<Range<usize>>,
    /// Attributes of headings that were understood; they are cut out where headings are read.
    attributes: Vec<Range<usize>>,
    remarks: Vec<Remark>,
    /// Whether a mark was not understood: what doesn't fit after it isn't another mistake.
    in_doubt: bool,
}

impl<'r> Pass<'_, 'r> {
    fn hide(&mut self, range: Range<usize>) {
        self.hidden.push(range);
    }

    /// Reports something that isn't understood and hides the chapter, or what follows where a
    /// block was opened.
    fn misread(&mut self, why: Misread, range: Range<usize>) {
        let is_opening = matches!(why, Misread::Line);
        let start = if is_opening { self.structure.block_start(range.start) } else { 0 };
        if !self.rules.visible.is_everything() {
            self.hide(start..self.text.len());
        }
        self.remarks.push(Remark::Misread(why, range));
        self.in_doubt = true;
    }

    fn note_unknown(&mut self, name: &str, range: Range<usize>) {
        if !self.rules.config.audiences.contains_key(name) {
            self.remarks.push(Remark::Unknown(name.to_owned(), range));
        }
    }

    /// Walks `:::` lines and headings in the order of the text.
    fn blocks_and_sections(&mut self, lines: &'r [Line]) {
        let mut open: Vec<Open<'r>> = Vec::new();
        let mut sections: Vec<Section> = Vec::new();
        let mut headings = self.structure.headings.iter().peekable();
        for line in lines {
            while let Some(heading) = headings.next_if(|heading| heading.range.start < line.mark.start) {
                self.heading(heading, open.len(), &mut sections, lines);
            }
            self.line(line, &mut open);
            while sections.last().is_some_and(|section| section.depth > open.len()) {
                let section = sections.pop().map_or(line.whole.start, |section| section.start);
                self.hide(section..line.whole.start);
            }
        }
        for heading in headings {
            self.heading(heading, open.len(), &mut sections, lines);
        }
        for section in sections {
            self.hide(section.start..self.text.len());
        }
        for block in open {
            self.unclosed(&block);
        }
    }

    fn unclosed(&mut self, block: &Open<'_>) {
        let Some(shown) = block.audience else { return };
        if !self.in_doubt {
            self.remarks.push(Remark::Unclosed(block.line.mark.clone()));
        }
        // Guessing where it ends could publish a secret.
        if !shown {
            self.hide(block.line.whole.start..self.text.len());
        }
    }

    fn line(&mut self, line: &'r Line, open: &mut Vec<Open<'r>>) {
        match (line.shield, &line.meaning) {
            (Some(Shield::Example), _) | (Some(_), Meaning::Close) => return,
            (Some(shield), Meaning::Audience(..)) => {
                self.misread(Misread::Shielded(shield), line.mark.clone());
                return;
            }
            (Some(shield), Meaning::Other) => {
                if self.rules.are_strict() {
                    self.misread(Misread::Shielded(shield), line.mark.clone());
                }
                return;
            }
            (None, _) => {}
        }
        match &line.meaning {
            Meaning::Audience(..) if line.within.is_none() => {
                self.misread(Misread::Elsewhere, line.mark.clone());
                open.push(Open { line, audience: None });
            }
            Meaning::Audience(name, range) => {
                self.note_unknown(name, range.clone());
                self.lines.push(line.mark.clone());
                open.push(Open { line, audience: Some(self.rules.visible.shows(name)) });
            }
            Meaning::Close => self.close(line, open),
            Meaning::Other => {
                if self.rules.are_strict() {
                    self.misread(Misread::Line, line.mark.clone());
                }
                open.push(Open { line, audience: None });
            }
        }
    }

    /// Closes the innermost block that the line fits: as many colons, in the same containers.
    fn close(&mut self, line: &Line, open: &mut Vec<Open<'r>>) {
        let fits = |block: &Open<'_>| block.line.colons == line.colons && block.line.within == line.within;
        let Some(number) = open.iter().rposition(fits) else {
            let is_near = open.iter().any(|block| block.audience.is_some());
            if is_near {
                let other_count = open.iter().any(|block| block.line.within == line.within);
                self.misread(if other_count { Misread::Count } else { Misread::Elsewhere }, line.mark.clone());
                open.pop();
            } else if self.rules.are_strict() && !self.in_doubt {
                self.misread(Misread::Stray, line.mark.clone());
            }
            return;
        };
        // Blocks inside that were not closed end with it.
        for block in open.drain(number + 1..).collect::<Vec<_>>() {
            self.unclosed(&block);
        }
        let Some(block) = open.pop() else { return };
        match block.audience {
            Some(true) => self.lines.push(line.mark.clone()),
            Some(false) => self.hide(block.line.whole.start..line.whole.end),
            None => {}
        }
    }

    fn heading(&mut self, heading: &Heading, depth: usize, sections: &mut Vec<Section>, lines: &[Line]) {
        // A heading in a list or quote ends no section around it.
        while heading.at_top && sections.last().is_some_and(|open| open.depth == depth && open.level >= heading.level) {
            let start = sections.pop().map_or(heading.range.start, |section| section.start);
            self.hide(start..heading.range.start);
        }
        let content = content_of(&self.text[heading.range.clone()]);
        let Some(found) = attribute::trailing(content) else { return };
        let at = |range: &Range<usize>| heading.range.start + range.start..heading.range.start + range.end;
        let whole = at(&(found.text_end..content.len()));
        // An opening `:::` line above `---` is a heading for Markdown.
        let before = lines.partition_point(|line| line.mark.start < whole.end);
        let is_line = lines[..before].last().is_some_and(|line| whole.start < line.mark.end);
        if is_line {
            return;
        }
        let audiences: Vec<_> = found.list.iter().filter(|one| one.key == "audience").collect();
        match audiences.as_slice() {
            [] => {
                let known = |value: &str| self.rules.config.audiences.contains_key(value);
                if let Some(one) = found.list.iter().find(|one| !is_own_value(&one.key) && known(&one.value)) {
                    self.misread(Misread::Name, at(&one.range));
                }
            }
            [one] if heading.at_top => {
                self.note_unknown(&one.value, at(&one.range));
                self.attributes.push(at(&one.range));
                if !self.rules.visible.shows(&one.value) {
                    sections.push(Section { start: heading.range.start, level: heading.level, depth });
                }
            }
            [one] => self.misread(Misread::NestedHeading, at(&one.range)),
            [first, .., last] => self.misread(Misread::Several, at(&(first.range.start..last.range.end))),
        }
    }

    /// Finds what looks like a mark outside code and was not read as one.
    fn near_misses(&mut self, lines: &[Line]) {
        let strict = self.rules.are_strict();
        let mut found: Vec<(Range<usize>, Option<Shield>)> = Vec::new();
        for hit in word::hits(self.text) {
            let at = hit.range.start;
            let shield = self.shield_at(at);
            let before = lines.partition_point(|line| line.mark.start <= at);
            let on_line = lines[..before].last().is_some_and(|line| line.mark.end > at);
            let braces = word::braces_around(self.text, at);
            let names_one = || {
                let inner = braces.clone().map(|range| word::plain(&self.text[range])).unwrap_or_default();
                self.rules.config.audiences.keys().any(|name| inner.contains(&word::plain(name)))
            };
            let in_place = on_line || braces.is_some() || word::is_in_tag(self.text, at);
            let is_query = self.text[..at].ends_with(['?', '&']) || self.text[..at].ends_with("&amp;");
            let is_hit = match hit.sign {
                Sign::Equals => (in_place || strict) && !is_query,
                Sign::Colon => in_place,
                Sign::None => strict && braces.is_some() && names_one(),
            };
            if is_hit && shield != Some(Shield::Example) {
                found.push((hit.range, shield));
            }
        }
        let known = self.known();
        for (range, shield) in found {
            if !touches(&known, &range) {
                self.misread(shield.map_or(Misread::Word, Misread::Shielded), range);
            }
        }
        if strict {
            let known = self.known();
            for range in names_behind_colons(self.text, self.rules.config) {
                if self.shield_at(range.start) != Some(Shield::Example) && !touches(&known, &range) {
                    self.misread(Misread::Line, range);
                }
            }
            for range in names_in_braces(self.text, self.rules.config) {
                if self.shield_at(range.start) != Some(Shield::Example) && !touches(&known, &range) {
                    self.misread(Misread::Name, range);
                }
            }
        }
    }

    /// Returns what was understood or reported already.
    fn known(&self) -> Vec<Range<usize>> {
        let reported = self.remarks.iter().map(Remark::range);
        joined(self.lines.iter().chain(&self.attributes).chain(reported).cloned().collect())
    }

    fn shield_at(&self, at: usize) -> Option<Shield> {
        lines::shield_at(at, self.structure)
    }

    /// Returns what is hidden, what is blanked, and what is wrong, each in rising order.
    fn finish(self) -> (Vec<Range<usize>>, Vec<Range<usize>>, Vec<Remark>) {
        let hidden = joined(self.hidden);
        let mut blanked = self.lines;
        blanked.extend(hidden.iter().cloned());
        let mut remarks = self.remarks;
        remarks.sort_by_key(|remark| remark.range().start);
        remarks.dedup();
        (hidden, blanked, remarks)
    }
}

/// Returns whether an attribute of a heading may have the same value as an audience is called.
fn is_own_value(key: &str) -> bool {
    matches!(key, "id" | "level" | "scope" | "lint")
}

/// Returns a heading without its closing signs: `#` at the end, or the line of `=` or `-` below it.
fn content_of(heading: &str) -> &str {
    let trimmed = heading.trim_end();
    let last = trimmed.rsplit('\n').next().unwrap_or_default();
    let is_underline =
        trimmed.contains('\n') && last.trim_start_matches([' ', '>']).chars().all(|c| matches!(c, '=' | '-'));
    if is_underline {
        return trimmed[..trimmed.len() - last.len()].trim_end();
    }
    trimmed.trim_end_matches('#').trim_end()
}

/// Returns whether a range has a byte in common with one of `sorted`.
fn touches(sorted: &[Range<usize>], range: &Range<usize>) -> bool {
    let before = sorted.partition_point(|known| known.start < range.end);
    sorted[..before].last().is_some_and(|known| known.end > range.start)
}

/// Sorts ranges and joins those that touch.
fn joined(mut ranges: Vec<Range<usize>>) -> Vec<Range<usize>> {
    ranges.sort_by_key(|range| (range.start, range.end));
    let mut out: Vec<Range<usize>> = Vec::with_capacity(ranges.len());
    for range in ranges {
        match out.last_mut() {
            Some(last) if range.start <= last.end => last.end = last.end.max(range.end),
            _ => out.push(range),
        }
    }
    out
}

/// Replaces ranges by spaces, line ends kept, so that every offset stays true.
fn blank(text: &str, ranges: &[Range<usize>]) -> String {
    let mut bytes = text.as_bytes().to_vec();
    for range in ranges {
        for byte in &mut bytes[range.clone()] {
            if *byte != b'\n' {
                *byte = b' ';
            }
        }
    }
    // Ranges begin and end between characters; lossy costs nothing if one did not.
    String::from_utf8(bytes).unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config() -> Config {
        let toml = "[audiences.managers]\nincludes = [\"staff\"]\n[audiences.staff]\n";
        Config::read(toml.as_bytes(), "x").unwrap().0
    }

    fn redacted(text: &str, audience: Option<&str>) -> (String, Vec<Remark>) {
        let config = config();
        let visible = Visible::of(audience, &config);
        let options = crate::markdown::options(true, false);
        let found = redact(text, Rules { visible: &visible, config: &config, options });
        assert_eq!(found.text.len(), text.len());
        (found.text.split_whitespace().collect::<Vec<_>>().join(" "), found.remarks)
    }

    /// Returns what is left of a text in which every mark is understood.
    fn shown(text: &str, audience: Option<&str>) -> String {
        let (left, remarks) = redacted(text, audience);
        assert_eq!(remarks, [], "{text}");
        left
    }

    /// Returns why a text is not understood; nothing of it may be left.
    fn refused(text: &str) -> Misread {
        let (left, remarks) = redacted(text, None);
        assert!(!left.contains("SECRET"), "{text}: {left}");
        let [Remark::Misread(why, _)] = remarks.as_slice() else { panic!("{text}: {remarks:?}") };
        *why
    }

    #[test]
    fn blocks_are_shown_to_their_audience_and_those_that_include_it() {
        let text = "a\n\n::: {audience=staff}\nsecret é\n:::\n\nb\n";
        assert_eq!(shown(text, None), "a b");
        assert_eq!(shown(text, Some("staff")), "a secret é b");
        assert_eq!(shown(text, Some("managers")), "a secret é b");
    }

    #[test]
    fn a_section_ends_at_the_next_heading_of_its_level() {
        let text = "# T\n\n## Pay {audience=managers}\n\nx\n\n### More\n\ny\n\n## Next\n\nz\n";
        assert_eq!(shown(text, Some("staff")), "# T ## Next z");
        let setext = "Pay {audience=managers}\n---\n\nx\n\nNext\n---\n\nz\n";
        assert_eq!(shown(setext, None), "Next --- z");
    }

    #[test]
    fn a_section_in_a_block_ends_with_it_and_a_heading_in_a_block_ends_no_section_around_it() {
        let text = "::: {audience=staff}\n\n## A {audience=managers}\n\nx\n\n:::\n\ny\n";
        assert_eq!(shown(text, Some("staff")), "y");
        let text = "## A {audience=managers}\n\n::: {audience=staff}\n\n## B\n\nx\n\n:::\n\ny\n\n## C\n\nz\n";
        assert_eq!(shown(text, Some("staff")), "## C z");
    }

    #[test]
    fn code_is_left_alone_and_an_open_block_hides_the_rest() {
        let text = "```\n::: {audience=managers}\n```\nshown\n\n::: {audience=managers}\nhidden\n";
        let (left, remarks) = redacted(text, None);
        assert_eq!(left, "``` ::: {audience=managers} ``` shown");
        assert!(matches!(remarks.as_slice(), [Remark::Unclosed(_)]));
        assert_eq!(shown("Write `{audience=managers}` there.\n", None), "Write `{audience=managers}` there.");
    }

    #[test]
    fn an_unknown_audience_hides_and_is_reported() {
        let (left, remarks) = redacted("## A {audience=mangers}\n\nx\n", Some("managers"));
        assert_eq!(left, "");
        assert!(matches!(remarks.as_slice(), [Remark::Unknown(name, _)] if name == "mangers"));
    }

    #[test]
    fn what_looks_like_a_fence_hides_no_mark() {
        for text in [
            "    ```\n\n::: {audience=managers}\nSECRET\n:::\n",
            "- item\n\n  ```\n  code\n\nafter\n\n::: {audience=managers}\nSECRET\n:::\n",
            "<pre>\n~~~\n</pre>\n\n::: {audience=managers}\nSECRET\n:::\n",
            "text\n    ```\n\n::: {audience=managers}\nSECRET\n:::\n",
        ] {
            let left = shown(text, None);
            assert!(!left.contains("SECRET"), "{text}: {left}");
            assert!(shown(text, Some("managers")).contains("SECRET"), "{text}");
        }
    }

    #[test]
    fn blocks_are_read_in_lists_and_quotes() {
        let text = "- a\n\n  ::: {audience=managers}\n\n  SECRET\n\n  :::\n\n- b\n";
        assert_eq!(shown(text, None), "- a - b");
        assert_eq!(shown(text, Some("managers")), "- a SECRET - b");
        assert_eq!(shown("> ::: {audience=managers}\n> SECRET\n> :::\n>\n> b\n", None), "> > b");
        assert_eq!(shown("- ::: {audience=managers}\n  SECRET\n  :::\n- b\n", None), "- b");
        // A line that a list or quote only borrows belongs outside, as it looks.
        assert_eq!(shown("::: {audience=managers}\n- SECRET\n:::\n\nb\n", None), "b");
        assert_eq!(shown("::: {audience=managers}\n> SECRET\n:::\n\nb\n", None), "b");
        assert_eq!(shown("::: {audience=managers}\n\n| SECRET |\n|---|\n| x |\n:::\n\nb\n", None), "b");
        assert_eq!(shown("a\n::: {audience=managers}\n---\nSECRET\n:::\nb\n", None), "a b");
    }

    #[test]
    fn containers_nest_by_their_own_count() {
        let text = "::: {audience=managers}\n\nA\n\n:::: {audience=staff}\n\nSECRET\n\n::::\n\nSECRET\n\n:::\n\nb\n";
        assert_eq!(shown(text, None), "b");
        let text = "::: {audience=managers}\n\n::: {audience=staff}\n\nx\n\n:::\n\nSECRET\n\n:::\n\nb\n";
        assert_eq!(shown(text, None), "b");
    }

    #[test]
    fn a_mark_that_is_not_understood_is_refused_and_hides() {
        for (text, why) in [
            ("::: managers\nSECRET\n:::\n", Misread::Line),
            ("::: audience=managers\nSECRET\n:::\n", Misread::Line),
            ("::: {audience = managers}\nSECRET\n:::\n", Misread::Line),
            ("::: {Audience=managers}\nSECRET\n:::\n", Misread::Line),
            ("::: managers {audience=managers}\nSECRET\n:::\n", Misread::Line),
            ("::: {audience=managers} SECRET :::\n", Misread::Line),
            ("::: {.managers}\nSECRET\n:::\n", Misread::Line),
            ("\u{ff1a}\u{ff1a}\u{ff1a} {audience=managers}\nSECRET\n:::\n", Misread::Line),
            ("::: note\nSECRET\n:::\n", Misread::Line),
            ("SECRET\n\n:::\n", Misread::Stray),
            ("- a\n\n  ::: {audience=managers}\n\n  SECRET\n\n:::\n", Misread::Elsewhere),
            ("::: {audience=managers}\n- a\n\n  :::\n\nSECRET\n", Misread::Elsewhere),
            ("- a\n\n      ::: {audience=managers}\n      SECRET\n", Misread::Shielded(Shield::Indented)),
            ("::: {audience=managers}\n\nx\n\n::::\n\nSECRET\n\n:::\n", Misread::Count),
            (":::: {audience=managers}\n\nx\n\n:::\n\nSECRET\n", Misread::Count),
            ("- ## Pay {audience=managers}\n\n  SECRET\n", Misread::NestedHeading),
            ("## Pay {audience=managers audience=staff}\n\nSECRET\n", Misread::Several),
            ("## Pay {audience=managers} bands\n\nSECRET\n", Misread::Word),
            ("## Pay {audience = managers}\n\nSECRET\n", Misread::Word),
            ("## Pay {managers}\n\nSECRET\n", Misread::Name),
            ("## Pay {.managers}\n\nSECRET\n", Misread::Name),
            ("- SECRET {audience=managers}\n", Misread::Word),
            ("SECRET\n{: audience=\"managers\"}\n", Misread::Word),
            ("<h2 audience=\"managers\">SECRET</h2>\n", Misread::Shielded(Shield::Html)),
            ("<div>\n::: {audience=managers}\nSECRET\n:::\n</div>\n", Misread::Shielded(Shield::Html)),
            ("a\n\n    ::: {audience=managers}\n    SECRET\n    :::\n", Misread::Shielded(Shield::Indented)),
            ("```\n::: {audience=managers}\nSECRET\n:::\n", Misread::Shielded(Shield::OpenFence)),
            ("a `b\n::: {audience=managers}\nSECRET\n:::\nc` d\n", Misread::Shielded(Shield::LongSpan)),
            ("%% x\n::: {audience=managers}\n%%\nSECRET\n:::\n", Misread::Commented),
            ("[^n]: ::: {audience=managers}\n    SECRET\n    :::\n\nx[^n]\n", Misread::Elsewhere),
        ] {
            assert_eq!(refused(text), why, "{text}");
        }
    }

    #[test]
    fn prose_about_audiences_is_left_alone() {
        for text in [
            "Audience: managers\n",
            "Our audience = everyone? No.\n",
            "[a](https://x.example/?audience=managers)\n",
            "For {name}, say what your audience: expects.\n",
            "The managers {sic} of a team.\n",
            "a ::: b\n",
        ] {
            let config = Config::bare("x");
            let rules =
                Rules { visible: &Visible::default(), config: &config, options: crate::markdown::options(true, false) };
            assert_eq!(redact(text, rules).remarks, [], "{text}");
        }
        let text = "Audience: managers\n\n[a](https://x.example/?audience=managers)";
        assert_eq!(shown(text, None), text.replace("\n\n", " "));
    }

    #[test]
    fn comments_are_taken_out() {
        assert_eq!(shown("a %%b%% c\n\n%% d\n\ne %%\n\nf 100%% g\n", None), "a c f 100%% g");
        assert_eq!(shown("`a %%b%%`\n", None), "`a %%b%%`");
        let (left, remarks) = redacted("a\n\n%% b\n\nc\n", None);
        assert_eq!(left, "a");
        assert!(matches!(remarks.as_slice(), [Remark::Unclosed(_)]));
    }

    #[test]
    fn a_comment_hides_no_fence_and_code_of_doubt_hides_no_comment() {
        let text = "Public.\n\n%%\n```\n%%\n\n::: {audience: managers}\nSECRET\n:::\n\n```\n```\n";
        let (left, remarks) = redacted(text, None);
        assert!(!left.contains("SECRET") && !remarks.is_empty(), "{left} {remarks:?}");
        for text in [
            "- %% SECRET\n  SECRET %%\n",
            "text %% SECRET\nSECRET %% end\n",
            "```\ncode\n\n%% SECRET %%\n",
            "a `b\n%% SECRET %%\nc` d\n",
            "- a\n\n      %% SECRET %%\n",
        ] {
            assert!(!redacted(text, None).0.contains("SECRET"), "{text}");
        }
        assert_eq!(shown("It rose 5%% and then 7%% later.\n", None), "It rose 5%% and then 7%% later.");
    }

    #[test]
    fn only_a_heading_at_the_top_ends_a_section() {
        for inner in ["> # Note\n> q", "- # Note", "- Band\n  ---\n  SECRET", "[^n]:\n    ## Note"] {
            let text = format!("## Pay {{audience=managers}}\n\nx\n\n{inner}\n\nSECRET\n\n## Next\n\nz\n");
            let left = redacted(&text, None).0;
            assert!(!left.contains("SECRET") && left.ends_with("## Next z"), "{text}: {left}");
        }
    }

    #[test]
    fn commands_that_write_see_everything() {
        let config = config();
        let visible = Visible::everything();
        let rules = Rules { visible: &visible, config: &config, options: crate::markdown::options(true, false) };
        let found = redact("## A {audience=nobody}\n\nx\n\n::: managers\ny\n:::\n", rules);
        assert!(found.text.contains('x') && found.text.contains('y'));
        assert_eq!(found.remarks.len(), 2);
    }
}
