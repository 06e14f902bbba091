//! Searches an XML file, usually an SVG, for anything that could run a script or load something
//! from elsewhere.
//!
//! Input: the text. Output: the first [`Danger`]. Tags, attributes and instructions are read as
//! XML. Anything that can't be read as XML counts as dangerous, because some program may interpret
//! it differently.

use crate::text::markup::character;

/// Why a file could run a script.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Danger {
    /// The dangerous content, worded to follow a verb, as in "contains a script".
    pub what: String,
    /// The byte offset of what was found, if known.
    pub at: Option<usize>,
}

/// Elements, by their names without a prefix, that run scripts, hold foreign documents or change
/// how other elements behave.
const ELEMENTS: &[(&str, &str)] = &[
    ("script", "contains a script"),
    ("handler", "contains a script"),
    ("listener", "contains a script"),
    ("foreignobject", "contains HTML (`foreignObject`)"),
    ("iframe", "contains another document"),
    ("frame", "contains another document"),
    ("object", "contains another document"),
    ("embed", "contains another document"),
    ("applet", "contains another document"),
    ("link", "loads another file"),
    ("meta", "contains HTML"),
    ("base", "changes where links go"),
    ("form", "contains a form"),
];

/// Elements that can change the attributes of other elements while the file is shown.
const ANIMATIONS: &[&str] = &["set", "animate", "animatemotion", "animatetransform", "animatecolor", "discard"];

/// Namespaces whose elements are HTML or name event handlers.
const NAMESPACES: &[&str] = &["www.w3.org/1999/xhtml", "www.w3.org/2001/xml-events", "www.w3.org/1999/xsl"];

/// Searches the text. `is_svg` says whether the file's name marks it as an SVG.
pub fn danger(text: &str, is_svg: bool) -> Option<Danger> {
    let lower = text.to_ascii_lowercase();
    let found = |at: usize, what: &str| Some(Danger { what: what.to_owned(), at: Some(at) });
    if let Some(at) = NAMESPACES.iter().find_map(|name| lower.find(name)) {
        return found(at, "contains HTML or scripts of another namespace");
    }
    // Tags are only checked in drawings. A feed or another XML file without styles, HTML and
    // drawings is shown as a tree of text.
    // What a browser reads in another encoding, or with the control characters that switch one, may
    // differ from what is read here.
    let is_switch = |c: char| c.is_control() && !matches!(c, '\t' | '\n' | '\r');
    if let Some(at) = lower.find(is_switch) {
        return found(at, "contains a control character");
    }
    if let Some(at) = other_encoding(&lower) {
        return found(at, "has another encoding than UTF-8");
    }
    let draws = is_svg || lower.contains("www.w3.org/2000/svg") || lower.contains("&#");
    let mut at = 0;
    while let Some(next) = lower[at..].find('<').map(|n| at + n) {
        let rest = &lower[next..];
        let (size, what) = if let Some(after) = rest.strip_prefix("<!--") {
            (after.find("-->").map(|n| n + 7), None)
        } else if let Some(after) = rest.strip_prefix("<![cdata[") {
            (after.find("]]>").map(|n| n + 12), None)
        } else if rest.starts_with("<?") {
            let what = (!rest.starts_with("<?xml "))
                .then_some("contains a processing instruction, such as a link to a style sheet");
            (rest.find("?>").map(|n| n + 2), what)
        } else if rest.starts_with("<!") {
            let end = rest.find('>').map(|n| n + 1);
            let what = rest[..end.unwrap_or(rest.len())].contains('[').then_some("declares entities");
            (end, what)
        } else {
            let tag = Tag::read(rest);
            let what = tag.as_ref().and_then(|tag| if draws { tag.danger() } else { None });
            (tag.map(|tag| tag.size), what)
        };
        if let Some(what) = what {
            return found(next, what);
        }
        let Some(size) = size else { return found(next, "can't be read as XML") };
        at = next + size;
    }
    styles(&lower).and_then(|at| found(at, "loads a style or a picture from elsewhere"))
}

/// Finds the name of an encoding other than UTF-8 in the declaration at the beginning.
fn other_encoding(lower: &str) -> Option<usize> {
    let declaration = lower.get(..lower.find("?>")?)?;
    let at = declaration.find("encoding")? + "encoding".len();
    let name = declaration[at..].trim_start_matches(|c: char| c.is_ascii_whitespace() || matches!(c, '=' | '"' | '\''));
    (!["utf-8", "utf8", "us-ascii"]
        .iter()
        .any(|known| name.trim_end().trim_end_matches(['"', '\'']).split(['"', '\'']).next() == Some(known)))
    .then_some(at)
}

/// Finds a style that loads something. Escapes aren't decoded, so they could hide such a style from
/// this search.
fn styles(lower: &str) -> Option<usize> {
    let import = lower.find("@import");
    let url = lower.match_indices("url(").find(|(at, _)| {
        let inside = lower[at + 4..].trim_start().trim_start_matches(['"', '\'']);
        let inside = inside.strip_prefix("&quot;").or_else(|| inside.strip_prefix("&apos;")).unwrap_or(inside);
        !inside.starts_with('#') && !is_picture(inside) && !is_font(inside)
    });
    import.or_else(|| url.map(|(at, _)| at))
}

