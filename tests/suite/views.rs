//! Reads the pages generated from the model as a screen reader would: pictures have text
//! equivalents, and links lead to what the pages promise.

use std::collections::BTreeSet;

use rolebook::site::urls::Site;
use rolebook::text::source::Sources;
use scraper::{ElementRef, Html, Selector};

use crate::support::{self, page, site_with};
use crate::synthetic;

fn company() -> Site {
    site_with(&synthetic::company(), None)
}

fn select(css: &str) -> Selector {
    Selector::parse(css).unwrap()
}

fn text(element: ElementRef<'_>) -> String {
    element.text().collect::<Vec<_>>().join(" ").split_whitespace().collect::<Vec<_>>().join(" ")
}

fn role_pages(site: &Site) -> Vec<String> {
    let urls = site.urls().map(rolebook::text::path::UrlPath::as_str);
    urls.filter(|url| url.starts_with("roles/") && url.ends_with('/') && *url != "roles/").map(str::to_owned).collect()
}

#[test]
fn every_level_strip_says_in_words_which_level_it_shows() {
    let site = company();
    let mut strips = 0;
    for url in role_pages(&site) {
        let html = Html::parse_document(&page(&site, &url));
        for level in html.select(&select(".comp > .level")) {
            let boxes: Vec<Option<&str>> = level.select(&select(".steps i")).map(|i| i.value().attr("class")).collect();
            let own = boxes.iter().position(|class| *class == Some("own")).unwrap() + 1;
            let reached = boxes.iter().filter(|class| **class == Some("reached")).count();
            assert_eq!(reached, own - 1, "{url}");
            assert!(text(level).contains(&format!("({own} of {})", boxes.len())), "{url}: {}", text(level));
            strips += 1;
        }
    }
    assert!(strips > 100, "{strips}");
}

#[test]
fn the_radar_chart_says_in_words_which_levels_it_shows() {
    let site = company();
    for url in role_pages(&site) {
        let html = Html::parse_document(&page(&site, &url));
        let svg = html.select(&select(".radar svg")).next().unwrap();
        let label = svg.value().attr("aria-label").unwrap();
        let number = |element: &ElementRef<'_>, name: &str| element.value().attr(name).unwrap().parse::<f64>().unwrap();
        // The outermost of the five rings is the highest level, so a dot's distance from the center
        // is its level.
        let frame: Vec<f64> =
            svg.value().attr("viewBox").unwrap().split(' ').map(|part| part.parse().unwrap()).collect();
        let (cx, cy) = (frame[2] / 2.0, frame[3] / 2.0);
        let names: Vec<String> = svg.select(&select("text")).map(text).collect();
        let dots: Vec<ElementRef<'_>> = svg.select(&select("circle")).collect();
        assert_eq!(dots.len(), names.len());
        for (dot, name) in dots.iter().zip(&names) {
            let distance = (number(dot, "cx") - cx).hypot(number(dot, "cy") - cy);
            let level = (distance / 150.0 * 5.0).round();
            let said = label.split(['.', ';']).find(|part| part.trim().starts_with(name.as_str())).unwrap();
            assert!(said.contains(&format!("({level} of 5)")), "{url}: {name} at {level}: {said}");
        }
    }
}

#[test]
fn the_ladder_lists_in_words_every_role_and_move_that_it_shows() {
    let site = company();
    let html = Html::parse_document(&page(&site, "ladder/"));
    let svg = html.select(&select("svg.ladder")).next().unwrap();
    let links = |root: ElementRef<'_>, css: &str| -> BTreeSet<(String, String)> {
        root.select(&select(css)).map(|a| (a.value().attr("href").unwrap().to_owned(), text(a))).collect()
    };
    let tracks = html.select(&select(".tracks")).next().unwrap();
    assert_eq!(links(svg, "a"), links(tracks, ".rung > p:first-child a"));
    let ups = svg.select(&select("path.up")).count();
    assert_eq!(ups, tracks.select(&select(".up a")).count());
    // A move in both directions is one line with two arrowheads.
    let heads = svg.select(&select("polygon.move")).count();
    assert_eq!(heads, tracks.select(&select(".sideways a")).count());
    assert!(ups > 8 && heads > 1);
}

