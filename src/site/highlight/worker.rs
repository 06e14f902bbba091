//! Colors one block at a time, line by line, and writes its HTML.
//!
//! Input: code, its syntax and the grammars. Output: HTML, or the reason why there is none. Never
//! lets what was colored before affect the result: a remembered line costs what it cost the first
//! time.

use std::collections::HashMap;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

use indexmap::IndexSet;
use syntect::parsing::ScopeStack;

use super::languages::Languages;
use super::search::Budget;
use super::walk::{Changes, Place, Walker};
use super::{Key, Plain, short};
use crate::text::markup::escape_into;

/// The maximum amount of work for coloring one block. Code takes 100 to 300 units per byte, so this
/// is enough for about 100 KiB. The worst code that we know uses it up in a quarter of a second.
const BUDGET: u64 = 25_000_000;
/// The longest line, in bytes, that is colored. Longer lines are data, and patterns take quadratic
/// time on them.
pub(super) const LONGEST_LINE: usize = 10_000;
/// How many bytes of lines a worker remembers before it starts over.
const WORKER_BYTES: usize = 8 * 1024 * 1024;
/// How many states a worker remembers before it starts over.
const WORKER_STATES: usize = 2_000;

/// The parser's state between two lines.
#[derive(Clone, PartialEq, Eq)]
struct State {
    place: Place,
    scopes: ScopeStack,
}

/// Few states have the same scopes, so the scopes are enough to find one quickly.
impl Hash for State {
    fn hash<H: Hasher>(&self, hasher: &mut H) {
        self.scopes.as_slice().hash(hasher);
    }
}

/// A colored line: its HTML without the line end, the number of the state after it, and its cost.
struct Line {
    html: Box<str>,
    after: usize,
    work: u64,
}

/// A worker that colors one block at a time and remembers lines. The same line in the same state
/// has the same colors and leads to the same state, and lines such as `}` occur in most blocks.
#[derive(Default)]
pub(super) struct Worker {
    states: IndexSet<State>,
    starts: HashMap<usize, usize>,
    lines: HashMap<Key, Line>,
    bytes: usize,
    walker: Walker,
}

impl Worker {
    /// Colors a block.
    pub(super) fn block(&mut self, code: &str, languages: &Languages, syntax: usize) -> Result<Arc<str>, Plain> {
        if code.len() as u64 > BUDGET || code.lines().any(|line| line.len() > LONGEST_LINE) {
            return Err(Plain::TooMuch);
        }
        if self.bytes > WORKER_BYTES || self.states.len() > WORKER_STATES {
            *self = Self::default();
        }
        let mut at = match self.starts.get(&syntax) {
            Some(start) => *start,
            None => self.start(languages, syntax).ok_or(Plain::Unknown)?,
        };
        let mut budget = Budget::new(BUDGET);
        let mut html = String::with_capacity(code.len() * 3);
        let mut with_end = String::new();
        for line in code.split_inclusive('\n') {
            let text = line.strip_suffix('\n').unwrap_or(line);
            with_end.clear();
            with_end.push_str(text);
            // The syntaxes expect every line to end with a line feed, including the last one.
            with_end.push('\n');
            at = self.line(at, &with_end, languages, (&mut budget, &mut html))?;
            html.push_str(&line[text.len()..]);
        }
        Ok(html.into())
    }

    /// Appends the HTML of a line that begins in state `at`, and subtracts the line's cost from the
    /// budget. Returns the state after the line.
    fn line(
        &mut self,
        at: usize,
        line: &str,
        languages: &Languages,
        (budget, html): (&mut Budget, &mut String),
    ) -> Result<usize, Plain> {
        let mut hasher = blake3::Hasher::new();
        hasher.update(&at.to_le_bytes()).update(line.as_bytes());
        let key = short(&hasher);
        if let Some(known) = self.lines.get(&key) {
            // A remembered line costs as much as it did the first time, so that the cache doesn't
            // affect which blocks are colored.
            budget.pay(known.work)?;
            html.push_str(&known.html);
            return Ok(known.after);
        }
        let State { mut place, mut scopes } = self.states.get_index(at).ok_or(Plain::Unknown)?.clone();
        let (from, before) = (html.len(), budget.left());
        let changes = self.walker.line(&mut place, line, &languages.grammars, budget)?;
        let work = before - budget.left();
        write_line(&mut scopes, &line[..line.len() - 1], changes, (languages, html)).ok_or(Plain::Unknown)?;
        let (after, _) = self.states.insert_full(State { place, scopes });
        self.bytes += html.len() - from + 64;
        self.lines.insert(key, Line { html: html[from..].into(), after, work });
        Ok(after)
    }

    /// Returns the number of the state in which a syntax begins.
    fn start(&mut self, languages: &Languages, syntax: usize) -> Option<usize> {
        let place = Place::start(languages.grammars.start(syntax)?);
        let (start, _) = self.states.insert_full(State { place, scopes: ScopeStack::new() });
        self.starts.insert(syntax, start);
        Some(start)
    }
}

/// Applies the changes of one line to the scopes and appends its HTML.
fn write_line(
    scopes: &mut ScopeStack,
    text: &str,
    changes: Changes,
    (languages, html): (&Languages, &mut String),
) -> Option<()> {
    let mut out = Spans { html, open: None, from: 0, text };
    let mut before = 0;
    for (position, change) in changes {
        if position > before {
            out.piece(before.min(text.len()), position.min(text.len()), languages.class(scopes.as_slice()));
            before = position;
        }
        scopes.apply(&change).ok()?;
    }
    out.piece(before.min(text.len()), text.len(), languages.class(scopes.as_slice()));
    out.close(text.len());
    Some(())
}

/// The spans of one line. Pieces of the same class become one span, including the blanks between
/// them.
struct Spans<'a> {
    html: &'a mut String,
    text: &'a str,
    open: Option<char>,
    from: usize,
}

impl Spans<'_> {
    /// Takes the next piece, which begins where the last one ended.
    fn piece(&mut self, start: usize, end: usize, class: Option<char>) {
        let is_blank = |piece: &str| piece.bytes().all(|byte| byte == b' ' || byte == b'\t');
        // The next piece determines whether blanks belong to the open span; see `close`.
        if start >= end || class == self.open || is_blank(&self.text[start..end]) {
            return;
        }
        self.close(start);
        self.open = class;
    }

    /// Ends the open span at `end`, and puts trailing blanks outside it.
    fn close(&mut self, end: usize) {
        let piece = &self.text[self.from..end];
        self.from = end;
        let Some(class) = self.open.take() else { return escape_into(piece, self.html) };
        let solid = piece.trim_end_matches([' ', '\t']);
        self.html.push_str(&format!("<span class=\"{class}\">"));
        escape_into(solid, self.html);
        self.html.push_str("</span>");
        self.html.push_str(&piece[solid.len()..]);
    }
}
