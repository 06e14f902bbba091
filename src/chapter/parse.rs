//! Parses one chapter on its own, from bytes to a [`Document`].
//!
//! Input: a file in the content folder, the configuration, and the audiences to show. Output: an
//! [`Outcome`], which contains the document or the reason why there is none, and findings. Never
//! looks at another chapter, so changes elsewhere don't require parsing it again. Never fails.

use std::collections::BTreeSet;
use std::ops::Range;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use crate::chapter::document::{
    Competency, Document, Facts, Form, Heading, Hole, Meta, PathFacts, Reference, ReferenceNumber, Role, Strategy,
};
use crate::chapter::markdown::{self, Input, Parsed, Place, References};
use crate::chapter::redact::{self, Field, Misread, Redacted, Remark, Rules, Visible};
use crate::declare::config::{Config, unknown_audience};
use crate::declare::fields::{self, Context, Entries};
use crate::declare::kind::{Kind, Status};
use crate::declare::withheld;
use crate::text::attribute;
use crate::text::conflict;
use crate::text::diagnostic::{Diagnostic, Span};
use crate::text::front_matter::{self, Data, Format, Split, Table, Value};
use crate::text::near::{did_you_mean, nearest};
use crate::text::path::{OldName, SourcePath, fold, old_name};
use crate::text::rule::Rule;
use crate::text::source::{SourceFile, Text};

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
        let finding = Diagnostic::new(Rule::Internal, path, None, "Rolebook failed on this file")
            .help("this is a fault of Rolebook: please report it with the file");
        Outcome::Unreadable(Arc::new(vec![finding]))
    })
}

fn parse_file(path: &SourcePath, file: &SourceFile, config: &Config, visible: &Visible) -> Outcome {
    let text = match Text::new(&file.bytes) {
        Ok(text) => text,
        Err(at) => {
            let finding =
                Diagnostic::new(Rule::BadEncoding, path, Some(Span::new(at, at + 1)), "this chapter is not UTF-8")
                    .help("save the file with the encoding UTF-8");
            return Outcome::Unreadable(Arc::new(vec![finding]));
        }
    };
    let mut reader =
        Reader { path, text: &text, config, findings: Vec::new(), references: References::default(), is_draft: false };
    let head = reader.front_matter();
    let kind = reader.kind(&head.table);
    let whose = kind.with_article();
    let context = Context { path, owner: whose };
    let mut findings = Vec::new();
    let entries = fields::read(&head.table, &[fields::COMMON, fields::of_kind(kind)], context, &mut findings);
    reader.findings.append(&mut findings);
    reader.read_mark(&head.table);
    if head.is_kept_back(&text.text) && !visible.is_everything() {
        reader.map_spans();
        return Outcome::Unreadable(Arc::new(reader.findings));
    }
    if !reader.is_visible(&head, visible) {
        reader.map_spans();
        let names = names(path, &entries, &text.text[head.body..]);
        return Outcome::Hidden(Arc::new(reader.findings), Arc::new(names));
    }
    let facts = reader.facts(kind, &entries);
    reader.map_spans();
    reader.body(kind, &entries, facts, visible, (head.body, &file.hash))
}

/// The front matter of a chapter.
struct Head {
    table: Table,
    /// The range of the text between the fences; unterminated front matter extends to the first
    /// blank line.
    content: Range<usize>,
    /// The byte offset where the body begins.
    body: usize,
    /// Whether `content` was read successfully; if not, `table` is empty.
    is_read: bool,
}

impl Head {
    fn unread(content: Range<usize>, body: usize) -> Self {
        Self { table: Table::default(), content, body, is_read: false }
    }

    /// Returns whether the front matter couldn't be read but may restrict who can see the chapter.
    fn is_kept_back(&self, text: &str) -> bool {
        !self.is_read && redact::private_line(&text[self.content.clone()]).is_some()
    }
}

/// Parses one chapter; spans in front matter are offsets in the text until [`Reader::map_spans`]
/// converts them.
struct Reader<'a> {
    path: &'a SourcePath,
    text: &'a Text<'a>,
    config: &'a Config,
    findings: Vec<Diagnostic>,
    references: References,
    /// Whether the chapter is a draft according to another generator's mark.
    is_draft: bool,
}

