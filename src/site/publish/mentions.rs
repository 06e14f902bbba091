//! Finds what a file of the content refers to, so that the files it needs are published with it.
//!
//! Input: the text of an HTML, SVG or CSS file, a web app manifest, or a host's list of redirects.
//! Output: URLs as they are written. Never checks whether a file exists. References inside comments
//! don't count.

use crate::text::markup::{Tag, Token, tokens};

/// Attributes whose value is a single URL.
const ADDRESSES: [&str; 9] =
    ["href", "src", "poster", "data", "background", "xlink:href", "longdesc", "manifest", "content"];
/// Attributes whose value is a list of URLs, each with a size (WHATWG HTML, section 4.8.4.2.1).
const LISTS: [&str; 2] = ["srcset", "imagesrcset"];

/// Returns the URLs that a file refers to. The file's name determines its format; for other
/// formats, the list is empty.
pub fn mentions(name: &str, text: &str) -> Vec<String> {
    let name = name.to_ascii_lowercase();
    match name.rsplit_once('.').map_or("", |(_, extension)| extension) {
        "html" | "htm" | "xhtml" | "svg" => of_html(text),
        "css" => of_css(text),
        "webmanifest" => of_manifest(text),
        _ if name == "manifest.json" => of_manifest(text),
        _ if name == "_redirects" => of_redirects(text),
        _ => Vec::new(),
    }
}

/// Returns the URLs in HTML or SVG, from attributes, inline styles and style sheets.
pub fn of_html(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    for token in tokens(text) {
        match token {
            Token::Start(tag) => of_tag(text, &tag, &mut found),
            Token::Comment(range, _) => found.extend(of_instruction(&text[range])),
            Token::End(_) => {}
        }
    }
    found
}

fn of_tag(text: &str, tag: &Tag<'_>, found: &mut Vec<String>) {
    for attribute in &tag.attributes {
        let (name, value) = (&*attribute.name, &*attribute.value);
        if ADDRESSES.contains(&name) {
            // `content="5; url=next.html"` makes a page redirect.
            let url = value.to_ascii_lowercase().find("url=").filter(|_| name == "content");
            found.push(url.map_or(value, |at| value[at + 4..].trim_matches(['\'', '"', ' '])).to_owned());
        } else if LISTS.contains(&name) {
            let one = |candidate: &str| candidate.split_whitespace().next().map(str::to_owned);
            found.extend(value.split(',').filter_map(one));
        } else if name == "style" || value.contains("url(") {
            found.extend(of_css(value));
        }
    }
    if tag.name == "style" {
        let rest = &text[tag.range.end..];
        let closes =
            |at: &usize| rest.as_bytes()[*at..].get(2..7).is_some_and(|name| name.eq_ignore_ascii_case(b"style"));
        let end = rest.match_indices("</").map(|(at, _)| at).find(closes).unwrap_or(rest.len());
        found.extend(of_css(&rest[..end]));
    }
}

/// Returns the URL in `<?xml-stylesheet href="…"?>`, which HTML parses as a comment.
fn of_instruction(comment: &str) -> Option<String> {
    let rest = comment.strip_prefix("<?xml-stylesheet")?;
    let (_, value) = rest.split_once("href=")?;
    let quote = value.chars().next().filter(|quote| matches!(quote, '"' | '\''))?;
    value[1..].split(quote).next().map(str::to_owned)
}

/// Returns the URLs in a style sheet: `url(…)`, `@import "…"`, and the strings of `image-set(…)`
/// and `src(…)`.
pub fn of_css(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    // The last word before a string or a parenthesis determines its meaning. A function applies
    // until its closing parenthesis.
    let (mut word, mut functions) = (String::new(), Vec::new());
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        if let Some(comment) = rest.strip_prefix("/*") {
            rest = comment.split_once("*/").map_or("", |(_, after)| after);
            continue;
        }
        rest = &rest[first.len_utf8()..];
        match first {
            '"' | '\'' => {
                let (string, after) = quoted(rest, first);
                let is_address =
                    functions.last().is_some_and(|name: &String| is_of_addresses(name)) || word.trim_end() == "@import";
                if is_address {
                    found.push(string);
                }
                (rest, word) = (after, String::new());
            }
            '(' => {
                let name = std::mem::take(&mut word);
                let bare = rest.trim_start();
                if name == "url" && !bare.starts_with(['"', '\'']) {
                    let (inside, after) = bare.split_once(')').unwrap_or((bare, ""));
                    found.push(unescape(inside.trim()));
                    rest = after;
                } else {
                    functions.push(name);
                }
            }
            ')' => drop(functions.pop()),
            c if c.is_whitespace() => {
                let is_import = word.trim_end() == "@import";
                word.clear();
                word.push_str(if is_import { "@import " } else { "" });
            }
            c if c.is_alphanumeric() || matches!(c, '-' | '@' | '_') => {
                if word.ends_with(' ') {
                    word.clear();
                }
                word.extend(c.to_lowercase());
            }
            _ => word.clear(),
        }
    }
    found
}

fn is_of_addresses(function: &str) -> bool {
    matches!(function, "url" | "src" | "image" | "image-set" | "-webkit-image-set")
}

