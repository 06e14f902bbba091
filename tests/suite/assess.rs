//! Checks the self-assessment pages: they list every statement by its ID, stay small, and contain
//! nothing about other roles.

use std::fmt::Write as _;

use rolebook::text::path::SourcePath;
use rolebook::text::source::{SourceFile, Sources};
use scraper::{Html, Selector};

use crate::support::{page, site_with};

fn sources(files: impl IntoIterator<Item = (String, String)>) -> Sources {
    let file = |(path, text): (String, String)| (SourcePath::new(path), SourceFile::new(text.into_bytes()));
    Sources { files: files.into_iter().map(file).collect(), ..Sources::default() }
}

/// Returns a handbook with one role that expects level 3 of every competency. Each competency has
/// five levels with four statements of twenty words.
fn large(competencies: usize) -> Sources {
    let mut role = String::from("---\ncompetencies:\n");
    let mut files = vec![("handbook.toml".to_owned(), "title = \"Large\"\n".to_owned())];
    for n in 0..competencies {
        let _ = writeln!(role, "  competency-{n}: 3");
        let mut text = format!("---\ncluster: Cluster {}\n---\n# Competency number {n}\n\n## Levels\n", n / 10);
        for (level, name) in (1..).zip(["Learning", "Practising", "Owning", "Guiding", "Shaping"]) {
            let _ = writeln!(text, "\n### {name} {{level={level}}}\n");
            for statement in 0..4 {
                let words = "writes the page that several teams decide from and says what would change it before anybody asks for more";
                let _ = writeln!(text, "- Statement {n} {level} {statement} {words}. {{#s{level}-{statement}}}");
            }
        }
        text.push_str("\n## Grow\n");
        for practice in 0..4 {
            let _ = writeln!(
                text,
                "\n- Practise {practice} with somebody who does it well, twice a month, see [[competency-0]]."
            );
        }
        files.push((format!("competencies/competency-{n}.md"), text));
    }
    role.push_str("---\n# Maker\n");
    files.push(("roles/maker.md".to_owned(), role));
    sources(files)
}

#[test]
fn the_assessment_lists_every_expected_statement_once_by_its_id() {
    let html = Html::parse_document(&page(&site_with(&large(3), None), "assess/maker/"));
    let rows = Selector::parse(".assess-asked [data-competency] [data-statement]").unwrap();
    let ids: Vec<&str> = html.select(&rows).filter_map(|row| row.attr("data-statement")).collect();
    assert_eq!(ids.len(), 3 * 5 * 4);
    let own = Selector::parse(".comp > ul[data-level=\"3\"] > li").unwrap();
    assert_eq!(html.select(&own).count(), 3 * 4, "the expected level is shown without unfolding");
    let practices = Selector::parse(".grow-text li a[href=\"../../competencies/competency-0/\"]").unwrap();
    assert_eq!(html.select(&practices).count(), 3 * 4);
}

#[test]
fn an_assessment_of_120_competencies_stays_under_a_megabyte() {
    let page = page(&site_with(&large(120), None), "assess/maker/");
    assert!(page.len() < 1_000_000, "{} bytes", page.len());
}

#[test]
fn without_declared_evidence_each_cluster_is_listed_with_its_competencies() {
    let html = page(&site_with(&large(11), None), "assess/maker/");
    assert!(html.contains("<ul data-name=\"Cluster 0\"><li>competency-0</li>"));
    assert!(html.contains("<ul data-name=\"Cluster 1\"><li>competency-10</li></ul>"));
}

#[test]
fn the_growth_section_is_found_under_the_heading_that_the_handbook_declares() {
    let text = "# Daten\n\n## Stufen\n\n### Learning {level=1}\n\n- Zeigt Zahlen.\n\n## Wachsen\n\nText *hier*.\n\n### Tiefer\n\nMehr.\n\n## Danach\n";
    let files = [
        ("handbook.toml", "title = \"T\"\n[words]\ngrow = \"Wachsen\"\n[kinds]\nkompetenzen = \"competency\"\n"),
        ("kompetenzen/daten.md", text),
        ("roles/a.md", "---\ncompetencies: {daten: 1}\n---\n# A\n"),
    ];
    let site = site_with(&sources(files.map(|(path, text)| (path.to_owned(), text.to_owned()))), None);
    let html = page(&site, "assess/a/");
    assert!(
        html.contains("<p>Text <em>hier</em>.</p>\n<h5 id=\"daten--tiefer\">Tiefer</h5>\n<p>Mehr.</p>\n</div>"),
        "{html}"
    );
    assert!(!html.contains("Danach"));
}

#[test]
fn a_role_that_expects_nothing_has_no_assessment_and_no_link_to_one() {
    let files = [
        ("roles/a.md", "# A\n"),
        ("roles/b.md", "---\ncompetencies: {c: 1}\n---\n# B\n"),
        ("competencies/c.md", "# C\n"),
    ];
    let site = site_with(&sources(files.map(|(path, text)| (path.to_owned(), text.to_owned()))), None);
    assert!(!site.has(&rolebook::text::path::UrlPath::new("assess/a/")));
    assert!(!page(&site, "roles/a/").contains("assess/a"));
    assert!(page(&site, "roles/b/").contains("href=\"../../assess/b/\""));
    let index = page(&site, "assess/");
    assert!(index.contains("href=\"b/\"") && !index.contains("href=\"a/\""), "{index}");
}
