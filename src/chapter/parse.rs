//! Parses one chapter on its own, from bytes to a [`Document`].
//!
//! Input: a file in the content folder, the configuration, and the audiences to show. Output: an
//! [`Outcome`], which contains the document or the reason why there is none, and findings. Never
//! looks at another chapter, so changes elsewhere don't require parsing it again. Never fails.

mod facts;
mod head;
mod inserted;
mod names;

use std::collections::BTreeSet;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

pub use names::{default_id, humanise, kind_at, names_of, qualified};

use crate::chapter::document::{
    Body, Competency, DiagramBlock, Document, Facts, Heading, Hole, Main, Meta, Outline, Role, Strategy, Template,
};
use crate::chapter::inclusion;
use crate::chapter::markdown::{self, Input, Parsed, Place, References, Structure};
use crate::chapter::redact::{self, Misread, Redacted, Remark, Rules, Visible};
use crate::declare::config::{Config, unknown_audience};
use crate::declare::front::{self, Front};
use crate::declare::kind::{Kind, Status};
use crate::declare::origin;
use crate::text::attribute;
use crate::text::diagnostic::{self, Diagnostic, Span};
use crate::text::near::nearest;
use crate::text::path::{OldName, SourcePath, fold, old_name};
use crate::text::rule::Rule;
use crate::text::slug::{LONGEST_PART, slug};
use crate::text::source::{SourceFile, Text};
use names::{family_of, names};

/// The result of parsing a file.
#[derive(Clone, Debug, PartialEq)]
pub enum Outcome {
    /// A chapter, which includes its findings.
    Chapter(Document),
    /// A chapter that this audience cannot see, with findings about its front matter and the
    /// case-folded names by which others may refer to it.
    Hidden(Arc<Vec<Diagnostic>>, Arc<BTreeSet<String>>),
    /// A file that cannot be read as a chapter.
    Unreadable(Arc<Vec<Diagnostic>>),
}

impl Outcome {
    /// Returns the findings.
    pub fn findings(&self) -> &[Diagnostic] {
        match self {
            Self::Chapter(document) => &document.findings,
            Self::Hidden(findings, _) | Self::Unreadable(findings) => findings,
        }
    }
}

/// Parses a file; if a library panics, returns a finding that names the file.
pub fn parse(path: &SourcePath, file: &SourceFile, config: &Config, visible: &Visible) -> Outcome {
    guarded(path, || parse_file(path, file, config, visible))
}

fn guarded(path: &SourcePath, work: impl FnOnce() -> Outcome) -> Outcome {
    catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|_| {
        let finding = Diagnostic::new(Rule::Internal, path, None, "Rolebook failed on this file");
        unreadable(vec![finding.help("this is a fault of Rolebook: please report it with the file")])
    })
}

fn unreadable(findings: Vec<Diagnostic>) -> Outcome {
    Outcome::Unreadable(Arc::new(findings))
}

fn parse_file(path: &SourcePath, file: &SourceFile, config: &Config, visible: &Visible) -> Outcome {
    let text = match Text::new(&file.bytes) {
        Ok(text) => text,
        Err(at) => {
            let span = Some(Span::new(at, at + 1));
            let finding = Diagnostic::new(Rule::BadEncoding, path, span, "this chapter is not UTF-8");
            return unreadable(vec![finding.help("save the file with the encoding UTF-8")]);
        }
    };
    let (findings, references) = (Vec::new(), References::default());
    let mut reader = Reader {
        path,
        text: &text,
        config,
        visible,
        findings,
        references,
        family: None,
        is_draft: false,
        is_unlisted: false,
    };
    let head = reader.front_matter();
    let kind = reader.kind(&head.table);
    let (front, mut findings) = if config.reads_foreign() {
        let table = origin::translated(&head.table, kind, path, config.generator);
        let (front, mut findings) = front::read(&table, kind, path);
        // Another generator may mean something else by a key of the same name.
        let is_near = |finding: &Diagnostic| finding.help.iter().any(|help| help.starts_with("did you mean"));
        findings.retain(|finding| match finding.code {
            Rule::WrongType => config.generator.is_none(),
            Rule::BadValue => config.generator.is_none() || is_near(finding),
            _ => true,
        });
        if let Some(entry) = origin::unshown_on_home(&head.table) {
            let message = format!("the {} of this home page aren't shown", name_of(&entry.key));
            let help = "write them into the text below the front matter, as a list with links";
            findings.push(Diagnostic::new(Rule::ForeignForm, path, Some(entry.key_span), message).help(help));
        }
        (front, findings)
    } else {
        front::read(&head.table, kind, path)
    };
    reader.findings.append(&mut findings);
    reader.family = family_of(path, kind, &front, config);
    reader.read_mark(&head.table);
    reader.is_unlisted =
        config.reads_foreign() && (origin::is_unlisted(&head.table) || config.origin.apart.contains(path));
    if head.is_kept_back(&text.text) && !visible.is_everything() {
        if !config.configured
            && let Some(finding) = reader.findings.last_mut()
        {
            finding.message.push_str(", and may say that this chapter is not for everybody, so it is hidden");
        }
        reader.map_spans();
        return unreadable(reader.findings);
    }
    if !reader.is_visible(&head) {
        reader.map_spans();
        let names = names(path, &front, &text.text[head.body..], reader.family.as_deref());
        return Outcome::Hidden(Arc::new(reader.findings), Arc::new(names));
    }
    let facts = reader.facts(kind, &front);
    reader.map_spans();
    reader.body((kind, facts), &front, head.body, file)
}

