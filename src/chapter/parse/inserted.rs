//! Reports the files that a chapter doesn't insert, and redacts what it looks like with the others.
//!
//! Input: a chapter with the files that it inserts. Output: findings and the redacted body. Never
//! reads a file.

use std::borrow::Cow;

use super::Reader;
use crate::chapter::dialect::Foreign;
use crate::chapter::inclusion::Inserted;
use crate::chapter::markdown::Place;
use crate::chapter::redact::{self, Redacted, Remark, Rules};
use crate::text::diagnostic::Span;
use crate::text::rule::Rule;

impl Reader<'_> {
    /// Reports the files that aren't inserted, and returns the places that ask for missing ones.
    /// `place` maps the body before anything was inserted.
    pub(super) fn refuse(&mut self, inserted: &Inserted, place: Place<'_>) -> Vec<(Foreign, Span)> {
        for (range, file, why) in &inserted.refused {
            let (message, help) = why.words(file);
            self.finding(Rule::RefusedInsertion, place.span(range), message, help);
        }
        inserted.missing.iter().map(|(range, _)| (Foreign::Inclusion, place.span(range))).collect()
    }

    /// Redacts a body once more, because what two files say together may be a mark that neither of
    /// them is. Returns the body, the hidden spans of the file, and whether a mark is in doubt.
    pub(super) fn redact_again<'i>(
        &mut self,
        inserted: &'i Inserted,
        (start, rules): (usize, Rules<'_>),
        mut hidden: Vec<Span>,
    ) -> (Cow<'i, str>, Vec<Span>, bool) {
        let place = Place { text: &inserted.text, start };
        let Redacted { text, remarks, hidden: again, .. } = redact::redact(&inserted.text.text[start..], rules);
        hidden.extend(again.iter().map(|range| place.span(range)));
        hidden.sort_by_key(|span| span.start);
        let is_in_doubt = remarks.iter().any(|remark| matches!(remark, Remark::Misread(..)));
        // Those who see everything also see the marks that were reported before.
        for remark in remarks.into_iter().filter(|_| !rules.visible.is_everything()) {
            self.remark(remark, place);
        }
        (text, hidden, is_in_doubt)
    }
}
