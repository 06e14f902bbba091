//! Changes values in TOML at the smallest place: keeps comments, order, quotes, and the choice
//! between `[table]`, `table.key` and `{ }`.
//!
//! Input: a text, the entries in it with their spans, and new values. Output: cuts. Never checks
//! whether the result reads as intended; the caller reads it again.

use std::ops::Range;

use super::flow::Brackets;
use super::value::{Cuts, Fact, Step, Unset, steps};
use crate::text::front_matter::{Data, Entry, Table, Value};
use crate::text::quote::quoted;

/// TOML in a text.
pub struct Toml<'a> {
    /// The text that all spans refer to.
    pub text: &'a str,
    /// The place of the TOML in the text.
    pub content: Range<usize>,
}

/// How a table is written.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Form {
    /// `{ key = 1 }`
    Inline,
    /// `[table]`, or only `[table.inner]`.
    Header,
    /// `table.key = 1`
    Dotted,
}

impl Toml<'_> {
    /// Changes the value of an entry; `path` is the name of the table that contains it, followed by a
    /// dot, or empty.
    pub fn change(&self, entry: &Entry, fact: &Fact, path: &str, cuts: &mut Cuts) -> Result<(), Unset> {
        let value = &entry.value;
        if fact.is_in(value) {
            return Ok(());
        }
        let name = format!("{path}{}", key_text(&entry.key));
        match (fact, &value.data) {
            (Fact::Table(new), Data::Table(old)) => match self.form(entry) {
                Form::Inline => self.inline_table(value, old, new, cuts),
                form => self.table((old, self.header(entry)), new, (&format!("{name}."), form), cuts),
            },
            (Fact::List(new), Data::List(old)) if value.span == entry.key_span || self.is_header(entry) => {
                self.tables(old, new, &name, cuts)
            }
            _ => self.replace(value, fact, cuts),
        }
    }

    /// Removes an entry with all of its lines.
    pub fn remove(&self, entry: &Entry, cuts: &mut Cuts) {
        let is_spread = matches!(&entry.value.data, Data::Table(_)) && self.form(entry) != Form::Inline;
        if is_spread || (matches!(entry.value.data, Data::List(_)) && self.is_header(entry)) {
            let mut lines = Vec::new();
            self.lines_of(entry, &mut lines);
            lines.sort_by_key(|range| range.start);
            for range in lines {
                cuts.replace(range, "");
            }
            return;
        }
        cuts.replace(self.lines(entry.key_span.start as usize, entry.value.span.end as usize), "");
    }

    /// Adds an entry to a table: after `after`, or else after all entries that aren't tables of their
    /// own.
    pub fn insert(&self, table: &Table, after: Option<&Entry>, (key, fact): (&str, &Fact), cuts: &mut Cuts) {
        if is_own_table(fact) {
            let end = self.text[..self.content.end].trim_end().len().max(self.content.start);
            let gap = if end > self.content.start { "\n\n" } else { "" };
            let text = own_tables(key, fact);
            let is_last_line_open = !self.text[end..self.content.end].contains('\n') || gap.is_empty();
            let close = if is_last_line_open { "\n" } else { "" };
            cuts.insert(end, format!("{gap}{}{close}", text.trim_end()));
            return;
        }
        let plain = |entry: &&Entry| !self.is_headed(entry);
        let last = after.filter(plain).or_else(|| table.entries.iter().rfind(plain));
        let line = format!("{} = {}", key_text(key), block_text(fact));
        match last {
            Some(entry) => cuts.insert(self.line_end(self.end_of(entry)), format!("\n{line}")),
            None => cuts.insert(self.content.start, format!("{line}\n")),
        }
    }

    /// Changes a table that has a header or dotted keys.
    fn table(
        &self,
        (old, header): (&Table, Option<usize>),
        new: &[(String, Fact)],
        (path, form): (&str, Form),
        cuts: &mut Cuts,
    ) -> Result<(), Unset> {
        let mut end = header.map(|at| self.line_end(at));
        for entry in &old.entries {
            match new.iter().find(|(key, _)| *key == entry.key) {
                Some((_, fact)) => {
                    self.change(entry, fact, path, cuts)?;
                    if !self.is_headed(entry) {
                        end = Some(self.line_end(self.end_of(entry)));
                    }
                }
                None => self.remove(entry, cuts),
            }
        }
        let is_new = |(key, _): &&(String, Fact)| !old.entries.iter().any(|entry| entry.key == *key);
        let first = old.entries.first().map(|entry| self.line_start(entry.key_span.start as usize));
        for (key, fact) in new.iter().filter(is_new) {
            if form == Form::Header && (is_own_table(fact) || end.is_none()) {
                let name = format!("{path}{}", key_text(key));
                let text = own_tables_at(&name, fact);
                let last = old.entries.iter().max_by_key(|entry| self.end_of(entry)).ok_or(Unset::Form)?;
                let at = self.line_end(self.end_of(last));
                if new.iter().any(|(key, _)| *key == last.key) || at == self.text.len() {
                    cuts.insert(at, format!("\n\n{}", text.trim_end()));
                } else {
                    // The last table is removed with its line ending.
                    cuts.insert(at + 1, format!("\n{}\n", text.trim_end()));
                }
                continue;
            }
            let prefix = if form == Form::Dotted { path } else { "" };
            let line = format!("{prefix}{} = {}", key_text(key), block_text(fact));
            match (end, first) {
                (Some(at), _) => cuts.insert(at, format!("\n{line}")),
                (None, Some(at)) => cuts.insert(at, format!("{line}\n")),
                (None, None) => return Err(Unset::Form),
            }
        }
        Ok(())
    }

    /// Changes a list of `[[tables]]`.
    fn tables(&self, old: &[Value], new: &[Fact], name: &str, cuts: &mut Cuts) -> Result<(), Unset> {
        let end = |n: usize| self.line_end(self.end_of_value(&old[n]));
        for step in steps(old, new) {
            match step {
                Step::Change(a, b) => {
                    let (Fact::Table(new), Some(table)) = (&new[b], old[a].table()) else { return Err(Unset::Form) };
                    let header = Some(old[a].span.start as usize);
                    self.table((table, header), new, (&format!("{name}."), Form::Header), cuts)?;
                }
                Step::Remove(n) => {
                    let start = self.line_start(old[n].span.start as usize);
                    let rest = &self.text[end(n)..self.content.end];
                    let blank = rest.len() - rest.trim_start_matches('\n').len();
                    cuts.replace(start..end(n) + blank, "");
                }
                Step::Insert(after, b) => {
                    let text = own_tables_at(name, &Fact::List(vec![new[b].clone()]));
                    if let Some(n) = after {
                        cuts.insert(end(n), format!("\n\n{}", text.trim_end()));
                    } else {
                        let first = old.first().map(|item| self.line_start(item.span.start as usize));
                        cuts.insert(first.ok_or(Unset::Form)?, format!("{}\n\n", text.trim_end()));
                    }
                }
            }
        }
        Ok(())
    }

    fn inline_table(&self, value: &Value, old: &Table, new: &[(String, Fact)], cuts: &mut Cuts) -> Result<(), Unset> {
        for entry in &old.entries {
            if let Some((_, fact)) = new.iter().find(|(key, _)| *key == entry.key) {
                if self.form(entry) == Form::Dotted && fact.is_collection() && !fact.is_in(&entry.value) {
                    return Err(Unset::Form);
                }
                self.change(entry, fact, "", cuts)?;
            }
        }
        let is_kept = |n: usize| new.iter().any(|(key, _)| *key == old.entries[n].key);
        let last = (0..old.entries.len()).rfind(|n| is_kept(*n));
        let is_new = |(key, _): &&(String, Fact)| !old.entries.iter().any(|entry| entry.key == *key);
        let text = |(key, fact): &(String, Fact)| (last, format!("{} = {}", key_text(key), inline_text(fact)));
        let inserted: Vec<(Option<usize>, String)> = new.iter().filter(is_new).map(text).collect();
        let member = |entry: &Entry| entry.key_span.start as usize..self.end_of(entry);
        let members = old.entries.iter().map(member).collect();
        Brackets { text: self.text, whole: value.span.range(), members }.rearrange(&|n| !is_kept(n), &inserted, cuts)
    }

    /// Replaces a value that is written in one place.
    fn replace(&self, value: &Value, fact: &Fact, cuts: &mut Cuts) -> Result<(), Unset> {
        let range = value.span.range();
        let written = &self.text[range.clone()];
        match (fact, &value.data) {
            (Fact::List(new), Data::List(old)) => {
                let members = old.iter().map(|item| item.span.range()).collect();
                let brackets = Brackets { text: self.text, whole: range, members };
                let (mut removed, mut inserted) = (Vec::new(), Vec::new());
                for step in steps(old, new) {
                    match step {
                        Step::Change(a, b) if new[b].is_in(&old[a]) => {}
                        Step::Change(a, b) => match (&new[b], &old[a].data) {
                            (Fact::Table(new), Data::Table(table)) => self.inline_table(&old[a], table, new, cuts)?,
                            _ => self.replace(&old[a], &new[b], cuts)?,
                        },
                        Step::Remove(n) => removed.push(n),
                        Step::Insert(after, b) => inserted.push((after, inline_text(&new[b]))),
                    }
                }
                return brackets.rearrange(&|n| removed.contains(&n), &inserted, cuts);
            }
            // A single value counts as a list of one.
            (Fact::List(new), _) if new.len() == 1 && !new[0].is_collection() => {
                return self.replace(value, &new[0], cuts);
            }
            _ => {}
        }
        let is_quoted = written.starts_with(['"', '\'']);
        let text = match fact {
            Fact::Text(text) if is_literal(written) && !text.contains(|c: char| c == '\'' || c.is_control()) => {
                format!("'{text}'")
            }
            Fact::Text(text) if written.starts_with("\"\"\"") && text.contains('\n') => lines_text(text),
            Fact::Day(text) if is_quoted => quoted(text),
            Fact::Number(number) if is_quoted => quoted(&number.to_string()),
            fact => inline_text(fact),
        };
        cuts.replace(range, text);
        Ok(())
    }

    fn lines_of(&self, entry: &Entry, lines: &mut Vec<Range<usize>>) {
        if let Some(at) = self.header(entry) {
            lines.push(self.header_lines(at));
        }
        let form = self.form(entry);
        match &entry.value.data {
            Data::Table(table) if form != Form::Inline => {
                table.entries.iter().for_each(|entry| self.lines_of(entry, lines));
            }
            Data::List(items) if self.is_header(entry) => {
                for (n, item) in items.iter().enumerate() {
                    if n > 0 {
                        lines.push(self.header_lines(item.span.start as usize));
                    }
                    item.entries().iter().for_each(|entry| self.lines_of(entry, lines));
                }
            }
            _ => lines.push(self.lines(entry.key_span.start as usize, entry.value.span.end as usize)),
        }
    }

    /// Returns the line of a header, with the blank line above it.
    fn header_lines(&self, at: usize) -> Range<usize> {
        let range = self.lines(at, at);
        let is_apart = self.text[..range.start].ends_with("\n\n");
        range.start - usize::from(is_apart)..range.end
    }

    /// Returns whole lines, from that of `start` to that of `end`.
    fn lines(&self, start: usize, end: usize) -> Range<usize> {
        self.line_start(start)..(self.line_end(end) + 1).min(self.text.len())
    }

    /// Returns whether an entry has a header of its own, such as `[table]` or `[[list]]`.
    fn is_header(&self, entry: &Entry) -> bool {
        let (key, value) = (entry.key_span, entry.value.span);
        value.start <= key.start && key.end <= value.end && self.text[value.range()].starts_with('[')
    }

    /// Returns the offset of the entry's own header.
    fn header(&self, entry: &Entry) -> Option<usize> {
        self.is_header(entry).then_some(entry.value.span.start as usize)
    }

    /// Returns whether an entry is written below a header rather than on a line of its table.
    fn is_headed(&self, entry: &Entry) -> bool {
        match &entry.value.data {
            Data::Table(_) => self.form(entry) == Form::Header,
            Data::List(_) => self.is_header(entry),
            _ => false,
        }
    }

    fn form(&self, entry: &Entry) -> Form {
        if self.is_header(entry) {
            return Form::Header;
        }
        if self.text[entry.value.span.range()].starts_with('{') {
            return Form::Inline;
        }
        let start = entry.key_span.start as usize;
        let before = self.text[self.line_start(start)..start].trim_start();
        if before.starts_with('[') && !before.contains('=') { Form::Header } else { Form::Dotted }
    }

    fn end_of(&self, entry: &Entry) -> usize {
        let is_one = !self.is_headed(entry) && self.form(entry) == Form::Inline;
        if is_one { entry.value.span.end as usize } else { self.end_of_value(&entry.value) }
    }

    fn end_of_value(&self, value: &Value) -> usize {
        let own = value.span.end as usize;
        let inner = match &value.data {
            Data::Table(table) => table.entries.iter().map(|entry| self.end_of(entry)).max(),
            Data::List(items) => items.iter().map(|item| self.end_of_value(item)).max(),
            _ => None,
        };
        inner.map_or(own, |end| end.max(own))
    }

    fn line_start(&self, at: usize) -> usize {
        self.text[..at].rfind('\n').map_or(0, |n| n + 1)
    }

    fn line_end(&self, at: usize) -> usize {
        self.text[at..].find('\n').map_or(self.text.len(), |n| at + n)
    }
}