/// Returns what a key in the front matter of another generator's home page lists.
fn name_of(key: &str) -> &str {
    if key == "actions" { "buttons" } else { key }
}

/// Parses one chapter; spans in front matter are offsets in the text until [`Reader::map_spans`]
/// converts them.
struct Reader<'a> {
    path: &'a SourcePath,
    text: &'a Text<'a>,
    config: &'a Config,
    visible: &'a Visible,
    findings: Vec<Diagnostic>,
    references: References,
    /// The family that the chapter belongs to.
    family: Option<String>,
    /// Whether the chapter is a draft according to another generator's mark.
    is_draft: bool,
    /// Whether the chapter isn't in the navigation according to another generator's mark.
    is_unlisted: bool,
}

impl Reader<'_> {
    fn misread(&mut self, code: Rule, why: Misread, span: Span) {
        self.finding(code, span, why.message(), why.help(self.config));
    }

    /// Reports a problem at a place, or with the whole chapter if `at` is `None`.
    fn finding(
        &mut self,
        code: Rule,
        at: impl Into<Option<Span>>,
        message: impl Into<String>,
        help: impl Into<String>,
    ) {
        self.findings.push(Diagnostic::new(code, self.path, at.into(), message).help(help));
    }

    /// Converts the spans of findings and references from offsets in the text to offsets in the
    /// file.
    fn map_spans(&mut self) {
        for finding in &mut self.findings {
            if let diagnostic::Place::Content(_, Some(span)) = &mut finding.place {
                *span = self.text.map(*span);
            }
        }
        for span in &mut self.references.spans {
            *span = self.text.map(*span);
        }
    }

    /// Parses the body, which begins at `start`. `file` is the chapter's.
    fn body(mut self, (kind, facts): (Kind, Facts), front: &Front, start: usize, file: &SourceFile) -> Outcome {
        let (place, visible) = (Place { text: self.text, start }, self.visible);
        let rules = Rules { visible, config: self.config, reading: markdown::reading(self.path, kind, self.config) };
        let Redacted { text: body, remarks, hidden, comments } = redact::redact(&self.text.text[start..], rules);
        let is_in_doubt = remarks.iter().any(|remark| matches!(remark, Remark::Misread(..)));
        // If a chapter's title is hidden, only an empty page would remain, so hide the whole
        // chapter.
        let is_titled = self.text.text[start..].trim_start().starts_with("# ");
        let is_understood = remarks.iter().all(|remark| matches!(remark, Remark::Unknown(..)));
        for remark in remarks {
            self.remark(remark, place);
        }
        if is_titled && is_understood && body.trim().is_empty() {
            let names = names(self.path, front, &self.text.text[start..], self.family.as_deref());
            return Outcome::Hidden(Arc::new(self.findings), Arc::new(names));
        }
        let hidden = hidden.iter().map(|range| place.span(range)).collect();
        let inserted = inclusion::insert(&body, (self.text, start), self.path, rules);
        let mut missing = Vec::new();
        let (body, place, hidden, is_in_doubt) = match &inserted {
            None => (body, place, hidden, is_in_doubt),
            Some(inserted) => {
                missing = self.refuse(inserted, place);
                let (body, hidden, is_doubted) = self.redact_again(inserted, (start, rules), hidden);
                (body, Place { text: &inserted.text, start }, hidden, is_in_doubt || is_doubted)
            }
        };
        let body = match self.title_before_text(front).and_then(|title| promoted(&body, &title)) {
            Some(promoted) => promoted.into(),
            None => body,
        };
        // The author can't have written the seed into the chapter, because it is part of the
        // chapter's own hash.
        let mixed = inserted.as_ref().map(|inserted| *blake3::hash(inserted.text.text.as_bytes()).as_bytes());
        let seed: String = mixed.as_ref().unwrap_or(&file.hash)[..8].iter().map(|byte| format!("{byte:02x}")).collect();
        let family = self.family.clone();
        let family = family.as_deref();
        let input = Input {
            body: &body,
            path: self.path,
            kind,
            config: self.config,
            family,
            place,
            seed: &seed,
            plain: false,
            view: None,
        };
        let mut parsed = markdown::parse(input, &mut self.references);
        self.findings.append(&mut parsed.findings);
        parsed.body.foreign.append(&mut missing);
        let missing_file = inserted.as_ref().and_then(|inserted| Some(inserted.missing.first()?.1.clone()));
        parsed.body.foreign.sort_by_key(|(_, span)| span.start);
        // The last safety net: if audiences are declared, no audience mark may ever appear as text.
        if !self.config.audiences.is_empty() && !is_in_doubt && !visible.is_everything() && shows_mark(&parsed) {
            let end = self.text.text[start..].trim_end().len();
            self.misread(Rule::AudienceMark, Misread::Published, place.span(&(0..end)));
            return Outcome::Hidden(Arc::new(self.findings), Arc::new(names(self.path, front, "", family)));
        }
        let owners: Vec<&str> = self.config.owners.keys().map(String::as_str).collect();
        self.check_name("owner", front.common.owner.as_ref(), &owners);
        self.check_name("family", front.common.family.as_ref(), &self.config.family_names());
        self.check_permalink(front);
        self.check_aliases(front);
        self.check_tags(front);
        // If a mark is in doubt, the whole chapter is hidden and looks empty here, although its
        // author wrote something.
        if !is_in_doubt {
            self.check_text(front, &parsed, &body);
            self.check_written(kind, front, &parsed, body == self.text.text[start..]);
        }
        self.check_sections(kind, &parsed);
        let templates: Vec<Template> = parsed.body.code.iter().filter_map(|code| code.template.clone()).collect();
        parsed.structure.anchors.extend(templates.iter().map(Template::anchor));
        let drawn = parsed
            .body
            .code
            .iter()
            .enumerate()
            .filter_map(|(block, code)| code.diagram.clone().map(|diagram| DiagramBlock { diagram, block }));
        let diagrams = drawn.collect();
        let (meta, outline) = self.meta(front, (kind, facts), parsed.structure);
        let meta = Meta { templates, diagrams, ..meta };
        let body = Body {
            main: Main::new(parsed.main, Arc::clone(&file.bytes)),
            source: file.hash,
            missing_file,
            comments,
            hidden,
            reference_spans: self.references.spans,
            minutes: u16::try_from(parsed.words.div_ceil(220)).unwrap_or(u16::MAX),
            field_spans: front.spans.iter().map(|(name, span)| (*name, self.text.map(*span))).collect(),
            ..parsed.body
        };
        let findings = Arc::new(self.findings);
        Outcome::Chapter(Document { meta: Arc::new(meta), outline: Arc::new(outline), body: Arc::new(body), findings })
    }

    fn remark(&mut self, remark: Remark, place: Place<'_>) {
        let span = place.span(remark.range());
        match remark {
            Remark::Unknown(name, _) => self.findings.push(unknown_audience(&name, self.path, span, self.config)),
            Remark::Unclosed(ref range) if self.text.text[place.start..][range.clone()].starts_with("%%") => {
                let message = "this comment is not closed, so what follows is hidden";
                let help = "close it with `%%`, or write `\\%%` if it's meant as text";
                self.finding(Rule::UnclosedBlock, span, message, help);
            }
            Remark::Unclosed(_) => {
                let help = "close it with a line `:::`; without one, the block continues to the end of the chapter";
                self.finding(Rule::UnclosedBlock, span, "this block is not closed", help);
            }
            Remark::Misread(why, _) => self.misread(Rule::AudienceMark, why, span),
        }
    }

    /// Returns the title that front matter or the navigation of another generator gives to the chapter.
    fn title_before_text(&self, front: &Front) -> Option<String> {
        let of_nav = || self.config.origin.titles.get(self.path.without_extension()).cloned();
        let written = front.common.title.clone().filter(|title| !title.trim().is_empty());
        if self.config.reads_foreign() { written.or_else(of_nav) } else { None }
    }

    /// Checks the chapter as a whole and reports at most one problem, or none if its front matter
    /// couldn't be read.
    fn check_text(&mut self, front: &Front, parsed: &Parsed, body: &str) {
        if self.findings.iter().any(|finding| matches!(finding.code, Rule::BadFrontMatter | Rule::MergeConflict)) {
            return;
        }
        let is_titled = front.common.title.as_ref().is_some_and(|title| !title.trim().is_empty());
        let first = parsed.structure.headings.first().filter(|heading| !heading.text.is_empty());
        // A note may consist of fields that only another program reads, or of a file that isn't inserted.
        let is_written = self.config.reads_foreign() && !self.text.text.trim().is_empty();
        if body.trim().is_empty() && front.spans.is_empty() && !is_written {
            self.findings.push(Diagnostic::new(Rule::EmptyChapter, self.path, None, "this chapter is empty"));
        } else if self.config.reads_foreign() {
            // The file's name is the title.
        } else if !is_titled && first.is_none() {
            let message = "this chapter has neither a title nor a heading";
            self.finding(Rule::MissingTitle, None, message, "begin it with a line `# Title`");
        } else if let Some(first) = first.filter(|first| !is_titled && is_borrowed(first, parsed, self.path)) {
            let name = &first.text;
            let message = format!("this chapter has no title, so it is called `{name}` after its first section");
            self.finding(Rule::MissingTitle, first_heading(parsed), message, "begin it with a line `# Title`");
        }
    }

    /// Reports a role or competency that consists only of a name, such as one that an import
    /// created without any text.
    fn check_written(&mut self, kind: Kind, front: &Front, parsed: &Parsed, is_whole: bool) {
        let (facts, help): (&[&str], _) = match kind {
            Kind::Role => (
                &["competencies", "extends", "grows_into", "works_with"],
                "say what it is responsible for and which levels it expects",
            ),
            Kind::Competency => (&[], "add a heading for each level with a bullet for each thing that somebody does"),
            _ => return,
        };
        let is_draft = front.common.status == Some(Status::Draft);
        let says_something = front.spans.iter().any(|(field, _)| facts.contains(field));
        if is_draft || says_something || !is_whole || !self.findings.is_empty() || !is_wordless(parsed) {
            return;
        }
        let message = format!("this {} says nothing yet", kind.name());
        let help = format!("{help}, or set `status: draft`");
        self.finding(Rule::UnwrittenChapter, first_heading(parsed), message, help);
    }

    /// Reports a permalink that no page can have.
    fn check_permalink(&mut self, front: &Front) {
        let Some((written, span)) = &front.common.permalink else { return };
        if origin::permalink(written).is_none() {
            let part = SourcePath::new(written.trim_matches('/')).unportable_part().map(str::to_owned);
            let help = part.map_or_else(
                || "write a path from the root of the site, such as `/guides/start/`".to_owned(),
                |part| format!("no file on Windows can be called `{part}`: choose another word"),
            );
            self.finding(Rule::BadValue, self.text.map(*span), format!("no page can be at `{written}`"), help);
        }
    }

    /// Reports aliases that look like old URLs but cannot be redirects.
    fn check_aliases(&mut self, front: &Front) {
        for (alias, span) in &front.common.aliases {
            match old_name(alias) {
                OldName::Unusable(_) if self.config.reads_notes() => {}
                OldName::Unusable(help) => {
                    let message = format!("the alias `{alias}` can't be used as a redirect");
                    self.finding(Rule::BadValue, self.text.map(*span), message, help);
                }
                OldName::Address(address) => self.check_portable(address, self.text.map(*span)),
                OldName::Title => {}
            }
        }
    }

    /// Reports an address of the site that Windows can't write as a file.
    fn check_portable(&mut self, address: &str, at: impl Into<Option<Span>>) {
        if let Some(part) = SourcePath::new(address).unportable_part() {
            let message = format!("the site can't be built on Windows, because no file there can be called `{part}`");
            self.finding(Rule::UnportableName, at, message, "choose another word");
        }
    }

    /// Reports tags that are too long to be part of a URL.
    fn check_tags(&mut self, front: &Front) {
        let span = front.spans.iter().find(|(field, _)| *field == "tags").map(|(_, span)| self.text.map(*span));
        for tag in front.common.tags.iter().filter(|tag| slug(tag).len() > LONGEST_PART) {
            let start: String = tag.chars().take(30).collect();
            let message = format!("the tag `{start}…` is too long for an address");
            self.finding(Rule::BadValue, span, message, format!("use at most {LONGEST_PART} bytes"));
        }
        for tag in &front.common.tags {
            self.check_portable(&slug(tag), span);
        }
    }

    fn check_sections(&mut self, kind: Kind, parsed: &Parsed) {
        let headings = &parsed.structure.headings;
        let wanted = self.config.sections.iter().filter(|(of, _)| *of == kind).flat_map(|(_, list)| list);
        for section in wanted.filter(|section| !headings.iter().any(|h| fold(&h.text) == fold(section))) {
            let fix = format!("write `{section}`");
            let is_misspelt =
                |finding: &Diagnostic| finding.code == Rule::MisspeltSection && finding.help.as_ref() == Some(&fix);
            if self.findings.iter().any(is_misspelt) {
                continue;
            }
            let message = format!("{} has a section `{section}`, and this one has none", kind.with_article());
            let near = nearest(section, headings.iter().map(|heading| heading.text.as_str()), 1);
            let help = near.first().map(|near| format!("is it the one called `{near}`?"));
            let help = help.unwrap_or_else(|| format!("add a heading `## {section}`"));
            self.finding(Rule::MissingSection, None, message, help);
        }
    }

    /// Returns the chapter's metadata and its outline from the structure of its text.
    fn meta(&self, front: &Front, (kind, facts): (Kind, Facts), structure: Structure) -> (Meta, Outline) {
        let is_foreign = self.config.reads_foreign();
        let mut headings = structure.headings.iter();
        // A heading of a section stays one; only a chapter of our own may be called after it.
        let first = if is_foreign { headings.find(|heading| heading.level == 1) } else { headings.next() };
        let first = first.map(|heading| heading.text.clone()).filter(|text| !text.is_empty());
        let common = front.common.clone();
        let title = common.title.filter(|title| !title.trim().is_empty()).or(first);
        let Structure { headings, anchors, statements, levels, misnamed, decisions, terms, .. } = structure;
        let facts = match facts {
            Facts::Role(role) => Facts::Role(Box::new(Role { responsibilities: statements, ..*role })),
            Facts::Competency(competency) => {
                Facts::Competency(Box::new(Competency { levels, misnamed, statements, ..*competency }))
            }
            Facts::Strategy(strategy) => Facts::Strategy(Box::new(Strategy { decisions, ..*strategy })),
            Facts::Glossary(_) => Facts::Glossary(terms),
            Facts::Path(_) | Facts::Page => facts,
        };
        let (above, name) = names::place(self.path);
        let origin = &self.config.origin;
        let of_nav = || origin.titles.get(self.path.without_extension()).cloned().filter(|_| is_foreign);
        let of_name = || match is_foreign {
            true if origin::is_post(self.path) => humanise(origin::without_number(name)),
            true => humanise(origin.name(above, name)),
            false => humanise(name),
        };
        let permalink = common.permalink.as_ref().and_then(|(written, _)| origin::permalink(written));
        let of_kind = || origin.in_collection(self.path);
        let permalink = permalink.or_else(|| of_kind().filter(|_| is_foreign));
        let is_home = is_foreign && origin.home.as_ref() == Some(self.path);
        let permalink = permalink.or_else(|| is_home.then(String::new));
        let placed = origin.folders.get(self.path.without_extension()).filter(|_| !self.path.is_index());
        let former = self.config.generator.filter(|_| is_foreign);
        let former = former.and_then(|generator| origin::former(self.path, generator, &origin.route));
        let former = former.or_else(|| origin::built_name(self.path).filter(|_| is_foreign));
        let status = if self.is_draft { Status::Draft } else { common.status.unwrap_or_default() };
        let meta = Meta {
            path: self.path.clone(),
            kind,
            id: common.id.unwrap_or_else(|| default_id(self.path)),
            family: self.family.clone(),
            title: title.or_else(of_nav).unwrap_or_else(of_name),
            summary: common.summary,
            aliases: common.aliases.into_iter().map(|(text, _)| text).chain(former).collect(),
            permalink,
            label: common.label.filter(|label| !label.trim().is_empty()).or_else(|| placed?.label.clone()),
            order: common.order.or_else(|| placed?.order).or_else(|| origin.number(above, name).filter(|_| is_foreign)),
            status,
            unlisted: self.is_unlisted,
            owner: common.owner.map(|(owner, _)| owner),
            reviewed: common.reviewed,
            review_every: common.review_every,
            tags: common.tags,
            ask: common.ask,
            extra: common.extra,
            has_h1: headings.iter().any(|heading| heading.level == 1),
            facts,
            templates: Vec::new(),
            diagrams: Vec::new(),
        };
        (meta, Outline { headings, anchors, references: self.references.list.clone() })
    }
}

