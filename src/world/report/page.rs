//! Renders findings as an HTML page, which a host shows in place of a preview that couldn't be
//! built.
//!
//! Input: sorted findings and the files they refer to. Output: a page that needs no other file.
//! Never runs a script and never contacts another host.

use std::fmt::Write as _;

use annotate_snippets::Renderer;

use super::lines::Lines;
use super::{Files, PAGE_WIDTH, draw, location, severity, span_of, summary};
use crate::text::diagnostic::{Diagnostic, Place};
use crate::text::markup::escape;

/// The page contains its own styles, because it can't rely on the site's style sheet.
const STYLE: &str = ":root{color-scheme:light dark}body{font:1rem/1.6 system-ui,sans-serif;max-inline-size:60rem;margin:2rem auto;padding:0 1rem}\
h1{font-size:1.6rem;line-height:1.2}h2{font-size:1.1rem;margin-block:2rem .5rem;overflow-wrap:anywhere}\
pre{overflow-x:auto;padding:1rem;border-inline-start:4px solid #b3261e;background:light-dark(#f6f3ef,#26221f)}pre.warning{border-color:#8a6100}";

/// Returns what to show instead of a finding whose lines must not be quoted, or `None` if they may be.
pub type Plain<'p> = dyn Fn(&Diagnostic) -> Option<Diagnostic> + 'p;

/// Returns an HTML page that shows the findings. A host may show it to everybody, so it quotes the lines of a finding only
/// if `plain` returns `None`; otherwise, it shows what `plain` returns, and the place without the lines.
pub fn page(findings: &[Diagnostic], files: &Files<'_>, plain: &Plain<'_>) -> String {
    let (errors, warnings) = crate::model::compile::count(findings);
    let counted = summary(errors, warnings);
    let mut out = format!(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<meta name=\"robots\" content=\"noindex\">\n\
         <title>Handbook check: {counted}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n<main>\n<h1>Handbook check: {counted}</h1>\n"
    );
    out.push_str(match errors {
        0 => "<p>The handbook can be published.</p>\n",
        _ => "<p>The handbook was not built: fix what is marked as an error, and save again. The published site has not changed.</p>\n",
    });
    let renderer = Renderer::plain().term_width(PAGE_WIDTH);
    let mut lines = Lines::default();
    let mut last = None;
    for finding in findings {
        let path = files(&finding.place).map_or_else(|| "The handbook as a whole".to_owned(), |(path, _)| path);
        if last.as_ref() != Some(&path) {
            let _ = writeln!(out, "<h2>{}</h2>", escape(&path));
        }
        last = Some(path);
        let bare =
            |place: &Place| files(place).map(|(path, bytes)| (with_location(path, bytes.as_deref(), place), None));
        let drawn = match plain(finding) {
            Some(plain) => draw(&plain, &bare, &mut lines, &renderer),
            None => draw(finding, files, &mut lines, &renderer),
        };
        let class = severity(finding);
        let _ = writeln!(out, "<pre class=\"{class}\" tabindex=\"0\">{}</pre>", escape(&drawn));
    }
    out.push_str("</main>\n</body>\n</html>\n");
    out
}

/// Returns a path with the line and the column of a place.
fn with_location(path: String, bytes: Option<&[u8]>, place: &Place) -> String {
    let Some((span, bytes)) = span_of(place).zip(bytes) else { return path };
    let at = location(bytes, span.start as usize);
    format!("{path}:{}:{}", at.line, at.column)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::path::SourcePath;
    use crate::text::rule::Rule;

    #[test]
    fn the_page_names_every_finding_under_its_file_and_shows_markup_as_text() {
        let path = SourcePath::new("a<b>.md");
        let findings = [
            Diagnostic::new(Rule::DeadLink, &path, None, "no chapter called `<script>`"),
            Diagnostic::new(Rule::DeadLink, &path, None, "no chapter called `y`"),
        ];
        let files = |place: &crate::text::diagnostic::Place| match place {
            crate::text::diagnostic::Place::Content(path, _) => Some((format!("handbook/{path}"), None)),
            _ => None,
        };
        let quoted = page(&findings, &files, &|_| None);
        let plain = |finding: &Diagnostic| Some(Diagnostic { message: "something".to_owned(), ..finding.clone() });
        assert!(!page(&findings, &files, &plain).contains("script&gt;"));
        let page = quoted;
        assert_eq!(page.matches("<h2>handbook/a&lt;b&gt;.md</h2>").count(), 1);
        assert!(page.contains("&lt;script&gt;") && !page.contains("<script"));
        assert!(page.contains("<title>Handbook check: 2 errors</title>"));
    }
}
