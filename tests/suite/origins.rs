//! Folders that were written for other generators: what is read, what it is called, where it is, and in
//! what order.

use rolebook::model::book::NodeId;
use rolebook::model::compile::Handbook;
use rolebook::text::path::UrlPath;
use rolebook::text::rule::{Rule, Severity};
use rolebook::text::source::Sources;

use crate::support::{compile, rolebook, site_with, write};

fn handbook(files: &[(&str, &str)]) -> Handbook {
    compile(&Sources::from_texts(files.iter().copied())).unwrap()
}

/// Returns the navigation: each title with its URL, indented by its depth.
fn nav(handbook: &Handbook) -> Vec<String> {
    let tree = &handbook.book.tree;
    let shown = |id: &NodeId| {
        let node = tree.node(*id);
        format!("{}{} /{}", "  ".repeat(tree.above(*id).len() - 1), node.title, node.url.as_str())
    };
    tree.reading.iter().skip(1).map(shown).collect()
}

fn codes(handbook: &Handbook) -> Vec<Rule> {
    handbook.findings(false).iter().map(|finding| finding.code).collect()
}

#[test]
fn two_chapters_of_one_address_both_have_a_page_and_a_warning_names_them() {
    let files = [("README.md", "# Read\n"), ("index.md", "# Home\n"), ("a.md", "# A\n"), ("a/README.md", "# B\n")];
    let found = handbook(&files);
    assert_eq!(nav(&found), ["A /a-2/", "B /a/", "Read /readme/"]);
    let findings = found.findings(false);
    assert!(findings.iter().all(|finding| finding.severity == Severity::Warning), "{findings:?}");
    assert_eq!(findings[0].message, "this chapter is at `/readme/`, because `index.md` is at `/`");
    let with = [&files[..], &[("handbook.toml", "title = \"T\"\n")]].concat();
    let severities: Vec<_> = handbook(&with).findings(false).iter().map(|finding| finding.severity).collect();
    assert_eq!(severities, [Severity::Error, Severity::Error]);
}

#[test]
fn of_two_roles_with_one_id_the_one_in_fewer_folders_keeps_it() {
    let role = "# R\n\n## Responsibilities\n\n- Does it.\n";
    let found = handbook(&[("roles/A/x.md", role), ("roles/x.md", role), ("index.md", "[[x]]\n")]);
    assert!(codes(&found).contains(&Rule::DuplicateId));
    let ids: Vec<&str> = found.book.ids().map(|chapter| found.book.id(chapter)).collect();
    assert_eq!(ids, ["index", "roles/A/x", "x"]);
    assert!(!codes(&found).contains(&Rule::AmbiguousLink), "the nearest one is meant");
}

#[test]
fn front_matter_that_cannot_be_read_hides_a_chapter_only_if_it_may_be_private() {
    let found = handbook(&[
        ("a.md", "---\ndate: {{date}}\ntitle: x: y\n---\n# A\n"),
        ("b.md", "---\ntitle: x: y\ndraft: true\n---\n# Secret\n"),
    ]);
    assert_eq!(nav(&found), ["A /a/"]);
    assert!(found.findings(false).iter().all(|finding| finding.severity == Severity::Warning));
    assert!(found.findings(false).iter().any(|finding| finding.message.ends_with("so it is hidden")));
}

#[test]
fn chapters_with_any_extension_of_markdown_are_read_and_found_by_it() {
    let files = ["a.mdx", "b.markdown", "c.mkd", "d.mdown", "e.qmd", "f.Rmd", "g.html.md.erb", "h.MD", "i.md.erb"];
    let texts: Vec<(&str, String)> = files.iter().map(|path| (*path, format!("# {path}\n"))).collect();
    let mut all: Vec<(&str, &str)> = texts.iter().map(|(path, text)| (*path, text.as_str())).collect();
    all.push(("index.md", "[a](a.mdx) [a](a) [e](e.qmd) [g](g.html)\n"));
    let found = handbook(&all);
    assert_eq!(nav(&found).len(), files.len());
    assert_eq!(nav(&found)[6], "g.html.md.erb /g/");
    assert_eq!(codes(&found), []);
}

#[test]
fn a_summary_gives_parts_order_and_titles() {
    let summary = "# Summary\n\n[Before](before.md)\n\n# Part one\n\n- [A](a.md)\n  - [B](b.md)\n\n# Part two\n\n- [C](c.md)\n- [Later]()\n";
    let found = handbook(&[
        ("book.toml", "[book]\ntitle = \"T\"\n"),
        ("SUMMARY.md", summary),
        ("before.md", "text\n"),
        ("a.md", "# A\n"),
        ("b.md", "## B\n\ntext\n"),
        ("c.md", "# C\n"),
        ("unlisted.md", "# U\n"),
    ]);
    let wanted = [
        "Before /before/",
        "Part one /part-one/",
        "  A /a/",
        "    B /b/",
        "Part two /part-two/",
        "  C /c/",
        "U /unlisted/",
    ];
    assert_eq!(nav(&found), wanted);
    assert_eq!(found.config.title, "T");
    let titles: Vec<&str> = found.documents.iter().map(|document| document.meta.title.as_str()).collect();
    assert_eq!(titles, ["A", "B", "Before", "C", "U"]);
    assert!(found.documents[1].meta.has_h1, "a heading that repeats the title is the title");
}

