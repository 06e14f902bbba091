//! Looks for audience marks in what would be published, as the last safety net.
//!
//! Input: HTML with holes, made from a redacted chapter. Output: whether its text contains a mark.
//! Code is ignored, because examples of marks are code.

use super::word::{self, Sign};
use crate::text::markup::{Token, behind, decode, next_token};

/// Elements within a line of text; all others begin a new line.
const INLINE: [&str; 21] = [
    "a", "abbr", "b", "bdi", "cite", "code", "del", "em", "i", "ins", "kbd", "mark", "s", "samp", "small", "span",
    "strong", "sub", "sup", "u", "wbr",
];

/// Elements whose text is code.
const CODE: [&str; 4] = ["code", "pre", "kbd", "samp"];

/// Returns whether the text of `html` contains something like `audience=` outside code.
pub fn mark_in_html(html: &str) -> bool {
    let text = text_outside_code(html);
    // If audiences are declared, no `:::` line should reach this point outside code.
    if text.lines().any(|line| line.trim_start().starts_with(":::")) {
        return true;
    }
    word::hits(&text).into_iter().any(|hit| {
        let before = &text[..hit.range.start];
        hit.sign == Sign::Equals && !before.ends_with(['?', '&'])
    })
}

fn text_outside_code(html: &str) -> String {
    let mut text = String::new();
    let mut at = 0;
    let mut code = 0_usize;
    while let Some(token) = next_token(html, at) {
        let (range, name, change) = match &token {
            Token::Start(tag) => (tag.range.clone(), Some(&*tag.name), 1),
            Token::End(tag) => (tag.range.clone(), Some(&*tag.name), -1),
            Token::Comment(range, _) => (range.clone(), None, 0),
        };
        if code == 0 {
            text.push_str(&decode(&html[at..range.start]));
        }
        if name.is_some_and(|name| !INLINE.contains(&name)) {
            text.push('\n');
        }
        if name.is_some_and(|name| CODE.contains(&name)) {
            code = code.saturating_add_signed(change);
        }
        at = behind(html, &token).max(range.end);
    }
    if code == 0 {
        text.push_str(&decode(&html[at..]));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mark_in_text_is_found_and_one_in_code_is_not() {
        assert!(mark_in_html("<p>{audience=managers}</p>"));
        assert!(mark_in_html("<p>{aud<em>ience</em> = managers}</p>"));
        assert!(mark_in_html("<p>Text</p><p>::: managers</p>") && !mark_in_html("<p>base:::get and pkg:::f</p>"));
        assert!(!mark_in_html("<p><code>{audience=managers}</code> is a mark</p>"));
        assert!(!mark_in_html("<p><a href=\"/?audience=x\">The audience</a>: managers</p>"));
    }
}