impl Reader<'_> {
    /// Separates the front matter from the body and parses it.
    fn front_matter(&mut self) -> Head {
        let text = &self.text.text;
        let split = front_matter::split(text);
        let body = split.body();
        let conflicts = conflict::find(text);
        for place in &conflicts {
            let span = Some(Span::new(place.start, place.end));
            let finding = Diagnostic::new(Rule::MergeConflict, self.path, span, conflict::MESSAGE);
            self.findings.push(finding.help(conflict::HELP));
        }
        let (format, content) = match split {
            Split::None => return Head { table: Table::default(), content: 0..0, body, is_read: true },
            Split::Unterminated { format, opening } => {
                let message = "the front matter does not end";
                let finding = Diagnostic::new(Rule::BadFrontMatter, self.path, Some(opening), message);
                self.findings.push(finding.help(format!("close it with a line `{}`", format.fence())));
                let length = text[body..].find("\n\n").unwrap_or(text.len() - body);
                return Head::unread(body..body + length, body);
            }
            // In a merge conflict, neither version of the front matter is used.
            Split::Found { content, .. } if conflicts.iter().any(|place| content.contains(&place.start)) => {
                return Head::unread(content, body);
            }
            Split::Found { format, content, .. } => (format, content),
        };
        match front_matter::read(&text[content.clone()], content.start, format) {
            Ok(table) => {
                for repeat in &table.duplicates {
                    let message = format!("`{}` is written twice", repeat.key);
                    let finding = Diagnostic::new(Rule::DuplicateKey, self.path, Some(repeat.second), message);
                    self.findings.push(finding.help("keep one; the first holds until then"));
                }
                self.check_cut(&table, content.end, format);
                Head { table, content, body, is_read: true }
            }
            Err(error) => {
                self.findings.push(
                    Diagnostic::new(Rule::BadFrontMatter, self.path, Some(error.span), error.message)
                        .maybe_help(error.help),
                );
                Head::unread(content, body)
            }
        }
    }

    /// Finds text that YAML silently cuts: `Plan # 1` becomes `Plan` with a comment, and `!new` is
    /// a type tag.
    fn check_cut(&mut self, table: &Table, end: usize, format: Format) {
        if format != Format::Yaml {
            return;
        }
        for entry in table.entries.iter().filter(|entry| matches!(entry.value.data, Data::Text(_) | Data::Integer(_))) {
            let text = &self.text.text;
            let start = entry.key_span.end as usize;
            let line = text[start..end].lines().next().unwrap_or_default();
            let value = line.trim_start_matches(':').trim();
            let is_prose = matches!(entry.key.as_str(), "title" | "summary" | "description");
            let comment = if value.starts_with(['"', '\'', '|', '>']) { None } else { value.find(" #") };
            let what = match value.chars().next() {
                Some('&' | '!') if !value.starts_with("!!") => {
                    "begins with a sign of YAML, which takes the first word away"
                }
                _ if is_prose && comment.is_some() => "ends at the `#`: the rest is a comment",
                _ => continue,
            };
            let quoted = value.replace('\\', "\\\\").replace('"', "\\\"");
            let at = start + line.find(value).unwrap_or(0);
            let help = Some(format!("put the text in quotes if it's meant whole: `{}: \"{quoted}\"`", entry.key));
            self.finding(Rule::CutValue, Span::new(at, at + value.len()), format!("`{}` {what}", entry.key), help);
        }
    }

    /// Returns the kind: from the front matter, or else from the top-level folder; an index is a
    /// page.
    fn kind(&self, table: &Table) -> Kind {
        let written = table.entries.iter().find(|entry| entry.key == "kind");
        if let Some(kind) = written.and_then(|entry| Kind::from_name(&fields::text_of(&entry.value)?)) {
            return kind;
        }
        kind_at(self.path, self.config)
    }

    /// Reads other generators' marks for drafts. A mark that cannot be understood also makes the
    /// chapter a draft.
    fn read_mark(&mut self, table: &Table) {
        let mark = withheld::mark(table);
        self.is_draft = mark.is_some();
        if let Some(withheld::Mark::Unclear(key, span)) = mark {
            let message = format!("`{key}` is neither true nor false, so this chapter counts as a draft");
            self.finding(Rule::BadValue, span, message, Some("write true or false".to_owned()));
        }
    }

    /// Returns whether readers may see the chapter, and reports an audience that isn't understood.
    fn is_visible(&mut self, head: &Head, visible: &Visible) -> bool {
        let text = &self.text.text;
        if let Some(block) = redact::block_that_looks_like_front_matter(text, if head.is_read { head.body } else { 0 })
        {
            let first_line = text[block.clone()].split('\n').next().map_or(0, str::len);
            let span = Span::new(block.start, block.start + first_line.max(1));
            self.misread(Rule::MisplacedFrontMatter, Misread::Block, span);
            return visible.is_everything();
        }
        match redact::audience_of(&head.table, &text[head.content.clone()], head.content.start) {
            Field::Absent => true,
            Field::Named(name, span) => {
                if !self.config.audiences.contains_key(&name) {
                    self.findings.push(unknown_audience(&name, self.path, span, self.config));
                }
                visible.shows(&name)
            }
            Field::Broken(span) => {
                // An invalid key or value should be reported only once.
                let text = self.text;
                self.findings.retain(|finding| !is_on_line(finding, span, text));
                self.misread(Rule::AudienceMark, Misread::Field, span);
                visible.is_everything()
            }
        }
    }

    fn misread(&mut self, code: Rule, why: Misread, span: Span) {
        let help = Some(why.help(self.config));
        self.finding(code, span, why.message().to_owned(), help);
    }

    fn finding(&mut self, code: Rule, span: Span, message: String, help: Option<String>) {
        self.findings.push(Diagnostic::new(code, self.path, Some(span), message).maybe_help(help));
    }

    fn refer(&mut self, target: &str, span: Span, form: Form) -> ReferenceNumber {
        let reference: Reference = crate::chapter::reference::wiki(target, form, self.config);
        self.references.add(reference, span)
    }

    fn refer_one(&mut self, entries: &Entries<'_>, name: &str, form: Form) -> Option<ReferenceNumber> {
        let (target, span) = entries.texts(name).into_iter().next()?;
        Some(self.refer(&target, span, form))
    }

    fn refer_all(&mut self, entries: &Entries<'_>, name: &str, form: Form) -> Vec<ReferenceNumber> {
        entries.texts(name).into_iter().map(|(target, span)| self.refer(&target, span, form)).collect()
    }

    fn facts(&mut self, kind: Kind, entries: &Entries<'_>) -> Facts {
        match kind {
            Kind::Role => Facts::Role(Box::new(self.role(entries))),
            Kind::Competency => Facts::Competency(Box::new(Competency {
                cluster: entries.text("cluster"),
                supports: self.refer_all(entries, "supports", Form::Field(Kind::Strategy)),
                ..Competency::default()
            })),
            Kind::Strategy => Facts::Strategy(Box::new(Strategy {
                horizon: entries.text("horizon"),
                led_by: self.refer_one(entries, "led_by", Form::Field(Kind::Role)),
                measures: entries.texts("measures").into_iter().map(|(text, _)| text).collect(),
                valid_until: entries.text("valid_until"),
                decisions: Vec::new(),
            })),
            Kind::Path => Facts::Path(Box::new(PathFacts {
                audience: entries.text("for"),
                chapters: self.refer_all(entries, "chapters", Form::AnyField),
            })),
            Kind::Glossary => Facts::Glossary(Vec::new()),
            Kind::Page => Facts::Page,
        }
    }

    fn role(&mut self, entries: &Entries<'_>) -> Role {
        let tracks: Vec<&str> = self.config.tracks.iter().map(|track| track.id.as_str()).collect();
        self.check_name(entries, "track", &tracks);
        let focus = self.refer_all(entries, "focus", Form::Field(Kind::Competency));
        if focus.len() > 4
            && let Some(value) = entries.get("focus")
        {
            let help = "a role that is judged on everything first is judged on nothing first";
            let message = format!("`focus` names {} competencies, and four are the most", focus.len());
            self.finding(Rule::BadValue, value.span, message, Some(help.to_owned()));
        }
        Role {
            track: entries.text("track"),
            rank: entries.integer("rank").and_then(|rank| u32::try_from(rank).ok()),
            grade: entries.text("grade").filter(|grade| !grade.is_empty()),
            scope: entries.text("scope"),
            horizon: entries.text("horizon"),
            also_called: entries.texts("also_called").into_iter().map(|(text, _)| text).collect(),
            base: entries.boolean("base").unwrap_or(false),
            extends: self.refer_one(entries, "extends", Form::Field(Kind::Role)),
            grows_into: self.refer_all(entries, "grows_into", Form::Field(Kind::Role)),
            reports_to: self.refer_all(entries, "reports_to", Form::Field(Kind::Role)),
            works_with: self.refer_all(entries, "works_with", Form::Party),
            competencies: self.competencies(entries),
            focus,
            judged: self.refer_all(entries, "judged", Form::Field(Kind::Competency)),
            responsibilities: Vec::new(),
        }
    }

    fn competencies(&mut self, entries: &Entries<'_>) -> Vec<(ReferenceNumber, u8)> {
        let mut list = Vec::new();
        for entry in entries.table("competencies").iter().flat_map(|table| &table.entries) {
            let number = self.refer(&entry.key, entry.key_span, Form::Field(Kind::Competency));
            if let Some(level) = self.level(&entry.key, &entry.value) {
                list.push((number, level));
            }
        }
        list
    }

    fn level(&mut self, competency: &str, value: &Value) -> Option<u8> {
        let written = match &value.data {
            Data::Integer(n) => n.to_string(),
            Data::Text(text) => text.clone(),
            _ => return None,
        };
        let level = self.config.level(&written);
        if level.is_none() {
            let message = format!("the scale has no level `{written}` to expect of `{competency}`");
            self.finding(Rule::LevelOutOfRange, value.span, message, Some(self.config.help_for_level(&written)));
        }
        level
    }

    /// Reports a name that isn't declared in the configuration, if the configuration declares any.
    fn check_name(&mut self, entries: &Entries<'_>, field: &str, known: &[&str]) {
        let Some((name, span)) = entries.texts(field).into_iter().next() else { return };
        if known.is_empty() || known.contains(&name.as_str()) {
            return;
        }
        let help = did_you_mean(&nearest(&name, known.iter().copied(), 2))
            .unwrap_or_else(|| format!("handbook.toml declares {}", known.join(", ")));
        self.finding(Rule::BadValue, span, format!("no {field} called `{name}`"), Some(help));
    }

    /// Converts the spans of findings and references from offsets in the text to offsets in the
    /// file.
    fn map_spans(&mut self) {
        for finding in &mut self.findings {
            if let crate::text::diagnostic::Place::Content(_, Some(span)) = &mut finding.place {
                *span = self.text.map(*span);
            }
        }
        for span in &mut self.references.spans {
            *span = self.text.map(*span);
        }
    }

    fn body(
        mut self,
        kind: Kind,
        entries: &Entries<'_>,
        facts: Facts,
        visible: &Visible,
        (start, hash): (usize, &[u8; 32]),
    ) -> Outcome {
        let place = Place { text: self.text, start };
        let rules = Rules { visible, config: self.config, options: markdown::chapter_options(kind, self.config) };
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
            let names = names(self.path, entries, &self.text.text[start..]);
            return Outcome::Hidden(Arc::new(self.findings), Arc::new(names));
        }
        // The seed is eight bytes of the chapter's own hash, because a text cannot contain its own
        // hash.
        let seed: String = hash[..8].iter().map(|byte| format!("{byte:02x}")).collect();
        let input = Input { body: &body, path: self.path, kind, config: self.config, place, seed: &seed, plain: false };
        let mut parsed = markdown::parse(input, &mut self.references);
        self.findings.append(&mut parsed.findings);
        // The last safety net: if audiences are declared, no audience mark may ever appear as text.
        if !self.config.audiences.is_empty() && !is_in_doubt && !visible.is_everything() && shows_mark(&parsed) {
            let end = self.text.text[start..].trim_end().len();
            self.misread(Rule::AudienceMark, Misread::Published, place.span(&(0..end)));
            return Outcome::Hidden(Arc::new(self.findings), Arc::new(names(self.path, entries, "")));
        }
        let owners: Vec<&str> = self.config.owners.keys().map(String::as_str).collect();
        self.check_name(entries, "owner", &owners);
        self.check_aliases(entries);
        // A chapter that is hidden as a whole isn't empty to its author.
        if !is_in_doubt {
            self.check_text(entries, &parsed, &body);
            self.check_written(kind, entries, &parsed, body == self.text.text[start..]);
        }
        self.check_sections(kind, &parsed);
        let meta = self.meta(kind, entries, facts, &mut parsed);
        let mut body = parsed.body;
        body.source = *hash;
        body.comments = comments;
        body.hidden = hidden.iter().map(|range| place.span(range)).collect();
        body.reference_spans = self.references.spans;
        body.field_spans = entries.spans().map(|(name, span)| (name, self.text.map(span))).collect();
        let findings = Arc::new(self.findings);
        Outcome::Chapter(Document { meta: Arc::new(meta), body: Arc::new(body), findings })
    }

    fn remark(&mut self, remark: Remark, place: Place<'_>) {
        let span = place.span(remark.range());
        match remark {
            Remark::Unknown(name, _) => self.findings.push(unknown_audience(&name, self.path, span, self.config)),
            Remark::Unclosed(ref range) if self.text.text[place.start..][range.clone()].starts_with("%%") => {
                let message = "this comment is not closed, so what follows is hidden".to_owned();
                let help = "close it with `%%`, or write `\\%%` where the signs are meant".to_owned();
                self.finding(Rule::UnclosedBlock, span, message, Some(help));
            }
            Remark::Unclosed(_) => {
                let help = "close it with a line `:::`; until then it holds to the end of the chapter".to_owned();
                self.finding(Rule::UnclosedBlock, span, "this block is not closed".to_owned(), Some(help));
            }
            Remark::Misread(why, _) => self.misread(Rule::AudienceMark, why, span),
        }
    }

    /// Checks the chapter as a whole and reports at most one problem, or none if its front matter
    /// couldn't be read.
    fn check_text(&mut self, entries: &Entries<'_>, parsed: &Parsed, body: &str) {
        if self.findings.iter().any(|finding| matches!(finding.code, Rule::BadFrontMatter | Rule::MergeConflict)) {
            return;
        }
        let empty = body.trim().is_empty();
        let is_titled = entries.text("title").is_some_and(|title| !title.trim().is_empty());
        let first = parsed.headings.first().filter(|heading| !heading.text.is_empty());
        if empty && entries.is_empty() {
            self.findings.push(Diagnostic::new(Rule::EmptyChapter, self.path, None, "this chapter is empty"));
        } else if !is_titled && first.is_none() {
            let finding =
                Diagnostic::new(Rule::MissingTitle, self.path, None, "this chapter has neither a title nor a heading");
            self.findings.push(finding.help("begin it with a line `# Title`"));
        } else if let Some(first) = first.filter(|first| !is_titled && is_borrowed(first, parsed, self.path)) {
            let block = parsed.body.blocks.iter().find(|block| block.heading == Some(0));
            let message =
                format!("this chapter has no heading of its own and is called `{}` after a section", first.text);
            let finding = Diagnostic::new(Rule::MissingTitle, self.path, block.map(|block| block.span), message);
            self.findings.push(finding.help("begin it with a line `# Title`"));
        }
    }

    /// Reports a role or competency that consists only of a name, such as one that an import left
    /// to be written.
    fn check_written(&mut self, kind: Kind, entries: &Entries<'_>, parsed: &Parsed, is_whole: bool) {
        let facts: &[&str] = match kind {
            Kind::Role => &["competencies", "extends", "grows_into", "works_with"],
            Kind::Competency => &[],
            _ => return,
        };
        let is_draft = entries.text("status").as_deref() == Some("draft");
        let says_something = facts.iter().any(|field| entries.get(field).is_some());
        if is_draft || says_something || !is_whole || !self.findings.is_empty() || !is_wordless(parsed) {
            return;
        }
        let block = parsed.body.blocks.iter().find(|block| block.heading == Some(0));
        let (message, help) = match kind {
            Kind::Role => ("this role says nothing yet", "say what it is responsible for and which levels it expects"),
            _ => (
                "this competency says nothing yet",
                "add a heading for each level with a bullet for each thing that somebody does",
            ),
        };
        let finding = Diagnostic::new(Rule::UnwrittenChapter, self.path, block.map(|block| block.span), message);
        self.findings.push(finding.help(format!("{help}, or set `status: draft`")));
    }

    /// Reports aliases that look like old URLs but cannot be redirects.
    fn check_aliases(&mut self, entries: &Entries<'_>) {
        for (alias, span) in entries.texts("aliases") {
            if let OldName::Unusable(help) = old_name(&alias) {
                let message = format!("the alias `{alias}` makes no redirect");
                self.finding(Rule::BadValue, self.text.map(span), message, Some(help.to_owned()));
            }
        }
    }

    fn check_sections(&mut self, kind: Kind, parsed: &Parsed) {
        let wanted = self.config.sections.iter().filter(|(of, _)| *of == kind).flat_map(|(_, list)| list);
        for section in wanted {
            let there = parsed.headings.iter().any(|h| fold(&h.text) == fold(section));
            if !there {
                let is_misspelt = |finding: &Diagnostic| {
                    finding.code == Rule::MisspeltSection
                        && finding.help.as_deref() == Some(&format!("write `{section}`"))
                };
                if self.findings.iter().any(is_misspelt) {
                    continue;
                }
                let message = format!("{} has a section `{section}`, and this one has none", kind.with_article());
                let near = nearest(section, parsed.headings.iter().map(|heading| heading.text.as_str()), 1);
                let help = near.first().map(|near| format!("is it the one called `{near}`?"));
                let help = help.unwrap_or_else(|| format!("add a heading `## {section}`"));
                self.findings.push(Diagnostic::new(Rule::MissingSection, self.path, None, message).help(help));
            }
        }
    }

    fn meta(&self, kind: Kind, entries: &Entries<'_>, facts: Facts, parsed: &mut Parsed) -> Meta {
        let first = parsed.headings.first().map(|heading| heading.text.clone()).filter(|text| !text.is_empty());
        let title = entries.text("title").filter(|title| !title.trim().is_empty()).or(first);
        let facts = with_sections(facts, parsed);
        let status = entries.text("status").and_then(|name| Status::from_name(&name)).unwrap_or_default();
        let status = if self.is_draft { Status::Draft } else { status };
        let minutes = parsed.words.div_ceil(220);
        Meta {
            path: self.path.clone(),
            kind,
            id: entries.text("id").unwrap_or_else(|| default_id(self.path)),
            title: title.unwrap_or_else(|| humanise(default_id(self.path).as_str())),
            summary: entries.text("summary"),
            aliases: entries.texts("aliases").into_iter().map(|(text, _)| text).collect(),
            order: entries.integer("order"),
            status,
            owner: entries.text("owner"),
            reviewed: entries.text("reviewed"),
            review_every: entries.text("review_every").and_then(|text| crate::text::date::parse_duration(&text)),
            tags: entries.texts("tags").into_iter().map(|(text, _)| text).collect(),
            ask: entries.text("ask"),
            extra: entries.table("extra").cloned().unwrap_or_default(),
            has_h1: parsed.headings.iter().any(|heading| heading.level == 1),
            headings: std::mem::take(&mut parsed.headings),
            anchors: std::mem::take(&mut parsed.anchors),
            references: self.references.list.clone(),
            facts,
            minutes: u16::try_from(minutes).unwrap_or(u16::MAX),
        }
    }
}

