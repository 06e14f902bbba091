//! Lists every finding of the handbook on a page of the preview.
//!
//! Input: the findings as pages show them, and a page of the site as a frame. Output: HTML. The list
//! is part of the page that the server sends, so reading it needs no JavaScript.

use std::fmt::Write as _;

use super::Drawn;
use super::answer::sentence;
use crate::text::diagnostic::Span;
use crate::text::markup::escape;

/// The path of the page.
pub const PAGE: &str = "_rolebook/findings";
const TITLE: &str = "Findings";
/// The maximum number of bytes to quote before, at and after the place of a finding.
const MOST_QUOTED: usize = 120;

/// Returns the line around a place of a file: the text before it, in it, and after it. Looks only at
/// what is quoted, because a file may have many findings on one long line.
pub fn quote(bytes: &[u8], span: Span) -> [String; 3] {
    let (start, end) = ((span.start as usize).min(bytes.len()), (span.end as usize).min(bytes.len()));
    let end = end.max(start);
    let is_end = |byte: &u8| matches!(byte, b'\n' | b'\r');
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    // The text from `from`, up to `to` or the end of the line.
    let line = |from: usize, to: usize| {
        let part = &bytes[from..at_character(bytes, to).max(from)];
        part.split(is_end).next().unwrap_or_default()
    };
    let before = &bytes[at_character(bytes, start.saturating_sub(MOST_QUOTED))..start];
    let before = before.rsplit(is_end).next().unwrap_or_default();
    let inside = line(start, end.min(start + MOST_QUOTED));
    let behind = start + inside.len();
    let is_cut = end > start + MOST_QUOTED && bytes.get(behind).is_some_and(|byte| !is_end(byte));
    let after = if is_cut { " …".to_owned() } else { text(line(behind, behind + MOST_QUOTED)) };
    [text(before), text(inside), after]
}

/// Returns the start of the character at `at`.
fn at_character(bytes: &[u8], at: usize) -> usize {
    let at = at.min(bytes.len());
    let is_inner = |at: &usize| bytes.get(*at).is_some_and(|byte| byte & 0xC0 == 0x80);
    (at.saturating_sub(3)..=at).rfind(|at| !is_inner(at)).unwrap_or(at)
}

/// Formats the findings: errors first, then warnings, by file.
pub fn list(drawn: &[Drawn]) -> String {
    if drawn.is_empty() {
        return format!("<h1>{TITLE}</h1>\n<p class=\"lede\">There are no findings.</p>\n");
    }
    let count = |severity: &str| drawn.iter().filter(|finding| finding.severity == severity).count();
    let number = |n: usize, one: &str| if n == 1 { format!("1 {one}") } else { format!("{n} {one}s") };
    let mut out = format!(
        "<h1>{TITLE}</h1>\n<p class=\"lede\">{} and {}.</p>\n<div class=\"prose rolebook-page\">\n",
        number(count("error"), "error"),
        number(count("warning"), "warning")
    );
    let mut files: Vec<Option<&str>> = drawn.iter().map(|finding| finding.path.as_deref()).collect();
    files.sort_unstable();
    files.dedup();
    for file in files {
        let own: Vec<&Drawn> = drawn.iter().filter(|finding| finding.path.as_deref() == file).collect();
        let name = file.map_or_else(|| "The handbook".to_owned(), |file| format!("<code>{}</code>", escape(file)));
        let _ = write!(out, "<h2>{name}</h2>\n<ul>\n");
        for finding in own {
            item(&mut out, finding);
        }
        out.push_str("</ul>\n");
    }
    out.push_str("</div>\n");
    out
}

fn item(out: &mut String, finding: &Drawn) {
    let place = finding.line.map_or_else(String::new, |line| format!("Line {line}: "));
    let _ = write!(
        out,
        "<li class=\"{}\"><p>{place}<strong>{}</strong>",
        finding.severity,
        escape(&sentence(&finding.message))
    );
    if let Some(help) = &finding.help {
        let _ = write!(out, " {}", escape(&sentence(help)));
    }
    out.push_str("</p>");
    if let Some([before, inside, after]) = &finding.quote {
        let _ = write!(
            out,
            "<p class=\"rolebook-quote\"><code>{}<mark>{}</mark>{}</code></p>",
            escape(before),
            escape(inside),
            escape(after)
        );
    }
    if let Some(url) = &finding.url {
        let line = finding.line.unwrap_or(1);
        let _ =
            write!(out, "<p><a class=\"rolebook-go\" data-line=\"{line}\" href=\"/{}\">Go to it</a></p>", escape(url));
    }
    out.push_str("</li>\n");
}

/// Puts the list into the main part of a page. Returns `None` if the page has no such part.
pub fn in_frame(frame: &[u8], list: &str) -> Option<Vec<u8>> {
    let html = std::str::from_utf8(frame).ok()?;
    let open = html.find("<main")?;
    let start = open + html[open..].find('>')? + 1;
    let end = html.rfind("</main>").filter(|end| *end >= start)?;
    let (title, rest) = (html.find("<title>")? + 7, html.find("</title>")?);
    let out = [
        &html[..title],
        TITLE,
        &html[rest..start],
        "\n<article class=\"chapter\">\n",
        list,
        "</article>\n",
        &html[end..],
    ];
    Some(out.concat().into_bytes())
}

/// Returns a page without a frame, for a handbook that can't be shown.
pub fn bare(head: &str, list: &str) -> Vec<u8> {
    format!(
        "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>{TITLE}</title>{head}</head>\
         <body><main>{list}</main></body></html>"
    )
    .into_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quote_of_a_long_line_ends_between_two_characters() {
        for pad in 0..4 {
            let (left, right) = (format!("{}{}", "x".repeat(pad), "ü€".repeat(90)), "€ü".repeat(90));
            let inside = format!("{}{}", "y".repeat(pad), "ß€".repeat(90));
            let line = format!("# A\n{left}here{right}\n");
            let at = 4 + left.len();
            let [before, place, after] = quote(line.as_bytes(), Span::new(at, at + 4));
            assert!(left.ends_with(&before) && right.starts_with(&after), "{before} {after}");
            assert!(before.len() > MOST_QUOTED - 4 && after.len() > MOST_QUOTED - 4, "{before} {after}");
            assert_eq!(place, "here");
            let [before, place, after] = quote(inside.as_bytes(), Span::new(0, inside.len()));
            assert!(before.is_empty() && inside.starts_with(&place) && after == " …", "{place} {after}");
        }
    }

    #[test]
    fn a_quote_is_of_one_line() {
        let quoted = quote("# Ä\r\nüber dem\r\nEnde".as_bytes(), Span::new(12, 30));
        assert_eq!(quoted, ["über ", "dem", ""]);
        assert_eq!(quote(b"one", Span::new(9, 12)), ["one", "", ""]);
    }
}
