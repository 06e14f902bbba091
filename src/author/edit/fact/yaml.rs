//! Changes values in YAML at the smallest place: keeps comments, order, quotes and the choice between
//! indented and bracketed lists.
//!
//! Input: a text, the entries in it with their spans, and new values. Output: cuts. Never checks
//! whether the result reads as intended; the caller reads it again.

use std::ops::Range;

use super::flow::Brackets;
use super::value::{Cuts, Fact, Step, Unset, steps};
use crate::text::front_matter::{self, Data, Entry, Format, Table, Value};
use crate::text::quote::quoted;

/// YAML in a text.
pub struct Yaml<'a> {
    /// The text that all spans refer to.
    pub text: &'a str,
    /// The place of the YAML in the text.
    pub content: Range<usize>,
}

/// Where a value is written.
#[derive(Clone, Copy)]
struct Spot {
    /// The offset after the colon of its key or the dash of its item.
    start: usize,
    /// The column of the key or the dash.
    indent: usize,
    /// Whether it is inside of brackets.
    is_flow: bool,
}

/// How a text is written now.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Style {
    Plain,
    Single,
    Double,
}

impl Yaml<'_> {
    /// Changes the value of an entry of the outermost table.
    pub fn change(&self, entry: &Entry, fact: &Fact, cuts: &mut Cuts) -> Result<(), Unset> {
        let spot = self.spot(entry, self.is_in_braces())?;
        self.change_value(&entry.value, fact, spot, cuts)
    }

    /// Removes an entry of the outermost table.
    pub fn remove(&self, table: &Table, entry: &Entry, cuts: &mut Cuts) -> Result<(), Unset> {
        if self.is_in_braces() {
            let brackets = self.members_of(self.around(table), table);
            let at = table.entries.iter().position(|other| other.key_span == entry.key_span);
            return brackets.rearrange(&|n| Some(n) == at, &[], cuts);
        }
        self.remove_entry(entry, cuts)
    }

    /// Adds an entry to the outermost table after the entry `after`, or else at `end`, the start of
    /// the closing line.
    pub fn insert(
        &self,
        table: &Table,
        (after, end): (Option<&Entry>, usize),
        (key, fact): (&str, &Fact),
        cuts: &mut Cuts,
    ) -> Result<(), Unset> {
        if !table.entries.is_empty() && self.is_in_braces() {
            let last = table.entries.len() - 1;
            let text = format!("{}: {}", key_text(key, true), flow_text(fact));
            return self.members_of(self.around(table), table).rearrange(&|_| false, &[(Some(last), text)], cuts);
        }
        let indent = table.entries.first().map_or(0, |first| self.column(first.key_span.start as usize));
        let pair = pair((key, fact), indent);
        let text = format!("{}{pair}", " ".repeat(indent));
        match after {
            Some(entry) => cuts.insert(self.line_end(self.end_of(entry)?), format!("\n{text}")),
            None => cuts.insert(end, format!("{text}\n")),
        }
        Ok(())
    }

    fn change_value(&self, value: &Value, fact: &Fact, spot: Spot, cuts: &mut Cuts) -> Result<(), Unset> {
        if fact.is_in(value) {
            return Ok(());
        }
        if value.data == Data::Null {
            self.fill(value, fact, spot, cuts);
            return Ok(());
        }
        match (fact, &value.data) {
            (Fact::List(new), Data::List(old)) if self.is_block(value) => self.block_list(old, new, cuts),
            (Fact::List(new), Data::List(old)) if self.opens_with(value, '[') => self.flow_list(value, old, new, cuts),
            (Fact::Table(new), Data::Table(old)) if self.is_block(value) => self.block_map(old, new, cuts),
            (Fact::Table(new), Data::Table(old)) if self.opens_with(value, '{') => self.flow_map(value, old, new, cuts),
            (Fact::List(new), Data::List(_)) => self.replace(value, &Fact::List(new.clone()), spot, cuts),
            (Fact::List(new), _) if new.len() == 1 && !new[0].is_collection() => {
                self.change_value(value, &new[0], spot, cuts)
            }
            _ => self.replace(value, fact, spot, cuts),
        }
    }

    /// Writes a value where there is none yet.
    fn fill(&self, value: &Value, fact: &Fact, spot: Spot, cuts: &mut Cuts) {
        let written = value.span.range();
        let is_written = written.start >= spot.start && !self.text[written.clone()].is_empty();
        let text = match fact {
            Fact::Table(entries) if !spot.is_flow && !is_written => {
                let at = self.line_end(spot.start);
                for (key, fact) in entries {
                    let indent = spot.indent + 2;
                    cuts.insert(at, format!("\n{}{}", " ".repeat(indent), pair((key, fact), indent)));
                }
                return;
            }
            _ if spot.is_flow || fact.is_collection() => flow_text(fact),
            _ => scalar(fact, Style::Plain, spot.is_flow),
        };
        if is_written {
            cuts.replace(written, text);
        } else {
            cuts.insert(spot.start, format!(" {text}"));
        }
    }

    /// Replaces a whole value.
    fn replace(&self, value: &Value, fact: &Fact, spot: Spot, cuts: &mut Cuts) -> Result<(), Unset> {
        if let Some(header) = self.block_header(spot.start) {
            self.replace_block(value, fact, (spot, header), cuts);
            return Ok(());
        }
        if self.is_block(value) {
            let end = self.end_of_value(value, spot.start)?;
            if self.text[spot.start..end].contains('#') {
                return Err(Unset::Form);
            }
            cuts.replace(spot.start..end, format!(" {}", flow_text(fact)));
            return Ok(());
        }
        let range = value.span.range();
        let style = match self.text[range.clone()].chars().next() {
            Some('"') => Style::Double,
            Some('\'') => Style::Single,
            _ => Style::Plain,
        };
        if let Fact::Text(text) = fact
            && text.contains('\n')
            && style == Style::Plain
            && !spot.is_flow
            && let Some(block) = literal(text, spot.indent + 2)
        {
            // Below the first line, a comment behind the value would be part of the text.
            let line_end = self.line_end(range.end);
            let (sign, body) = block.split_once('\n').unwrap_or((&block, ""));
            cuts.replace(range.start..line_end, format!("{sign}{}\n{body}", &self.text[range.end..line_end]));
            return Ok(());
        }
        let text = match fact {
            fact if fact.is_collection() => flow_text(fact),
            fact => scalar(fact, style, spot.is_flow),
        };
        cuts.replace(range, text);
        Ok(())
    }

    /// Replaces a text that begins with `|` or `>` on its first line.
    fn replace_block(&self, value: &Value, fact: &Fact, (spot, header): (Spot, usize), cuts: &mut Cuts) {
        let content = value.span.range();
        let line = self.line_end(header);
        let end = content.end.max(line);
        let signs = self.text[header..line].split('#').next().unwrap_or_default();
        let comment = &self.text[header + signs.trim_end().len()..line];
        let is_folded = signs.starts_with('>');
        let text = match fact {
            Fact::Text(text) => {
                let is_line = !text.trim_end_matches('\n').contains('\n');
                let indent = if content.start > line { self.column(content.start) } else { spot.indent + 2 };
                literal(text, indent).map(|new| {
                    let new = if is_folded && is_line { new.replacen('|', ">", 1) } else { new };
                    let (sign, body) = new.split_once('\n').unwrap_or((&new, ""));
                    format!("{sign}{comment}\n{body}")
                })
            }
            _ => None,
        };
        let text = text.unwrap_or_else(|| {
            let new = if fact.is_collection() { flow_text(fact) } else { scalar(fact, Style::Plain, false) };
            format!("{new}{comment}")
        });
        cuts.replace(header..end, text);
    }

    fn block_list(&self, old: &[Value], new: &[Fact], cuts: &mut Cuts) -> Result<(), Unset> {
        let dashes: Vec<usize> = old.iter().map(|item| self.dash(item)).collect::<Result<_, _>>()?;
        let lines = |n: usize| -> Result<Range<usize>, Unset> {
            let end = self.end_of_value(&old[n], dashes[n] + 1)?;
            Ok(self.line_start(dashes[n])..self.line_end(end))
        };
        let indent = self.column(dashes[0]);
        let steps = steps(old, new);
        let mut moved: Vec<usize> =
            steps.iter().filter_map(|step| if let Step::Remove(n) = step { Some(*n) } else { None }).collect();
        for step in &steps {
            match *step {
                Step::Change(a, b) => {
                    let spot = Spot { start: dashes[a] + 1, indent, is_flow: false };
                    self.change_value(&old[a], &new[b], spot, cuts)?;
                }
                Step::Remove(n) => {
                    let range = lines(n)?;
                    cuts.replace(range.start..(range.end + 1).min(self.text.len()), "");
                }
                Step::Insert(after, b) => {
                    // An item that only moves keeps its comment and its quotes.
                    let same = moved.iter().position(|n| new[b].is_in(&old[*n]));
                    let text = match same.map(|at| moved.remove(at)) {
                        Some(n) => self.text[lines(n)?].to_owned(),
                        None => format!("{}- {}", " ".repeat(indent), item_text(&new[b])),
                    };
                    match after {
                        Some(n) => cuts.insert(lines(n)?.end, format!("\n{text}")),
                        None => cuts.insert(self.line_start(dashes[0]), format!("{text}\n")),
                    }
                }
            }
        }
        Ok(())
    }

    fn flow_list(&self, value: &Value, old: &[Value], new: &[Fact], cuts: &mut Cuts) -> Result<(), Unset> {
        let members = old.iter().map(|item| item.span.range()).collect();
        let brackets = Brackets { text: self.text, whole: value.span.range(), members };
        let (mut removed, mut inserted) = (Vec::new(), Vec::new());
        for step in steps(old, new) {
            match step {
                Step::Change(a, b) => {
                    let start = old[a].span.start as usize;
                    self.change_value(&old[a], &new[b], Spot { start, indent: 0, is_flow: true }, cuts)?;
                }
                Step::Remove(n) => removed.push(n),
                Step::Insert(after, b) => inserted.push((after, flow_text(&new[b]))),
            }
        }
        brackets.rearrange(&|n| removed.contains(&n), &inserted, cuts)
    }

    fn block_map(&self, old: &Table, new: &[(String, Fact)], cuts: &mut Cuts) -> Result<(), Unset> {
        let Some(first) = old.entries.first() else { return Err(Unset::Form) };
        let indent = self.column(first.key_span.start as usize);
        let mut last = None;
        for entry in &old.entries {
            match new.iter().find(|(key, _)| *key == entry.key) {
                Some((_, fact)) => {
                    self.change_value(&entry.value, fact, self.spot(entry, false)?, cuts)?;
                    last = Some(entry);
                }
                None => self.remove_entry(entry, cuts)?,
            }
        }
        for (key, fact) in new.iter().filter(|(key, _)| !old.entries.iter().any(|entry| entry.key == *key)) {
            let text = format!("{}{}", " ".repeat(indent), pair((key, fact), indent));
            match last {
                Some(entry) => cuts.insert(self.line_end(self.end_of(entry)?), format!("\n{text}")),
                None => cuts.insert(self.line_start(first.key_span.start as usize), format!("{text}\n")),
            }
        }
        Ok(())
    }

    fn flow_map(&self, value: &Value, old: &Table, new: &[(String, Fact)], cuts: &mut Cuts) -> Result<(), Unset> {
        for entry in &old.entries {
            if let Some((_, fact)) = new.iter().find(|(key, _)| *key == entry.key) {
                self.change_value(&entry.value, fact, self.spot(entry, true)?, cuts)?;
            }
        }
        let is_kept = |n: usize| new.iter().any(|(key, _)| *key == old.entries[n].key);
        let last = (0..old.entries.len()).rfind(|n| is_kept(*n));
        let is_new = |(key, _): &&(String, Fact)| !old.entries.iter().any(|entry| entry.key == *key);
        let inserted: Vec<(Option<usize>, String)> = new
            .iter()
            .filter(is_new)
            .map(|(key, fact)| (last, format!("{}: {}", key_text(key, true), flow_text(fact))))
            .collect();
        self.members_of(value.span.range(), old).rearrange(&|n| !is_kept(n), &inserted, cuts)
    }

    fn remove_entry(&self, entry: &Entry, cuts: &mut Cuts) -> Result<(), Unset> {
        let start = self.line_start(entry.key_span.start as usize);
        // Something other than this entry is on its line, such as the dash of a list.
        if !self.text[start..entry.key_span.start as usize].trim().is_empty() {
            return Err(Unset::Form);
        }
        let mut end = (self.line_end(self.end_of(entry)?) + 1).min(self.text.len());
        // A comment that is indented further would become part of a text above.
        let column = self.column(entry.key_span.start as usize);
        for line in self.text[end..].split_inclusive('\n') {
            let inner = line.trim_start_matches(' ');
            if !inner.starts_with('#') || line.len() - inner.len() <= column {
                break;
            }
            end += line.len();
        }
        cuts.replace(start..end, "");
        Ok(())
    }

    fn members_of<'a>(&'a self, whole: Range<usize>, table: &Table) -> Brackets<'a> {
        let member = |entry: &Entry| {
            let start = entry.key_span.start as usize;
            let colon = self.after_colon(entry).unwrap_or(entry.key_span.end as usize);
            start..self.end_of_value(&entry.value, colon).unwrap_or(colon)
        };
        Brackets { text: self.text, whole, members: table.entries.iter().map(member).collect() }
    }

    /// Returns the place of the outermost table if it is in braces.
    fn around(&self, table: &Table) -> Range<usize> {
        let start = table.entries.first().map_or(0, |entry| entry.key_span.start as usize);
        self.text[..start].rfind('{').unwrap_or(start)..self.text.len()
    }

    /// Returns whether the outermost table is in braces: only the first sign that isn't in a comment
    /// says so.
    fn is_in_braces(&self) -> bool {
        let mut lines = self.text[self.content.clone()].lines().map(str::trim);
        lines.find(|line| !line.is_empty() && !line.starts_with('#')).is_some_and(|line| line.starts_with('{'))
    }

    fn spot(&self, entry: &Entry, is_flow: bool) -> Result<Spot, Unset> {
        let indent = self.column(entry.key_span.start as usize);
        Ok(Spot { start: self.after_colon(entry)?, indent, is_flow })
    }

    fn after_colon(&self, entry: &Entry) -> Result<usize, Unset> {
        let key = entry.key_span.end as usize;
        let rest = self.text[key..].trim_start();
        if rest.starts_with(':') { Ok(self.text.len() - rest.len() + 1) } else { Err(Unset::Form) }
    }

    /// Returns the offset of an item's dash.
    fn dash(&self, item: &Value) -> Result<usize, Unset> {
        let start = item.span.start as usize;
        let before = self.text[..start].trim_end_matches(|c: char| c.is_whitespace());
        let is_first = |at: usize| self.text[self.line_start(at)..at].trim().is_empty();
        match before.strip_suffix('-').map(str::len) {
            Some(at) if is_first(at) => Ok(at),
            _ => Err(Unset::Form),
        }
    }

    /// Returns the offset of a `|` or `>` that begins a text over several lines.
    fn block_header(&self, after: usize) -> Option<usize> {
        let rest = self.text[after..].trim_start_matches([' ', '\t']);
        rest.starts_with(['|', '>']).then(|| self.text.len() - rest.len())
    }

    fn end_of(&self, entry: &Entry) -> Result<usize, Unset> {
        self.end_of_value(&entry.value, self.after_colon(entry)?)
    }

    /// Returns where a value ends; `spot` is the offset after its colon or dash.
    fn end_of_value(&self, value: &Value, spot: usize) -> Result<usize, Unset> {
        if let Some(header) = self.block_header(spot) {
            return Ok(self.line_end(header).max(value.span.end as usize));
        }
        if !self.is_block(value) {
            return Ok(if value.span.start as usize >= spot { value.span.end as usize } else { spot });
        }
        match &value.data {
            Data::List(items) => {
                let Some(last) = items.last() else { return Ok(spot) };
                self.end_of_value(last, self.dash(last)? + 1)
            }
            Data::Table(table) => table.entries.last().map_or(Ok(spot), |entry| self.end_of(entry)),
            _ => Ok(value.span.end as usize),
        }
    }

    /// Returns whether a value is a list or table that is indented rather than in brackets.
    fn is_block(&self, value: &Value) -> bool {
        let is_collection = matches!(value.data, Data::List(_) | Data::Table(_));
        is_collection && !self.text[value.span.range()].starts_with(['[', '{', '*'])
    }

    fn opens_with(&self, value: &Value, sign: char) -> bool {
        self.text[value.span.range()].starts_with(sign)
    }

    fn column(&self, at: usize) -> usize {
        self.text[self.line_start(at)..at].chars().count()
    }

    fn line_start(&self, at: usize) -> usize {
        self.text[..at].rfind('\n').map_or(0, |n| n + 1)
    }

    fn line_end(&self, at: usize) -> usize {
        self.text[at..].find('\n').map_or(self.text.len(), |n| at + n)
    }
}

