//! Checks that the relations of the model are consistent: each appears on both sides, levels add
//! up, and comparing a role with itself shows no differences.

use std::collections::BTreeSet;

use rolebook::model::book::{ChapterId, role_of};
use rolebook::model::compile::Handbook;
use rolebook::model::link::Target;
use rolebook::text::path::UrlPath;
use rolebook::text::source::Sources;
use serde_json::Value;

use crate::support::{compile, page, site_with};
use crate::synthetic;

fn company() -> Handbook {
    compile(&synthetic::company()).unwrap()
}

#[test]
fn every_relation_is_recorded_on_both_sides() {
    let handbook = company();
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
fn level_changes_along_the_ladder_add_up_to_the_matrix() {
    let handbook = company();
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
fn a_role_inherits_what_it_does_not_declare_and_names_the_source() {
    let handbook = company();
    let relations = &handbook.book.relations;
    let base = handbook.book.names.find("base")[0];
    for role in &relations.roles[&base].extended_by {
        let own = role_of(&handbook.book, *role).unwrap();
        let target = |n: u32| match handbook.target(*role, n) {
            Target::Chapter(to, _) => Some(*to),
            _ => None,
        };
        let said: BTreeSet<ChapterId> = own.competencies.iter().filter_map(|(n, _)| target(*n)).collect();
        for expectation in &relations.roles[role].expectations {
            assert_eq!(expectation.from.is_none(), said.contains(&expectation.competency));
        }
        assert!(relations.roles[role].inherited.iter().all(|(from, _)| *from == base));
    }
}

#[test]
fn the_data_files_agree_with_the_pages() {
    let sources = synthetic::company();
    let site = site_with(&sources, None);
    let read = |name: &str| -> Value { serde_json::from_str(&page(&site, &format!("api/v1/{name}.json"))).unwrap() };
    let roles = read("roles");
    assert_eq!(roles["version"], 1);
    let role = roles["roles"].as_array().unwrap().iter().find(|role| role["id"] == "r5").unwrap();
    let html = page(&site, "roles/r5/");
    for expected in role["competencies"].as_array().unwrap() {
        let words = format!("{} ({} of 5)", expected["level_name"].as_str().unwrap(), expected["level"]);
        assert!(html.contains(&words), "{words}");
    }
    for decision in read("decisions")["decisions"].as_array().unwrap() {
        assert_eq!(decision["accountable"].as_array().unwrap().len(), 1, "{decision}");
    }
    assert!(read("terms")["terms"].as_array().unwrap().len() >= 12);
    assert_eq!(page(&site, "statements.csv").lines().count() - 1, {
        let list = read("competencies");
        let list = list["competencies"].as_array().unwrap();
        list.iter().map(|competency| competency["statements"].as_array().unwrap().len()).sum::<usize>()
    });
}

#[test]
fn a_large_matrix_is_a_list_with_one_table_for_each_cluster() {
    let sources = synthetic::handbook(200, 120);
    let handbook = compile(&sources).unwrap();
    assert!(handbook.findings(false).iter().all(|finding| finding.code.name() != "dead-link"));
    let site = site_with(&sources, None);
    let whole = page(&site, "matrix/");
    // The print version is as long as the book, so it isn't limited.
    let read = |url: &str| !url.starts_with("print/");
    assert!(
        site.urls()
            .filter(|url| url.is_page() && read(url.as_str()))
            .all(|url| page(&site, url.as_str()).len() < 1_000_000)
    );
    assert!(!whole.contains("<table"), "there is a table of 24,000 cells");
    let pages: Vec<_> = site.urls().filter(|url| url.as_str().starts_with("matrix/cluster-")).cloned().collect();
    assert_eq!(pages.len(), 12);
    for url in pages {
        let html = page(&site, url.as_str());
        assert!(html.contains("<table") && html.len() < 1_000_000, "{url}: {}", html.len());
    }
}

#[test]
fn a_role_that_replaces_an_inherited_responsibility_does_not_show_the_original() {
    let sources = Sources::from_texts([
        (
            "roles/base.md",
            "# Base\n\n## Responsibilities\n\n- Reports once a quarter. {#reports}\n- Answers questions. {#answers}\n- Keeps a list. {#list}\n",
        ),
        (
            "roles/middle.md",
            "---\nextends: base\n---\n# Middle\n\n## Responsibilities\n\n- Reports once a week. {#weekly replaces=reports}\n",
        ),
        (
            "roles/top.md",
            "---\nextends: middle\n---\n# Top\n\n## Responsibilities\n\n- Keeps the list of lists. {#list}\n",
        ),
    ]);
    let site = site_with(&sources, None);
    let (middle, top) = (page(&site, "roles/middle/"), page(&site, "roles/top/"));
    for html in [&middle, &top] {
        assert!(html.contains("Reports once a week.") && html.contains("Answers questions."));
        assert!(!html.contains("Reports once a quarter."));
    }
    assert!(middle.contains("Keeps a list.") && top.contains("Keeps the list of lists."));
    assert!(!top.contains("Keeps a list."));
}

#[test]
fn the_wording_of_statements_is_checked_only_in_english_handbooks() {
    let findings = |language: &str| {
        let toml = format!(
            "language = \"{language}\"\n[check]\nstatement-can = \"warn\"\nstatement-and = \"warn\"\nstatement-same = \"warn\"\nempty-level = \"allow\"\n"
        );
        let talk = "# Talk\n\n### Owning\n\n- Can write a brief. {#a}\n- Writes and can read a brief. {#b}\n- Writes and reads the budget. {#c}\n- Reads and writes the budget. {#d}\n";
        let sources = Sources::from_texts([("handbook.toml", toml.as_str()), ("competencies/talk.md", talk)]);
        let findings = compile(&sources).unwrap().findings(false).into_iter().map(|finding| finding.code.name());
        findings.filter(|code| code.starts_with("statement-")).collect::<BTreeSet<_>>()
    };
    let all = BTreeSet::from(["statement-and", "statement-can", "statement-same"]);
    assert_eq!(findings("en"), all);
    assert_eq!(findings("en-GB"), all);
    assert_eq!(findings("de"), BTreeSet::new());
    assert_eq!(findings("nl"), BTreeSet::new());
}

#[test]
fn statements_that_differ_only_in_case_and_spacing_are_listed_as_equal() {
    let sources = Sources::from_texts([
        ("competencies/a.md", "# A\n\n### Owning\n\n- Writes the Brief. {#a}\n- Reads it aloud. {#b}\n"),
        ("competencies/b.md", "# B\n\n### Owning\n\n- writes  the\n  BRIEF. {#c}\n- Reads it. {#d}\n"),
        ("competencies/c.md", "---\nstatus: retired\n---\n# C\n\n### Owning\n\n- Reads it. {#e}\n"),
    ]);
    let handbook = compile(&sources).unwrap();
    let book = &handbook.book;
    let id = |(chapter, number): &(ChapterId, u32)| {
        let statement = &book.meta(*chapter).facts.statements()[*number as usize];
        statement.id.clone()
    };
    let equal: Vec<Vec<String>> = handbook.health().equal.iter().map(|group| group.iter().map(id).collect()).collect();
    assert_eq!(equal, [["a", "c"]]);
}

#[test]
fn a_link_from_a_chapter_to_itself_is_not_a_backlink() {
    let sources = Sources::from_texts([
        ("index.md", "# Home\n\nSee [[b]].\n"),
        ("a.md", "# A\n\nSee [[a]], [below](#below) and [here](a.md).\n\n## Below\n"),
        ("b.md", "# B\n\nSee [[b#more]].\n\n## More\n"),
    ]);
    let handbook = compile(&sources).unwrap();
    let book = &handbook.book;
    let titles =
        |chapters: &[ChapterId]| chapters.iter().map(|chapter| book.meta(*chapter).title.clone()).collect::<Vec<_>>();
    assert_eq!(titles(&handbook.health().orphaned), ["A"]);
    let backlinks = |title: &str| {
        let chapter = book.ids().find(|chapter| book.meta(*chapter).title == title).unwrap();
        titles(handbook.backlinks(chapter))
    };
    assert_eq!(backlinks("A"), Vec::<String>::new());
    assert_eq!(backlinks("B"), ["Home"]);
}

const WRITING: &str = "# Writing\n\n## Levels\n\n### Learning\n\n- Writes one page. {#one-page}\n  - **Example:** A zeppelin page.\n  - **Not yet:** Talks.\n- Asks a reader.\n\n### Practising\n\n- Cuts by half.\n\n  - **Example:** Halves.\n\n  - Says so.\n\n- Reads it aloud. {#aloud}\n";

/// Returns a handbook with a role that is judged on a focus and on listed statements, and two roles
/// that inherit both.
fn judging() -> Sources {
    Sources::from_texts([
        ("competencies/writing.md", WRITING),
        (
            "competencies/choosing.md",
            "# Choosing\n\n### Learning\n\n- Names the price. {#price}\n\n### Practising\n\n- Ends one. {#one}\n- Ends two. {#two replaces=price}\n",
        ),
        (
            "roles/base.md",
            "---\nbase: true\ncompetencies: {writing: 2, choosing: 1}\nfocus: [choosing]\njudged: [\"writing#aloud\", writing#one-page]\n---\n# Base\n",
        ),
        ("roles/heir.md", "---\nextends: base\ncompetencies: {choosing: 2}\n---\n# Heir\n"),
        (
            "roles/lower.md",
            "---\nextends: base\ncompetencies: {writing: 1}\njudged: [writing#l1-asks-a-reader]\n---\n# Lower\n",
        ),
        ("roles/other.md", "---\ncompetencies: {writing: 2}\n---\n# Other\n"),
    ])
}

#[test]
fn a_role_is_judged_on_its_focus_at_its_own_level_and_on_the_statements_that_it_lists() {
    let Handbook { book, .. } = compile(&judging()).unwrap();
    let judged = |role: &str| -> Vec<String> {
        let judged = &book.relations.roles[&book.names.find(role)[0]].judged;
        let mut ids: Vec<String> =
            judged.iter().map(|(chapter, n)| book.meta(*chapter).facts.statements()[*n as usize].id.clone()).collect();
        ids.sort();
        ids
    };
    assert_eq!(judged("base"), ["aloud", "one-page", "price"]);
    // The focus and the list are inherited. Which statements the focus covers depends on the role's
    // own level.
    assert_eq!(judged("heir"), ["aloud", "one", "one-page", "two"]);
    // A role's own list replaces the inherited one. The focus works the same way.
    assert_eq!(judged("lower"), ["l1-asks-a-reader", "price"]);
    assert_eq!(judged("other"), Vec::<String>::new());
}

#[test]
fn the_data_lists_the_statements_that_a_role_is_judged_on_if_it_declares_any() {
    let site = site_with(&judging(), None);
    let data: Value = serde_json::from_str(&page(&site, "api/v1/roles.json")).unwrap();
    let competencies = |role: &str| {
        let roles = data["roles"].as_array().unwrap();
        roles.iter().find(|one| one["id"] == role).unwrap()["competencies"].as_array().unwrap().clone()
    };
    let judged = |role: &str, competency: &str| {
        let all = competencies(role);
        all.iter().find(|one| one["id"] == competency).unwrap()["judged"].clone()
    };
    assert_eq!(judged("heir", "writing"), serde_json::json!(["one-page", "aloud"]));
    assert_eq!(judged("heir", "choosing"), serde_json::json!(["one", "two"]));
    assert!(competencies("other").iter().all(|one| one.get("judged").is_none()));
}

#[test]
fn an_example_is_neither_a_statement_nor_part_of_one() {
    let handbook = compile(&judging()).unwrap();
    let chapter = handbook.book.names.find("writing")[0];
    let statements = handbook.book.meta(chapter).facts.statements();
    let said: Vec<(&str, &str)> = statements.iter().map(|one| (one.id.as_str(), one.text.as_str())).collect();
    let wanted = [
        ("one-page", "Writes one page."),
        ("l1-asks-a-reader", "Asks a reader."),
        ("l2-cuts-by-half", "Cuts by half."),
        ("aloud", "Reads it aloud."),
    ];
    assert_eq!(said, wanted);
    let anchors: Vec<&str> = handbook.documents[chapter.index()].outline.anchors.iter().map(String::as_str).collect();
    assert_eq!(
        anchors,
        ["aloud", "l1-asks-a-reader", "l2-cuts-by-half", "learning", "levels", "one-page", "practising", "writing"]
    );
    let body = &handbook.documents[chapter.index()].body;
    assert_eq!(body.examples.len(), 2);
    // Elsewhere the statement is shown without its example, and other items of the list stay.
    let site = site_with(&judging(), None);
    for url in ["roles/other/", "compare/", "api/v1/competencies.json", "statements.csv", "matrix/"] {
        assert!(!page(&site, url).contains("zeppelin"), "{url}");
    }
    let role = page(&site, "roles/other/");
    assert!(role.contains("Says so.") && !role.contains("Halves."));
    assert!(page(&site, "competencies/writing/").contains("zeppelin"));
}

#[test]
fn examples_stay_separate_from_statements_in_a_chapter_with_raw_html() {
    let text = WRITING.replace("Asks a reader.", "Asks <mark>a reader</mark>.");
    let sources = Sources::from_texts([
        ("competencies/writing.md", text.as_str()),
        ("roles/other.md", "---\ncompetencies: {writing: 2}\n---\n# Other\n"),
    ]);
    let site = site_with(&sources, None);
    let (role, kit) = (page(&site, "roles/other/"), page(&site, "hiring/other/"));
    assert!(role.contains("Asks <mark>a reader</mark>.") && role.contains("<li>Writes one page.</li>"));
    assert!(!role.contains("zeppelin") && !role.contains("Halves."));
    assert!(
        kit.contains("<ul class=\"examples\">\n<li class=\"example\"><strong>Example:</strong> A zeppelin page.</li>")
    );
}

#[test]
fn changing_an_example_changes_the_text_but_not_the_statement() {
    let changes = |from: &str, to: &str| -> Vec<String> {
        let text = WRITING.replace(from, to);
        let after = Sources {
            files: judging()
                .files
                .into_iter()
                .chain(Sources::from_texts([("competencies/writing.md", text.as_str())]).files)
                .collect(),
            ..Sources::default()
        };
        let (before, after) = (compile(&judging()).unwrap(), compile(&after).unwrap());
        let delta = rolebook::past::delta::compare(&before, &after, &std::collections::BTreeMap::new());
        delta
            .changes
            .iter()
            .map(|change| format!("{change:?}").split([' ', '(', '{']).next().unwrap().to_owned())
            .collect()
    };
    assert_eq!(changes("A zeppelin page.", "An airship page."), ["Text"]);
    assert_eq!(changes("  - **Not yet:** Talks.\n", ""), ["Text"]);
    assert_eq!(changes("Writes one page.", "Writes one long page."), ["Statement"]);
    assert_eq!(
        changes("Reads it aloud.", "Reads it out loud."),
        ["Statement"],
        "who is judged on the statement has not changed"
    );
}

/// Returns a handbook in which the levels of one competency relate to each other as `levels` says,
/// with a role at the lowest and one at the highest level.
fn restating(levels: &str) -> Sources {
    let writing = format!(
        "---\nlevels: {levels}\n---\n# Writing\n\n### Learning\n\n- Writes with guidance. {{#guided}}\n- Keeps a log. {{#log-1}}\n\n### Practising\n\n- Writes alone. {{#alone}}\n\n### Owning\n\n- Guides others. {{#guides}}\n- Keeps a log. {{#log-3}}\n"
    );
    Sources::from_texts([
        ("competencies/writing.md", writing.as_str()),
        ("roles/low.md", "---\nrank: 1\ngrows_into: high\ncompetencies: {writing: 1}\n---\n# Low\n"),
        (
            "roles/high.md",
            "---\nrank: 2\ncompetencies: {writing: 3}\nfocus: [writing]\njudged: [writing#guided]\n---\n# High\n",
        ),
    ])
}

#[test]
fn with_levels_that_replace_only_the_statements_of_the_expected_level_apply() {
    let site = site_with(&restating("replace"), None);
    let role = page(&site, "roles/high/");
    assert!(role.contains("Guides others.") && role.contains("Keeps a log."));
    assert!(
        !role.contains("Writes with guidance.") && !role.contains("Writes alone.") && !role.contains("Plus everything")
    );
    assert!(role.contains("Each level is complete") && !role.contains("Levels add up"));
    // The same sentence at both levels is neither new nor gone.
    assert!(role.contains("1 new expectation<"), "{role}");
    for url in ["hiring/high/", "hiring/high.md"] {
        let kit = page(&site, url);
        assert!(!kit.contains("Writes with guidance.") && !kit.contains("Plus everything"), "{url}");
    }
    let pair = page(&site, "compare/low/high/");
    assert!(pair.contains("1 new expectation; 1 no longer expected."), "{pair}");
    assert!(pair.contains("Writes with guidance.") && pair.contains("Guides others."));
    let data: Value = serde_json::from_str(&page(&site, "api/v1/roles.json")).unwrap();
    let high = data["roles"].as_array().unwrap().iter().find(|role| role["id"] == "high").unwrap();
    assert_eq!(high["competencies"][0]["statements"], serde_json::json!(["guides", "log-3"]));
    assert_eq!(high["competencies"][0]["judged"], serde_json::json!(["guides", "log-3"]));
    let data: Value = serde_json::from_str(&page(&site, "api/v1/competencies.json")).unwrap();
    assert_eq!(data["competencies"][0]["levels"], "replace");
    assert!(page(&site, "assess/high/").contains("data-levels=\"replace\""));
}

#[test]
fn with_levels_that_add_up_lower_levels_apply_and_nothing_is_lost_on_the_way_up() {
    let site = site_with(&restating("add-up"), None);
    let role = page(&site, "roles/high/");
    assert!(role.contains("Writes with guidance.") && role.contains("Plus everything in"));
    let pair = page(&site, "compare/low/high/");
    assert!(pair.contains("3 new expectations.") && !pair.contains("no longer expected."), "{pair}");
}

#[test]
fn a_handbook_says_how_levels_relate_and_a_competency_may_differ() {
    let with = |handbook: &str, own: &str| {
        let mut sources = restating(own);
        sources.files.extend(Sources::from_texts([("handbook.toml", handbook)]).files);
        page(&site_with(&sources, None), "roles/high/")
    };
    assert!(with("levels = \"replace\"\n", "").contains("Each level is complete"));
    assert!(with("levels = \"replace\"\n", "add-up").contains("Levels add up"));
    let grades = with("levels = \"replace\"\njob_levels = true\n", "");
    assert!(grades.contains("Each level is complete") && !grades.contains("not a job grade"));
}

#[test]
fn changing_how_levels_relate_is_a_change_of_the_competency() {
    let (before, after) = (compile(&restating("add-up")).unwrap(), compile(&restating("replace")).unwrap());
    let delta = rolebook::past::delta::compare(&before, &after, &std::collections::BTreeMap::new());
    let told = format!("{:?}", delta.changes);
    assert!(told.contains("fact: \"levels\", from: [\"add-up\"], to: [\"replace\"]"), "{told}");
}

#[test]
fn without_ranks_and_steps_there_is_no_ladder_and_without_levels_nothing_that_is_made_from_them() {
    let has = |files: &[(&str, &str)], url: &str| {
        site_with(&Sources::from_texts(files.iter().copied()), None).render(&UrlPath::new(url)).is_some()
    };
    let plain = [("index.md", "# Home\n"), ("roles/a.md", "# A\n\nText.\n"), ("roles/b.md", "# B\n\nText.\n")];
    for url in ["ladder/", "compare/", "assess/", "hiring/a/", "hiring/a.md", "api/v1/roles/a.json"] {
        assert!(!has(&plain, url), "{url}");
    }
    let site = site_with(&Sources::from_texts(plain), None);
    for url in ["", "roles/a/"] {
        let html = page(&site, url);
        assert!(!["ladder/", "compare/", "hiring/"].iter().any(|part| html.contains(part)), "{url}");
    }
    let ranked = [("roles/a.md", "---\nrank: 1\n---\n# A\n"), ("roles/b.md", "---\nrank: 2\n---\n# B\n")];
    assert!(has(&ranked, "ladder/") && !has(&ranked, "compare/"));
    let stepping = [("roles/a.md", "---\ngrows_into: b\n---\n# A\n"), ("roles/b.md", "# B\n")];
    assert!(has(&stepping, "ladder/") && !has(&stepping, "compare/a/b/"));
    let duties =
        [("roles/a.md", "# A\n\n## Responsibilities\n\n- Writes.\n"), ("roles/b.md", "---\nextends: a\n---\n# B\n")];
    for url in ["compare/", "hiring/a/", "hiring/b/", "api/v1/roles/b.json"] {
        assert!(has(&duties, url), "{url}");
    }
    assert!(!has(&duties, "ladder/") && !has(&duties, "assess/"));
}

#[test]
fn a_ladder_in_a_chapter_stays_empty_if_nothing_ranks_roles() {
    let sources = Sources::from_texts([("index.md", "# Home\n\n{{ ladder() }}\n"), ("roles/a.md", "# A\n")]);
    let html = page(&site_with(&sources, None), "");
    assert!(!html.contains("class=\"rung\"") && html.contains("Nothing here yet."), "{html}");
}

#[test]
fn a_role_says_in_its_own_words_what_a_competency_means_and_its_variants_inherit_them() {
    let sources = Sources::from_texts([
        ("competencies/writing.md", WRITING),
        ("roles/base.md", "---\ncompetencies: {writing: 1}\nmeaning: {writing: Release notes.}\n---\n# Base\n"),
        ("roles/heir.md", "---\nextends: base\ncompetencies: {writing: 2}\n---\n# Heir\n"),
        ("roles/other.md", "---\nextends: base\nmeaning: {writing: A & B.}\n---\n# Other\n"),
    ]);
    let site = site_with(&sources, None);
    for url in ["roles/heir/", "hiring/heir/", "hiring/heir.md", "assess/heir/", "api/v1/roles/heir.json"] {
        let text = page(&site, url);
        assert!(text.matches("Release notes.").count() == 1, "{url}");
    }
    let other = page(&site, "roles/other/");
    assert!(other.contains("A &amp; B.") && !other.contains("Release notes."));
}

#[test]
fn a_competency_has_a_word_for_the_proficiency_at_a_level_next_to_its_name() {
    let writing = WRITING.replace("### Practising", "### Practising {proficiency=Working}");
    let sources = Sources::from_texts([
        ("competencies/writing.md", writing.as_str()),
        ("roles/a.md", "---\ncompetencies: {writing: 2}\n---\n# A\n"),
        ("roles/b.md", "---\ncompetencies: {writing: 1}\n---\n# B\n"),
    ]);
    let site = site_with(&sources, None);
    for url in ["matrix/", "roles/a/", "hiring/a/", "hiring/a.md", "assess/a/", "competencies/writing/"] {
        assert!(page(&site, url).contains("Practising · Working"), "{url}");
    }
    assert!(!page(&site, "roles/b/").contains("Working"));
    assert!(page(&site, "competencies/writing/").contains("id=\"practising\""));
    let data: Value = serde_json::from_str(&page(&site, "api/v1/roles.json")).unwrap();
    assert_eq!(data["roles"][0]["competencies"][0]["level_name"], "Practising");
    assert_eq!(data["roles"][0]["competencies"][0]["proficiency"], "Working");
}

#[test]
fn a_complete_level_may_repeat_what_another_one_says() {
    let equal = |levels: &str| {
        let handbook = compile(&restating(levels)).unwrap();
        handbook.health().equal.len()
    };
    assert_eq!((equal("add-up"), equal("replace")), (1, 0));
    let same = |levels: &str| {
        let mut sources = restating(levels);
        sources.files.extend(Sources::from_texts([("handbook.toml", "[check]\nstatement-same = \"warn\"\n")]).files);
        compile(&sources).unwrap().findings(false).iter().filter(|one| one.code.name() == "statement-same").count()
    };
    assert_eq!((same("add-up"), same("replace")), (1, 0));
}