/// A tag, in lower case.
struct Tag<'a> {
    name: &'a str,
    attributes: Vec<(&'a str, String)>,
    size: usize,
}

impl<'a> Tag<'a> {
    /// Reads a tag from its `<` to its `>`. Returns `None` if it isn't a valid tag.
    fn read(text: &'a str) -> Option<Self> {
        let inside = text.strip_prefix("</").or_else(|| text.strip_prefix('<'))?;
        let length = inside.find(|c: char| c.is_ascii_whitespace() || matches!(c, '>' | '/'))?;
        let name = &inside[..length];
        let mut rest = &inside[length..];
        let mut attributes = Vec::new();
        loop {
            rest = rest.trim_start_matches(|c: char| c.is_ascii_whitespace() || c == '/');
            if let Some(after) = rest.strip_prefix('>') {
                let is_name = name.chars().all(|c| c.is_alphanumeric() || matches!(c, ':' | '-' | '_' | '.'));
                let size = text.len() - after.len();
                return (is_name && !name.is_empty()).then_some(Self { name: local(name), attributes, size });
            }
            let (key, after) = rest.split_once('=')?;
            let key = key.trim_ascii_end();
            if key.is_empty() || key.contains(|c: char| c.is_ascii_whitespace() || matches!(c, '<' | '>' | '"' | '\''))
            {
                return None;
            }
            let after = after.trim_ascii_start();
            let quote = after.chars().next().filter(|c| matches!(c, '"' | '\''))?;
            let (value, after) = after[1..].split_once(quote)?;
            attributes.push((local(key), decode(value)?));
            rest = after;
        }
    }

    /// Returns what is dangerous about the tag, or `None`.
    fn danger(&self) -> Option<&'static str> {
        if let Some((_, what)) = ELEMENTS.iter().find(|(name, _)| *name == self.name) {
            return Some(what);
        }
        let is_animation = ANIMATIONS.contains(&self.name);
        for (key, value) in &self.attributes {
            let plain: String = value.chars().filter(|c| !c.is_whitespace() && !c.is_control()).collect();
            if key.starts_with("on") {
                return Some("runs a script on an event");
            }
            if is_animation && *key == "attributename" && (local(&plain) == "href" || local(&plain).starts_with("on")) {
                return Some("changes a link while it is shown");
            }
            // A picture inside a picture never runs a script.
            if self.name == "image" && *key == "href" && plain.starts_with("data:image/svg+xml") {
                continue;
            }
            if matches!(*key, "href" | "src" | "data" | "action" | "from" | "to" | "values" | "by") && is_script(&plain)
            {
                return Some("contains a link that runs a script");
            }
            if matches!(*key, "href" | "src") && !self.may_refer(&plain) {
                return Some("loads something from elsewhere");
            }
            if *key == "style" && plain.contains('\\') {
                return Some("contains a style with escapes");
            }
        }
        None
    }

    /// Returns whether a URL loads nothing from elsewhere, or is a link that a reader follows.
    fn may_refer(&self, address: &str) -> bool {
        let followed =
            self.name == "a" && ["http://", "https://", "mailto:", "tel:"].iter().any(|s| address.starts_with(s));
        let inside = !address.starts_with("//") && !address.contains('\\') && scheme(address).is_none();
        followed || inside || is_picture(address)
    }
}

/// Returns a name without its prefix.
fn local(name: &str) -> &str {
    name.rsplit_once(':').map_or(name, |(_, local)| local)
}

fn scheme(address: &str) -> Option<&str> {
    let head = address.split(['/', '?', '#']).next().unwrap_or_default();
    head.split_once(':').map(|(scheme, _)| scheme)
}

fn is_script(address: &str) -> bool {
    ["javascript:", "vbscript:", "data:text", "data:image/svg", "data:application"].iter().any(|s| address.contains(s))
}

/// Returns whether a URL is a raster image in a `data:` URL.
fn is_picture(address: &str) -> bool {
    ["png", "jpeg", "jpg", "gif", "webp", "avif"].iter().any(|kind| {
        let rest = address.strip_prefix("data:image/").and_then(|rest| rest.strip_prefix(kind));
        rest.is_some_and(|rest| rest.starts_with([';', ',']))
    })
}

/// Returns whether a URL is a font in a `data:` URL.
fn is_font(address: &str) -> bool {
    let kinds = ["font/", "application/font", "application/x-font", "application/vnd.ms-fontobject"];
    address.strip_prefix("data:").is_some_and(|rest| kinds.iter().any(|kind| rest.starts_with(kind)))
}