/// Returns whether the chapter's first heading is the heading of a section rather than a title.
///
/// That is so if it is below level 1 and either follows text, or has siblings and shares no word
/// with the file name.
fn is_borrowed(first: &Heading, parsed: &Parsed, path: &SourcePath) -> bool {
    let words = |text: &str| -> Vec<String> {
        let words = text.split(|c: char| !c.is_alphanumeric()).filter(|word| word.chars().count() >= 3);
        words.map(|word| word.to_lowercase().chars().take(4).collect()).collect()
    };
    let name = words(&default_id(path));
    let is_named_so = words(&first.text).iter().any(|word| name.contains(word));
    let is_behind_text = parsed.body.blocks.first().is_some_and(|block| block.heading != Some(0));
    let has_siblings = parsed.headings[1..].iter().any(|other| other.section && other.level <= first.level);
    first.level > 1 && (is_behind_text || (has_siblings && !is_named_so))
}

/// Returns whether a chapter has no text outside its headings and no images, code or views.
fn is_wordless(parsed: &Parsed) -> bool {
    let in_headings: usize = parsed.headings.iter().map(|heading| heading.text.split_whitespace().count()).sum();
    let holes = &parsed.body.main.holes;
    parsed.words <= in_headings && holes.iter().all(|(_, hole)| matches!(hole, Hole::HeadingAnchor(_)))
}

