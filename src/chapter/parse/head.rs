//! Reads a chapter's front matter, and from it who may see the chapter.
//!
//! Input: a chapter's text and the configuration. Output: a [`Head`], and findings whose spans are
//! offsets in the text. Never reads the fields of a kind.

use std::ops::Range;

use super::{Reader, kind_at};
use crate::chapter::redact::{self, Field, Misread};
use crate::declare::config::unknown_audience;
use crate::declare::front::{self, Common};
use crate::declare::kind::Kind;
use crate::declare::withheld;
use crate::text::conflict;
use crate::text::diagnostic::{Diagnostic, Place, Span};
use crate::text::front_matter::{self, Data, Format, Split, Table, Value};
use crate::text::rule::Rule;
use crate::text::source::Text;

/// The front matter of a chapter.
pub(super) struct Head {
    pub table: Table,
    /// The range of the text between the fences; unterminated front matter extends to the first
    /// blank line.
    content: Range<usize>,
    /// The byte offset where the body begins.
    pub body: usize,
    /// Whether `content` was read successfully; if not, `table` is empty.
    is_read: bool,
}

impl Head {
    fn unread(content: Range<usize>, body: usize) -> Self {
        Self { table: Table::default(), content, body, is_read: false }
    }

    /// Returns whether the front matter couldn't be read but may restrict who can see the chapter.
    pub fn is_kept_back(&self, text: &str) -> bool {
        !self.is_read && redact::private_line(&text[self.content.clone()]).is_some()
    }
}

/// Returns front matter with spaces in place of each value `{{…}}`, which the program that makes notes
/// from a template fills in, or `None` if it has no template. Every byte keeps its place.
fn without_placeholders(text: &str) -> Option<String> {
    if !text.contains("{{") {
        return None;
    }
    let mut out = String::with_capacity(text.len());
    for line in text.split_inclusive('\n') {
        let trimmed = line.trim_end();
        if line.split_once(':').is_some_and(|(key, value)| withheld::is_mark(key.trim()) && value.contains("{{")) {
            return None;
        }
        let at = trimmed.find("{{").filter(|at| {
            trimmed.ends_with("}}")
                && line[..*at].trim_end().ends_with([':', '-'])
                && trimmed[*at + 2..].find("}}") == Some(trimmed.len() - at - 4)
        });
        match at {
            Some(at) => {
                let at = line[..at].trim_end().strip_suffix('-').map_or(at, str::len);
                out.push_str(&line[..at]);
                out.push_str(&" ".repeat(trimmed.len() - at));
                out.push_str(&line[trimmed.len()..]);
            }
            None => out.push_str(line),
        }
    }
    Some(out)
}

