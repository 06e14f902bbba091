//! Checks that tracks have names and statements of their own on one scale, and that families have
//! competencies of one name.

use rolebook::model::compile::Handbook;
use rolebook::site::urls::Site;
use rolebook::text::rule::Rule;
use rolebook::text::source::Sources;
use serde_json::{Value, json};

use crate::support::{check_with, compile, page, site_for, site_with};

const TOML: &str = "[[tracks]]\nid = \"maker\"\ntitle = \"Makers\"\n[[tracks]]\nid = \"lead\"\ntitle = \"Leaders\"\n\
                    [[tracks.scale]]\nlevel = 3\nname = \"Head\"\n[[tracks.scale]]\nlevel = 4\nname = \"Chief\"\n";

/// Returns a handbook with two tracks, a role of each at level 3 and one without a track, and one
/// competency with the text `levels`.
fn two_tracks(toml: &str, levels: &str) -> Sources {
    let role = |track: &str| format!("---\n{track}competencies: {{writing: 3}}\n---\n# Role\n");
    let (toml, writing) = (format!("{toml}{TOML}"), format!("# Writing\n\n## Levels\n\n{levels}"));
    Sources::from_texts([
        ("handbook.toml", toml.as_str()),
        ("competencies/writing.md", writing.as_str()),
        ("roles/maker.md", role("track: maker\nrank: 3\ngrows_into: lead\n").as_str()),
        ("roles/lead.md", role("track: lead\nrank: 3\n").as_str()),
        ("roles/free.md", role("").as_str()),
    ])
}

/// Returns the IDs of the statements that a role is expected to meet in its first competency.
fn expected(site: &Site, role: &str) -> Vec<String> {
    let data: Value = serde_json::from_str(&page(site, "api/v1/roles.json")).unwrap();
    let role = data["roles"].as_array().unwrap().iter().find(|one| one["id"] == role).unwrap();
    let ids = role["competencies"][0]["statements"].as_array().unwrap();
    ids.iter().map(|id| id.as_str().unwrap().to_owned()).collect()
}

fn codes(sources: &Sources) -> Vec<Rule> {
    check_with(sources, None).unwrap().findings.iter().map(|finding| finding.code).collect()
}

#[test]
fn every_way_to_write_a_level_of_a_track_gives_it_statements_of_its_own() {
    let common = "### Owning\n\n- For all. {#all}\n\n";
    for own in [
        "### Head of words {level=3 track=lead}\n\n- For leaders. {#own}\n",
        "### Head\n\n- For leaders. {#own}\n",
        "### Owning {track=lead}\n\n- For leaders. {#own}\n",
        "### Words {level=Head track=lead}\n\n- For leaders. {#own}\n",
        "## As a leader {track=lead}\n\n### Owning\n\n- For leaders. {#own}\n",
    ] {
        let site = site_with(&two_tracks("", &format!("{common}{own}")), None);
        assert_eq!(expected(&site, "maker"), ["all"], "{own}");
        assert_eq!(expected(&site, "free"), ["all"], "{own}");
        assert_eq!(expected(&site, "lead"), ["own"], "{own}");
        let found = codes(&two_tracks("", &format!("{common}{own}")));
        assert!(!found.contains(&Rule::LevelOutOfRange) && !found.contains(&Rule::BadAttribute), "{own}");
    }
}

#[test]
fn a_heading_for_a_track_inside_a_level_adds_to_the_level_and_ends_with_its_section() {
    let text = "### Owning\n\n- For all. {#all}\n\n#### For leaders {track=lead}\n\n- Also. {#own}\n\n\
                #### For everyone again\n\n- Last. {#last}\n\n### Guiding\n\n- Above. {#above}\n";
    let site = site_with(&two_tracks("", text), None);
    assert_eq!(expected(&site, "maker"), ["all", "last"]);
    assert_eq!(expected(&site, "lead"), ["all", "own", "last"]);
}

#[test]
fn a_track_without_statements_of_its_own_meets_those_for_all() {
    let text = "### Practising\n\n- Below. {#below}\n\n### Practising below {level=2 track=lead}\n\n### Owning\n\n- For all. {#all}\n";
    let site = site_with(&two_tracks("", text), None);
    assert_eq!(expected(&site, "lead"), ["below", "all"]);
}

