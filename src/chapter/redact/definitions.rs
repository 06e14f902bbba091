//! Finds definitions that only hidden text refers to: of footnotes, links and abbreviations.
//!
//! Input: the body of a chapter and the ranges that are hidden. Output: ranges to hide as well. No page shows such a
//! definition, but the chapter's Markdown would still contain it. Never hides a definition that visible text
//! refers to, or one that nothing refers to.

use std::collections::BTreeMap;
use std::ops::Range;

use pulldown_cmark::{Event, Options, Parser, Tag};

use super::structure::{Shield, Structure};
use super::{blank, joined};
use crate::chapter::dialect::Reading;
use crate::declare::dialect::Dialect;

/// The maximum number of times a body is parsed. Of several definitions of one label, the parser knows only the first.
const MOST_READS: usize = 8;
/// The maximum length of a label (`CommonMark` 0.31.2, section 4.7), in bytes.
const LONGEST_LABEL: usize = 999;

/// A definition and what refers to it.
struct Definition {
    range: Range<usize>,
    /// The reference, as [`References`] counts it.
    reference: String,
    /// What its own text refers to, including itself.
    own: References,
}

/// Lists the definitions that only text in `hidden` refers to.
pub fn of_hidden(
    text: &str,
    hidden: &[Range<usize>],
    (structure, reading): (&Structure, &Reading<'_>),
) -> Vec<Range<usize>> {
    let mut found: Vec<Range<usize>> = Vec::new();
    if hidden.is_empty() || !text.contains("]:") {
        return found;
    }
    for _ in 0..MOST_READS {
        let ranges = joined(hidden.iter().chain(&found).cloned().collect());
        let rest = blank(text, &ranges);
        let before = found.len();
        let secret: String = ranges.iter().filter_map(|range| text.get(range.clone())).collect();
        let open = all(&rest, (structure, reading));
        found.extend(among(open, (References::of(&secret), References::of(&rest))));
        if found.len() == before {
            break;
        }
    }
    found
}

/// Lists those of the definitions to which only hidden text refers, given what hidden text and the rest refer to.
fn among(mut open: Vec<Definition>, (mut secret, mut shown): (References, References)) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    loop {
        let before = found.len();
        open.retain(|one| {
            let others = shown.count(&one.reference).saturating_sub(one.own.count(&one.reference));
            let is_secret = secret.count(&one.reference) > 0 && others == 0;
            if is_secret {
                found.push(one.range.clone());
                // What a hidden definition refers to may be hidden, too.
                for (reference, count) in &one.own.counts {
                    *secret.counts.entry(reference.clone()).or_default() += count;
                    let left = shown.count(reference).saturating_sub(*count);
                    shown.counts.insert(reference.clone(), left);
                }
            }
            !is_secret
        });
        if found.len() == before {
            return found;
        }
    }
}

/// What a text may refer to: what is in brackets, in lower case, and its words.
struct References {
    counts: BTreeMap<String, usize>,
}

impl References {
    fn of(text: &str) -> Self {
        let mut counts = BTreeMap::new();
        for (at, _) in text.match_indices('[') {
            let rest = &text[at + 1..];
            let Some(end) = rest.find(['[', ']']).filter(|end| *end <= LONGEST_LABEL) else { continue };
            // Another definition of the label doesn't refer to it.
            let is_definition = rest[end..].starts_with("]:") && is_first(&text[..at]);
            if rest[end..].starts_with(']') && !is_definition {
                *counts.entry(bracketed(&rest[..end])).or_default() += 1;
            }
        }
        for word in text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()) {
            *counts.entry(word.to_owned()).or_default() += 1;
        }
        Self { counts }
    }

    fn count(&self, reference: &str) -> usize {
        self.counts.get(reference).copied().unwrap_or_default()
    }
}

/// Returns whether only spaces and signs of quotes and lists precede the end of a text on its line.
fn is_first(before: &str) -> bool {
    let signs = |c: &char| matches!(c, ' ' | '\t' | '>' | '-' | '*' | '+');
    before.chars().rev().take_while(|c| *c != '\n').take(LONGEST_LABEL).all(|c| signs(&c))
}

