//! Looks for an anchor on a page of another host.
//!
//! Input: the page's HTML, and an anchor as it is in a URL. Output: whether the page has it. Never
//! runs scripts, so a page whose anchors are made by one is never blamed: see [`has`].

use crate::text::path::decode_percent;

/// Returns whether a page has an element with this ID or name. GitHub prefixes the IDs of what users
/// write. If the page has no ID at all, a script makes its contents, and nothing can be said.
pub fn has(html: &str, anchor: &str) -> bool {
    let decoded = decode_percent(anchor).unwrap_or_else(|| anchor.to_owned());
    let names = [anchor, decoded.as_str()];
    let mut any = false;
    for name in values(html) {
        any = true;
        let bare = name.strip_prefix("user-content-").unwrap_or(name);
        if names.contains(&name) || names.contains(&bare) {
            return true;
        }
    }
    !any
}

/// Returns the values of all attributes `id` and `name`.
fn values(html: &str) -> impl Iterator<Item = &str> {
    let tags = html.split('<').skip(1).filter_map(|rest| rest.split('>').next());
    tags.flat_map(|tag| {
        ["id", "name"].into_iter().filter_map(move |wanted| {
            let at = tag.match_indices(wanted).map(|(at, _)| at).find(|at| {
                let before = tag[..*at].chars().next_back().is_some_and(|c| c.is_whitespace() || c == '"' || c == '\'');
                before && tag[at + wanted.len()..].trim_start().starts_with('=')
            })?;
            let value = tag[at + wanted.len()..].trim_start().strip_prefix('=')?.trim_start();
            match value.chars().next()? {
                quote @ ('"' | '\'') => value[1..].split(quote).next(),
                _ => value.split(|c: char| c.is_whitespace() || c == '/').next(),
            }
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_anchor_is_an_id_or_a_name_in_any_notation() {
        let html = "<h2 id=\"a\">A</h2><a name='b'></a><p class=x id=c>C<p id=\"user-content-d\"><p id=\"größe\">";
        for anchor in ["a", "b", "c", "d", "user-content-d", "gr%C3%B6%C3%9Fe"] {
            assert!(has(html, anchor), "{anchor}");
        }
        assert!(!has(html, "e") && !has(html, "x"));
    }

    #[test]
    fn nothing_is_said_about_a_page_that_a_script_makes() {
        assert!(has("<html><body><div></div><script src=app.js></script>", "a"));
    }
}
