//! Renders the examples of GitHub's extensions to Markdown, and the `CommonMark` examples again, as
//! whole pages under the policy for untrusted authors.

use rolebook::text::path::UrlPath;
use rolebook::text::source::Sources;
use scraper::{ElementRef, Html, Node, Selector};

use crate::commonmark::examples;
use crate::support::{harmless, site_with};

/// Examples whose result is different here, with the reason.
const OTHERWISE: &[(u32, &str)] = &[
    (205, "a table without a row has an empty body"),
    (626, "only the semicolon is left out of an address that ends like a character reference"),
    (628, "an ftp: address isn't a link"),
    (630, "pages show typographic quotes"),
    (653, "tags that aren't allowed are removed instead of shown as text"),
];

/// The elements that the extensions produce. IDs, classes and the containers of wide tables are our
/// own.
const ELEMENTS: &[&str] = &[
    "table",
    "thead",
    "tbody",
    "tr",
    "th",
    "td",
    "p",
    "del",
    "ul",
    "li",
    "input",
    "em",
    "strong",
    "code",
    "blockquote",
    "a",
];

/// Renders the page of a chapter that consists of `markdown`.
fn page(markdown: &str) -> Html {
    let site = site_with(
        &Sources::from_texts([("handbook.toml", "title = \"T\"\n"), ("index.md", "# T\n"), ("a.md", markdown)]),
        None,
    );
    let rendered = site.render(&UrlPath::new("a/")).unwrap().unwrap();
    Html::parse_document(std::str::from_utf8(&rendered.bytes).unwrap())
}

fn prose(page: &Html) -> ElementRef<'_> {
    page.select(&Selector::parse("article > .prose").unwrap()).next().unwrap()
}

/// Writes elements with what readers see of them: text, alignment, check marks.
fn outline(element: ElementRef<'_>, out: &mut String) {
    for child in element.children() {
        match child.value() {
            Node::Text(text) => out.extend(text.split_whitespace().map(|word| format!("{word} "))),
            Node::Element(_) => {
                let child = ElementRef::wrap(child).unwrap();
                let value = child.value();
                let is_shown = ELEMENTS.contains(&value.name());
                let aligned = value
                    .attr("align")
                    .or_else(|| value.attr("class").filter(|class| ["left", "center", "right"].contains(class)));
                let ticked = value.attr("checked").map(|_| "x");
                let facts: String = [aligned, ticked].into_iter().flatten().collect();
                if is_shown {
                    out.push_str(&format!("<{} {facts}>", value.name()));
                }
                outline(child, out);
                if is_shown {
                    out.push_str(&format!("</{}>", value.name()));
                }
            }
            _ => {}
        }
    }
}

#[test]
fn every_example_of_githubs_extensions_renders_as_specified_or_is_a_listed_exception() {
    let examples = examples("gfm-0.29.json");
    assert_eq!(examples.len(), 24);
    let mut failed = Vec::new();
    for example in &examples {
        let (mut wanted, mut got) = (String::new(), String::new());
        outline(Html::parse_fragment(&example.html).root_element(), &mut wanted);
        outline(prose(&page(&example.markdown)), &mut got);
        let is_otherwise = OTHERWISE.iter().any(|(number, _)| *number == example.number);
        if (wanted == got) == is_otherwise {
            failed.push(format!(
                "{} ({})\n  {:?}\n  wanted {wanted}\n  got    {got}",
                example.number, example.section, example.markdown
            ));
        }
    }
    assert!(failed.is_empty(), "{} differ:\n{}", failed.len(), failed.join("\n"));
}

#[test]
fn no_example_of_the_specifications_is_harmful_under_the_safe_policy() {
    let mut all = examples("commonmark-0.31.2.json");
    all.extend(examples("gfm-0.29.json"));
    assert_eq!(all.len(), 676);
    for example in all {
        let page = page(&example.markdown);
        harmless(&page);
        let after = page.select(&Selector::parse("body > footer.colophon").unwrap()).count();
        assert_eq!(after, 1, "example {} swallowed the rest of the page: {:?}", example.number, example.markdown);
    }
}
