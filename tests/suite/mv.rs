//! Moves chapters of a handbook that refers to them in every form. Each reference keeps its target,
//! and only the spans that name the target change.

use std::collections::BTreeMap;
use std::fs;

use proptest::prelude::*;
use rolebook::author::relocate::{NoMove, Relocation, plan};
use rolebook::model::compile::{Choices, Compiler, Handbook};
use rolebook::model::link::Target;
use rolebook::text::path::SourcePath;
use rolebook::text::source::{SourceFile, Sources};

use crate::support::{files_below, rolebook, write};

const BOOK: &[(&str, &str)] = &[
    (
        "handbook.toml",
        "title = \"T\"\ncompare = [[\"lead\", \"pm\"], [\"roles/lead\", \"Product lead\"]]\n[partners]\nsales = \"Sales\"\n[audiences.managers]\ntitle = \"Managers\"\n",
    ),
    (
        "SUMMARY.md",
        "# Summary\n\n- [Home](index.md)\n- [Lead](roles/lead.md)\n  - [PM](<./roles/pm.md>)\n- [Talks](competencies/talks.md)\n",
    ),
    (
        "index.md",
        "# Home\n\n[[lead]] [[Lead|the *lead*]] [[lead#decides]] [[roles/lead#decides|x]] [[Product lead]] [[talks@3]] ![[guides/hiring#steps]]\n\n[a](roles/lead.md) [b](roles/lead.md#decides \"a ](roles/pm.md) title\") [c](./roles/lead) [d](/roles/lead.md?plain=1#decides) [e](<roles/lead.md>) [f](roles/lead.html) [g][ref] [ref] [![pic](assets/a%20b.png)](guides/hiring/)\n\n[ref]: roles/lead.md#decides \"T\"\n\n| a | b |\n|---|---|\n| [[lead\\|cell]] | x |\n\n`[[lead]]` is code.\n\n::: {audience=managers}\n[[lead]] and [hidden](roles/lead.md)\n:::\n",
    ),
    (
        "roles/lead.md",
        "---\ntitle: Product lead\naliases: [Head of Product]\ncompetencies:\n  talks: 3\nworks_with: [sales, pm]\n---\n[own](#decides) [file](lead.md#decides) [pm](pm.md) [talk](../competencies/talks.md#owning) ![p](../assets/a%20b.png) <a href=\"pm.md\">raw</a>\n\n## Responsibilities\n\n- Decides. {#decides}\n",
    ),
    (
        "roles/pm.md",
        "\u{feff}---\r\ngrows_into: \"lead\" # next\r\ncompetencies: {talks: 2}\r\njudged: ['talks#l2-b', talks#l1-a]\r\n---\r\n# PM\r\n\r\nUnder [[lead]].\r\n\r\n{{ compare(a=\"pm\", b=\"lead\") }}\r\n\r\n## Responsibilities\r\n\r\n- Asks [[lead]]. {#asks}\r\n",
    ),
    (
        "competencies/talks.md",
        "+++\nsupports = [\"plan\"]\n+++\n# Talks\n\n### Learning\n\n- A\n\n### Practising\n\n- B\n\n### Owning\n\n- C\n\n### Guiding\n\n- D\n\n### Shaping\n\n- E\n",
    ),
    (
        "strategy/plan.md",
        "---\nled_by: lead\n---\n# Plan\n\n## Decisions\n\n### What comes next\n\n- Accountable: [[lead]]\n- Consulted: pm, sales\n- Informed: [Product lead](../roles/lead.md)\n",
    ),
    ("paths/first.md", "---\nchapters:\n  - lead\n  - 'roles/pm'\n  - hiring\n  - talks\n---\n# First\n"),
    (
        "guides/hiring/index.md",
        "# Hiring\n\n## Steps\n\n[one](steps.md) [two](../../roles/lead.md) ![x](x.png) [[steps]]\n",
    ),
    ("guides/hiring/steps.md", "# Steps\n\n[up](./) [up](index.md) [[hiring]] [home](../../index.md) [x](x.png)\n"),
    ("guides/hiring/x.png", "png"),
    ("assets/a b.png", "png"),
];

fn sources() -> Sources {
    Sources::from_texts(BOOK.iter().copied())
}