/// If a chapter begins with a heading below level 1 that is its title, returns the text with that
/// heading at level 1. The text keeps its length.
fn promoted(body: &str, title: &str) -> Option<String> {
    let start = body.len() - body.trim_start().len();
    let line = body[start..].lines().next()?;
    let hashes = line.len() - line.trim_start_matches('#').len();
    let text = attribute::trailing(line).map_or(line, |found| &line[..found.text_end]);
    let text = text.trim_matches(|c: char| c == '#' || c.is_whitespace());
    let is_title = (2..=6).contains(&hashes) && line[hashes..].starts_with(' ') && fold(text) == fold(title);
    let rest = &body[start + hashes..];
    (is_title && !rest.contains("\n# ")).then(|| format!("{}#{}{rest}", &body[..start], " ".repeat(hashes - 1)))
}

/// Returns whether the chapter's first heading is the heading of a section rather than a title.
///
/// A heading counts as a section's if it is below level 1 and either follows text, or has siblings
/// and shares no word with the file name.
fn is_borrowed(first: &Heading, parsed: &Parsed, path: &SourcePath) -> bool {
    let words = |text: &str| -> Vec<String> {
        let words = text.split(|c: char| !c.is_alphanumeric()).filter(|word| word.chars().count() >= 3);
        words.map(|word| word.to_lowercase().chars().take(4).collect()).collect()
    };
    let name = words(&default_id(path));
    let is_named_so = words(&first.text).iter().any(|word| name.contains(word));
    let is_behind_text = parsed.body.blocks.first().is_some_and(|block| block.heading != Some(0));
    let has_siblings = parsed.structure.headings[1..].iter().any(|other| other.section && other.level <= first.level);
    first.level > 1 && (is_behind_text || (has_siblings && !is_named_so))
}