#[test]
fn the_navigation_of_mkdocs_is_followed_and_its_settings_are_taken() {
    let yaml = "site_name: Docs\nsite_url: https://docs.acme.org/\nnav:\n  - Start: b.md\n  - Group:\n      - a.md\nplugins:\n  - x: !!python/name:y\n";
    let found = handbook(&[("mkdocs.yml", yaml), ("a.md", "# A\n"), ("b.md", "# B\n"), ("c.md", "# C\n")]);
    assert_eq!(nav(&found), ["Start /b/", "Group /group/", "  A /a/", "C /c/"]);
    assert_eq!(found.config.title, "Docs");
    assert_eq!(found.config.base_url.as_deref(), Some("https://docs.acme.org/"));
}

#[test]
fn numbers_in_names_give_the_order_and_are_no_part_of_titles() {
    let files = [
        "01-intro/01-welcome.md",
        "01-intro/10-leaving.md",
        "01-intro/02-accounts.md",
        "02-how/1-b.md",
        "02-how/2-a.md",
    ];
    let found = handbook(&files.map(|path| (path, "text\n")));
    let wanted = [
        "Intro /01-intro/",
        "  Welcome /01-intro/01-welcome/",
        "  Accounts /01-intro/02-accounts/",
        "  Leaving /01-intro/10-leaving/",
        "How /02-how/",
        "  B /02-how/1-b/",
        "  A /02-how/2-a/",
    ];
    assert_eq!(nav(&found), wanted);
    let plain = handbook(&["index.md", "1-on-1s.md", "feedback.md", "hiring.md"].map(|path| (path, "text\n")));
    assert_eq!(nav(&plain)[0], "1 on 1s /1-on-1s/", "a number that is part of a name stays");
}

#[test]
fn positions_labels_and_addresses_in_front_matter_of_other_generators_are_ours() {
    let files = [
        ("index.md", "# Home\n\n[y](/yak/) [x](/old/xerus/)\n"),
        ("docs/a.md", "---\ntitle: Zebra\nsidebar_position: 1\nslug: /z\n---\n"),
        (
            "docs/b.md",
            "---\ntitle: Yak\nnav_order: 3\npermalink: /yak/\nredirect_from:\n  - /old-yak/\nlayout: page\n---\n",
        ),
        ("docs/c.md", "---\ntitle: Xerus\nweight: '2'\nlinkTitle: Xe\naliases: [/old/xerus/]\n---\n"),
        ("docs/e.md", "---\ntitle: Vole\npublished: false\n---\n"),
        ("_posts/2020-01-02-post.md", "text\n"),
    ];
    let found = handbook(&files);
    assert_eq!(
        nav(&found),
        ["Docs /docs/", "  Zebra /z/", "  Xe /docs/c/", "  Yak /yak/", "Posts /_posts/", "  Post /2020/01/02/post/"]
    );
    assert_eq!(codes(&found), []);
    let redirects: Vec<&str> = found.book.redirects.keys().map(UrlPath::as_str).collect();
    assert_eq!(redirects, ["old-yak/", "old/xerus/"]);
    let site = site_with(&Sources::from_texts(files), None);
    assert!(["z/", "yak/", "2020/01/02/post/", "old-yak/"].iter().all(|url| {
        let url = UrlPath::new(*url);
        site.has(&url)
    }));
}

#[test]
fn addresses_that_a_generator_makes_redirect() {
    let docusaurus = handbook(&[
        ("docusaurus.config.js", "module.exports = { title: 'D' };"),
        ("01-a/_category_.json", "{\"label\": \"First\", \"position\": 1}"),
        ("01-a/02-b.md", "# B\n"),
        ("c.md", "# C\n"),
    ]);
    let redirects: Vec<&str> = docusaurus.book.redirects.keys().map(UrlPath::as_str).collect();
    assert_eq!(redirects, ["docs/a/b/", "docs/c/"]);
    assert_eq!(nav(&docusaurus)[0], "First /01-a/");
    let mdbook = handbook(&[("book.toml", ""), ("SUMMARY.md", "- [A](a.md)\n"), ("a.md", "# A\n")]);
    assert_eq!(mdbook.book.redirects.keys().next().unwrap().as_str(), "a.html");
}