/// Returns whether an audience mark appears in a chapter's text.
fn shows_mark(parsed: &Parsed) -> bool {
    let notes = parsed.body.footnotes.iter().map(|(_, note)| note.html.as_str());
    std::iter::once(parsed.body.main.html.as_str()).chain(notes).any(redact::mark_in_html)
}

/// Returns whether a finding points at the same line as `span`; both are byte offsets in the text.
fn is_on_line(finding: &Diagnostic, span: Span, text: &Text<'_>) -> bool {
    let crate::text::diagnostic::Place::Content(_, Some(place)) = &finding.place else { return false };
    let (one, other) = (place.start.min(span.start), place.start.max(span.start));
    text.text.get(one as usize..other as usize).is_some_and(|between| !between.contains('\n'))
}

/// Returns the kind of a chapter at `path` whose front matter doesn't set one.
pub fn kind_at(path: &SourcePath, config: &Config) -> Kind {
    if path.is_index() {
        return Kind::Page;
    }
    let Some((top, _)) = path.as_str().split_once('/') else {
        return if path.stem() == "glossary" { Kind::Glossary } else { Kind::Page };
    };
    if let Some(kind) = config.kinds.get(top) {
        return *kind;
    }
    match top {
        "roles" => Kind::Role,
        "competencies" => Kind::Competency,
        "strategy" => Kind::Strategy,
        "paths" => Kind::Path,
        _ => Kind::Page,
    }
}