/// Returns a label in the form in which labels are compared.
fn bracketed(label: &str) -> String {
    format!("[{}]", label.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase())
}

/// Lists the definitions in a text.
fn all(text: &str, (structure, reading): (&Structure, &Reading<'_>)) -> Vec<Definition> {
    let parser = Parser::new_ext(text, reading.options | Options::ENABLE_FOOTNOTES);
    let links = parser.reference_definitions().iter().map(|(label, link)| (bracketed(label), link.span.clone()));
    let mut found: Vec<(String, Range<usize>)> = links.collect();
    for (event, range) in parser.into_offset_iter() {
        if let Event::Start(Tag::FootnoteDefinition(label)) = event {
            found.push((bracketed(&format!("^{label}")), range));
        }
    }
    let mut at = 0;
    for line in text.split_inclusive('\n').filter(|_| reading.dialects.has(Dialect::Abbreviations)) {
        let is_code = matches!(structure.shield_at(at), Some(Shield::Example | Shield::Template));
        let label = line.trim_start_matches(' ').strip_prefix("*[").and_then(|rest| rest.split_once("]:"));
        if let Some((label, _)) = label.filter(|_| !is_code) {
            // Of several words, the first one counts.
            let word = label.split(|c: char| !c.is_alphanumeric()).find(|word| !word.is_empty());
            found.extend(word.map(|word| (word.to_owned(), at..at + line.len())));
        }
        at += line.len();
    }
    let definition = |(reference, range): (String, Range<usize>)| {
        let own = References::of(text.get(range.clone()).unwrap_or_default());
        Definition { range, reference, own }
    };
    found.into_iter().map(definition).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chapter::redact::{Rules, Visible, redact};
    use crate::declare::config::Config;
    use crate::declare::dialect::Dialects;

    fn shown(text: &str) -> String {
        let (config, _) = Config::read(b"[audiences.managers]\ntitle = \"M\"\n", "T").unwrap();
        let dialects = Dialects::of(&[Dialect::Abbreviations]);
        let reading = Reading { dialects, ..Reading::plain(&config) };
        let rules = Rules { visible: &Visible::default(), config: &config, reading };
        redact(text, rules).text.into_owned()
    }

    #[test]
    fn a_definition_that_only_hidden_text_refers_to_is_hidden() {
        for definition in [
            "[^1]: SECRET\n",
            "[^1]: SECRET\nSECRET\n\n    SECRET\n",
            "[h]: https://x.example/SECRET \"SECRET\"\n",
            "[h]: https://x.example\n  \"SECRET\"\n",
            "[h]:\n  https://x.example/SECRET\n",
            "[h]: https://x.example\n  \"One\n  SECRET two\"\n",
            "> [h]: https://x.example/SECRET\n",
            "[h]: https://x.example\n[H]: https://x.example/SECRET\n",
            "*[HTML]: SECRET\n",
            "[^1]: See [there][h].\n\n[h]: https://x.example/SECRET\n",
        ] {
            let body = "Pay[^1] [here][h] in HTML.";
            let hidden = format!("::: {{audience=managers}}\n\n{body}\n\n:::\n\nEnd.\n\n{definition}");
            assert!(!shown(&hidden).contains("SECRET"), "{}", shown(&hidden));
            let commented = format!("%% {body} %%\n\nEnd.\n\n{definition}\nLast.\n");
            assert!(!shown(&commented).contains("SECRET") && shown(&commented).contains("Last."), "{commented}");
            let both = format!("{body}\n\n{hidden}");
            assert!(shown(&both).contains("SECRET"), "{both}");
        }
        let visible = shown("%% a[^1] %%\n\n[^1]: SECRET\n## Visible\n\n- item\n");
        assert!(
            !visible.contains("SECRET") && visible.contains("## Visible") && visible.contains("- item"),
            "{visible}"
        );
        let long: String = (0..2000).map(|n| format!("[^n{n}]: see [^n{}]\n\n", n + 1)).collect();
        assert!(!shown(&format!("%% a[^n0] %%\n\n{long}")).contains("see"));
        assert!(shown("%% a %%\n\n[^1]: SECRET\n").contains("SECRET"), "nothing refers to it");
    }
}