/// A level for all at 2 and 3, and one of leaders at 3 and above.
const BOTH: &str = "### Practising\n\n- Below. {#below}\n\n### Owning\n\n- For makers. {#all}\n- Said twice. {#twice-1}\n\n\
                    ### Head\n\n- For leaders. {#own}\n- Said twice. {#twice-2}\n\n### Chief\n\n- Above. {#above}\n";

#[test]
fn every_page_of_a_role_shows_the_names_and_statements_of_its_track() {
    let site = site_with(&two_tracks("", BOTH), None);
    for url in ["roles/lead/", "hiring/lead/", "hiring/lead.md", "assess/lead/"] {
        let text = page(&site, url);
        assert!(text.contains("For leaders.") && text.contains("Head"), "{url}");
        assert!(!text.contains("For makers.") && !text.contains("Owning"), "{url}");
    }
    for url in ["roles/maker/", "hiring/maker/", "assess/maker/"] {
        let text = page(&site, url);
        assert!(text.contains("For makers.") && text.contains("Owning"), "{url}");
        assert!(!text.contains("For leaders.") && !text.contains("Head"), "{url}");
    }
    let lead = page(&site, "roles/lead/");
    assert!(lead.contains("competencies/writing/#head\""), "the level links to what it says for the track: {lead}");
    let competency = page(&site, "competencies/writing/");
    assert!(competency.contains("Leaders · 3 of 5"), "{competency}");
    let matrix = page(&site, "matrix/");
    assert!(matrix.contains("Leaders:") && matrix.contains("data-track=\"lead\""), "{matrix}");
}

#[test]
fn a_comparison_across_tracks_at_one_height_shows_what_differs_and_no_rise() {
    let pair = page(&site_with(&two_tracks("", BOTH), None), "compare/lead/maker/");
    assert!(pair.contains("1 new expectation; 1 no longer expected."), "{pair}");
    assert!(pair.contains("For makers.") && pair.contains("For leaders.") && !pair.contains("class=\"diff"), "{pair}");
    let same = "### Owning\n\n- For all. {#all}\n";
    let pair = page(&site_with(&two_tracks("", same), None), "compare/lead/maker/");
    assert!(!pair.contains("new expectation"), "names alone are no difference: {pair}");
}

#[test]
fn the_data_says_which_statements_are_for_which_track() {
    let site = site_with(&two_tracks("", BOTH), None);
    let data: Value = serde_json::from_str(&page(&site, "api/v1/competencies.json")).unwrap();
    let all = data["competencies"][0]["statements"].as_array().unwrap();
    assert_eq!((&all[1]["not_for"], &all[3]["track"]), (&json!(["lead"]), &json!("lead")));
    assert!(all[0].get("track").is_none() && all[0].get("not_for").is_none());
    let role: Value = serde_json::from_str(&page(&site, "api/v1/roles/lead.json")).unwrap();
    assert_eq!(role["role"]["competencies"][0]["statements"], json!(["below", "own", "twice-2"]));
    assert_eq!(role["role"]["competencies"][0]["level_name"], "Head");
    let csv = page(&site, "statements.csv");
    assert!(csv.starts_with("\u{feff}cluster,competency,level,level name,id,statement,track\r\n"), "{csv}");
    assert!(csv.contains(",writing,3,Head,own,For leaders.,lead\r\n"), "{csv}");
    let plain = page(&site_with(&two_tracks("", "### Owning\n\n- For all.\n"), None), "statements.csv");
    assert!(plain.starts_with("\u{feff}cluster,competency,level,level name,id,statement\r\n"), "{plain}");
}

#[test]
fn a_track_may_say_how_its_levels_relate_unless_the_competency_does() {
    let toml = TOML.replacen("title = \"Leaders\"\n", "title = \"Leaders\"\nlevels = \"replace\"\n", 1);
    let with = |front: &str| {
        let mut sources = two_tracks("", "");
        let writing = format!("{front}# Writing\n\n{BOTH}");
        let texts = [("handbook.toml", toml.as_str()), ("competencies/writing.md", writing.as_str())];
        sources.files.extend(Sources::from_texts(texts).files);
        let site = site_with(&sources, None);
        (expected(&site, "maker").len(), expected(&site, "lead").len())
    };
    assert_eq!(with(""), (3, 2));
    assert_eq!(with("---\nlevels: add-up\n---\n"), (3, 3));
}