#[test]
fn every_role_except_a_base_role_has_a_hiring_kit_with_all_expected_statements() {
    let site = company();
    for url in role_pages(&site) {
        let html = page(&site, &url);
        let id = url.trim_start_matches("roles/").trim_end_matches('/');
        let has = site.has(&rolebook::text::path::UrlPath::new(format!("hiring/{id}/")));
        assert_eq!(has, id != "base", "{id}");
        assert_eq!(html.contains(&format!("href=\"../../hiring/{id}/\"")), has, "{id}");
        if !has {
            continue;
        }
        let kit = page(&site, &format!("hiring/{id}/"));
        let (role, kit) = (Html::parse_document(&html), Html::parse_document(&kit));
        // A role's page marks what is new since the role before it.
        let statement = |item: ElementRef<'_>| text(item).trim_end_matches(" New").to_owned();
        let statements =
            |html: &Html| -> Vec<String> { html.select(&select(".profile .statements li")).map(statement).collect() };
        assert_eq!(statements(&role), statements(&kit), "{id}");
        let competencies = kit.select(&select(".comp")).count();
        assert_eq!(kit.select(&select(".ask")).count(), competencies, "{id}");
        assert_eq!(kit.select(&select(".scorecard tbody tr")).count(), competencies, "{id}");
        let copy = page(&site, &format!("hiring/{id}.md"));
        assert_eq!(copy.lines().filter(|line| line.contains("| ☐ |")).count(), competencies, "{id}");
    }
}

#[test]
fn following_the_next_links_of_a_path_visits_every_stop_in_order() {
    let site = company();
    let handbook = site.handbook();
    for (path, chapters) in &handbook.book.relations.paths {
        let id = &handbook.book.meta(*path).id;
        let mut at = handbook.book.url(chapters[0]).as_str().to_owned();
        let mut seen = vec![at.clone()];
        loop {
            let html = Html::parse_document(&page(&site, &at));
            let next = html.select(&select(&format!("[data-path=\"{id}\"] .next"))).next();
            let Some(next) = next.and_then(|next| next.value().attr("href")) else { break };
            let (address, query) = next.split_once('?').unwrap();
            assert_eq!(query, format!("path={id}"));
            at = rolebook::text::path::join(at.trim_end_matches('/'), address).map(|to| format!("{to}/")).unwrap();
            seen.push(at.clone());
        }
        let wanted: Vec<&str> = chapters.iter().map(|chapter| handbook.book.url(*chapter).as_str()).collect();
        assert_eq!(seen, wanted, "{id}");
    }
}

#[test]
fn only_the_comparison_of_two_different_roles_shows_differences() {
    let mut sources = synthetic::company();
    let ids: Vec<String> = {
        let book = &site_with(&sources, None).handbook().book.clone();
        book.relations.role_order.iter().map(|role| book.meta(*role).id.clone()).collect()
    };
    let views: String = ids.iter().map(|id| format!("{{{{ compare(a=\"{id}\", b=\"{id}\") }}}}\n\n")).collect();
    let chapter = format!("# Same\n\n{views}## Other\n\n{{{{ compare(a=\"r1\", b=\"first\") }}}}\n");
    let path = rolebook::text::path::SourcePath::new("guides/same.md");
    sources.files.insert(path, rolebook::text::source::SourceFile::new(chapter.into_bytes()));
    let html = Html::parse_document(&page(&site_with(&sources, None), "guides/same/"));
    let compared: Vec<ElementRef<'_>> = html.select(&select(".compare")).collect();
    assert_eq!(compared.len(), ids.len() + 1);
    let differences = select(".facts-table, .changes, .pair");
    let (other, same) = compared.split_last().unwrap();
    assert!(same.iter().all(|view| view.select(&differences).next().is_none()));
    assert_eq!(other.select(&differences).count(), 4);
}

/// Builds the site of texts for an audience.
fn site_for(texts: &[(&str, &str)], audience: Option<&str>) -> Site {
    support::site_for(&Sources::from_texts(texts.iter().copied()), audience)
}

#[test]
fn only_maintainers_of_a_handbook_see_its_health_page() {
    let shows = |toml: Option<&str>, audience: Option<&str>| {
        let toml = toml.map(|toml| ("handbook.toml", toml));
        let texts: Vec<(&str, &str)> = [("index.md", "# Home\n"), ("a.md", "# A\n")].into_iter().chain(toml).collect();
        let site = site_for(&texts, audience);
        let is_there = site.has(&rolebook::text::path::UrlPath::new("health/"));
        assert_eq!(page(&site, "").contains("href=\"health/\""), is_there);
        is_there
    };
    let told_apart = "[audiences.editors]\nincludes = [\"managers\"]\n[audiences.managers]\n";
    let declared = format!("{told_apart}[health]\naudience = \"editors\"\n");
    assert!(!shows(None, None), "a bare folder has no health page");
    assert!(shows(Some("title = \"T\"\n"), None));
    assert!(!shows(Some(told_apart), Some("editors")), "no audience is declared for the health page");
    assert!(!shows(Some(&declared), None));
    assert!(!shows(Some(&declared), Some("managers")));
    assert!(shows(Some(&declared), Some("editors")));
}