/// Returns the span of the chapter's first heading if it is outside lists and quotes.
fn first_heading(parsed: &Parsed) -> Option<Span> {
    parsed.body.blocks.iter().find(|block| block.heading == Some(0)).map(|block| block.span)
}

/// Returns whether a chapter has no text outside its headings and no images, code or views.
fn is_wordless(parsed: &Parsed) -> bool {
    let headings = parsed.structure.headings.iter();
    let in_headings: usize = headings.map(|heading| heading.text.split_whitespace().count()).sum();
    let holes = &parsed.main.holes;
    parsed.words <= in_headings
        && holes.iter().all(|(_, hole)| matches!(hole, Hole::HeadingAnchor(_) | Hole::StatementAnchor(_)))
}

/// Returns whether an audience mark appears in a chapter's text.
fn shows_mark(parsed: &Parsed) -> bool {
    let notes = parsed.body.footnotes.iter().map(|(_, note)| note.html.as_str());
    std::iter::once(parsed.main.html.as_str()).chain(notes).any(redact::mark_in_html)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_in_a_library_becomes_a_finding_that_names_the_file() {
        let path = SourcePath::new("roles/a.md");
        let outcome = guarded(&path, || panic!("injected"));
        let [finding] = outcome.findings() else { panic!("{outcome:?}") };
        assert_eq!(finding.code, Rule::Internal);
        assert_eq!(finding.place, crate::text::diagnostic::Place::Content(path, None));
    }
}
