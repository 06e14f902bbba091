//! Gives anchors to what other generators give them to: the summaries of folded text in `GitBook`, and
//! the names of settings in comments, as in the documentation of Material for `MkDocs`.
//!
//! Input: events. Output: the events with an empty element at each anchor, and with the names of
//! settings as code. Never changes what an author wrote as HTML.

use pulldown_cmark::{CowStr, Event, Tag, TagEnd};

use super::Located;
use crate::declare::generator::Generator;
use crate::text::markup::escape;
use crate::text::slug::slug;

/// Reads the anchors.
pub fn apply(events: Vec<Located<'_>>, generator: Option<Generator>) -> Vec<Located<'_>> {
    let is_html = |located: &Located<'_>| matches!(located.0, Event::Html(_) | Event::InlineHtml(_));
    match generator {
        Some(Generator::GitBook | Generator::MkDocs) if events.iter().any(is_html) => {}
        _ => return events,
    }
    let mut out: Vec<Located<'_>> = Vec::with_capacity(events.len() + 4);
    for (event, range) in events {
        let place = range.start..range.start;
        match &event {
            Event::Html(html) if generator == Some(Generator::GitBook) => {
                if let Some(id) = summary(html) {
                    let begins = matches!(out.last(), Some((Event::Start(Tag::HtmlBlock), _)));
                    let at = out.len() - usize::from(begins);
                    out.insert(at, (anchor(&id), place));
                }
                out.push((event, range));
            }
            Event::InlineHtml(html) | Event::Html(html) if generator == Some(Generator::MkDocs) => {
                let Some((id, name)) = setting(html.trim()) else {
                    out.push((event, range));
                    continue;
                };
                // On a line of its own, it is a paragraph.
                if let Some((begin @ Event::Start(Tag::HtmlBlock), _)) = out.last_mut() {
                    *begin = Event::Start(Tag::Paragraph);
                }
                let name = name.to_owned();
                out.extend([(anchor(&id), place), (Event::Code(name.into()), range)]);
            }
            Event::End(TagEnd::HtmlBlock) if ends_setting(&out) => out.push((Event::End(TagEnd::Paragraph), range)),
            _ => out.push((event, range)),
        }
    }
    out
}

/// Returns whether the last events are a paragraph with the name of a setting.
fn ends_setting(events: &[Located<'_>]) -> bool {
    let n = events.len();
    let begins = n.checked_sub(3).map(|at| &events[at].0);
    matches!((begins, events.last()), (Some(Event::Start(Tag::Paragraph)), Some((Event::Code(_), _))))
}

fn anchor<'a>(id: &str) -> Event<'a> {
    Event::InlineHtml(CowStr::from(format!("<span id=\"{}\"></span>", escape(id))))
}

/// Returns the anchor of a summary that is plain text on one line.
fn summary(html: &str) -> Option<String> {
    let text = html.trim().strip_prefix("<summary>")?.strip_suffix("</summary>")?;
    let id = slug(text);
    (!id.is_empty() && !text.contains('<')).then_some(id)
}

/// Returns the anchor and the name in `<!-- md:setting name -->` and `<!-- md:option name -->`.
fn setting(html: &str) -> Option<(String, &str)> {
    let inner = html.strip_prefix("<!--")?.strip_suffix("-->")?.trim().strip_prefix("md:")?;
    let (kind, name) = inner.split_once(' ')?;
    let name = name.trim();
    let is_name = name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-' | ':'));
    let id = match kind {
        "setting" => name.to_owned(),
        "option" => format!("+{name}"),
        _ => return None,
    };
    (is_name && !name.is_empty()).then(|| (id, name.rsplit(':').next().unwrap_or(name)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn summaries_and_settings_have_anchors() {
        assert_eq!(summary("<summary>Guest role</summary>\n").as_deref(), Some("guest-role"));
        assert_eq!(summary("<summary><b>x</b></summary>"), None);
        assert_eq!(summary("<details>"), None);
        assert_eq!(setting("<!-- md:setting a.b_c -->"), Some(("a.b_c".to_owned(), "a.b_c")));
        assert_eq!(setting("<!-- md:option type:note -->"), Some(("+type:note".to_owned(), "note")));
        assert_eq!(setting("<!-- md:version 1.2 -->").or(setting("<!-- md:setting a b -->")), None);
    }
}
