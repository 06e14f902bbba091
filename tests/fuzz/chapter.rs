//! Fuzzes chapters: whatever a chapter contains, nothing panics, findings point into the file, and
//! the page is well-formed and harmless.

use rolebook::chapter::document::Document;
use rolebook::model::compile::Handbook;
use rolebook::text::diagnostic::Place;
use rolebook::text::path::{SourcePath, UrlPath};
use rolebook::text::source::{SourceFile, Sources};
use scraper::{Html, Selector};

use crate::fuzz;
use crate::shared::{compile, draw, files_below, harmless, repository, site_with};

/// The most parts of a chapter that are transcluded into another.
const SHOWN: usize = 12;

const TOML: &str = "[audiences.m]\n[markdown]\ndefinition_lists = true\nsmart_quotes = true\n";

/// Returns a handbook around the chapter, so that references have targets.
pub fn around(chapter: &str) -> Sources {
    Sources::from_texts([
        ("handbook.toml", TOML),
        ("roles/a.md", chapter),
        (
            "roles/b.md",
            "---\nrank: 2\ncompetencies: {c: 3}\n---\n# B\n\n## Responsibilities\n\n- Does it. {#it}\n\n![[a]]\n",
        ),
        ("competencies/c.md", "# C\n\n### Owning\n\n- Says it. {#says}\n"),
        ("glossary.md", "# Glossary\n\nBrief {aliases=\"note\"}\n: A page.\n"),
    ])
}

/// Returns the texts of the golden cases.
pub fn seeds() -> Vec<String> {
    let mut seeds = Vec::new();
    for bytes in files_below(&repository().join("tests/cases")).into_values() {
        let text = String::from_utf8_lossy(&bytes).into_owned();
        seeds.extend(text.split("#### ").map(|part| part.chars().take(3_000).collect()));
    }
    seeds
}

/// Lists the IDs of a chapter's statements or responsibilities.
pub fn statements(document: &Document) -> Vec<&str> {
    document.meta.facts.statements().iter().map(|statement| statement.id.as_str()).collect()
}

fn hold(text: &str) {
    let mut sources = around(text);
    let handbook = compile(&sources).unwrap();
    let findings = handbook.findings(false);
    assert!(findings.is_empty() || !draw(&findings, &sources).is_empty());
    for finding in findings {
        assert_ne!(finding.code.name(), "internal", "the parser panicked");
        if let Place::Content(path, Some(span)) = &finding.place {
            let length = sources.bytes(path).unwrap().len();
            assert!(
                span.start <= span.end && span.end as usize <= length,
                "{finding:?} is outside the {length} bytes of the file"
            );
        }
    }
    let parts = showing_parts(&handbook).map(|parts| SourceFile::new(parts.into_bytes()));
    sources.files.extend(parts.map(|file| (SourcePath::new("parts.md"), file)));
    let site = site_with(&sources, None);
    for url in ["roles/a/", "roles/b/", "parts/"] {
        if let Some(rendered) = site.render(&UrlPath::new(url)) {
            let html = String::from_utf8(rendered.unwrap().bytes.into_owned()).unwrap();
            well_formed(&html, text.contains('<'));
            harmless(&Html::parse_document(&html));
        }
    }
}

/// Writes a chapter that transcludes the parts of `roles/a.md`. Returns `None` if there are none.
fn showing_parts(handbook: &Handbook) -> Option<String> {
    let document = handbook.documents.iter().find(|document| document.meta.path.as_str() == "roles/a.md")?;
    let headings = document.outline.headings.iter().map(|heading| heading.id.as_str());
    let parts: Vec<String> =
        headings.chain(statements(document)).take(SHOWN).map(|id| format!("![[a#{id}]]\n\n")).collect();
    (!parts.is_empty()).then(|| format!("# Parts\n\n{}", parts.concat()))
}

/// Our own HTML must have no errors. An author's raw HTML may be malformed, but has to stay within
/// the chapter's text.
fn well_formed(html: &str, is_raw: bool) {
    let parsed = Html::parse_document(html);
    assert!(is_raw || parsed.errors.is_empty(), "{:?}", parsed.errors);
    let count = |selector: &str| parsed.select(&Selector::parse(selector).unwrap()).count();
    assert_eq!(count("body > footer.colophon"), 1, "the chapter swallowed the rest of the page");
    let text = "body > .columns > main > article > .prose";
    assert_eq!(count(&format!("{text}:not(.opening)")), 1, "the chapter broke out of its element");
    let titles = count(&format!("{text}.opening"));
    assert!(titles <= 1 && count(&format!("{text}.opening > h1")) == titles, "a title is apart, and nothing else");
}

#[test]
fn any_chapter_becomes_a_harmless_page() {
    fuzz("chapter", &seeds(), &hold);
}
