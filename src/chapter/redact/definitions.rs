//! Finds definitions that only hidden text refers to: of footnotes, links and abbreviations.
//!
//! Input: the body of a chapter and the ranges that are hidden. Output: ranges to hide as well. No page shows such a
//! definition, but the chapter's Markdown would still contain it. Never hides a definition that visible text
//! refers to, or one that nothing refers to.

use std::ops::Range;

use super::structure::{Shield, Structure};
use super::{blank, joined};

/// A definition, and what refers to it.
struct Definition<'t> {
    range: Range<usize>,
    /// The reference in lower case, with its brackets unless it is an abbreviation.
    reference: String,
    label: &'t str,
}

/// Lists the definitions that only text in `hidden` refers to.
pub fn of_hidden(text: &str, hidden: &[Range<usize>], structure: &Structure) -> Vec<Range<usize>> {
    if hidden.is_empty() || !text.contains("]:") {
        return Vec::new();
    }
    let (mut open, mut found) = (all(text, structure), Vec::new());
    open.retain(|one| !hidden.iter().any(|range| range.start < one.range.end && one.range.start < range.end));
    loop {
        // What a hidden definition refers to may be hidden, too.
        let ranges: Vec<Range<usize>> = joined(hidden.iter().chain(&found).cloned().collect());
        let secret: String =
            ranges.iter().filter_map(|range| text.get(range.clone())).collect::<String>().to_lowercase();
        let shown = blank(text, &ranges);
        let before = found.len();
        open.retain(|one| {
            let is_shown = || {
                let without = blank(&shown, std::slice::from_ref(&one.range)).to_lowercase();
                without.contains(&one.reference)
            };
            let is_secret = secret.contains(&one.reference) && !is_shown();
            found.extend(is_secret.then(|| one.range.clone()));
            !is_secret
        });
        if found.len() == before {
            return found;
        }
    }
}

/// Lists the definitions outside of code.
fn all<'t>(text: &'t str, structure: &Structure) -> Vec<Definition<'t>> {
    let mut found: Vec<Definition<'t>> = Vec::new();
    let mut at = 0;
    let mut is_open = false;
    let mut after_blank = false;
    for line in text.split_inclusive('\n') {
        let (start, trimmed) = (at, line.trim_start_matches(' '));
        at += line.len();
        let is_indented = line.starts_with(['\t', ' ']) && line.len() - trimmed.len() != 1;
        let is_code = matches!(structure.shield_at(start), Some(Shield::Example | Shield::Template));
        if let Some((reference, label)) = read(trimmed).filter(|_| !is_code && line.len() - trimmed.len() < 4) {
            is_open = label.starts_with('^');
            found.push(Definition { range: start..at, reference, label });
        } else if trimmed.trim().is_empty() {
            after_blank = true;
            continue;
        } else if let Some(last) = found.last_mut().filter(|last| {
            // A footnote goes on in indented paragraphs and on the lines behind it; the title of a link may be on the next line.
            let goes_on = !after_blank && last.range.end == start;
            is_open && (is_indented || goes_on)
                || goes_on && !last.label.starts_with('^') && trimmed.starts_with(['"', '\'', '('])
        }) {
            last.range.end = at;
        } else {
            is_open = false;
        }
        after_blank = false;
    }
    found
}

/// Reads the beginning of a definition. Returns what refers to it, and its label.
fn read(line: &str) -> Option<(String, &str)> {
    let (abbreviation, rest) = match line.strip_prefix("*[") {
        Some(rest) => (true, rest),
        None => (false, line.strip_prefix('[')?),
    };
    let (label, _) = rest.split_once("]:")?;
    if label.is_empty() || label.contains(['[', ']']) {
        return None;
    }
    let lower = label.to_lowercase();
    Some((if abbreviation { lower } else { format!("[{lower}]") }, label))
}

#[cfg(test)]
mod tests {
    use crate::chapter::dialect::Reading;
    use crate::chapter::redact::{Rules, Visible, redact};
    use crate::declare::config::Config;

    fn shown(text: &str) -> String {
        let (config, _) = Config::read(b"[audiences.managers]\ntitle = \"M\"\n", "T").unwrap();
        let rules = Rules { visible: &Visible::default(), config: &config, reading: Reading::plain(&config) };
        redact(text, rules).text.into_owned()
    }

    #[test]
    fn a_definition_that_only_hidden_text_refers_to_is_hidden() {
        for definition in [
            "[^1]: SECRET\n",
            "[^1]: SECRET\nSECRET\n\n    SECRET\n",
            "[h]: https://x.example/SECRET \"SECRET\"\n",
            "[h]: https://x.example\n  \"SECRET\"\n",
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
        assert!(shown("%% a %%\n\n[^1]: SECRET\n").contains("SECRET"), "nothing refers to it");
    }
}