impl Reader<'_> {
    /// Separates the front matter from the body and parses it.
    pub(super) fn front_matter(&mut self) -> Head {
        let text = &self.text.text;
        let split = front_matter::split(text);
        let body = split.body();
        let conflicts = conflict::find(text);
        for place in &conflicts {
            let span = Span::new(place.start, place.end);
            self.finding(Rule::MergeConflict, span, conflict::MESSAGE, conflict::HELP);
        }
        let (format, content) = match split {
            Split::None => return Head { table: Table::default(), content: 0..0, body, is_read: true },
            Split::Unterminated { format, opening } => {
                let help = format!("close it with a line `{}`", format.fence());
                self.finding(Rule::BadFrontMatter, opening, "the front matter is not closed", help);
                let length = text[body..].find("\n\n").unwrap_or(text.len() - body);
                return Head::unread(body..body + length, body);
            }
            // In a merge conflict, neither version of the front matter is used.
            Split::Found { content, .. } if conflicts.iter().any(|place| content.contains(&place.start)) => {
                return Head::unread(content, body);
            }
            Split::Found { format, content, .. } => (format, content),
        };
        let written = &text[content.clone()];
        let is_template = self.config.reads_foreign() && redact::private_line(written).is_none();
        let blanked = if is_template { without_placeholders(written) } else { None };
        match front_matter::read(blanked.as_deref().unwrap_or(written), content.start, format) {
            Ok(table) => {
                for repeat in &table.duplicates {
                    let message = format!("`{}` is written twice", repeat.key);
                    self.finding(
                        Rule::DuplicateKey,
                        repeat.second,
                        message,
                        "keep one; until then, the first one counts",
                    );
                }
                self.check_cut(&table, content.end, format);
                Head { table, content, body, is_read: true }
            }
            Err(error) => {
                let finding = Diagnostic::new(Rule::BadFrontMatter, self.path, Some(error.span), error.message);
                self.findings.push(finding.maybe_help(error.help));
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
        let text = &self.text.text;
        for entry in table.entries.iter().filter(|entry| matches!(entry.value.data, Data::Text(_) | Data::Integer(_))) {
            let start = entry.key_span.end as usize;
            let line = text[start..end].lines().next().unwrap_or_default();
            let value = line.trim_start_matches(':').trim();
            let is_prose = matches!(entry.key.as_str(), "title" | "summary" | "description");
            let comment = if value.starts_with(['"', '\'', '|', '>']) { None } else { value.split_once(" #") };
            // A new chapter has a comment that says what the field is for.
            let comment = comment.filter(|(_, comment)| Some(comment.trim()) != meaning_of(&entry.key));
            let what = match value.chars().next() {
                Some('&' | '!') if !value.starts_with("!!") => {
                    "begins with a character that has a special meaning in YAML, so its first word is lost"
                }
                _ if is_prose && comment.is_some() => "ends at the `#`: the rest is a comment",
                _ => continue,
            };
            let quoted = value.replace('\\', "\\\\").replace('"', "\\\"");
            let at = start + line.find(value).unwrap_or(0);
            let help = format!("to keep the whole text, put it in quotes: `{}: \"{quoted}\"`", entry.key);
            self.finding(Rule::CutValue, Span::new(at, at + value.len()), format!("`{}` {what}", entry.key), help);
        }
    }

    /// Returns the kind: from the front matter, or else from the top-level folder; an index is a
    /// page.
    pub(super) fn kind(&self, table: &Table) -> Kind {
        let written = table.entries.iter().find(|entry| entry.key == "kind");
        let written = written.and_then(|entry| Kind::from_name(entry.value.text()?));
        written.unwrap_or_else(|| kind_at(self.path, self.config))
    }

    /// Reads other generators' marks for drafts. A mark that cannot be understood also makes the
    /// chapter a draft.
    pub(super) fn read_mark(&mut self, table: &Table) {
        let mark = withheld::mark(table);
        self.is_draft = mark.is_some();
        if let Some(withheld::Mark::Unclear(key, span)) = mark {
            let message = format!("`{key}` is neither true nor false, so this chapter counts as a draft");
            self.finding(Rule::BadValue, span, message, "write true or false");
        }
    }

    /// Returns whether readers may see the chapter, and reports an audience that isn't understood.
    pub(super) fn is_visible(&mut self, head: &Head) -> bool {
        let text = &self.text.text;
        if let Some(block) = redact::block_that_looks_like_front_matter(text, if head.is_read { head.body } else { 0 })
        {
            let first_line = text[block.clone()].split('\n').next().map_or(0, str::len);
            let span = Span::new(block.start, block.start + first_line.max(1));
            self.misread(Rule::MisplacedFrontMatter, Misread::Block, span);
            return self.visible.is_everything();
        }
        self.check_fences(head);
        if let Some(line) = redact::audience_on_first_line(text, head.body, &|name| self.is_audience(name)) {
            self.misread(Rule::MisplacedFrontMatter, Misread::Block, Span::new(line.start, line.end));
            return self.visible.is_everything();
        }
        let field = match redact::audience_of(&head.table, &text[head.content.clone()], head.content.start) {
            Field::Absent => self.field_with_audience(&head.table).map_or(Field::Absent, Field::Broken),
            field => field,
        };
        match field {
            Field::Absent => true,
            Field::Named(name, span) => {
                if !self.config.audiences.contains_key(&name) {
                    self.findings.push(unknown_audience(&name, self.path, span, self.config));
                }
                self.visible.shows(&name)
            }
            Field::Broken(span) => {
                // An invalid key or value should be reported only once.
                let text = self.text;
                self.findings.retain(|finding| !is_on_line(finding, span, text));
                self.misread(Rule::AudienceMark, Misread::Field, span);
                self.visible.is_everything()
            }
        }
    }

    /// Returns the span of an unknown field that names an audience. It was meant to say who may read the chapter.
    fn field_with_audience(&self, table: &Table) -> Option<Span> {
        let is_named = |value: &Value| value.text().is_some_and(|name| self.is_audience(name));
        let has_name = |value: &Value| match &value.data {
            Data::List(items) => items.iter().any(is_named),
            _ => is_named(value),
        };
        let is_meant = |key: &str| !is_field(key) && (!self.config.reads_foreign() || says_who(key));
        table.entries.iter().find(|entry| has_name(&entry.value) && is_meant(&entry.key)).map(|entry| entry.key_span)
    }

    fn is_audience(&self, name: &str) -> bool {
        self.config.audiences.keys().any(|known| known.eq_ignore_ascii_case(name.trim()))
    }

    /// Reports fields that are shown as text, because front matter doesn't begin or end as it should.
    fn check_fences(&mut self, head: &Head) {
        if !head.is_read || !head.table.entries.is_empty() {
            return;
        }
        let Some(fields) = redact::fields_without_fences(&self.text.text, &is_field) else { return };
        let message = "these fields are shown as text, because they aren't between two lines `---`";
        let help =
            "begin the file with a line `---`, with nothing above it, and write another one below the last field";
        self.finding(Rule::BadFrontMatter, Span::new(fields.start, fields.end), message, help);
    }
}

/// Returns whether a field of another generator may say who may read a chapter. Others, such as `author`, may have the name
/// of an audience for any reason.
fn says_who(key: &str) -> bool {
    const WORDS: [&str; 14] = [
        "visibility",
        "visible",
        "access",
        "aud",
        "for",
        "readers",
        "viewers",
        "group",
        "groups",
        "roles",
        "permission",
        "permissions",
        "restricted",
        "only",
    ];
    let key = key.to_lowercase();
    key.split(['_', '-']).any(|word| WORDS.contains(&word))
}

/// Returns whether front matter of any kind has this field.
fn is_field(key: &str) -> bool {
    let mut fields = [Common::FIELDS].into_iter().chain(Kind::ALL.map(front::of_kind)).flatten();
    fields.any(|field| field.name == key || !key.is_empty() && field.also == key)
}

/// Returns whether a finding points at the same line as `span`; both are byte offsets in the text.
fn is_on_line(finding: &Diagnostic, span: Span, text: &Text<'_>) -> bool {
    let Place::Content(_, Some(place)) = &finding.place else { return false };
    let (one, other) = (place.start.min(span.start), place.start.max(span.start));
    text.text.get(one as usize..other as usize).is_some_and(|between| !between.contains('\n'))
}

/// Returns what a field that every chapter accepts is for.
fn meaning_of(key: &str) -> Option<&'static str> {
    Common::FIELDS.iter().find(|field| field.name == key || field.also == key).map(|field| field.meaning)
}
