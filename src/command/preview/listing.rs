//! Lists every finding of the handbook on a page of the preview.
//!
//! Input: the findings as pages show them, and a page of the site as a frame. Output: HTML. The list
//! is part of the page that the server sends, so reading it needs no JavaScript.

use std::fmt::Write as _;

use super::Drawn;
use crate::text::diagnostic::Span;
use crate::text::markup::escape;

/// The path of the page.
pub const PAGE: &str = "_rolebook/findings";
const TITLE: &str = "Findings";
/// The maximum number of bytes to quote before, at and after the place of a finding.
const MOST_QUOTED: usize = 120;

/// Returns the line around a place of a file: the text before it, in it, and after it.
pub fn quote(bytes: &[u8], span: Span) -> [String; 3] {
    let (start, end) = ((span.start as usize).min(bytes.len()), (span.end as usize).min(bytes.len()));
    let is_end = |byte: &u8| matches!(byte, b'\n' | b'\r');
    let line_start = bytes[..start].iter().rposition(is_end).map_or(0, |at| at + 1);
    let line_end = |from: usize| bytes[from..].iter().position(is_end).map_or(bytes.len(), |at| from + at);
    let first_end = line_end(start);
    let end = end.clamp(start, first_end);
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let before = text(&bytes[line_start.max(start.saturating_sub(MOST_QUOTED))..start]);
    let inside = text(&bytes[start..end.min(start + MOST_QUOTED)]);
    let after =
        if end > start + MOST_QUOTED { " …".to_owned() } else { text(&bytes[end..first_end.min(end + MOST_QUOTED)]) };
    [before, inside, after]
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

/// Turns a message, which starts in lower case and has no full stop, into a sentence.
fn sentence(message: &str) -> String {
    let mut chars = message.chars();
    let first: String = chars.next().map(|first| first.to_uppercase().collect()).unwrap_or_default();
    let end = if message.ends_with(['.', '?', '!']) { "" } else { "." };
    format!("{first}{}{end}", chars.as_str())
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
