//! Writes tables, each in its own scrollable region.
//!
//! Input: the events of a table. Output: its HTML, with the region's attributes as a hole. Never
//! looks inside a cell (see `missed/cells`).

use pulldown_cmark::{Alignment, Event, TagEnd};

use super::Writer;
use crate::chapter::document::Hole;

/// The table being written.
pub(super) struct Table {
    alignments: Vec<Alignment>,
    column: usize,
    head: bool,
    /// Whether the open cell is a header cell.
    is_th: bool,
}

impl Writer<'_, '_> {
    pub(super) fn start_table(&mut self, n: usize, alignments: &[Alignment]) {
        self.table = Some(Table { alignments: alignments.to_vec(), column: 0, head: false, is_th: false });
        let heading = self.structure.heading_at.range(..n).next_back().map_or(0, |(_, (number, _))| number + 1);
        self.block("<div class=\"table-scroll\"");
        self.out.hole(Hole::TableAttributes(heading));
        self.out.html.push_str("><table>\n");
    }

    pub(super) fn start_row(&mut self, head: bool) {
        if let Some(table) = &mut self.table {
            table.column = 0;
            table.head = head;
        }
        self.out.html.push_str(if head { "<thead>\n<tr>\n" } else { "<tr>\n" });
    }

    pub(super) fn start_cell(&mut self, n: usize) {
        let Some(table) = &mut self.table else { return };
        let class = match table.alignments.get(table.column) {
            Some(Alignment::Left) => " class=\"left\"",
            Some(Alignment::Center) => " class=\"center\"",
            Some(Alignment::Right) => " class=\"right\"",
            Some(Alignment::None) | None => "",
        };
        // An empty header cell would be announced without any text, so an empty corner is an
        // ordinary cell.
        let is_empty = matches!(self.events.get(n + 1), Some((Event::End(TagEnd::TableCell), _)));
        table.is_th = table.head && !is_empty;
        self.out.html.push_str(&format!("<{}{class}>", if table.is_th { "th" } else { "td" }));
    }

    pub(super) fn end_cell(&mut self) {
        let Some(table) = &mut self.table else { return };
        table.column += 1;
        self.out.html.push_str(if table.is_th { "</th>\n" } else { "</td>\n" });
    }
}