/// Returns whether a new value gets a header of its own.
fn is_own_table(fact: &Fact) -> bool {
    match fact {
        Fact::Table(_) => true,
        Fact::List(items) => !items.is_empty() && items.iter().all(|item| matches!(item, Fact::Table(_))),
        _ => false,
    }
}

fn is_literal(written: &str) -> bool {
    written.starts_with('\'') && !written.starts_with("'''")
}

fn key_text(key: &str) -> String {
    let is_bare = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
    if !key.is_empty() && key.chars().all(is_bare) { key.to_owned() } else { quoted(key) }
}

/// Returns a value as it is written on the line of a key, where a text may continue on other lines.
fn block_text(fact: &Fact) -> String {
    match fact {
        Fact::Text(text) if text.contains('\n') => lines_text(text),
        fact => inline_text(fact),
    }
}

fn lines_text(text: &str) -> String {
    let escaped: Vec<String> =
        text.split('\n').map(|line| quoted(line)[1..].strip_suffix('"').unwrap_or_default().to_owned()).collect();
    format!("\"\"\"\n{}\"\"\"", escaped.join("\n"))
}

fn inline_text(fact: &Fact) -> String {
    match fact {
        Fact::Text(text) => quoted(text),
        Fact::Day(day) => day.clone(),
        Fact::Number(number) => number.to_string(),
        Fact::Truth(truth) => truth.to_string(),
        Fact::List(items) => format!("[{}]", items.iter().map(inline_text).collect::<Vec<_>>().join(", ")),
        Fact::Table(entries) => {
            let pair = |(key, fact): &(String, Fact)| format!("{} = {}", key_text(key), inline_text(fact));
            format!("{{ {} }}", entries.iter().map(pair).collect::<Vec<_>>().join(", "))
        }
    }
}