fn compile(sources: &Sources) -> Handbook {
    let choices = Choices { drafts: true, everyone: true, ..Choices::default() };
    Compiler::new().compile(sources, &choices).unwrap()
}

fn carried_out(sources: &Sources, plan: &Relocation) -> Sources {
    let file = |(path, file): (&SourcePath, &SourceFile)| {
        (plan.new_place(path), SourceFile::new(plan.edited(path, &file.bytes)))
    };
    Sources { files: sources.files.iter().map(file).collect(), ..Sources::default() }
}

/// Lists the targets of all references in every chapter, by path.
fn leads(handbook: &Handbook, place: &dyn Fn(&SourcePath) -> SourcePath) -> BTreeMap<String, Vec<String>> {
    let book = &handbook.book;
    let name = |target: &Target| match target {
        Target::Chapter(to, anchor) => format!("{} {anchor:?}", place(&book.meta(*to).path)),
        Target::Asset(path) => place(path).to_string(),
        other => format!("{other:?}"),
    };
    let of = |chapter| {
        let meta = book.meta(chapter);
        (place(&meta.path).to_string(), handbook.targets(chapter).iter().map(name).collect())
    };
    book.ids().map(of).collect()
}

#[test]
fn the_test_handbook_has_no_findings_before_any_move() {
    let findings = compile(&sources()).findings(false);
    assert!(findings.is_empty(), "{}", crate::support::draw(&findings, &sources()));
}

fn moved(old: &str, new: &str) -> Sources {
    let before = sources();
    let plan = match plan(&before, "T", old, new) {
        Ok(plan) => plan,
        Err(NoMove::Breaks(findings, after)) => panic!("{old} to {new}: {}", crate::support::draw(&findings, &after)),
        Err(other) => panic!("{old} to {new}: {other:?}"),
    };
    let after = carried_out(&before, &plan);
    let (was, is) = (compile(&before), compile(&after));
    assert_eq!(leads(&was, &|path| plan.new_place(path)), leads(&is, &|path| path.clone()), "{old} to {new}");
    let findings = is.findings(false);
    assert!(findings.is_empty(), "{old} to {new}: {}", crate::support::draw(&findings, &after));
    // No trace of the old names is left, except for the alias.
    for moved in &plan.moves {
        assert!(!after.files.contains_key(&moved.from));
    }
    after
}

fn text<'a>(sources: &'a Sources, path: &str) -> &'a str {
    std::str::from_utf8(sources.bytes(&SourcePath::new(path)).unwrap()).unwrap()
}

#[test]
fn renaming_an_id_updates_every_form_of_reference_and_nothing_else() {
    let after = moved("lead", "product-leader");
    let index = BOOK[2].1;
    let wanted = index
        .replace(
            "[[lead]] [[Lead|the *lead*]] [[lead#decides]] [[roles/lead#",
            "[[product-leader]] [[product-leader|the *lead*]] [[product-leader#decides]] [[roles/product-leader#",
        )
        .replace("roles/lead", "roles/product-leader")
        .replace("[[lead\\|cell]]", "[[product-leader\\|cell]]")
        .replace("\n[[lead]] and", "\n[[product-leader]] and");
    assert_eq!(text(&after, "index.md"), wanted);
    assert_eq!(text(&after, "roles/pm.md"), BOOK[4].1.replace("lead", "product-leader"));
    let wanted =
        BOOK[3].1.replace("[Head of Product]", "[Head of Product, lead]").replace("(lead.md", "(product-leader.md");
    assert_eq!(text(&after, "roles/product-leader.md"), wanted);
    assert_eq!(text(&after, "SUMMARY.md"), BOOK[1].1.replace("roles/lead", "roles/product-leader"));
    assert_eq!(text(&after, "paths/first.md"), BOOK[7].1.replace("- lead", "- product-leader"));
    let wanted = BOOK[0].1.replace("\"lead\"", "\"product-leader\"").replace("roles/lead", "roles/product-leader");
    assert_eq!(text(&after, "handbook.toml"), wanted);
    let wanted = BOOK[6]
        .1
        .replace(": lead", ": product-leader")
        .replace("[[lead]]", "[[product-leader]]")
        .replace("roles/lead", "roles/product-leader");
    assert_eq!(text(&after, "strategy/plan.md"), wanted);
}

