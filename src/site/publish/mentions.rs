//! Finds what a file of the content refers to, so that the files it needs are published with it.
//!
//! Input: the text of an HTML, SVG or CSS file, a web app manifest, or a host's list of redirects.
//! Output: URLs as they are written. Never checks whether a file exists. References inside comments
//! don't count.

use cssparser::{ParseError, Parser, Token as Css};

use crate::text::markup::{Tag, Token, behind, tokens};

/// Attributes whose value is a single URL.
const ADDRESSES: [&str; 9] =
    ["href", "src", "poster", "data", "background", "xlink:href", "longdesc", "manifest", "content"];
/// Attributes whose value is a list of URLs, each with a size (WHATWG HTML, section 4.8.4.2.1).
const LISTS: [&str; 2] = ["srcset", "imagesrcset"];
/// CSS functions whose strings are URLs.
const FUNCTIONS: [&str; 5] = ["url", "src", "image", "image-set", "-webkit-image-set"];

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
        match &token {
            Token::Start(tag) => {
                of_tag(tag, &mut found);
                if tag.name == "style" {
                    found.extend(of_css(&text[tag.range.end..behind(text, &token)]));
                }
            }
            Token::Comment(range, _) => found.extend(of_instruction(&text[range.clone()])),
            Token::End(_) => {}
        }
    }
    found
}

fn of_tag(tag: &Tag<'_>, found: &mut Vec<String>) {
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
fn of_css(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    of_block(&mut Parser::new(text), false, &mut found);
    found
}

/// Collects the URLs in a block. `strings` says whether its strings are URLs.
fn of_block(css: &mut Parser<'_>, strings: bool, found: &mut Vec<String>) {
    let mut is_import = false;
    while let Ok(token) = css.next().cloned() {
        match &token {
            // A malformed URL, such as one with a space, counts too.
            Css::UnquotedUrl(url) | Css::BadUrl(url) => found.push(url.trim().to_owned()),
            Css::QuotedString(text) if strings || is_import => found.push(text.to_string()),
            Css::Function(_) | Css::ParenthesisBlock | Css::SquareBracketBlock | Css::CurlyBracketBlock => {
                let strings = matches!(&token, Css::Function(name) if FUNCTIONS.contains(&&*name.to_ascii_lowercase()));
                let inside = |css: &mut Parser<'_>| -> Result<(), ParseError<()>> {
                    of_block(css, strings, found);
                    Ok(())
                };
                // Blocks that are nested too deeply for the parser are read as part of this one.
                css.parse_nested_block(inside).unwrap_or_default();
            }
            _ => {}
        }
        is_import = matches!(&token, Css::AtKeyword(name) if name.eq_ignore_ascii_case("import"));
    }
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
    fn html_refers_to_files_in_attributes_lists_and_styles_but_not_in_comments() {
        let html = "<a href=a.pdf><img src='b.png' srcset=\"c.png 1x, d.png 2x\"><video poster=e.png></video>\
                    <p style=\"background: url('f.png')\"><style>p{background:url(g.png)}</style>\
                    <meta http-equiv=refresh content='0; url=h.html'><object data=i.svg></object>\
                    <!-- <img src=secret.png> --> data-x=\"text.xlsx\" <b data-x='other.xlsx'>";
        let found = of_html(html);
        assert_eq!(found, ["a.pdf", "b.png", "c.png", "d.png", "e.png", "f.png", "g.png", "h.html", "i.svg"]);
    }

    #[test]
    fn svg_refers_to_files_in_links_fills_and_style_sheets() {
        let svg = "<?xml-stylesheet type=\"text/css\" href=\"a.css\"?><svg><image xlink:href=\"b.png\"/>\
                   <rect fill=\"url(c.svg#d)\"/><use href='e.svg#f'/></svg>";
        assert_eq!(mentions("x.SVG", svg), ["a.css", "b.png", "c.svg#d", "e.svg#f"]);
    }

    #[test]
    fn css_refers_to_files_in_urls_imports_and_image_sets_but_not_in_comments_or_content() {
        let css = "@import \"a.css\"; @IMPORT url(b.css) screen; /* url(secret.png) */ p { background: URL( \"c\\20 d.png\" ); \
                   content: \"secret.xlsx\" } q { mask: image-set(\"e.png\" 1x, url('f.png') 2x); src: url(g\\.woff2) }";
        assert_eq!(mentions("x.css", css), ["a.css", "b.css", "c d.png", "e.png", "f.png", "g.woff2"]);
    }

    #[test]
    fn manifests_and_redirects_refer_to_files_and_plain_text_does_not() {
        let manifest = r#"{"name": "n", "icons": [{"src": "a.png"}], "shortcuts": [{"icons": [{"src": "b.png"}]}]}"#;
        assert_eq!(mentions("site.webmanifest", manifest), ["a.png", "b.png"]);
        assert_eq!(
            mentions("_redirects", "/old /files/c.pdf 301\n# /x /secret.pdf\n/y https://e.example/\n"),
            ["/files/c.pdf"]
        );
        assert!(mentions("notes.txt", "href=\"secret.pdf\" url(secret.pdf)").is_empty());
    }

    #[test]
    fn truncated_html_and_css_are_read_to_their_end() {
        for text in ["<a href=", "<style>p{background:url(", "@import \"", "/*", "url(\"\\", "<!--", "\\"] {
            let _ = (of_html(text), of_css(text));
        }
    }
}
