//! Reads the page of a competency: the levels come first, with the roles that are expected there,
//! and nothing that the author wrote is lost or shown twice.

use rolebook::site::urls::Site;
use rolebook::text::source::Sources;
use scraper::{Html, Selector};

use crate::support::{check_with, page, site_for};

const SCALE: &str = "title = \"T\"\n[audiences.managers]\n";
const LEAD: &str = "---\ntitle: Lead\ncompetencies: {talk: 2}\n---\n";
const CHIEF: &str = "---\ntitle: Chief\naudience: managers\ncompetencies: {talk: 2}\n---\n";

fn sources(talk: &str) -> Sources {
    Sources::from_texts([
        ("handbook.toml", SCALE),
        ("index.md", "# Home\n\n[[talk]]\n"),
        ("roles/lead.md", LEAD),
        ("roles/chief.md", CHIEF),
        ("competencies/talk.md", talk),
    ])
}

fn read(talk: &str, audience: Option<&str>) -> Html {
    let site: Site = site_for(&sources(talk), audience);
    Html::parse_document(&page(&site, "competencies/talk/"))
}

fn all(html: &Html, css: &str) -> Vec<String> {
    let css = Selector::parse(css).unwrap();
    let found = html.select(&css);
    found.map(|one| one.text().collect::<String>().split_whitespace().collect::<Vec<_>>().join(" ")).collect()
}

fn ids(html: &Html) -> Vec<&str> {
    let css = Selector::parse(".prose [id]").unwrap();
    let found = html.select(&css);
    found.filter_map(|one| one.attr("id")).filter(|id| !id.starts_with("fn")).collect()
}

const TALK: &str = "---\ntitle: Talk\nsummary: Talking.\n---\nOpening.[^a]\n\n## Why\n\nBecause.\n\n## Levels\n\nInvented.\n\n\
    ### Learning\n\n- Says it.[^b] {#says}\n\n### Practising\n\n- Writes it. {#writes}\n\n### Notes\n\nOn levels.\n\n## Traps\n\nOne.\n\n\
    [^a]: First in the file.\n[^b]: First on the page.\n";

#[test]
fn levels_come_first_and_everything_else_keeps_its_order() {
    let html = read(TALK, None);
    assert_eq!(ids(&html), ["levels", "learning", "says", "practising", "writes", "notes", "why", "traps"]);
    let contents = all(&html, ".toc nav ol a");
    assert_eq!(contents, ["Levels", "1 Learning", "2 Practising", "Notes", "Why", "Traps"]);
    assert_eq!(all(&html, ".rail a"), ["1 Learning", "2 Practising"]);
    assert_eq!(
        all(&html, ".prose p:not([data-made] p)"),
        [
            "Invented.",
            "On levels.",
            "Opening.2",
            "Because.",
            "One.",
            "First on the page. ↩\u{fe0e}",
            "First in the file. ↩\u{fe0e}"
        ]
    );
    // A title in the text stays above the levels, together with the paragraph that introduces it.
    let titled = TALK.replace("---\ntitle: Talk\nsummary: Talking.\n---\n", "# Talk\n\n");
    assert_eq!(ids(&read(&titled, None))[..3], ["talk", "levels", "learning"]);
    assert_eq!(all(&read(&titled, None), ".prose > h1 + p"), ["Opening.1"]);
}

#[test]
fn each_level_names_the_roles_that_the_reader_may_see() {
    for (audience, roles) in [(None, vec!["Lead"]), (Some("managers"), vec!["Lead", "Chief"])] {
        let mut found = all(&read(TALK, audience), ".stair:nth-child(2) .who a");
        found.sort_by_key(|name| std::cmp::Reverse(name.clone()));
        assert_eq!(found, roles, "{audience:?}");
        assert_eq!(all(&read(TALK, audience), ".stair:nth-child(1) .who"), Vec::<String>::new());
    }
}

#[test]
fn levels_that_do_not_follow_each_other_stay_in_the_order_of_the_file() {
    let apart = TALK.replace("### Practising", "### Between\n\nText.\n\n### Practising");
    let inside = TALK
        .replace("## Levels\n", "## Levels\n\n<details><summary>More</summary>\n")
        .replace("### Practising", "</details>\n\n### Practising");
    for talk in [apart, inside] {
        let html = read(&talk, None);
        assert!(all(&html, ".stairs").is_empty(), "{talk}");
        assert_eq!(ids(&html)[0], "why", "{talk}");
        assert_eq!(all(&html, ".levels .who a"), ["Lead"], "{talk}");
        assert_eq!(all(&html, ".toc nav ol a")[0], "Why", "{talk}");
    }
}

#[test]
fn a_level_above_the_last_described_one_has_no_full_bar_and_no_finding() {
    let talk = TALK.replace("### Practising\n\n- Writes it. {#writes}\n\n", "");
    let html = read(&talk, None);
    assert_eq!(all(&html, ".stair .empty"), ["This competency doesn’t describe this level."]);
    let bars = |n: usize| -> Vec<String> {
        let css = Selector::parse(&format!(".stair:nth-child({n}) .steps i")).unwrap();
        let found = html.select(&css).map(|one| one.attr("class").unwrap_or("").to_owned());
        found.collect()
    };
    assert_eq!(bars(1), ["own", "absent", "absent", "absent", "absent"]);
    assert_eq!(bars(2), ["reached", "absent", "absent", "absent", "absent"]);
    let findings = check_with(&sources(&talk), None).unwrap().findings;
    assert!(findings.iter().all(|finding| finding.code.name() != "empty-level"), "{findings:#?}");
    // A level that is left out below the last one is still reported.
    let talk = TALK.replace("### Learning\n\n- Says it.[^b] {#says}\n\n", "");
    let findings = check_with(&sources(&talk), None).unwrap().findings;
    assert_eq!(findings.iter().filter(|finding| finding.code.name() == "empty-level").count(), 1, "{findings:#?}");
}