#[test]
fn a_chapter_moved_to_another_folder_keeps_its_kind_and_its_links() {
    let after = moved("roles/lead.md", "people/leads/lead.md");
    let lead = text(&after, "people/leads/lead.md");
    assert!(
        lead.contains("aliases: [Head of Product, roles/lead]\n") && lead.contains("\nkind: role\n---\n"),
        "{lead}"
    );
    assert!(lead.contains("[own](#decides) [file](lead.md#decides) [pm](../../roles/pm.md) [talk](../../competencies/talks.md#owning) ![p](../../assets/a%20b.png) <a href=\"../../roles/pm.md\">raw</a>"), "{lead}");
    assert!(text(&after, "index.md").contains(
        "[d](/people/leads/lead.md?plain=1#decides) [e](<people/leads/lead.md>) [f](people/leads/lead.html)"
    ));
}

#[test]
fn moving_a_folder_moves_everything_in_it() {
    let after = moved("hiring", "careers/interviews");
    let index = text(&after, "careers/interviews/index.md");
    assert!(index.starts_with("---\naliases: [guides/hiring, hiring]\n---\n# Hiring\n"), "{index}");
    assert!(index.contains("[one](steps.md) [two](../../roles/lead.md) ![x](x.png) [[steps]]"), "{index}");
    assert!(text(&after, "index.md").contains("![[careers/interviews#steps]]"));
    assert!(text(&after, "index.md").contains("](careers/interviews/)\n"));
    assert!(text(&after, "paths/first.md").contains("- interviews\n"));
    assert!(after.bytes(&SourcePath::new("careers/interviews/x.png")).is_some());
}

#[test]
fn the_old_name_becomes_an_alias_in_any_form_of_front_matter() {
    for (before, wanted) in [
        ("# A\n", "---\naliases: [a]\n---\n# A\n"),
        ("---\norder: 1\n---\n# A\n", "---\norder: 1\naliases: [a]\n---\n# A\n"),
        (
            "---\r\naliases:\r\n  - Old\r\norder: 1\r\n---\r\n# A\r\n",
            "---\r\naliases:\r\n  - Old\r\n  - a\r\norder: 1\r\n---\r\n# A\r\n",
        ),
        ("---\naliases: Old one\n---\n# A\n", "---\naliases: [Old one, a]\n---\n# A\n"),
        ("---\naliases:\n---\n# A\n", "---\naliases: [a]\n---\n# A\n"),
        ("---\naliases: []\n---\n# A\n", "---\naliases: [a]\n---\n# A\n"),
        ("+++\n[extra]\nx = 1\n+++\n# A\n", "+++\naliases = [\"a\"]\n[extra]\nx = 1\n+++\n# A\n"),
        ("---\nid: a\n---\n# A\n", "---\nid: b\naliases: [a]\n---\n# A\n"),
        ("---\nid: other\n---\n# A\n", "---\nid: other\naliases: [guides/a]\n---\n# A\n"),
    ] {
        let sources = Sources::from_texts([("handbook.toml", ""), ("guides/a.md", before)]);
        let plan = plan(&sources, "T", "guides/a.md", "b").unwrap();
        let after = carried_out(&sources, &plan);
        assert_eq!(text(&after, "guides/b.md"), wanted, "{before}");
    }
}