#[test]
fn a_scale_that_begins_at_1_is_complete_and_one_that_begins_above_only_adds_names() {
    let own = "[[tracks]]\nid = \"short\"\ntitle = \"Short\"\n[[tracks.scale]]\nlevel = 1\nname = \"First\"\n\
               [[tracks.scale]]\nlevel = 2\nname = \"Last\"\n";
    let with = |level: &str| {
        let role = format!("---\ntrack: short\ncompetencies: {{writing: {level}}}\n---\n# Role\n");
        let texts = [
            ("handbook.toml", own),
            ("roles/a.md", &role),
            ("competencies/writing.md", "# Writing\n\n### Owning\n\n- Writes.\n"),
        ];
        codes(&Sources::from_texts(texts)).contains(&Rule::LevelOutOfRange)
    };
    assert_eq!(
        [with("Last"), with("2"), with("Learning"), with("3"), with("Owning")],
        [false, false, false, true, true]
    );
    let gap = own.replace("level = 2", "level = 3");
    assert!(codes(&Sources::from_texts([("handbook.toml", gap.as_str())])).contains(&Rule::BadValue));
}

#[test]
fn an_undeclared_track_and_a_statement_of_another_track_are_findings() {
    assert!(codes(&two_tracks("", "### Owning {track=leed}\n\n- Writes.\n")).contains(&Rule::BadAttribute));
    let mut sources = two_tracks("", BOTH);
    let role = "---\ntrack: maker\ncompetencies: {writing: 3}\njudged: [writing#own]\n---\n# Role\n";
    sources.files.extend(Sources::from_texts([("roles/judged.md", role)]).files);
    let found = check_with(&sources, None).unwrap().findings;
    let found = found.iter().find(|finding| finding.code == Rule::BadValue).unwrap();
    assert!(found.message.contains("another track"), "{found:?}");
}

#[test]
fn a_link_to_a_level_follows_the_track_of_the_role_and_the_name() {
    let mut sources = two_tracks("", BOTH);
    let role = |track: &str| format!("---\ntrack: {track}\n---\n# Linking\n\n[[writing@3]] [[writing@Head]]\n");
    let texts = [("roles/x.md", role("lead")), ("roles/y.md", role("maker"))];
    sources.files.extend(Sources::from_texts(texts.iter().map(|(path, text)| (*path, text.as_str()))).files);
    let site = site_with(&sources, None);
    let count = |url: &str, anchor: &str| page(&site, url).matches(&format!("writing/#{anchor}\"")).count();
    assert_eq!((count("roles/x/", "head"), count("roles/x/", "owning")), (2, 0));
    assert_eq!((count("roles/y/", "head"), count("roles/y/", "owning")), (1, 1));
}

/// A handbook with two families, each with a competency and a role that are called the same.
fn two_families() -> Sources {
    let craft = |who: &str| format!("# Craft\n\n### Owning\n\n- Works as {who}. {{#works}}\n");
    let role = "---\nrank: 1\ncompetencies: {craft: 3}\n---\n# Senior\n";
    Sources::from_texts([
        ("handbook.toml", "[families.make]\ntitle = \"Making\"\n[families.draw]\ntitle = \"Drawing\"\n"),
        ("competencies/make/craft.md", craft("maker").as_str()),
        ("competencies/draw/craft.md", craft("drawer").as_str()),
        ("roles/make/senior.md", role),
        ("roles/draw/senior.md", role),
        ("index.md", "# Home\n\n[[make/craft]] and [[draw/craft]]\n"),
    ])
}

fn with(mut sources: Sources, path: &str, text: &str) -> Sources {
    sources.files.extend(Sources::from_texts([(path, text)]).files);
    sources
}

fn target(handbook: &Handbook, role: &str) -> String {
    let book = &handbook.book;
    let role = book.names.find(role)[0];
    book.meta(book.relations.roles[&role].expectations[0].competency).path.as_str().to_owned()
}

#[test]
fn families_share_ids_and_a_bare_id_means_the_own_family() {
    let handbook = compile(&two_families()).unwrap();
    assert_eq!(target(&handbook, "make/senior"), "competencies/make/craft.md");
    assert_eq!(target(&handbook, "draw/senior"), "competencies/draw/craft.md");
    let found = check_with(&two_families(), None).unwrap().findings;
    assert!(found.iter().all(|finding| finding.code == Rule::EmptyLevel), "{found:?}");
}

