//! Checks the pages to print and the link previews.

use rolebook::text::source::Sources;
use serde_json::json;

use crate::support::{page, site_with};

fn book() -> Sources {
    Sources::from_texts([
        ("index.md", "# Home\n\nTo [one](a/one.md#part).\n"),
        ("handbook.toml", "title = \"Book\"\nbase_url = \"https://x.example/\"\n"),
        (
            "a/one.md",
            "# One\n\nThe *first* of [two](two.md), with a note.[^n]\n\n## Part\n\n[up](#part)\n\n[^n]: A note.\n",
        ),
        ("a/two.md", "---\nsummary: What two is for.\n---\n# Two\n\nText.\n"),
        ("glossary.md", "---\nkind: glossary\n---\n# Glossary\n\nBet & co\n: What is *staked*.\n"),
    ])
}

#[test]
fn links_in_the_print_version_stay_inside_it() {
    let html = page(&site_with(&book(), None), "print/");
    for wanted in [
        "href=\"#a/one--part\"",
        "href=\"#a/two\"",
        "id=\"a/one--part\"",
        "id=\"a/one--fn:1\"",
        "href=\"#a/one--fn:1\"",
        "<a href=\"#glossary\">Glossary</a>",
    ] {
        assert!(html.contains(wanted), "{wanted}");
    }
    assert_eq!(html.matches("<html").count(), 1);
    assert!(html.contains("<meta name=\"robots\" content=\"noindex\">"));
}

#[test]
fn the_print_version_of_a_part_contains_only_its_own_chapters() {
    let html = page(&site_with(&book(), None), "print/a/");
    assert!(html.contains("href=\"#a/two\"") && !html.contains("id=\"glossary\""));
}

#[test]
fn a_chapter_next_to_a_folder_of_the_same_name_is_printed_once() {
    let texts = [("index.md", "# Home\n"), ("a.md", "# A\n\nText.\n"), ("a/b.md", "# B\n")];
    let html = page(&site_with(&Sources::from_texts(texts), None), "print/");
    assert_eq!(html.matches("id=\"a\"").count(), 1, "{html}");
    assert!(html.contains("id=\"a/b\"") && html.contains("Text."));
}

#[test]
fn a_handbook_too_long_to_print_on_one_page_links_to_its_parts() {
    let long = format!("# Long\n\n{}", "Words fill a page.\n\n".repeat(90_000));
    let sources = Sources::from_texts([
        ("index.md", "# Home\n"),
        ("a/one.md", long.as_str()),
        ("b/two.md", long.as_str()),
        ("b/three.md", "# Three\n"),
    ]);
    let site = site_with(&sources, None);
    let whole = page(&site, "print/");
    assert!(whole.len() < 20_000, "{}", whole.len());
    assert!(whole.contains("too long") && whole.contains("href=\"b/\""));
    assert!(page(&site, "print/b/").contains("id=\"b/three\""));
}

#[test]
fn a_link_preview_shows_the_summary_the_first_paragraph_or_the_definition() {
    let site = site_with(&book(), None);
    let glimpse = |number: u32, of: &str| {
        let file: serde_json::Value = serde_json::from_str(&page(&site, &format!("glimpse/{number}.json"))).unwrap();
        file[of].clone()
    };
    let said = |title: &str, kind: &str, label: &str, text: &str| json!({"title": title, "kind": kind, "label": label, "text": text});
    assert_eq!(glimpse(123, "a/two"), said("Two", "", "", "What two is for."));
    assert_eq!(glimpse(292, "a/one"), said("One", "", "", "The first of two, with a note."));
    assert_eq!(glimpse(146, "glossary#bet--co"), said("Bet & co", "term", "Term", "What is staked."));
}

#[test]
fn print_versions_and_link_previews_are_not_in_the_sitemap() {
    let map = page(&site_with(&book(), None), "sitemap.xml");
    assert!(map.contains("a/one/") && !map.contains("print/") && !map.contains("glimpse/"), "{map}");
}