#[test]
fn a_dry_run_shows_exactly_the_lines_that_the_move_changes() {
    let folder = tempfile::tempdir().unwrap();
    let files = [
        ("handbook/handbook.toml", "title = \"T\"\n"),
        ("handbook/index.md", "# T\r\n\r\nSee [[a]] and [it](guides/a.md).\r\n"),
        ("handbook/guides/a.md", "# A\n\n[home](../index.md)\n"),
    ];
    write(folder.path(), &files);
    let before = files_below(folder.path());
    let shown = rolebook(folder.path(), &["mv", "handbook/guides/a.md", "b", "--dry-run"]);
    assert_eq!(
        String::from_utf8(shown.stdout).unwrap(),
        "move handbook/guides/a.md to handbook/guides/b.md\n--- handbook/guides/a.md\n+++ handbook/guides/b.md\n@@ line 1 @@\n+---\n+aliases: [a]\n+---\n--- handbook/index.md\n+++ handbook/index.md\n@@ line 3 @@\n-See [[a]] and [it](guides/a.md).\n+See [[b]] and [it](guides/b.md).\nNothing was changed, because this was a dry run.\n"
    );
    assert_eq!(files_below(folder.path()), before);
    let done = rolebook(folder.path(), &["mv", "a", "b"]);
    assert_eq!(
        String::from_utf8(done.stdout).unwrap(),
        "moved handbook/guides/a.md to handbook/guides/b.md\n2 references and 1 file updated; the old addresses redirect to the new ones. Next: `rolebook check`\n"
    );
    assert_eq!(
        fs::read_to_string(folder.path().join("handbook/index.md")).unwrap(),
        "# T\r\n\r\nSee [[b]] and [it](guides/b.md).\r\n"
    );
    assert_eq!(
        fs::read_to_string(folder.path().join("handbook/guides/b.md")).unwrap(),
        "---\naliases: [a]\n---\n# A\n\n[home](../index.md)\n"
    );
    assert!(!folder.path().join("handbook/guides/a.md").exists());
    assert!(rolebook(folder.path(), &["check", "--strict"]).status.success());
}

#[test]
fn an_impossible_move_is_rejected_and_nothing_changes() {
    let folder = tempfile::tempdir().unwrap();
    for (path, text) in BOOK {
        write(folder.path(), &[(path, text)]);
    }
    let before = files_below(folder.path());
    for (old, new, said) in [
        ("leed", "x", "error: no chapter called `leed`\n  = help: did you mean `lead`?\n"),
        ("lead", "pm", "error: `roles/pm.md` already exists, so nothing was moved\n"),
        ("lead", "lead", "error: `roles/lead.md` is there already\n"),
        ("lead", "../../x", "error: `../../x` leads out of the handbook's folder\n"),
        ("lead", "a/.b", "error: no chapter can be called `a/.b.md`\n"),
        ("index", "x", "error: the home page can't be moved\n"),
        ("hiring", "guides/hiring/old", "error: `guides/hiring` can't move into itself\n"),
    ] {
        let output = rolebook(folder.path(), &["mv", old, new]);
        let err = String::from_utf8(output.stderr).unwrap();
        assert!(output.status.code() == Some(2) && err.starts_with(said), "{old} {new}: {err}");
    }
    // `talks` is already an ID, and roles and competencies can't share one.
    let output = rolebook(folder.path(), &["mv", "lead", "talks"]);
    let err = String::from_utf8(output.stderr).unwrap();
    assert!(
        output.status.code() == Some(2) && err.contains("error[duplicate-id]") && err.contains("nothing was moved"),
        "{err}"
    );
    assert_eq!(files_below(folder.path()), before);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]
    #[test]
    fn after_any_move_every_reference_keeps_its_target(
        old in prop::sample::select(vec!["lead", "roles/pm.md", "talks", "plan", "paths/first.md", "hiring", "steps", "guides/hiring/index.md"]),
        folder in prop::sample::select(vec!["", "x/", "roles/", "a b/ü/", "competencies/deep/"]),
        name in prop::sample::select(vec!["new-name", "Big Name", "ümlaut", "2024", "true", "new (1)"]),
    ) {
        moved(old, &format!("{folder}{name}"));
    }
}

#[test]
fn all_chapters_of_a_handbook_can_be_moved_one_after_another() {
    all_move(crate::synthetic::company());
}

/// Moves each chapter in turn. Every reference has to keep its target.
pub fn all_move(before: Sources) {
    let paths: Vec<SourcePath> =
        before.files.keys().filter(|path| path.is_chapter() && !path.is_index()).cloned().collect();
    assert!(paths.len() > 30, "{}", paths.len());
    let mut now = before;
    for path in &paths {
        let new = format!("{}-moved", path.without_extension());
        let plan = match plan(&now, "T", path.as_str(), &new) {
            Ok(plan) => plan,
            Err(NoMove::Breaks(findings, after)) => panic!("{path}: {}", crate::support::draw(&findings, &after)),
            Err(other) => panic!("{path}: {other:?}"),
        };
        let after = carried_out(&now, &plan);
        assert!(!after.files.contains_key(path) && after.files.len() == now.files.len(), "{path}");
        now = after;
    }
    let findings = compile(&now).findings(false);
    assert!(findings.is_empty(), "{}", crate::support::draw(&findings, &now));
}