#[test]
fn with_200_roles_and_120_competencies_no_page_is_over_a_megabyte() {
    let site = site_with(&synthetic::handbook(200, 120), None);
    let sizes: Vec<(usize, &str)> = {
        use rayon::prelude::*;
        // The print version is as long as the book, so it isn't limited.
        let urls: Vec<_> = site.urls().filter(|url| url.is_page() && !url.as_str().starts_with("print/")).collect();
        urls.into_par_iter().map(|url| (page(&site, url.as_str()).len(), url.as_str())).collect()
    };
    assert!(sizes.len() > 700, "{}", sizes.len());
    let large: Vec<_> = sizes.iter().filter(|(size, _)| *size >= 1_000_000).collect();
    assert_eq!(large, Vec::<&(usize, &str)>::new());
    // What the comparison script loads stays small, too.
    let data = page(&site, "api/v1/roles/r7.json");
    assert!(data.len() < 20_000, "{}", data.len());
}

#[test]
fn no_field_of_a_csv_file_can_be_read_as_a_formula() {
    let sources = Sources::from_texts([
        (
            "competencies/talk.md",
            "---\ncluster: \"@Home\"\n---\n# =1+1\n\n### Owning\n\n- =HYPERLINK(\"https://evil.example\", \"a, b\") opens it. {#a}\n- \\+1 is said. {#b}\n",
        ),
        ("roles/lead.md", "---\ncompetencies: {talk: Owning}\n---\n# -Lead\n"),
    ]);
    let site = site_with(&sources, None);
    for (file, words) in
        [("matrix.csv", ["@Home", "=1+1", "-Lead"]), ("statements.csv", ["@Home", "=HYPERLINK", "+1 is"])]
    {
        let table = page(&site, file);
        for word in words {
            assert!(table.contains(word), "{file} does not contain {word}: {table}");
        }
        // The start of each field, after its opening quotation mark if it has one.
        let starts = table.split([',', '\n']).map(|field| field.trim_start_matches('"'));
        let formulas: Vec<&str> = starts.filter(|field| field.starts_with(['=', '+', '-', '@', '\t'])).collect();
        assert_eq!(formulas, Vec::<&str>::new(), "{file}");
    }
}

#[test]
fn statements_that_a_role_is_judged_on_come_first_and_no_statement_appears_twice() {
    let sources = Sources::from_texts([
        (
            "competencies/a.md",
            "---\ncluster: One\n---\n# A\n\n### Learning\n\n- A one.\n\n### Practising\n\n- A two.\n- A key. {#key}\n\n### Owning\n\n- A three.\n\n## Interview\n\nAsk about A.\n\n## Grow\n\nGrow in A.\n",
        ),
        (
            "competencies/b.md",
            "---\ncluster: Two\n---\n# B\n\n### Learning\n\n- B one. {#one}\n- B zero.\n\n### Practising\n\n- B two.\n\n## Interview\n\nAsk about B.\n\n## Grow\n\nGrow in B.\n",
        ),
        (
            "competencies/c.md",
            "---\ncluster: Two\n---\n# C\n\n### Learning\n\n- C one.\n\n## Interview\n\nAsk about C.\n\n## Grow\n\nGrow in C.\n",
        ),
        ("roles/r.md", "---\ncompetencies: {a: 2, b: 2, c: 1}\nfocus: [b]\njudged: [a#key, b#one]\n---\n# R\n"),
        ("roles/plain.md", "---\ncompetencies: {a: 2, b: 2, c: 1}\n---\n# Plain\n"),
    ]);
    let site = site_with(&sources, None);
    for url in ["roles/r/", "hiring/r/", "assess/r/", "hiring/r.md"] {
        let html = page(&site, url);
        // Skip the table of contents of a role's page, which contains the same words.
        let html = html.split_once("<article").map_or(html.as_str(), |(_, article)| article);
        let places: Vec<usize> =
            ["Key for this role", "A key.", "B two.", "B one.", "Also expected", "A two.", "A one.", "C one."]
                .map(|words| html.find(words).unwrap_or_else(|| panic!("{url}: {words}")))
                .to_vec();
        assert!(places.is_sorted(), "{url}: {places:?}");
        for words in [
            "B zero.",
            "A key.",
            "B two.",
            "B one.",
            "A two.",
            "A one.",
            "C one.",
            "Ask about A.",
            "Ask about B.",
            "Grow in A.",
            "Grow in B.",
        ] {
            let most = html.matches(words).count();
            assert!(most <= 1, "{url}: {words} {most} times");
        }
    }
    for url in ["roles/plain/", "hiring/plain/", "assess/plain/", "hiring/plain.md"] {
        let html = page(&site, url);
        assert!(
            !html.contains("Key for this role") && !html.contains("Also expected") && !html.contains("data-key"),
            "{url}"
        );
        assert!(html.find("A two.").unwrap() < html.find("A one.").unwrap(), "{url}");
    }
    let card = page(&site, "hiring/r/");
    let card = &card[card.find("scorecard").unwrap()..];
    let rows: Vec<&str> = card.split("<th scope=\"row\">").skip(1).map(|row| &row[..1]).collect();
    assert_eq!(rows, ["A", "B", "C"]);
}