#[test]
fn a_title_is_never_that_of_a_section() {
    let found =
        handbook(&[("index.md", "# Home\n"), ("Sync settings.md", "Intro.\n\n## General\n\nText\n\n## Plans\n")]);
    assert_eq!(nav(&found), ["Sync settings /Sync settings/"]);
    assert_eq!(codes(&found), []);
}

#[test]
fn links_are_followed_as_their_generators_make_them() {
    let found = handbook(&[
        ("index.md", "# Home\n"),
        ("tools/slack.md", "# S\n\n[by URL](emoji/) [up](../mail/) [root](docs/x.md) [top](../index.md#readme)\n"),
        ("tools/slack/emoji.md", "# E\n"),
        ("tools/mail.md", "# M\n"),
        ("docs/x.md", "# X\n\n## One\n\n### Two\n"),
        ("Notes/B.md", "# B\n\n![[a.png]] [[x#One#Two]] [[x]]\n"),
        ("Files/a.png", "png"),
        ("Old/deep/x.md", "# Y\n"),
    ]);
    assert_eq!(codes(&found), [Rule::DeadAnchor; 0], "{:?}", found.findings(false));
}

#[test]
fn the_content_folder_and_the_static_folder_of_a_generator_are_found() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    let files = [
        ("hugo.toml", "title = 'H'\n"),
        ("README.md", "# Not part of the site\n"),
        ("content/_index.md", "---\ntitle: Home\n---\n![x](/img/a.png)\n"),
        ("content/b.md", "# B\n"),
        ("static/img/a.png", "png"),
    ];
    write(root, &files);
    let output = rolebook(root, &["build", ".", "-o", "out"]);
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{errors}");
    assert!(errors.contains("note: read as a Hugo project; its chapters are in `content/`"), "{errors}");
    assert!(root.join("out/b/index.html").is_file() && root.join("out/img/a.png").is_file());
    assert!(!root.join("out/readme/index.html").exists());
}

#[test]
fn a_configured_handbook_is_read_as_before_unless_it_names_its_source() {
    let files = [
        ("mkdocs.yml", "site_name: Docs\nnav:\n  - b.md\n  - a.md\n"),
        ("a.md", "---\nnav_order: 2\n---\n# A\n"),
        ("b.md", "# B\n"),
    ];
    let with = |toml: &'static str| handbook(&[&files[..], &[("handbook.toml", toml)]].concat());
    let own = with("title = \"T\"\n");
    assert_eq!(nav(&own), ["A /a/", "B /b/"]);
    assert_eq!(codes(&own), [Rule::UnknownKey]);
    let named = with("title = \"T\"\nsource = \"mkdocs\"\n");
    assert_eq!(nav(&named), ["B /b/", "A /a/"]);
    assert_eq!((codes(&named), named.config.title.as_str()), (vec![], "T"));
}

#[test]
fn anchors_lead_where_other_generators_take_them() {
    let found = handbook(&[
        ("index.md", "# Home\n\n[top](x.md#readme) [title](x.md#Our-x) [own](x.md#sub-and-superscripts)\n"),
        ("x.md", "---\ntitle: Our X\n---\nText\n\n## Sub- and superscripts\n\nText [no](#other)\n"),
    ]);
    assert_eq!(codes(&found), [Rule::DeadAnchor]);
    let own = handbook(&[
        ("handbook.toml", "title = \"T\"\n"),
        ("index.md", "# Home\n\n[own](x.md#sub-and-superscripts) [top](x.md#readme)\n"),
        ("x.md", "# X\n\n## Sub- and superscripts\n\nText\n"),
    ]);
    assert_eq!(codes(&own), [Rule::DeadAnchor, Rule::DeadAnchor]);
}

#[test]
fn an_alias_with_and_without_a_slash_is_one_address() {
    let text = "---\nredirect_from:\n  - /VPAT\n  - /VPAT/\n---\n# A\n";
    let found = handbook(&[("_config.yml", ""), ("index.md", "# Home\n"), ("acr/a.md", text)]);
    assert_eq!(codes(&found), []);
}

#[test]
fn a_page_that_is_not_translated_is_that_of_the_default_language() {
    let files = [
        ("index.md", "# Home\n"),
        ("guides/pages.md", "# Pages\n"),
        ("tr/index.md", "# Ev\n\n[pages](/tr/guides/pages/) [none](/tr/guides/none/)\n"),
    ];
    let with = |files: &[(&str, &str)]| codes(&handbook(files));
    let starlight = [&files[..], &[("astro.config.mjs", "import starlight from '@astrojs/starlight';")]].concat();
    assert_eq!(with(&starlight), [Rule::DeadLink]);
    assert_eq!(with(&files), [Rule::DeadLink, Rule::DeadLink]);
}