/// Adds what was found in the sections to a chapter's facts.
fn with_sections(mut facts: Facts, parsed: &mut Parsed) -> Facts {
    match &mut facts {
        Facts::Role(role) => role.responsibilities = std::mem::take(&mut parsed.statements),
        Facts::Competency(competency) => {
            competency.statements = std::mem::take(&mut parsed.statements);
            competency.levels = std::mem::take(&mut parsed.levels);
            competency.misnamed = std::mem::take(&mut parsed.misnamed);
        }
        Facts::Strategy(strategy) => strategy.decisions = std::mem::take(&mut parsed.decisions),
        Facts::Glossary(terms) => *terms = std::mem::take(&mut parsed.terms),
        Facts::Path(_) | Facts::Page => {}
    }
    facts
}

/// Returns every case-folded name that a link to the chapter may use: path, ID, aliases and title.
fn names(path: &SourcePath, entries: &Entries<'_>, body: &str) -> BTreeSet<String> {
    let heading = body.lines().find_map(|line| line.strip_prefix("# "));
    let heading = heading.map(|text| attribute::trailing(text).map_or(text, |found| &text[..found.text_end]));
    let aliases = entries.texts("aliases").into_iter().map(|(alias, _)| alias.trim_matches('/').to_owned());
    let own =
        [Some(path.without_extension().to_owned()), Some(default_id(path)), entries.text("id"), entries.text("title")];
    let all = own.into_iter().flatten().chain(heading.map(|text| text.trim().to_owned())).chain(aliases);
    all.filter(|name| !name.is_empty()).map(|name| fold(&name)).collect()
}

/// Returns every case-folded name that a link to a chapter may use.
pub fn names_of(meta: &Meta) -> BTreeSet<String> {
    let aliases = meta.aliases.iter().map(|alias| alias.trim_matches('/').to_owned());
    let own = [meta.path.without_extension().to_owned(), default_id(&meta.path), meta.id.clone(), meta.title.clone()];
    own.into_iter().chain(aliases).filter(|name| !name.is_empty()).map(|name| fold(&name)).collect()
}

/// Returns the ID of a chapter that doesn't set one: the file's stem, the folder's name for an
/// index, or `index` at the root.
pub fn default_id(path: &SourcePath) -> String {
    if !path.is_index() {
        return path.stem().to_owned();
    }
    match path.folder().rsplit('/').next() {
        Some(folder) if !folder.is_empty() => folder.to_owned(),
        _ => "index".to_owned(),
    }
}

/// Creates a title from a file name: `first-ninety_days` becomes `First ninety days`.
pub fn humanise(name: &str) -> String {
    let words = name.replace(['-', '_'], " ");
    let words = words.trim();
    let mut chars = words.chars();
    chars.next().map_or_else(String::new, |first| first.to_uppercase().chain(chars).collect())
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