/// Returns an entry, whose value may continue on lines below.
fn pair((key, fact): (&str, &Fact), indent: usize) -> String {
    let key = key_text(key, false);
    match fact {
        Fact::Table(entries) => {
            let inner = indent + 2;
            let lines = entries.iter().map(|(key, fact)| pair((key, fact), inner));
            format!("{key}:{}", lines.map(|line| format!("\n{}{line}", " ".repeat(inner))).collect::<String>())
        }
        Fact::List(_) => format!("{key}: {}", flow_text(fact)),
        Fact::Text(text) if text.contains('\n') => {
            format!("{key}: {}", literal(text, indent + 2).unwrap_or_else(|| quoted(text)))
        }
        fact => format!("{key}: {}", scalar(fact, Style::Plain, false)),
    }
}

/// Returns a key, in quotes if it needs them.
fn key_text(key: &str, is_flow: bool) -> String {
    let text = if is_flow { format!("{{{key}: 1}}\n") } else { format!("{key}: 1\n") };
    let reads = |table: Table| table.entries.len() == 1 && table.entries[0].key == key;
    let is_plain = !key.is_empty()
        && !key.contains(['\n', '#', '"', '\''])
        && front_matter::read(&text, 0, Format::Yaml).is_ok_and(reads);
    if is_plain { key.to_owned() } else { quoted(key) }
}

