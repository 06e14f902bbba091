//! Parses the target of a link as it is written.
//!
//! Input: the destination of a link, an image or a field. Output: a [`Destination`], which is a
//! reference within the handbook, an external URL or one that isn't allowed. Never checks whether
//! the target exists (see `link`).

use crate::chapter::document::{Form, Fragment, Reference};
use crate::declare::config::{Config, HtmlPolicy};
use crate::text::markup::GONE;
use crate::text::path::{decode_percent, host_of};

/// A parsed destination.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Destination {
    /// A reference within the handbook.
    Inside(Reference),
    /// An external URL, which only needs escaping before use in an attribute.
    Outside(String),
    /// A URL scheme that isn't allowed. It is empty if the URL isn't known: something that only another
    /// generator can run was part of it.
    Forbidden(String),
}

/// URL schemes that links may use. Schemes that run code in the page (`javascript:`, `vbscript:`,
/// `data:`) are excluded.
pub const SCHEMES: &[&str] = &[
    "http", "https", "mailto", "tel", "sms", "ftp", "ftps", "sftp", "irc", "ircs", "xmpp", "matrix", "geo", "news",
    "webcal", "slack", "msteams", "zoommtg", "git", "ssh",
];

/// Schemes that are forbidden even if raw HTML is trusted.
const SCRIPTS: &[&str] = &["javascript", "vbscript", "data", "blob"];

/// Parses the destination of a Markdown link or image.
pub fn destination(raw: &str, form: Form, policy: HtmlPolicy) -> Destination {
    // Browsers remove tabs, line breaks and leading control characters before they look for a
    // scheme (WHATWG URL, basic parser).
    let stripped: String = raw.trim_matches(|c: char| c <= ' ').chars().filter(|c| !c.is_control()).collect();
    if stripped.contains(GONE) {
        return Destination::Forbidden(String::new());
    }
    if let Some(scheme) = scheme(&stripped) {
        let scheme = scheme.to_ascii_lowercase();
        let allowed = match policy {
            HtmlPolicy::Trusted => !SCRIPTS.contains(&&*scheme),
            HtmlPolicy::Safe | HtmlPolicy::Escape => SCHEMES.contains(&&*scheme),
        };
        return if allowed { Destination::Outside(stripped) } else { Destination::Forbidden(scheme) };
    }
    if stripped.starts_with("//") || stripped.starts_with("\\\\") {
        return Destination::Outside(stripped);
    }
    let (path, anchor) = stripped.split_once('#').map_or((&*stripped, None), |(path, anchor)| (path, Some(anchor)));
    // A query alone leads to the same page.
    let anchor = anchor.or_else(|| path.starts_with('?').then_some(""));
    let path = path.split('?').next().unwrap_or_default();
    let target = decode_percent(path).unwrap_or_else(|| path.to_owned());
    let fragment = anchor.map(|anchor| Fragment::Anchor(decode_percent(anchor).unwrap_or_else(|| anchor.to_owned())));
    Destination::Inside(Reference { form, target, fragment })
}

/// Parses the target of `[[…]]` or of a field that names a chapter.
pub fn wiki(raw: &str, form: Form, config: &Config) -> Reference {
    // Only a level can follow `@`; if anything else does, the text is a title.
    let is_leveled = |(target, level): &(&str, &str)| !target.trim().is_empty() && is_level(level.trim(), config);
    let (target, fragment) = match (raw.split_once('#'), raw.rsplit_once('@').filter(is_leveled)) {
        (Some((target, anchor)), _) => (target, Some(Fragment::Anchor(anchor.trim().to_owned()))),
        (None, Some((target, level))) => (target, Some(Fragment::Level(level.trim().to_owned()))),
        (None, None) => (raw, None),
    };
    Reference { form, target: target.trim().to_owned(), fragment }
}

fn is_level(text: &str, config: &Config) -> bool {
    !text.is_empty() && (text.bytes().all(|byte| byte.is_ascii_digit()) || config.knows_level(text))
}

/// Returns the scheme of a URL (RFC 3986, section 3.1).
fn scheme(address: &str) -> Option<&str> {
    let (scheme, _) = address.split_once(':')?;
    let mut bytes = scheme.bytes();
    let first = bytes.next()?.is_ascii_alphabetic();
    let rest = bytes.all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.'));
    (first && rest).then_some(scheme)
}

/// Returns the host of a URL in lower case, or `None` if it has none.
pub fn host(address: &str) -> Option<String> {
    let host = host_of(address);
    (!host.is_empty()).then_some(host)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(raw: &str) -> Destination {
        destination(raw, Form::Relative, HtmlPolicy::Safe)
    }

    #[test]
    fn schemes_are_an_allow_list_after_controls_are_stripped() {
        assert_eq!(read("java\nscript:alert(1)"), Destination::Forbidden("javascript".to_owned()));
        assert_eq!(read(" \u{1}JavaScript:alert(1)"), Destination::Forbidden("javascript".to_owned()));
        assert_eq!(read("https://a.example"), Destination::Outside("https://a.example".to_owned()));
        assert!(matches!(read("10:30.md"), Destination::Inside(_)));
    }

    #[test]
    fn paths_lose_their_query_and_are_decoded() {
        let Destination::Inside(reference) = read("../a%20b.md?plain=1#What%20good") else { panic!() };
        assert_eq!(reference.target, "../a b.md");
        assert_eq!(reference.fragment, Some(Fragment::Anchor("What good".to_owned())));
    }

    #[test]
    fn a_query_alone_is_the_page_itself_and_an_unknown_address_is_none() {
        let Destination::Inside(reference) = read("?q=x") else { panic!() };
        assert_eq!((&*reference.target, reference.fragment), ("", Some(Fragment::Anchor(String::new()))));
        assert_eq!(read(&format!("{GONE}/blob/main")), Destination::Forbidden(String::new()));
    }

    #[test]
    fn a_level_follows_an_at_sign() {
        let config = Config::bare("x");
        let read = |raw| wiki(raw, Form::Wiki, &config);
        assert_eq!(read("communication@3").fragment, Some(Fragment::Level("3".to_owned())));
        assert_eq!(read("communication@owning").fragment, Some(Fragment::Level("owning".to_owned())));
        assert_eq!(read("Meet us @ home").target, "Meet us @ home");
    }
}