/// Decodes character references. Returns `None` for a malformed reference or an entity that XML
/// doesn't define.
fn decode(value: &str) -> Option<String> {
    let mut parts = value.split('&');
    let mut out = parts.next()?.to_owned();
    for part in parts {
        let (name, rest) = part.split_once(';')?;
        out.push(character(name)?.to_ascii_lowercase());
        out.push_str(rest);
    }
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn drawings_without_scripts_are_harmless() {
        for text in [
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 1 1\"><title>A &amp; B</title><path d='M0 0'/></svg>",
            "<?xml version=\"1.0\"?>\n<!DOCTYPE svg PUBLIC \"-//W3C//DTD SVG 1.1//EN\" \"http://www.w3.org/Graphics/SVG/1.1/DTD/svg11.dtd\">\n<svg/>",
            "<svg><a href=\"https://example.org/\"><text>x</text></a><use xlink:href=\"#a\"/><image href=\"data:image/png;base64,AA==\"/></svg>",
            "<svg><style>.a { fill: url(#g) }</style><rect style=\"fill: url('#g')\"/><!-- <script> --></svg>",
            "<svg><animate attributeName=\"opacity\" values=\"0;1\"/></svg>",
            "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"no\"?>\n<svg/>",
            "<?xml version='1.0' encoding='utf-8'?><svg/>",
            "<svg><style>@font-face { src: url(data:font/woff2;base64,AA==) }</style></svg>",
            "<svg><image href=\"data:image/svg+xml;base64,AA==\"/></svg>",
        ] {
            assert_eq!(danger(text, true), None, "{text}");
        }
        assert_eq!(danger("<feed once=\"1\"><link href=\"https://example.org/\"/></feed>", false), None);
    }

    #[test]
    fn anything_that_could_run_load_or_mislead_is_found() {
        for text in [
            "<svg><script>x()</script></svg>",
            "<?xml version=\"1.0\" encoding=\"iso-2022-jp\"?><svg/>",
            "<?xml version='1.0' encoding = 'Shift_JIS'?>\n<svg/>",
            "<svg o\u{1b}(Bnload=\"x()\"/>",
            "<svg><x:script xmlns:x=\"http://www.w3.org/2000/svg\">x()</x:script></svg>",
            "<svg><SCRIPT>x()</SCRIPT></svg>",
            "<svg onload=\"x()\"/>",
            "<svg\nONLOAD = 'x()'/>",
            "<svg><a href=\"javascript:x()\"/></svg>",
            "<svg><a xlink:href=\"java&#x73;cript:x()\"/></svg>",
            "<svg><a xlink:href=\" java\tscript:x()\"/></svg>",
            "<svg><a href=\"data:text/html,x\"/></svg>",
            "<svg><foreignObject/></svg>",
            "<svg><h:p xmlns:h=\"http://www.w3.org/1999/xhtml\"/></svg>",
            "<svg><image href=\"https://evil.example/x.png\"/></svg>",
            "<svg><use href=\"//evil.example/x.svg#a\"/></svg>",
            "<svg><use href=\"data:image/svg+xml,x\"/></svg>",
            "<svg><set attributeName=\"href\" to=\"javascript:x()\"/></svg>",
            "<svg><animate attributeName=\"xlink:href\" values=\"#a\"/></svg>",
            "<svg><animate attributeName=\"onclick\" to=\"x()\"/></svg>",
            "<!DOCTYPE svg [<!ENTITY a \"x\">]><svg>&a;</svg>",
            "<svg><a href=\"&a;\"/></svg>",
            "<?xml-stylesheet href=\"x.xsl\"?><svg/>",
            "<svg><style>@import 'x.css'</style></svg>",
            "<svg><style>a { fill: url(https://evil.example/) }</style></svg>",
            "<svg><style>a { fill: url(data:text/css,x) }</style></svg>",
            "<svg><a href=\"data:image/svg+xml,x\"/></svg>",
            "<svg><rect style=\"fill: u\\72l(x)\"/></svg>",
            "<svg><rect a=b/></svg>",
            "<svg><!-- never closed",
            "<svg><iframe src=\"x\"/></svg>",
        ] {
            assert!(danger(text, true).is_some(), "{text}");
        }
        for text in [
            "<?xml-stylesheet href=\"x.xsl\"?><a/>",
            "<a><s:svg xmlns:s=\"http://www.w3.org/2000/svg\" onload=\"x()\"/></a>",
            "<a xmlns=\"http://www.w3.org/1999/xhtml\"/>",
            "<xsl:stylesheet xmlns:xsl=\"http://www.w3.org/1999/XSL/Transform\"/>",
            "<!DOCTYPE a [<!ENTITY b SYSTEM \"x\">]><a/>",
        ] {
            assert!(danger(text, false).is_some(), "{text}");
        }
    }

    #[test]
    fn text_inside_comments_and_character_data_is_skipped_and_text_after_them_is_read() {
        assert!(danger("<svg><!-- <script/> --></svg>", true).is_none());
        assert!(danger("<svg><!-- a --><script/></svg>", true).is_some());
        assert!(danger("<svg><desc><![CDATA[<script/>]]></desc></svg>", true).is_none());
        assert!(danger("<svg><desc><![CDATA[a]]></desc><script/></svg>", true).is_some());
    }
}