/// Returns the text of an item in an indented list.
fn item_text(fact: &Fact) -> String {
    if fact.is_collection() { flow_text(fact) } else { scalar(fact, Style::Plain, false) }
}

/// Returns a value in brackets.
fn flow_text(fact: &Fact) -> String {
    match fact {
        Fact::List(items) => format!("[{}]", items.iter().map(flow_text).collect::<Vec<_>>().join(", ")),
        Fact::Table(entries) => {
            let pair = |(key, fact): &(String, Fact)| format!("{}: {}", key_text(key, true), flow_text(fact));
            format!("{{{}}}", entries.iter().map(pair).collect::<Vec<_>>().join(", "))
        }
        fact => scalar(fact, Style::Plain, true),
    }
}

fn scalar(fact: &Fact, style: Style, is_flow: bool) -> String {
    let text = match fact {
        Fact::Text(text) | Fact::Day(text) => text.clone(),
        Fact::Number(number) => number.to_string(),
        Fact::Truth(truth) => return truth.to_string(),
        Fact::List(_) | Fact::Table(_) => return flow_text(fact),
    };
    let is_printable = !text.contains(|c: char| c.is_control());
    match style {
        Style::Plain if reads_plain(&text, fact, is_flow) => text,
        Style::Single if is_printable => single(&text),
        Style::Plain if is_printable && text.contains(['"', '\\']) => single(&text),
        _ => quoted(&text),
    }
}