/// Returns a table, or a list of tables, with its headers.
fn own_tables(key: &str, fact: &Fact) -> String {
    own_tables_at(&key_text(key), fact)
}

fn own_tables_at(name: &str, fact: &Fact) -> String {
    match fact {
        Fact::List(items) => {
            let item = |item: &Fact| format!("[[{name}]]\n{}", lines_of_table(name, item));
            items.iter().map(item).collect::<Vec<_>>().join("\n")
        }
        Fact::Table(entries) if !entries.is_empty() && entries.iter().all(|(_, fact)| is_table(fact)) => {
            let inner = |(key, fact): &(String, Fact)| own_tables_at(&format!("{name}.{}", key_text(key)), fact);
            entries.iter().map(inner).collect::<Vec<_>>().join("\n")
        }
        fact => format!("[{name}]\n{}", lines_of_table(name, fact)),
    }
}

fn is_table(fact: &Fact) -> bool {
    matches!(fact, Fact::Table(_))
}

fn lines_of_table(name: &str, fact: &Fact) -> String {
    let Fact::Table(entries) = fact else { return String::new() };
    let plain = entries.iter().filter(|(_, fact)| !is_table(fact));
    let mut out: String = plain.map(|(key, fact)| format!("{} = {}\n", key_text(key), block_text(fact))).collect();
    for (key, fact) in entries.iter().filter(|(_, fact)| is_table(fact)) {
        out.push_str(&format!("\n{}", own_tables_at(&format!("{name}.{}", key_text(key)), fact)));
    }
    out
}
