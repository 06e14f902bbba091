//! Fuzzes changes of one passage: whatever the chapter and the new text are, nothing outside the
//! passage changes, and the draft is harmless.

use rolebook::author::edit::{Wanted, children, expect, lost_anchors, passages, replace, text_at, with_anchors};
use rolebook::chapter::document::Document;
use rolebook::site::urls::Site;
use rolebook::text::diagnostic::Span;
use rolebook::text::path::SourcePath;
use scraper::Html;

use crate::chapter::{around, seeds, statements};
use crate::fuzz;
use crate::shared::{harmless, site_with};

/// Texts that replace a passage, in addition to a part of the text itself.
const NEW: &[&str] =
    &["", "Other words.", "- One {#it}\n- Two\n", "```\nopen", "</div>", "\r\n---\r\n", "| a |\n|---|\n", "[[b]]"];

/// The number of passages that are changed per text. Changing every passage of a long chapter would
/// take as long as many texts.
const TRIED: usize = 3;

/// Lists the spans of the passages. They have to be inside the file, in order, and without
/// overlaps.
fn places(document: &Document, bytes: &[u8]) -> Vec<Span> {
    let spans: Vec<Span> = passages(&document.body).into_iter().map(|passage| passage.span).collect();
    let mut last = 0;
    for span in &spans {
        assert!(last <= span.start && span.start < span.end && span.end as usize <= bytes.len(), "{spans:?}");
        assert!(std::str::from_utf8(&bytes[span.range()]).is_ok(), "{span:?} splits a character");
        last = span.end;
    }
    spans
}

/// Changes one passage as the preview does.
fn change(site: &Site, path: &SourcePath, before: &Document, bytes: &[u8], (span, new): (Span, &str)) {
    let range = span.range();
    let after = replace(bytes, span, new);
    let kept = after.len() - (bytes.len() - range.end);
    assert!(after[..range.start] == bytes[..range.start] && after[kept..] == bytes[range.end..], "{span:?}");
    let Some(document) = site.parsed(path, &after) else { return };
    let lost = lost_anchors(before, &document);
    let anchored = with_anchors(&after, &lost);
    let again = site.parsed(path, &anchored).expect("adding an anchor never makes a chapter unreadable");
    for anchor in &lost {
        assert!(
            statements(&again).contains(&anchor.id.as_str()),
            "{anchor:?} is not kept:\n{}",
            String::from_utf8_lossy(&anchored)
        );
    }
    let draft = site.draft(path, &after).unwrap().unwrap();
    harmless(&Html::parse_fragment(&draft.html));
    for place in children(&draft.html) {
        assert!(draft.html.get(place.clone()).is_some(), "{place:?} splits a character");
    }
}

fn hold(text: &str) {
    let sources = around(text);
    let site = site_with(&sources, None);
    let path = SourcePath::new("roles/a.md");
    let bytes = text.as_bytes();
    let Some(document) = site.parsed(&path, bytes) else { return };
    for level in [None, Some(Wanted { number: 3, name: "Leading" })] {
        if let Ok(after) = expect(bytes, &|key| key == "c", "c", level) {
            assert!(
                site.parsed(&path, &after).is_some(),
                "changing a level makes the chapter unreadable:\n{}",
                String::from_utf8_lossy(&after)
            );
        }
    }
    let spans = places(&document, bytes);
    let from = text.len() % spans.len().max(1);
    for (n, span) in spans.iter().cycle().skip(from).take(TRIED.min(spans.len())).enumerate() {
        let part = spans[(n * 7 + from) % spans.len()];
        let own = text_at(bytes, part);
        let new = NEW.get((text.len() + n) % (NEW.len() * 2)).copied().unwrap_or(&own);
        change(&site, &path, &document, bytes, (*span, new));
    }
}

#[test]
fn changing_a_passage_never_changes_the_rest_of_the_file() {
    fuzz("edit", &seeds(), &hold);
}