fn single(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

/// Returns whether a text without quotes reads as what it says.
fn reads_plain(text: &str, fact: &Fact, is_flow: bool) -> bool {
    if text.is_empty() || text.contains(|c: char| c.is_control()) || text.starts_with(['&', '*', '!', '|', '>']) {
        return false;
    }
    let line = if is_flow { format!("k: [{text}]\n") } else { format!("k: {text}\n") };
    let Ok(table) = front_matter::read(&line, 0, Format::Yaml) else { return false };
    let [Entry { value, .. }] = table.entries.as_slice() else { return false };
    let [item] = value.items() else { return false };
    match (fact, &item.data) {
        (Fact::Text(_), Data::Text(read)) | (Fact::Day(_), Data::Date(read)) => read == text,
        (Fact::Number(number), Data::Integer(read)) => number == read,
        _ => false,
    }
}

/// Returns a text as lines below `|`, or `None` if this form can't express it.
fn literal(text: &str, indent: usize) -> Option<String> {
    let body = text.strip_suffix('\n');
    let sign = if body.is_some() { "|" } else { "|-" };
    let body = body.unwrap_or(text);
    let is_odd = |c: char| c.is_control() && c != '\n' && c != '\t';
    let is_bad =
        body.is_empty() || body.starts_with([' ', '\n', '\t']) || body.ends_with('\n') || body.contains(is_odd);
    if is_bad {
        return None;
    }
    let line = |line: &str| if line.is_empty() { "\n".to_owned() } else { format!("\n{}{line}", " ".repeat(indent)) };
    Some(format!("{sign}{}", body.split('\n').map(line).collect::<String>()))
}