#[test]
fn pages_and_data_of_chapters_with_one_id_have_addresses_of_their_own_and_name_the_family() {
    let site = site_with(&two_families(), None);
    for (family, title, words) in [("make", "Making", "Works as maker."), ("draw", "Drawing", "Works as drawer.")] {
        for url in [
            format!("hiring/{family}--senior/"),
            format!("assess/{family}--senior/"),
            format!("roles/{family}/senior/"),
        ] {
            let text = page(&site, &url);
            assert!(text.contains(words) && text.contains(&format!("Craft ({title})")), "{url}");
        }
        let role: Value = serde_json::from_str(&page(&site, &format!("api/v1/roles/{family}--senior.json"))).unwrap();
        assert_eq!(role["role"]["competencies"][0]["id"], format!("{family}/craft"));
    }
    let data: Value = serde_json::from_str(&page(&site, "api/v1/competencies.json")).unwrap();
    assert_eq!([&data["competencies"][0]["id"], &data["competencies"][1]["id"]], ["draw/craft", "make/craft"]);
    let matrix = page(&site, "matrix/");
    assert!(matrix.contains("Craft (Drawing)") && matrix.contains("Craft (Making)"), "{matrix}");
    assert!(page(&site, "matrix.csv").contains("draw/craft"));
    assert!(page(&site, "competencies/draw/craft/").contains("<dt>Family</dt><dd>Drawing</dd>"));
    let search: String =
        site.urls().filter(|url| url.as_str().starts_with("search/")).map(|url| page(&site, url.as_str())).collect();
    assert!(search.contains("Craft (Drawing)") && search.contains("Hiring kit: Senior (Making)"), "{search}");
}

#[test]
fn a_bare_id_that_fits_two_families_names_both_and_the_way_out() {
    let sources = with(two_families(), "guides/a.md", "# A\n\n[[craft]]\n");
    let found = check_with(&sources, None).unwrap().findings;
    let found = found.iter().find(|finding| finding.code == Rule::AmbiguousLink).unwrap();
    assert_eq!(found.help.as_deref(), Some("say which family you mean: `draw/craft` or `make/craft`"));
    // One that belongs to no family is meant by everyone else.
    let sources = with(sources, "competencies/craft.md", "# Crafting\n\n### Owning\n\n- Works.\n");
    assert!(!codes(&sources).contains(&Rule::AmbiguousLink));
    let mut only = two_families();
    only.files.retain(|path, _| !path.as_str().starts_with("competencies/draw"));
    assert!(!codes(&with(only, "guides/a.md", "# A\n\n[[craft]]\n")).contains(&Rule::AmbiguousLink));
}

#[test]
fn within_one_family_an_id_is_used_once() {
    let sources = with(two_families(), "competencies/make/more/craft.md", "# Other craft\n\n### Owning\n\n- Works.\n");
    assert!(codes(&sources).contains(&Rule::DuplicateId));
}

#[test]
fn a_family_may_have_a_scale_of_its_own() {
    let toml = "[families.make]\n[[families.make.scale]]\nlevel = 1\nname = \"New\"\n[[families.make.scale]]\nlevel = 2\nname = \"Old\"\n";
    let craft = "# Craft\n\n### New\n\n- Begins.\n\n### Old\n\n- Ends. {#ends}\n";
    let sources = Sources::from_texts([
        ("handbook.toml", toml),
        ("competencies/make/craft.md", craft),
        ("roles/make/a.md", "---\ncompetencies: {craft: Old}\n---\n# A\n"),
        ("roles/b.md", "---\ncompetencies: {craft: 2}\n---\n# B\n"),
        ("index.md", "# Home\n"),
    ]);
    let site = site_with(&sources, None);
    assert!(page(&site, "roles/make/a/").contains("Old (2 of 2)"));
    assert!(page(&site, "roles/b/").contains("Old (2 of 2)"), "the competency says what its levels are called");
    let wrong = with(sources, "roles/b.md", "---\ncompetencies: {craft: 3}\n---\n# B\n");
    assert!(codes(&wrong).contains(&Rule::LevelOutOfRange));
}

#[test]
fn a_bare_id_never_leads_to_another_family_because_the_own_one_is_hidden() {
    let toml = "[audiences.managers]\n[families.make]\n[families.draw]\n[check]\nhidden-link = \"warn\"\n";
    let sources = with(two_families(), "handbook.toml", toml);
    let hidden = "---\naudience: managers\n---\n# Craft\n\n### Owning\n\n- Works in secret.\n";
    let sources = with(sources, "competencies/draw/craft.md", hidden);
    let site = site_for(&with(sources, "index.md", "# Home\n"), None);
    let role = page(&site, "roles/draw/senior/");
    assert!(!role.contains("maker") && !role.contains("Owning"), "{role}");
}