#[test]
fn links_with_parentheses_escapes_and_any_ending_keep_their_targets() {
    let forms = [
        ("guides/a(b).md", "plain/c.md"),
        ("guides/a\\(b\\).md", "plain/c.md"),
        ("<guides/a(b).md> \"t\"", "<plain/c.md> \"t\""),
        ("guides/a%28b%29.md#x", "plain/c.md#x"),
        ("guides/a(b)", "plain/c"),
        ("./guides/a(b)/ 't'", "./plain/c/ 't'"),
        ("/guides/a(b).html", "/plain/c.html"),
    ];
    let index = |write: &dyn Fn(&(&str, &str)) -> String| {
        format!("# Home\n\n{}\n", forms.iter().map(write).collect::<String>())
    };
    let old = index(&|(old, _)| format!("[x]({old}) "));
    let before = Sources::from_texts([
        ("handbook.toml", ""),
        ("index.md", &old),
        ("guides/a(b).md", "# A\n\n[up](../) [here](./) [other](other.md) [folder](../plain/)\n\n## X\n"),
        ("guides/other.md", "# Other\n\n[a](<a(b).md>)\n"),
        ("plain/b.md", "# B\n"),
    ]);
    let there = carried_out(&before, &plan(&before, "T", "guides/a(b).md", "plain/c.md").unwrap());
    assert_eq!(text(&there, "index.md"), index(&|(_, new)| format!("[x]({new}) ")));
    assert!(
        text(&there, "plain/c.md")
            .ends_with("# A\n\n[up](../) [here](../guides/) [other](../guides/other.md) [folder](./)\n\n## X\n"),
        "{}",
        text(&there, "plain/c.md")
    );
    assert_eq!(text(&there, "guides/other.md"), "# Other\n\n[a](<../plain/c.md>)\n");
    // A parenthesis may be part of the destination only if it is balanced; otherwise it is encoded.
    let back = carried_out(&there, &plan(&there, "T", "plain/c.md", "guides/d(e.md").unwrap());
    assert!(text(&back, "index.md").starts_with("# Home\n\n[x](guides/d%28e.md) "), "{}", text(&back, "index.md"));
    assert_eq!(
        leads(&compile(&before), &|path| SourcePath::new(path.as_str().replace("a(b)", "d(e"))),
        leads(&compile(&back), &|path| path.clone())
    );
}

#[test]
fn rewritten_links_encode_letters_and_spaces_as_the_author_did() {
    let book = [
        ("handbook.toml", ""),
        ("index.md", "# Home\n\n[1](guides/über-uns.md) [2](<guides/über-uns.md>) [3](guides/%C3%BCber-uns.md)\n"),
        ("guides/über-uns.md", "# Us\n"),
    ];
    let sources = Sources::from_texts(book);
    let moved = |new: &str| {
        let after = carried_out(&sources, &plan(&sources, "T", "guides/über-uns.md", new).unwrap());
        text(&after, "index.md").to_owned()
    };
    assert_eq!(
        moved("guides/größe.md"),
        "# Home\n\n[1](guides/größe.md) [2](<guides/größe.md>) [3](guides/gr%C3%B6%C3%9Fe.md)\n"
    );
    assert_eq!(
        moved("guides/wer wir sind.md"),
        "# Home\n\n[1](guides/wer%20wir%20sind.md) [2](<guides/wer wir sind.md>) [3](guides/wer%20wir%20sind.md)\n"
    );
}

#[test]
fn dot_slash_moves_a_chapter_to_the_root_and_every_reference_is_counted() {
    let sources = Sources::from_texts([
        ("handbook.toml", "compare = [[\"lead\", \"pm\"]]\n"),
        ("SUMMARY.md", "- [Lead](roles/lead.md)\n- [Again](roles/lead.md)\n- [PM](roles/pm.md)\n"),
        ("roles/lead.md", "# Lead\n"),
        ("roles/pm.md", "# PM\n\n[[lead]] and [her](lead.md)\n"),
    ]);
    let count = |new: &str| {
        let plan = plan(&sources, "T", "lead", new).unwrap();
        (plan.moves[0].to.as_str().to_owned(), plan.references)
    };
    assert_eq!(count("./"), ("lead.md".to_owned(), 3));
    assert_eq!(count("people/"), ("people/lead.md".to_owned(), 3));
    assert_eq!(count("boss"), ("roles/boss.md".to_owned(), 5));
}

