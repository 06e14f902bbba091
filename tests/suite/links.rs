//! Reads every page of our own handbook as a browser would: each link and anchor has a target, IDs
//! are unique, and there are no inline styles or scripts.

use std::collections::{BTreeMap, BTreeSet};

use rolebook::model::book::{Generated, generated_url};
use rolebook::text::path::{UrlPath, decode_percent, join};
use rolebook::text::source::{SourceFile, Sources};
use scraper::{Html, Selector};

use crate::support::{page, site_with};

/// The IDs of a page and the URLs that it refers to.
struct Page {
    ids: BTreeSet<String>,
    links: Vec<String>,
}

fn read(name: &str, html: &str) -> Page {
    let document = Html::parse_document(html);
    let all = Selector::parse("*").unwrap();
    let mut page = Page { ids: BTreeSet::new(), links: Vec::new() };
    for element in document.select(&all).map(|element| element.value()) {
        for (key, value) in element.attrs() {
            assert!(key != "style" && !key.starts_with("on"), "{name} has `{key}` in a tag");
            match key {
                "id" => assert!(page.ids.insert(value.to_owned()), "{name} has the id `{value}` twice"),
                "href" | "src" => page.links.push(value.to_owned()),
                _ => {}
            }
        }
        let is_inline = element.name() == "style" || (element.name() == "script" && element.attr("src").is_none());
        assert!(!is_inline, "{name} has an inline {}", element.name());
        if let (true, Some(anchor)) = (element.name() == "a", element.attr("name")) {
            page.ids.insert(anchor.to_owned());
        }
    }
    page
}

/// Returns how many links were followed, and those that lead nowhere.
pub fn follow(sources: &Sources) -> (usize, Vec<String>) {
    let site = site_with(sources, None);
    let mut files = BTreeSet::new();
    let mut pages = BTreeMap::new();
    for url in site.urls() {
        let name = url.output_file();
        let rendered = site.render(url).unwrap().unwrap();
        if url.is_page() {
            pages.insert(name.clone(), read(&name, std::str::from_utf8(&rendered.bytes).unwrap()));
        }
        files.insert(name);
    }
    let (mut followed, mut dead) = (0, Vec::new());
    for (name, page) in &pages {
        for link in page.links.iter().filter(|link| !link.contains("://") && !link.starts_with("mailto:")) {
            followed += 1;
            let (path, anchor) =
                link.split_once('#').map_or((link.as_str(), None), |(path, anchor)| (path, Some(anchor)));
            // The 404 page, which hosts show at any depth, starts its links at the root.
            let folder = name.rsplit_once('/').map_or("", |(folder, _)| folder);
            // The query is only for scripts.
            let path = path.split_once('?').map_or(path, |(path, _)| path);
            let decoded = decode_percent(path).unwrap();
            let target = match decoded.as_str() {
                "" => Some(name.clone()),
                rooted if rooted.starts_with('/') => join("", rooted),
                relative => join(folder, relative),
            };
            let target = target.map(|target| {
                let is_folder = path.ends_with('/') || target.is_empty();
                if is_folder { format!("{target}/index.html").trim_start_matches('/').to_owned() } else { target }
            });
            let found = target.filter(|target| files.contains(target));
            let has_anchor = |target: &String| {
                let anchor = anchor.filter(|anchor| !anchor.is_empty()).map(|anchor| decode_percent(anchor).unwrap());
                anchor.is_none_or(|anchor| pages.get(target).is_none_or(|page| page.ids.contains(&anchor)))
            };
            if !found.as_ref().is_some_and(has_anchor) {
                dead.push(format!("{name}: {link}"));
            }
        }
    }
    (followed, dead)
}

#[test]
fn every_link_has_a_target_both_on_a_server_and_in_a_local_folder() {
    let mut sources = crate::synthetic::company();
    let (followed, dead) = follow(&sources);
    assert!(followed > 2000 && dead.is_empty(), "{followed} {dead:#?}");
    let path = rolebook::text::path::SourcePath::new("handbook.toml");
    let text = String::from_utf8(sources.bytes(&path).unwrap().to_vec()).unwrap();
    let text = text.replacen("base_url = \"https://rolebook.example/\"", "urls = \"file\"", 1);
    assert!(text.contains("urls = \"file\""));
    sources.files.insert(path, SourceFile::new(text.into_bytes()));
    let (followed, dead) = follow(&sources);
    assert!(followed > 2000 && dead.is_empty(), "{followed} {dead:#?}");
}

#[test]
fn every_generated_page_that_chapters_can_link_to_is_built() {
    let sources = crate::synthetic::company();
    let site = site_with(&sources, None);
    let book = &site.handbook().book;
    // Without a history, the page of changes is built only if a chapter links to it.
    let missing = Generated::all(book).filter(|page| {
        *page != Generated::Changes && {
            let url = generated_url(page.name(), site.handbook().config.urls);
            !site.has(&url)
        }
    });
    assert_eq!(missing.collect::<Vec<_>>(), []);
    assert!(Generated::all(book).count() > 5);
}

#[test]
fn tags_link_to_pages_of_their_chapters_and_a_handbook_without_tags_has_none() {
    let many: Vec<(String, String)> =
        (0..101).map(|n| (format!("guides/g{n}.md"), format!("---\ntags: [Pricing]\n---\n# Guide {n}\n"))).collect();
    let few = [
        ("handbook.toml", "title = \"T\"\n[audiences.managers]\n"),
        ("index.md", "# Home\n"),
        ("roles/a.md", "---\ntags: [pricing, R&D]\n---\n# Lead\n"),
        ("b.md", "---\ntags: [Hushed]\naudience: managers\n---\n# Hidden\n"),
    ];
    let all = few.into_iter().chain(many.iter().map(|(path, text)| (path.as_str(), text.as_str())));
    let site = site_with(&Sources::from_texts(all), None);
    let urls: Vec<&str> =
        site.urls().map(UrlPath::as_str).filter(|url| url.starts_with("tags/") && url.ends_with('/')).collect();
    assert_eq!(urls, ["tags/", "tags/pricing/", "tags/pricing/2/", "tags/rd/"]);
    assert!(page(&site, "roles/a/").contains("<a href=\"../../tags/pricing/\">pricing</a>"));
    let list = |url: &str| page(&site, url).split_once("<article").unwrap().1.to_owned();
    let (first, second) = (list("tags/pricing/"), list("tags/pricing/2/"));
    assert!(first.contains(">Lead</a>") && !second.contains(">Lead</a>"));
    let count = |html: &str| html.matches(">Guide ").count();
    assert_eq!(count(&first) + count(&second), 101);
    assert!(page(&site, "tags/").contains("102 chapters"));
    let plain = site_with(&Sources::from_texts([("index.md", "# Home\n")]), None);
    assert!(!plain.urls().any(|url| url.as_str().starts_with("tags/")));
}
