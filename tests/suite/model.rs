//! Holds the relations of the model together: each shows on both sides, levels add up, and a role compared with itself differs in nothing.

use std::collections::BTreeSet;

use rolebook::book::{ChapterId, role_of};
use rolebook::compile::Handbook;
use serde_json::Value;

use crate::support::{compile, page, read_folder, repository, site_with};
use crate::synthetic;

fn ours() -> Handbook {
    compile(&read_folder(&repository().join("handbook"))).unwrap()
}

#[test]
fn every_relation_shows_on_both_sides() {
    let handbook = ours();
    let relations = &handbook.book.relations;
    let mut seen = 0;
    for (role, view) in &relations.roles {
        let other = |chapter: &ChapterId| &relations.roles[chapter];
        assert!(view.grows_into.iter().all(|to| other(to).grows_from.contains(role)));
        assert!(view.grows_from.iter().all(|from| other(from).grows_into.contains(role)));
        assert!(view.reports_to.iter().all(|to| other(to).reports.contains(role)));
        assert!(view.extends.iter().all(|base| other(base).extended_by.contains(role)));
        assert!(view.leads.iter().all(|strategy| relations.strategies[strategy].led_by == Some(*role)));
        for expectation in &view.expectations {
            let back = &relations.competencies[&expectation.competency].expected_by;
            assert!(back.contains(&(*role, expectation.level)));
            seen += 1;
        }
    }
    let back: usize = relations.competencies.values().map(|view| view.expected_by.len()).sum();
    assert_eq!(seen, back);
    for (competency, view) in &relations.competencies {
        assert!(view.supports.iter().all(|strategy| relations.strategies[strategy].supported_by.contains(competency)));
    }
    for (path, chapters) in &relations.paths {
        assert!(chapters.iter().all(|chapter| relations.on_paths[chapter].contains(path)));
    }
}

#[test]
fn steps_along_the_ladder_add_up_to_the_matrix() {
    let handbook = ours();
    let relations = &handbook.book.relations;
    let level = |role: ChapterId, competency: ChapterId| {
        relations.expectation(role, competency).map_or(0, |expectation| i32::from(expectation.level))
    };
    let competencies: Vec<ChapterId> = relations.competencies.keys().copied().collect();
    let mut steps = 0;
    for (start, view) in &relations.roles {
        let mut at = *start;
        let mut sums: Vec<i32> = competencies.iter().map(|competency| level(at, *competency)).collect();
        let mut next = view.grows_into.first().copied();
        while let Some(to) = next {
            for (sum, competency) in sums.iter_mut().zip(&competencies) {
                *sum += level(to, *competency) - level(at, *competency);
            }
            at = to;
            steps += 1;
            next = relations.roles[&to].grows_into.first().copied();
        }
        let end: Vec<i32> = competencies.iter().map(|competency| level(at, *competency)).collect();
        assert_eq!(sums, end);
    }
    assert!(steps > 10);
}

#[test]
fn a_role_takes_over_what_it_does_not_say_and_says_where_from() {
    let handbook = ours();
    let relations = &handbook.book.relations;
    let base = handbook.book.names.find("product-leader")[0];
    for role in &relations.roles[&base].extended_by {
        let own = role_of(&handbook.book, *role).unwrap();
        let said: BTreeSet<ChapterId> =
            own.competencies.iter().filter_map(|(n, _)| handbook.book.target_chapter(*role, *n)).collect();
        for expectation in &relations.roles[role].expectations {
            assert_eq!(expectation.from.is_none(), said.contains(&expectation.competency));
        }
        assert!(relations.roles[role].inherited.iter().all(|(from, _)| *from == base));
    }
}

#[test]
fn the_data_says_what_the_pages_say() {
    let sources = read_folder(&repository().join("handbook"));
    let site = site_with(&sources, None);
    let read = |name: &str| -> Value { serde_json::from_str(&page(&site, &format!("api/v1/{name}.json"))).unwrap() };
    let roles = read("roles");
    assert_eq!(roles["version"], 1);
    let director = roles["roles"].as_array().unwrap().iter().find(|role| role["id"] == "director-of-product").unwrap();
    let html = page(&site, "roles/director-of-product/");
    for expected in director["competencies"].as_array().unwrap() {
        let words = format!("{} ({} of 5)", expected["level_name"].as_str().unwrap(), expected["level"]);
        assert!(html.contains(&words), "{words}");
    }
    for decision in read("decisions")["decisions"].as_array().unwrap() {
        assert_eq!(decision["accountable"].as_array().unwrap().len(), 1, "{decision}");
    }
    assert!(read("terms")["terms"].as_array().unwrap().len() >= 40);
    assert_eq!(page(&site, "statements.csv").lines().count() - 1, {
        let list = read("competencies");
        let list = list["competencies"].as_array().unwrap();
        list.iter().map(|competency| competency["statements"].as_array().unwrap().len()).sum::<usize>()
    });
}

#[test]
fn a_large_matrix_lists_what_is_expected() {
    let sources = synthetic::handbook(200, 120);
    let handbook = compile(&sources).unwrap();
    assert!(handbook.findings(false).iter().all(|finding| finding.code != "dead-link"));
    let site = site_with(&sources, None);
    let whole = page(&site, "matrix/");
    // A book to print is as long as the book.
    let read = |url: &str| !url.starts_with("print/");
    assert!(
        site.urls()
            .filter(|url| url.is_page() && read(url.as_str()))
            .all(|url| page(&site, url.as_str()).len() < 1_000_000)
    );
    assert!(!whole.contains("<table"), "a table of 24,000 cells");
    let pages: Vec<_> = site.urls().filter(|url| url.as_str().starts_with("matrix/cluster-")).cloned().collect();
    assert_eq!(pages.len(), 12);
    for url in pages {
        let html = page(&site, url.as_str());
        assert!(html.contains("<table") && html.len() < 1_000_000, "{url}: {}", html.len());
    }
}
