//! Checks the files that readers download to use a template, and the text that they copy.

use std::collections::BTreeSet;

use rolebook::site::urls::Site;
use rolebook::text::path::UrlPath;
use rolebook::text::source::Sources;
use scraper::{Html, Selector};

use crate::support::{page, site_for};

const HANDBOOK: &[(&str, &str)] = &[
    ("handbook.toml", "[audiences.managers]\n"),
    ("index.md", "# Home\n\n```markdown template=\"note\"\n- Note:\n```\n"),
    (
        "guides/memo.md",
        "# Memo\n\n````markdown template=\"memo\" title=\"A memo\"\n- Who & when <date>:\n\n```sh\n$ x\n```\n````\n\n\
         ::: {audience=managers}\n\n```markdown template=\"pay\"\n- Pay band:\n```\n\n:::\n",
    ),
    ("guides/pay.md", "---\naudience: managers\n---\n# Pay\n\n```markdown template=\"raise\"\n- Raise:\n```\n"),
];

fn site(audience: Option<&str>) -> Site {
    site_for(&Sources::from_texts(HANDBOOK.iter().copied()), audience)
}

fn files(site: &Site) -> BTreeSet<String> {
    let chapters = ["index.md", "guides/memo.md", "guides/pay.md"];
    let urls = site.urls().map(UrlPath::as_str).filter(|url| url.ends_with(".md") && !chapters.contains(url));
    urls.map(str::to_owned).collect()
}

fn wanted(names: &[&str]) -> BTreeSet<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

#[test]
fn a_hidden_template_yields_no_file_and_is_not_listed() {
    let public = site(None);
    assert_eq!(files(&public), wanted(&["guides/memo/memo.md", "note.md"]));
    for url in public.urls().filter(|url| !url.as_str().starts_with("assets/")) {
        let text = page(&public, url.as_str()).to_lowercase();
        assert!(!text.contains("pay band") && !text.contains("raise"), "{}", url.as_str());
    }
    let managers = site(Some("managers"));
    let all = ["guides/memo/memo.md", "guides/memo/pay.md", "guides/pay/raise.md", "note.md"];
    assert_eq!(files(&managers), wanted(&all));
    assert!(page(&managers, "templates/").contains("guides/pay/raise.md"));
}

#[test]
fn the_text_to_copy_and_the_file_are_what_the_author_wrote_below_a_title() {
    let site = site(None);
    let html = Html::parse_document(&page(&site, "guides/memo/"));
    let figure = html.select(&Selector::parse("figure.template").unwrap()).next().unwrap();
    let copied = figure.value().attr("data-markdown").unwrap();
    assert_eq!(copied, "# A memo\n\n- Who & when <date>:\n\n```sh\n$ x\n```\n");
    assert_eq!(copied, page(&site, "guides/memo/memo.md"));
    let link = figure.select(&Selector::parse("a[download]").unwrap()).next().unwrap();
    assert_eq!(link.value().attr("href"), Some("memo.md"));
}

#[test]
fn a_handbook_without_templates_has_no_page_of_them() {
    let site = site_for(&Sources::from_texts([("index.md", "# Home\n\n```markdown\n- x\n```\n")]), None);
    assert!(!site.has(&UrlPath::new("templates/")));
    assert!(files(&site).is_empty());
}

#[test]
fn a_view_in_a_template_stays_text() {
    let text = "# Memo\n\n{{ roles() }}\n\n```markdown template=\"note\"\n{{ matrix() }}\n\n![[other]] https://x.example\n```\n";
    let role = "---\nrank: 1\n---\n# Zqrole\n";
    let site = site_for(&Sources::from_texts([("memo.md", text), ("roles/zqrole.md", role)]), None);
    let html = Html::parse_document(&page(&site, "memo/"));
    let article = html.select(&Selector::parse("article .prose").unwrap()).next().unwrap();
    assert!(article.html().contains("Zqrole"), "the chapter has a view of its own");
    let form = html.select(&Selector::parse(".form").unwrap()).next().unwrap();
    assert_eq!(form.inner_html().trim(), "<p>{{ matrix() }}</p>\n<p>![[other]] https://x.example</p>");
}
