//! Writes the links of headings and statements to themselves, and the level that a heading
//! describes.
//!
//! Input: the number of a heading or statement, and the page so far. Output: HTML. A part that
//! another page shows gets no such links.

use std::cmp::Ordering;
use std::fmt::Write as _;

use super::{Filler, Scope};
use crate::chapter::document::{Document, Heading};
use crate::declare::config;
use crate::model::book::{ChapterId, Standing};
use crate::site::view::{competency_of, encode_fragment};
use crate::text::markup::escape;
use crate::text::path::fold;

impl Filler<'_> {
    /// Completes the heading that `out` ends with: adds the level that it describes, and puts a link
    /// to it next to it. Inside the heading, the link would become part of its name for screen
    /// readers.
    pub(super) fn heading_anchor(&self, n: u32, scope: Scope, out: &mut String) {
        if scope.depth > 0 || !scope.own {
            return;
        }
        let Document { meta, outline, .. } = self.view.document(scope.chapter);
        let Some(heading) = outline.headings.get(n as usize) else { return };
        let end = format!("</h{}>", heading.level);
        // If the sanitizer moved the heading, it remains as it is. The title needs no link, because
        // the page has its own address.
        let Some(start) = out.rfind(&format!("<h{}", heading.level)).filter(|_| out.ends_with(&end)) else { return };
        out.truncate(out.len() - end.len());
        self.level_of_heading(heading, scope.chapter, out);
        out.push_str(&end);
        let is_title = |heading: &Heading| heading.level == 1;
        if is_title(heading) && !outline.headings[..n as usize].iter().any(is_title) {
            return;
        }
        out.insert_str(start, "<div class=\"heading\">");
        let title = if heading.text.is_empty() { &meta.title } else { &heading.text };
        let label = self.view.theme.ui("link-to-section").replace("{title}", title);
        write_anchor(&heading.id, &label, out);
        out.push_str("</div>");
    }

    /// Writes the link of a statement to itself.
    pub(super) fn statement_anchor(&self, n: u32, scope: Scope, out: &mut String) {
        let facts = &self.view.meta(scope.chapter).facts;
        if let (0, true, Some(statement)) = (scope.depth, scope.own, facts.statements().get(n as usize)) {
            write_anchor(&statement.id, self.view.theme.ui("link-to-statement"), out);
        }
    }

    /// Shows which level of the scale a heading of a competency describes, as a meter and a number.
    fn level_of_heading(&self, heading: &Heading, chapter: ChapterId, out: &mut String) {
        let Some(facts) = competency_of(self.view.book, chapter) else { return };
        let Some(own) = facts.levels.iter().find(|own| own.id == heading.id) else { return };
        // Inside a level, the heading of a track only adds to what the level says.
        if let Some(track) = own.track.as_deref().filter(|_| own.is_inside) {
            let _ = write!(out, " <span class=\"at-level\">{}</span>", escape(self.view.config.track_title(track)));
            return;
        }
        let scope = config::Scope { track: own.track.as_deref(), family: self.view.meta(chapter).family.as_deref() };
        let (at, top) = (Standing::new(own.level, scope), self.view.top(chapter, scope));
        out.push_str(" <span class=\"at-level\"><span class=\"steps\" aria-hidden=\"true\">");
        for of in self.view.config.scale_of(scope) {
            out.push_str(match of.level.cmp(&own.level) {
                _ if of.level > top => "<i class=\"absent\"></i>",
                Ordering::Less => "<i class=\"reached\"></i>",
                Ordering::Equal => "<i class=\"own\"></i>",
                Ordering::Greater => "<i></i>",
            });
        }
        let (name, highest) = (self.view.level_name(chapter, at), self.view.config.highest(scope));
        let mut words = if fold(&name) == fold(&heading.text) {
            let words = self.view.theme.ui("n-of").replace("{n}", &own.level.to_string());
            words.replace("{of}", &highest.to_string())
        } else {
            self.view.level_of(&name, own.level, highest)
        };
        if let Some(track) = &own.track {
            words = format!("{} · {words}", self.view.config.track_title(track));
        }
        let _ = write!(out, "</span>{}</span>", escape(&words));
    }
}

/// Writes a link to a place on this page. A script copies its URL when it is clicked.
fn write_anchor(id: &str, label: &str, out: &mut String) {
    let id = escape(&encode_fragment(id));
    let _ = write!(out, "<a class=\"anchor\" href=\"#{id}\" aria-label=\"{}\"></a>", escape(label));
}
