//! Checks our HTML writer against the examples of the `CommonMark` specification.

use rolebook::chapter::document::{Fill, Hole, ImageSource};
use rolebook::chapter::markdown::{self, Input, Place, References};
use rolebook::declare::config::{Config, HtmlPolicy};
use rolebook::declare::kind::Kind;
use rolebook::text::markup::{escape, escape_address_into};
use rolebook::text::path::SourcePath;
use rolebook::text::source::Text;
use serde::Deserialize;

use crate::support::repository;

/// An example of a specification: the Markdown and the expected HTML.
#[derive(Deserialize)]
pub struct Example {
    #[serde(rename = "example")]
    pub number: u32,
    pub section: String,
    pub markdown: String,
    pub html: String,
}

/// Reads the examples in a file of `tests/data`.
pub fn examples(file: &str) -> Vec<Example> {
    let data = std::fs::read_to_string(repository().join("tests/data").join(file)).unwrap();
    serde_json::from_str(&data).unwrap()
}

/// Renders plain `CommonMark` and fills the holes left for code and images.
fn render(markdown: &str) -> String {
    let text = Text::new(markdown.as_bytes()).unwrap();
    let mut config = Config::bare("x");
    config.security.html = HtmlPolicy::Trusted;
    let path = SourcePath::new("a.md");
    let place = Place { text: &text, start: 0 };
    let input = Input {
        body: &text.text,
        path: &path,
        kind: Kind::Page,
        config: &config,
        family: None,
        place,
        seed: "0",
        plain: true,
        view: None,
    };
    let parsed = markdown::parse(input, &mut References::default());
    let mut out = String::new();
    let Fill { html, holes, .. } = &parsed.main;
    let mut last = 0;
    for (at, hole) in holes {
        out.push_str(&html[last..*at as usize]);
        last = *at as usize;
        match hole {
            Hole::Code(n) => {
                let code = &parsed.body.code[*n as usize];
                let language = if code.language.is_empty() {
                    String::new()
                } else {
                    format!(" class=\"language-{}\"", escape(&code.language))
                };
                out.push_str(&format!("<pre><code{language}>{}</code></pre>", escape(&code.text)));
            }
            Hole::Image(n) => {
                let image = &parsed.body.images[*n as usize];
                let ImageSource::Remote(address) = &image.source else { panic!("{image:?}") };
                let mut source = String::new();
                escape_address_into(address, &mut source);
                let title =
                    if image.title.is_empty() { String::new() } else { format!(" title=\"{}\"", escape(&image.title)) };
                out.push_str(&format!("<img src=\"{source}\" alt=\"{}\"{title} />", escape(&image.alt)));
            }
            Hole::HeadingAnchor(_) => {}
            hole => panic!("plain CommonMark has no {hole:?}"),
        }
    }
    out.push_str(&html[last..]);
    out
}

/// Removes the IDs of headings. They are the only difference from the specification, which has
/// none.
fn without_heading_ids(html: &str) -> String {
    let mut out = String::new();
    let mut rest = html;
    while let Some(at) = rest.find(" id=\"") {
        let is_heading = rest[..at].len() >= 3
            && rest[..at].ends_with(|c: char| ('1'..='6').contains(&c))
            && rest[..at - 1].ends_with("<h");
        let (before, after) = rest.split_at(at);
        out.push_str(before);
        rest = after;
        if is_heading {
            let end = rest[5..].find('"').unwrap() + 6;
            rest = &rest[end..];
        } else {
            out.push_str(&rest[..5]);
            rest = &rest[5..];
        }
    }
    out + rest
}

#[test]
fn every_commonmark_example_renders_as_specified() {
    let examples = examples("commonmark-0.31.2.json");
    assert_eq!(examples.len(), 652);
    let mut failed = Vec::new();
    for example in &examples {
        let html = without_heading_ids(&render(&example.markdown));
        if html != example.html {
            failed.push(format!(
                "{} ({})\n  {:?}\n  wanted {:?}\n  got    {html:?}",
                example.number, example.section, example.markdown, example.html
            ));
        }
    }
    assert!(failed.is_empty(), "{} of 652 differ:\n{}", failed.len(), failed.join("\n"));
}