#[test]
fn links_in_raw_html_are_rewritten_however_their_attribute_is_written() {
    let tags =
        ["<a href=\"TO\">", "<a href = \"TO\">", "<a class=x href='TO#y'>", "<a HREF=  TO >", "<a\nhref=\n'TO'>"];
    let index = |to: &str| -> String {
        "# Home\n".to_owned()
            + &tags.iter().map(|tag| format!("\n{}x</a>\n", tag.replace("TO", to))).collect::<String>()
    };
    let old = index("guides/a.md");
    let sources =
        Sources::from_texts([("handbook.toml", ""), ("index.md", old.as_str()), ("guides/a.md", "# A\n\n## Y\n")]);
    let plan = plan(&sources, "T", "guides/a.md", "essays/b.md").unwrap();
    assert_eq!(text(&carried_out(&sources, &plan), "index.md"), index("essays/b.md"));
}

#[test]
fn a_folder_link_without_a_trailing_slash_stays_without_one() {
    let sources = Sources::from_texts([
        ("handbook.toml", ""),
        (
            "index.md",
            "# Home\n\n[1](guides/hiring) [2](guides/hiring/) [3](/guides/hiring) [4](./guides/hiring#steps)\n",
        ),
        ("guides/hiring/index.md", "# Hiring\n\n## Steps\n"),
    ]);
    let plan = plan(&sources, "T", "hiring", "careers/talks").unwrap();
    let after = carried_out(&sources, &plan);
    assert_eq!(
        text(&after, "index.md"),
        "# Home\n\n[1](careers/talks) [2](careers/talks/) [3](/careers/talks) [4](./careers/talks#steps)\n"
    );
}

#[test]
fn references_in_drafts_are_rewritten_too() {
    let draft = "---\nstatus: draft\n---\n# Idea\n\n[[roles/pm]]\n";
    let sources = Sources::from_texts(BOOK.iter().copied().chain([("ideas/next.md", draft)]));
    let plan = plan(&sources, "T", "roles/pm.md", "roles/manager.md").unwrap();
    let path = SourcePath::new("ideas/next.md");
    let edited = plan.edited(&path, &sources.files[&path].bytes);
    assert!(String::from_utf8(edited.clone()).unwrap().contains("[[roles/manager]]"));
}

#[test]
fn a_link_into_another_site_keeps_its_target() {
    let sources = Sources::from_texts([
        ("handbook.toml", "title = \"T\"\n[publish]\nother_sites = [\"docs\"]\n"),
        ("index.md", "# Home\n"),
        ("guides/a.md", "# A\n\n[rooted](/docs/x/) [relative](../docs/x/#part) [itself](../docs/)\n"),
    ]);
    let plan = plan(&sources, "T", "guides/a.md", "guides/deep/b.md").unwrap();
    let after = carried_out(&sources, &plan);
    let expected = "[rooted](/docs/x/) [relative](../../docs/x/#part) [itself](../../docs/)";
    assert!(text(&after, "guides/deep/b.md").contains(expected), "{}", text(&after, "guides/deep/b.md"));
    assert!(compile(&after).findings(true).is_empty());
}

#[test]
fn a_move_that_would_show_what_an_index_hides_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let files = [
        ("handbook.toml", "title = \"T\"\n\n[audiences.managers]\ntitle = \"Managers\"\n"),
        ("index.md", "# Home\n"),
        ("pay/index.md", "---\naudience: managers\n---\n# Pay\n"),
        ("pay/bands.md", "# Bands\n"),
    ];
    write(folder.path(), &files);
    let output = rolebook(folder.path(), &["mv", "pay/index.md", "salaries.md"]);
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(2), "{said}");
    assert!(said.contains("would show pay/bands.md to everyone, because an index hides the folder now"), "{said}");
    assert!(folder.path().join("pay/index.md").exists());
    // The whole folder keeps its index.
    let output = rolebook(folder.path(), &["mv", "pay", "salaries"]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}