#[test]
fn nothing_tells_readers_of_a_track_or_family_that_only_others_see() {
    let toml = "[audiences.managers]\n[check]\nhidden-link = \"warn\"\n[families.zqfam]\ntitle = \"zqfamily\"\n\
                [[families.zqfam.scale]]\nlevel = 1\nname = \"zqone\"\n[[tracks]]\nid = \"maker\"\ntitle = \"Makers\"\n\
                [[tracks]]\nid = \"zqtrack\"\ntitle = \"zqtitle\"\nfamily = \"zqfam\"\n\
                [[tracks.scale]]\nlevel = 5\nname = \"zqfive\"\n[[tracks.scale]]\nlevel = 6\nname = \"zqsix\"\n";
    let writing = "# Writing\n\n### Owning\n\n- For all. {#all}\n\n### zqfive {audience=managers}\n\n- zqsaid.\n\n\
                   #### More {level=3 track=zqtrack audience=managers}\n\n- zqmore.\n";
    let sources = Sources::from_texts([
        ("handbook.toml", toml),
        ("index.md", "# Home\n\n[[writing]]\n\n{{ matrix() }}\n\n{{ ladder() }}\n"),
        ("competencies/writing.md", writing),
        ("competencies/zqfam/writing.md", "---\naudience: managers\n---\n# Writing\n\n### zqone\n\n- zqhere.\n"),
        ("roles/maker.md", "---\ntrack: maker\nrank: 1\ncompetencies: {writing: 3}\n---\n# Maker\n"),
        (
            "roles/boss.md",
            "---\naudience: managers\ntrack: zqtrack\nrank: 2\ncompetencies: {writing: zqsix}\n---\n# Boss\n",
        ),
    ]);
    let site = site_for(&sources, None);
    for url in site.urls() {
        let Ok(rendered) = site.render(url).unwrap() else { continue };
        let Ok(text) = std::str::from_utf8(&rendered.bytes) else { continue };
        assert!(!url.as_str().contains("zq") && !text.contains("zq"), "{url}: {text}");
    }
    assert!(!page(&site, "matrix/").contains("of 6") && page(&site, "roles/maker/").contains("3 of 5"));
    let managers = site_for(&sources, Some("managers"));
    assert!(page(&managers, "matrix/").contains("zqsix"));
}

#[test]
fn a_competency_that_ends_early_has_gaps_only_where_something_is_missing() {
    let text = "### Learning\n\n- Begins.\n\n### Owning\n\n- For all.\n\n### Owning {track=lead}\n\n- For all.\n";
    let sources = two_tracks("", text);
    let empty = |sources: &Sources| -> Vec<u8> {
        let handbook = compile(sources).unwrap();
        let health = handbook.health();
        assert!(health.equal.is_empty(), "tracks may repeat a sentence: {:?}", health.equal);
        health.empty.iter().map(|(_, level)| *level).collect()
    };
    assert_eq!(empty(&sources), [2]);
    let role = "---\ncompetencies: {writing: 5}\n---\n# High\n";
    assert_eq!(empty(&with(sources, "roles/high.md", role)), [2, 5]);
}

#[test]
fn a_role_may_use_the_levels_of_the_track_that_it_inherits() {
    let above = "[[tracks.scale]]\nlevel = 5\nname = \"Over\"\n[[tracks.scale]]\nlevel = 6\nname = \"Top\"\n";
    let toml = format!("{TOML}{above}");
    let heir = |base: &str, level: &str| {
        let role = format!("---\n{base}\ncompetencies: {{writing: {level}}}\n---\n# Heir\n");
        let mut sources = two_tracks("", BOTH);
        sources.files.retain(|path, _| path.as_str() != "handbook.toml");
        with(with(sources, "handbook.toml", &toml), "roles/heir.md", &role)
    };
    for level in ["Chief", "6", "Top"] {
        let sources = heir("extends: lead", level);
        assert!(!codes(&sources).contains(&Rule::LevelOutOfRange), "{level}");
        assert_eq!(expected(&site_with(&sources, None), "heir"), ["below", "own", "twice-2", "above"], "{level}");
    }
    for (base, level) in [
        ("extends: lead", "Nobody"),
        ("extends: lead", "7"),
        ("extends: maker", "6"),
        ("extends: lead\ntrack: maker", "Chief"),
        ("rank: 1", "Chief"),
    ] {
        assert!(codes(&heir(base, level)).contains(&Rule::LevelOutOfRange), "{base}, {level}");
    }
}