#[test]
fn addresses_of_hugo_are_in_lower_case() {
    let files = [
        ("hugo.toml", "title = 'H'"),
        ("_index.md", "# Home\n\n[x](/functions/cast/tofloat/) [x](functions/cast/ToFloat.md)\n"),
        ("functions/cast/ToFloat.md", "# ToFloat\n"),
        ("functions/cast/_index.md", "# Cast\n"),
    ];
    let found = handbook(&files);
    assert_eq!(
        nav(&found),
        ["Functions /functions/", "  Cast /functions/cast/", "    ToFloat /functions/cast/tofloat/"]
    );
    assert_eq!(codes(&found), []);
}

#[test]
fn jekyll_says_where_posts_and_collections_are() {
    let config = "permalink: /news/:title/\ncollections:\n  team:\n    output: true\n    permalink: /people/:path/\n";
    let found = handbook(&[
        ("_config.yml", config),
        ("index.md", "# Home\n"),
        ("_posts/2020-01-02-hello.md", "text\n"),
        ("_team/ada.md", "# Ada\n"),
    ]);
    let urls: Vec<String> = found.book.urls.iter().map(|url| url.as_str().to_owned()).collect();
    assert_eq!(urls, ["news/hello/", "people/ada/", ""]);
}

#[test]
fn the_source_of_jekyll_is_its_content_folder() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    write(
        root,
        &[
            ("_config.yml", "source: src\n"),
            ("README.md", "# No\n"),
            ("src/index.md", "# Home\n"),
            ("src/b.md", "# B\n"),
        ],
    );
    let output = rolebook(root, &["build", ".", "-o", "out"]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(root.join("out/b/index.html").is_file());
}

#[test]
fn ids_and_paths_of_docusaurus_find_numbered_files() {
    let found = handbook(&[
        ("docusaurus.config.js", "module.exports = { title: 'D' };"),
        (
            "sidebars.js",
            "module.exports = { docs: [{type: 'category', label: 'Guides', items: ['guide/second', 'guide/own']}] }",
        ),
        ("index.md", "# Home\n\n[a](@site/docs/guide/02-second.md)\n"),
        ("guide/01-first.md", "---\nid: own\n---\n# First\n"),
        ("guide/02-second.md", "# Second\n"),
    ]);
    assert_eq!(nav(&found), ["Guides /guides/", "  Second /guide/02-second/", "  First /guide/01-first/"]);
    assert_eq!(codes(&found), []);
}

#[test]
fn a_home_page_and_a_title_in_front_matter_are_read_as_text() {
    let home = "---\nlayout: home\nhero:\n  name: Acme\n  text: How we work\n---\nText\n";
    let found = handbook(&[
        (".vitepress/config.js", ""),
        ("index.md", home),
        ("a.md", "---\ntitle: Q&amp;A, <em>short</em>\n---\nText\n"),
    ]);
    let titles: Vec<&str> = found.documents.iter().map(|document| document.meta.title.as_str()).collect();
    assert_eq!(titles, ["Q&A, short", "Acme"]);
    assert_eq!(found.documents[1].meta.summary.as_deref(), Some("How we work"));
}

#[test]
fn the_first_page_of_a_wiki_is_called_home() {
    let found = handbook(&[("Home.md", "![[a.png]]\n"), ("B.md", "# B\n"), ("Files/a.png", "png")]);
    assert_eq!(nav(&found), ["B /B/"]);
    assert_eq!(codes(&found), []);
}

#[test]
fn chapters_of_just_the_docs_are_below_their_parents_and_some_are_not_listed() {
    let files = [
        ("_config.yml", "title: X\n"),
        ("index.md", "---\ntitle: Home\n---\nText\n"),
        ("docs/b.md", "---\ntitle: B\nparent: A\nnav_order: 1\n---\nText\n"),
        ("docs/c.md", "---\ntitle: C\nparent: B\ngrand_parent: A\n---\nText\n"),
        ("docs/a.md", "---\ntitle: A\nhas_children: true\n---\nText\n"),
        ("gone.md", "---\ntitle: Gone\nnav_exclude: true\n---\nText\n"),
    ];
    let found = handbook(&files);
    assert_eq!(nav(&found), ["A /docs/a/", "  B /docs/b/", "    C /docs/c/", "Gone /gone/"]);
    let site = crate::support::site_with(&Sources::from_texts(files), None);
    for url in ["", "docs/a/"] {
        let html = crate::support::page(&site, url);
        let found = html.split("<a ").filter(|link| link.contains("gone/\"")).collect::<Vec<_>>();
        assert!(found.is_empty(), "the navigation of {url:?} lists a chapter that was left out of it: {found:?}");
    }
}
