//! Finds unintended effects of `|` in a table: cells split in two, and cells that aren't shown.
//!
//! Input: the events of tables. Output: findings, at most one per row, because the first error
//! shifts all cells after it.

use std::ops::Range;

use pulldown_cmark::{Event, Tag};

use super::super::{Located, end_of};
use super::{Missed, forms};
use crate::text::rule::Rule;

impl Missed<'_> {
    pub(super) fn tables(&mut self, events: &[Located<'_>]) {
        for (n, (event, range)) in events.iter().enumerate() {
            if matches!(event, Event::Start(Tag::TableRow | Tag::TableHead)) {
                self.row(&events[n + 1..end_of(events, n)], range);
            }
        }
    }

    fn row(&mut self, events: &[Located<'_>], row: &Range<usize>) {
        let mut n = 0;
        let mut last = row.start;
        while n < events.len() {
            let end = end_of(events, n);
            let range = events[n].1.clone();
            if let Some((at, message, help)) = self.cut(&events[n + 1..end], &range, row) {
                return self.finding(Rule::UnescapedPipe, &at, message, help);
            }
            last = range.end;
            n = end + 1;
        }
        // Ranges of empty cells may begin behind the row.
        let rest = self.input.body.get(last..row.end).unwrap_or_default().trim_end();
        let mut dropped = rest.trim_start().trim_start_matches('|').trim_start();
        // A tag of another generator at the end of the last cell isn't shown anyway.
        if !dropped.is_empty()
            && let Some(end) = self.end_of_foreign(last + rest.len() - dropped.len())
        {
            dropped = self.input.body.get(end..last + rest.len()).unwrap_or_default().trim_start();
        }
        if !dropped.trim_matches(['|', ' ', '\t']).is_empty() {
            let start = last + rest.len() - dropped.len();
            let message = "this row has more cells than the table's header, so the extra cells aren't shown";
            let help = "add a column to the header, or write `\\|` where a `|` is meant as text";
            self.finding(Rule::ExtraCell, &(start..last + rest.len()), message, help);
        }
    }

    /// Returns where the syntax of another generator ends that was left out at `at`.
    fn end_of_foreign(&self, at: usize) -> Option<usize> {
        let dropped = &self.input.view?.dropped;
        let first = dropped.partition_point(|(_, range)| range.start < at);
        dropped.get(first).filter(|(_, range)| range.start == at).map(|(_, range)| range.end)
    }

    /// Returns a finding if a cell ends in the middle of code or a link.
    fn cut(
        &self,
        cell: &[Located<'_>],
        range: &Range<usize>,
        row: &Range<usize>,
    ) -> Option<(Range<usize>, &'static str, &'static str)> {
        let body = self.input.body;
        // The last cell of a row that doesn't end with a `|` can include the line break behind the row.
        let behind = body.get(range.end..row.end).unwrap_or_default();
        let end = range.start + body[range.clone()].trim_end().len();
        let texts = cell.iter().filter(|(event, _)| matches!(event, Event::Text(_))).map(|(_, range)| range);
        for text in texts.clone() {
            let is_escaped = text.start > 0 && body.as_bytes()[text.start - 1] == b'\\';
            let Some(at) = body[text.clone()].find('`').filter(|at| !(is_escaped && *at == 0)) else { continue };
            let is_code = behind.contains('`') && behind.trim_start().starts_with('|');
            if is_code {
                let help = "write it as `\\|`, in code too";
                return Some((text.start + at..end, "the `|` in this code ends the table's cell", help));
            }
        }
        let first = texts.map(|range| range.start).next()?;
        let text = &body[first.min(end)..end];
        let open = forms::open_wikilink(text)?;
        let is_code = text[..open].ends_with('\\') || text.contains('`');
        let help = "write it as `\\|`: `[[id\\|text]]`";
        (!is_code && behind.contains("]]"))
            .then(|| (first + open..end, "the `|` in this link ends the table's cell", help))
    }
}