/// Returns a string up to its closing quote, and the text after it.
fn quoted(text: &str, quote: char) -> (String, &str) {
    let mut is_escaped = false;
    for (at, c) in text.char_indices() {
        if c == quote && !is_escaped {
            return (unescape(&text[..at]), &text[at + 1..]);
        }
        is_escaped = c == '\\' && !is_escaped;
    }
    (unescape(text), "")
}

/// Replaces CSS escapes with the characters they represent (CSS Syntax Level 3, section 4.3.7).
fn unescape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('\\') {
        out.push_str(before);
        let digits = after.bytes().take(6).take_while(u8::is_ascii_hexdigit).count();
        if digits > 0 {
            let number = u32::from_str_radix(&after[..digits], 16).unwrap_or_default();
            out.push(char::from_u32(number).filter(|c| *c != '\0').unwrap_or('\u{fffd}'));
            rest = &after[digits..];
            rest = rest.strip_prefix([' ', '\t', '\n']).unwrap_or(rest);
        } else {
            // An escaped line break continues the string. Any other escaped character represents
            // itself.
            let mut chars = after.chars();
            out.extend(chars.next().filter(|c| *c != '\n'));
            rest = chars.as_str();
        }
    }
    out.push_str(rest);
    out
}

/// Returns the URLs in a web app manifest: the value of every `src` (W3C Web Application Manifest).
fn of_manifest(text: &str) -> Vec<String> {
    fn collect(value: &serde_json::Value, found: &mut Vec<String>) {
        match value {
            serde_json::Value::Object(fields) => {
                for (key, value) in fields {
                    if let (true, Some(text)) = (key == "src", value.as_str()) {
                        found.push(text.to_owned());
                    }
                    collect(value, found);
                }
            }
            serde_json::Value::Array(items) => items.iter().for_each(|item| collect(item, found)),
            _ => {}
        }
    }
    let mut found = Vec::new();
    // A manifest that isn't valid JSON refers to nothing.
    if let Ok(value) = serde_json::from_str(text) {
        collect(&value, &mut found);
    }
    found
}

/// Returns the targets within the site that the lines of `_redirects` name.
fn of_redirects(text: &str) -> Vec<String> {
    let target = |line: &str| line.split_whitespace().nth(1).filter(|to| to.starts_with('/')).map(str::to_owned);
    text.lines().filter(|line| !line.trim_start().starts_with('#')).filter_map(target).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn html_refers_by_attributes_lists_and_styles_and_not_by_comments() {
        let html = "<a href=a.pdf><img src='b.png' srcset=\"c.png 1x, d.png 2x\"><video poster=e.png></video>\
                    <p style=\"background: url('f.png')\"><style>p{background:url(g.png)}</style>\
                    <meta http-equiv=refresh content='0; url=h.html'><object data=i.svg></object>\
                    <!-- <img src=secret.png> --> data-x=\"text.xlsx\" <b data-x='other.xlsx'>";
        let found = of_html(html);
        assert_eq!(found, ["a.pdf", "b.png", "c.png", "d.png", "e.png", "f.png", "g.png", "h.html", "i.svg"]);
    }

    #[test]
    fn svg_refers_by_links_fills_and_style_sheets() {
        let svg = "<?xml-stylesheet type=\"text/css\" href=\"a.css\"?><svg><image xlink:href=\"b.png\"/>\
                   <rect fill=\"url(c.svg#d)\"/><use href='e.svg#f'/></svg>";
        assert_eq!(mentions("x.SVG", svg), ["a.css", "b.png", "c.svg#d", "e.svg#f"]);
    }

    #[test]
    fn css_refers_by_url_import_and_image_sets_and_not_by_comments_or_content() {
        let css = "@import \"a.css\"; @IMPORT url(b.css) screen; /* url(secret.png) */ p { background: URL( \"c\\20 d.png\" ); \
                   content: \"secret.xlsx\" } q { mask: image-set(\"e.png\" 1x, url('f.png') 2x); src: url(g\\.woff2) }";
        assert_eq!(mentions("x.css", css), ["a.css", "b.css", "c d.png", "e.png", "f.png", "g.woff2"]);
    }

    #[test]
    fn manifests_and_redirects_are_followed_and_texts_are_not() {
        let manifest = r#"{"name": "n", "icons": [{"src": "a.png"}], "shortcuts": [{"icons": [{"src": "b.png"}]}]}"#;
        assert_eq!(mentions("site.webmanifest", manifest), ["a.png", "b.png"]);
        assert_eq!(
            mentions("_redirects", "/old /files/c.pdf 301\n# /x /secret.pdf\n/y https://e.example/\n"),
            ["/files/c.pdf"]
        );
        assert!(mentions("notes.txt", "href=\"secret.pdf\" url(secret.pdf)").is_empty());
    }

    #[test]
    fn what_is_cut_off_ends_the_search() {
        for text in ["<a href=", "<style>p{background:url(", "@import \"", "/*", "url(\"\\", "<!--", "\\"] {
            let _ = (of_html(text), of_css(text));
        }
    }
}
