//! Puts themes on top of the default one: one block, one template, one asset, one text of the user
//! interface.

use rolebook::site::theme::ThemeFiles;
use rolebook::text::source::Sources;

use crate::support::{files_below, page, repository, site_with};

fn chapters() -> Sources {
    Sources::from_texts([
        ("index.md", "# Home\n"),
        ("roles/a.md", "---\nrank: 1\n---\n# Role A\n\n## One\n\n## Two\n"),
        ("guides/g.md", "# Guide\n\n## One\n\n## Two\n"),
    ])
}

fn with(files: &[(&str, &str)], url: &str) -> String {
    page(&site_with(&chapters(), Some(ThemeFiles::from_texts("own", files.iter().copied()))), url)
}

#[test]
fn a_theme_can_replace_one_block_on_every_page_that_extends_a_template() {
    let files = [(
        "templates/page.html",
        "{% extends \"default/page.html\" %}{% block turn %}<p class=\"mine\">mine</p>{% endblock %}",
    )];
    for url in ["roles/a/", "guides/g/"] {
        let html = with(&files, url);
        assert!(html.contains("<p class=\"mine\">mine</p>"), "{url}");
        assert!(html.contains("On this page") && !html.contains("class=\"turn\""), "{url}");
    }
}

#[test]
fn a_theme_can_replace_one_template_without_affecting_the_others() {
    let files = [("templates/role.html", "<!DOCTYPE html><title>{{ page.title }}</title>")];
    assert_eq!(with(&files, "roles/a/"), "<!DOCTYPE html><title>Role A</title>");
    assert!(with(&files, "guides/g/").contains("<main id=\"main\""));
}

#[test]
fn a_theme_can_replace_one_asset_and_add_another() {
    let theme = ThemeFiles::from_texts("own", [("assets/print.css", ":root{--x:1}"), ("assets/custom.css", "a{}")]);
    let site = site_with(&chapters(), Some(theme));
    let find = |name: &str| site.urls().find(|url| url.as_str().ends_with(name)).unwrap().as_str().to_owned();
    assert_eq!(page(&site, &find("/print.css")), ":root{--x:1}");
    assert!(page(&site, &find("style.css")).len() > 1000);
    let html = page(&site, "guides/g/");
    assert!(html.contains(&format!("href=\"../../{}\"", find("custom.css"))));
}

#[test]
fn a_theme_can_replace_one_label_of_the_interface() {
    let html = with(&[("ui/en.toml", "contents = \"In this chapter\"\n")], "guides/g/");
    assert!(html.contains("In this chapter") && !html.contains("On this page"));
    assert!(html.contains("Skip to content"));
}

/// A made-up handbook, with the theme `paper` over the default one.
fn handbook_on_paper() -> rolebook::site::urls::Site {
    let files = files_below(&repository().join("themes/paper")).into_iter();
    let files = files.map(|(path, bytes)| (path, std::sync::Arc::from(bytes))).collect();
    site_with(&crate::synthetic::company(), Some(ThemeFiles { name: "paper".to_owned(), files }))
}

#[test]
fn a_handbook_builds_with_the_paper_theme() {
    let site = handbook_on_paper();
    assert_eq!(site.failures(), []);
    let role = page(&site, "roles/first/");
    assert!(role.contains("<section class=\"margin\"") && !role.contains("<section class=\"glance\""));
    // What the second theme doesn't define comes from the default theme.
    assert!(role.contains("id=\"role-competencies\"") && role.contains("class=\"toc\""));
    assert!(page(&site, "competencies/c0/").contains("<div class=\"stairs\""));
}

#[test]
fn the_print_version_uses_the_layout_of_the_theme_for_roles() {
    let book = page(&handbook_on_paper(), "print/roles/");
    assert!(book.matches("<section class=\"margin\"").count() > 10, "a margin for each role");
    assert!(book.contains("id=\"roles/r1--responsibilities\""));
}

#[test]
fn check_reports_a_failing_template_just_as_build_does() {
    let folder = tempfile::tempdir().unwrap();
    let template = "{% extends \"default/role.html\" %}{% block content %}{{ nothing.there }}{% endblock %}";
    let files = [
        ("handbook/handbook.toml", "theme = \"own\"\n"),
        ("handbook/index.md", "# Home\n"),
        ("themes/own/templates/role.html", template),
    ];
    crate::support::write(folder.path(), &files);
    let said = |command: &str| {
        let output = crate::support::rolebook(folder.path(), &[command]);
        (output.status.code(), String::from_utf8(output.stderr).unwrap())
    };
    assert_eq!(said("check").0, Some(0), "no page needs the template yet");
    crate::support::write(folder.path(), &[("handbook/roles/r.md", "# R\n\nText.\n")]);
    for command in ["check", "build"] {
        let (code, text) = said(command);
        assert_eq!(code, Some(1), "{command}: {text}");
        assert_eq!(
            text.matches("error[template]: there is no variable `nothing` here").count(),
            1,
            "{command}: {text}"
        );
    }
}

#[test]
fn no_heading_gets_an_id_that_the_frame_of_a_chapter_uses() {
    let templates = files_below(&repository().join("themes/default/templates"));
    let of_chapters = |path: &String| {
        let names = ["base", "page", "home", "role", "competency", "strategy", "path", "glossary", "view/ask"];
        names.iter().any(|name| *path == format!("{name}.html"))
    };
    let mut found = 0;
    for (path, bytes) in templates.iter().filter(|(path, _)| of_chapters(path)) {
        let text = String::from_utf8_lossy(bytes);
        for id in text.split(" id=\"").skip(1).filter_map(|rest| rest.split('"').next()) {
            if id.contains("{{") {
                continue;
            }
            assert!(rolebook::chapter::markdown::FRAME_IDS.contains(&id), "{path}: {id}");
            found += 1;
        }
    }
    assert!(found > 10);
    let html = with(&[], "guides/g/");
    assert_eq!(html.matches("id=\"main\"").count(), 1);
}
