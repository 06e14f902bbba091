//! Writes lists and their items: statements, examples, tasks and others.
//!
//! Input: the events that start and end lists and items, and the structure. Output: HTML, with marks
//! around statements and examples. Never writes what is inside an item.

use pulldown_cmark::{Event, Tag};

use super::Writer;
use crate::chapter::document::Hole;
use crate::chapter::markdown::Located;
use crate::chapter::markdown::marks::Mark;

/// The kind of an open list item.
pub(super) enum Item {
    Statement(usize),
    /// An example in a list that has other items too.
    Example,
    Other,
}

impl Writer<'_, '_> {
    pub(super) fn start_list(&mut self, n: usize, first: Option<u64>) {
        let examples = self.structure.examples.lists.contains(&n);
        self.lists.push(examples);
        self.out.fresh_line();
        if examples {
            self.out.mark(Mark::ExampleStart);
        }
        self.out.html.push_str(if first.is_some() { "<ol" } else { "<ul" });
        if examples {
            self.attribute("class", "examples");
        } else if first.is_none() && has_task(self.events, n + 1) {
            self.attribute("class", "tasks");
        }
        if let Some(start) = first.filter(|first| *first != 1) {
            self.attribute("start", &start.to_string());
        }
        self.out.html.push_str(">\n");
    }

    pub(super) fn start_item(&mut self, n: usize) {
        let structure = self.structure;
        let example = structure.examples.items.get(&n).copied();
        let (item, class) = match (structure.statement_at.get(&n), example) {
            (Some(number), _) => (Item::Statement(*number), Some("statement")),
            (None, Some(_)) if self.lists.last() == Some(&false) => (Item::Example, example),
            (None, Some(_)) => (Item::Other, example),
            (None, None) => (Item::Other, has_task(self.events, n).then_some("task")),
        };
        self.out.fresh_line();
        if matches!(item, Item::Example) {
            self.out.mark(Mark::ExampleStart);
        }
        self.out.html.push_str("<li");
        if let Some(class) = class {
            self.attribute("class", class);
        }
        if let Item::Statement(number) = item {
            self.attribute("id", &structure.statements[number].id);
        }
        self.out.html.push('>');
        if let Item::Statement(number) = item {
            self.out.hole(Hole::StatementAnchor(u32::try_from(number).unwrap_or(u32::MAX)));
            self.out.mark(Mark::StatementStart(number));
        }
        self.items.push(item);
    }

    pub(super) fn end_item(&mut self) {
        let item = self.items.pop();
        if let Some(Item::Statement(n)) = item {
            self.out.mark(Mark::StatementEnd(n));
        }
        self.out.html.push_str("</li>\n");
        if let Some(Item::Example) = item {
            self.out.mark(Mark::ExampleEnd);
        }
    }
}

/// Returns whether the item at `n` begins with a checkbox.
fn has_task(events: &[Located<'_>], n: usize) -> bool {
    let is_marker = |n: usize| matches!(events.get(n), Some((Event::TaskListMarker(_), _)));
    is_marker(n + 1) || (matches!(events.get(n + 1), Some((Event::Start(Tag::Paragraph), _))) && is_marker(n + 2))
}
