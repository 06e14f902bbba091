//! Checks that a build publishes only files that something refers to, that hosts ask for, or that
//! are listed by name.

use std::path::Path;

use proptest::prelude::*;
use rolebook::site::urls::Site;
use rolebook::text::path::{SourcePath, UrlPath};
use rolebook::text::source::{SourceFile, Sources};

use crate::support::{files_below, rolebook, shared, site_for, site_with, write};

fn site(files: &[(&str, &str)]) -> Site {
    site_with(&Sources::from_texts(files.iter().copied()), None)
}

/// Returns those of `paths` that the site publishes at their own path.
fn has<'a>(site: &Site, paths: &[&'a str]) -> Vec<&'a str> {
    paths.iter().copied().filter(|path| site.has(&UrlPath::new(*path))).collect()
}

/// Runs a command, and returns its exit code and all of its output.
fn run(folder: &Path, arguments: &[&str]) -> (Option<i32>, String) {
    let output = rolebook(folder, arguments);
    let said = String::from_utf8(output.stdout).unwrap() + &String::from_utf8(output.stderr).unwrap();
    (output.status.code(), said)
}

fn builds(folder: &Path, arguments: &[&str]) -> String {
    let (code, said) = run(folder, arguments);
    assert_eq!(code, Some(0), "{said}");
    said
}

#[test]
fn a_file_is_published_if_a_chapter_refers_to_it_in_any_form() {
    let text = "---\nextra: {hero: a/hero.jpg, list: [a/list.pdf]}\nask: a/form.html\n---\n# Home\n\n[A](a/one.pdf) [B](/a/two.pdf) \
                [[a/three.pdf]] <a href=\"a/four%20x.pdf\">D</a> <video src=\"a/film.mp4\" poster=\"a/still.png\"></video>\n\n[r]\n\n[r]: a/five.pdf\n";
    let linked = [
        "a/hero.jpg",
        "a/list.pdf",
        "a/form.html",
        "a/one.pdf",
        "a/two.pdf",
        "a/three.pdf",
        "a/four x.pdf",
        "a/five.pdf",
    ];
    let shown = ["a/film.mp4", "a/still.png"];
    let mut files =
        vec![("index.md", text), ("salaries.xlsx", "zqsecret"), ("a/six.pdf", "zqsecret"), ("data.json", "zqsecret")];
    files.extend(linked.iter().chain(&shown).map(|path| (*path, "x")));
    let site = site(&files);
    assert_eq!(has(&site, &linked), linked);
    assert_eq!(site.content().shown.iter().map(SourcePath::as_str).collect::<Vec<_>>(), shown);
    assert!(has(&site, &["salaries.xlsx", "a/six.pdf", "data.json"]).is_empty());
    let left: Vec<&str> = site.content().unreferenced.iter().map(SourcePath::as_str).collect();
    assert_eq!(left, ["a/six.pdf", "data.json", "salaries.xlsx"]);
}

#[test]
fn files_used_by_published_html_css_and_svg_are_published_too() {
    let site = site(&[
        // Hosts that support headers may get the author's own HTML pages, in a sandbox.
        (
            "handbook.toml",
            "title = \"T\"\nbase_url = \"https://x.example/sub/\"\n[extra]\nlogo = \"logo.svg\"\n[publish]\nhost = \"netlify\"\n",
        ),
        ("index.md", "# Home\n\n[demo](demo/index.html)\n"),
        (
            "demo/index.html",
            "<link href=style.css><img srcset='a.png 1x, /sub/demo/b.png 2x'><a href=other/>x</a><!-- <img src=hidden.png> -->",
        ),
        ("demo/style.css", "@import 'more.css'; /* url(hidden.png) */"),
        ("demo/more.css", "p { background: url(\"../c.png?v=1#x\") }"),
        ("demo/other/index.html", "<a href=../index.html>back</a>"),
        ("logo.svg", "<svg><image href='d.png'/></svg>"),
        ("demo/a.png", "a"),
        ("demo/b.png", "b"),
        ("c.png", "c"),
        ("d.png", "d"),
        ("demo/hidden.png", "h"),
    ]);
    let needed = [
        "demo/index.html",
        "demo/style.css",
        "demo/more.css",
        "demo/other/index.html",
        "demo/a.png",
        "demo/b.png",
        "c.png",
        "d.png",
        "logo.svg",
    ];
    assert_eq!(has(&site, &needed), needed);
    assert!(has(&site, &["demo/hidden.png"]).is_empty());
}

#[test]
fn files_that_hosts_look_for_are_published_and_similar_files_are_not() {
    let wanted = [
        ".well-known/security.txt",
        "CNAME",
        "favicon.ico",
        "robots.txt",
        "google0123456789abcdef.html",
        "BingSiteAuth.xml",
        "ads.txt",
        "humans.txt",
        "apple-touch-icon-180x180.png",
        "site.webmanifest",
        "icons/a.png",
    ];
    let others =
        ["google-salaries.html", "a/CNAME", "a/favicon.ico", "CODEOWNERS", "package.json", "notes.txt", "icons/b.png"];
    let text = |path: &str| if path == "site.webmanifest" { r#"{"icons": [{"src": "/icons/a.png"}]}"# } else { "x" };
    let all = wanted.iter().chain(&others).map(|path| (*path, text(path)));
    let with_audiences = [("index.md", "# Home\n"), ("handbook.toml", "title = \"T\"\n[audiences.a]\n")];
    let site = site(&all.chain(with_audiences).collect::<Vec<_>>());
    assert_eq!(has(&site, &wanted), wanted);
    assert!(has(&site, &others).is_empty(), "{:?}", has(&site, &others));
}

#[test]
fn a_generators_static_folder_is_published_at_the_root_unless_there_are_audiences() {
    let files = [
        ("index.md", "# Home\n\n![a](/img/a.png) [b](/files/b.pdf)\n"),
        ("static/img/a.png", "a"),
        ("static/files/b.pdf", "b"),
        ("static/c.txt", "c"),
        ("static/config.env", "zqsecret"),
    ];
    let with = |more: &[(&'static str, &'static str)]| site(&[&files[..], more].concat());
    let hugo = with(&[("hugo.toml", "")]);
    assert_eq!(has(&hugo, &["files/b.pdf", "c.txt", "config.env", "static/config.env"]), ["files/b.pdf", "c.txt"]);
    assert_eq!(hugo.content().of_static, Some(("Hugo", 3)));
    assert!(hugo.handbook().findings(false).is_empty());
    let plain = with(&[]);
    assert!(has(&plain, &["files/b.pdf", "c.txt", "static/c.txt"]).is_empty());
    let hidden = with(&[("hugo.toml", ""), ("handbook.toml", "title = \"T\"\n[audiences.a]\n")]);
    assert!(has(&hidden, &["files/b.pdf", "c.txt", "static/c.txt"]).is_empty());
}

#[test]
fn files_listed_in_the_configuration_are_published_and_listed_markdown_is_a_download() {
    let files = [
        ("handbook.toml", "title = \"T\"\n[publish]\nfiles = [\"downloads/**\", \"/terms.pdf\", \"*.csv\"]\n"),
        ("index.md", "# Home\n\n[template](downloads/template.md)\n"),
        ("downloads/template.md", "# {Name}\n\n[[nowhere]]\n"),
        ("downloads/deep/a.xlsx", "x"),
        ("downloads/prod.env", "zqsecret"),
        ("terms.pdf", "x"),
        ("a.csv", "x"),
        ("deep/b.csv", "x"),
    ];
    let site = site(&files);
    let named = ["downloads/template.md", "downloads/deep/a.xlsx", "terms.pdf", "a.csv"];
    assert_eq!(has(&site, &named), named);
    assert!(has(&site, &["downloads/template/", "deep/b.csv", "downloads/prod.env"]).is_empty());
    let bytes = site.render(&UrlPath::new("downloads/template.md")).unwrap().unwrap().bytes;
    assert_eq!(&*bytes, b"# {Name}\n\n[[nowhere]]\n");
    assert!(site.handbook().findings(false).is_empty(), "a download has no findings");
}

#[test]
fn drafts_dependencies_and_secrets_are_left_out_and_counted() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    let marks = [
        "draft: true",
        "published: false",
        "publish: no",
        "unlisted: \"true\"",
        "private: true",
        "hidden: on",
        "status: WIP",
    ];
    for (n, mark) in marks.iter().enumerate() {
        write(root, &[(&format!("n/m{n}.md"), &format!("---\ntitle: zqdraft{n}\n{mark}\n---\nzqdraft\n"))]);
    }
    write(
        root,
        &[
            ("n/index.md", "# Home\n\nFor 5 %% zqnote %% users.\n"),
            ("n/_drafts/x.md", "# zqfolder\n"),
            ("n/_includes/x.md", "# zqinclude\n"),
            ("n/node_modules/x/README.md", "# zqdep\n"),
            ("n/vendor/bundle/x/README.md", "# zqdep\n"),
            ("n/env2/pyvenv.cfg", ""),
            ("n/env2/lib/README.md", "# zqdep\n"),
            ("n/.env", "zqsecret"),
            ("n/config.env", "zqsecret"),
            ("n/salaries.xlsx", "zqsheet"),
        ],
    );
    let said = builds(root, &["build", "n", "--out", "out"]);
    let counts = "8 drafts, 1 chapter whose name starts with an underscore, 3 folders of dependencies, 1 comment between `%%`, \
                  2 files of settings or secrets and \
                  1 file that nothing refers to were left out";
    assert!(said.contains(counts), "{said}");
    let holds =
        |word: &str| files_below(&root.join("out")).values().any(|bytes| String::from_utf8_lossy(bytes).contains(word));
    for word in ["zqdraft", "zqfolder", "zqinclude", "zqdep", "zqsecret", "zqsheet", "zqnote"] {
        assert!(!holds(word), "{word}");
    }
    let checked = builds(root, &["check", "n"]);
    assert!(
        checked.contains(counts) && checked.contains("`salaries.xlsx`") && checked.contains("[publish] files"),
        "{checked}"
    );
    let said = builds(root, &["build", "n", "--out", "out", "--drafts"]);
    assert!(!said.contains("drafts,") && said.contains("3 folders of dependencies"), "{said}");
    assert!(holds("zqdraft6") && holds("zqfolder") && !holds("zqinclude") && !holds("zqdep") && !holds("zqsecret"));
}

#[test]
fn files_that_are_no_longer_published_are_named_once() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    write(root, &[("n/index.md", "# Home\n\n[a](a.pdf)\n"), ("n/a.pdf", "x"), ("n/b.md", "# B\n")]);
    builds(root, &["build", "n", "--out", "out"]);
    write(root, &[("n/index.md", "# Home\n"), ("n/b.md", "---\nprivate: true\n---\n# B\n")]);
    let said = builds(root, &["build", "n", "--out", "out"]);
    assert!(
        said.contains("`a.pdf` is no longer published") && said.contains("`b.md` is no longer published"),
        "{said}"
    );
    assert!(!root.join("out/a.pdf").exists());
    assert!(!builds(root, &["build", "n", "--out", "out"]).contains("no longer"));
}

#[test]
fn a_built_site_inside_the_content_folder_is_ignored() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    write(root, &[("index.md", "# Home\n"), ("handbook.toml", "title = \"T\"\n")]);
    builds(root, &["build", "--out", "site"]);
    let said = builds(root, &["build", "--out", "other"]);
    assert!(said.contains("1 folder with a built site was left out"), "{said}");
    assert!(!files_below(&root.join("other")).keys().any(|name| name.starts_with("site/")));
}

#[test]
fn a_project_is_found_from_any_folder_inside_its_content() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    write(
        root,
        &[
            ("p/handbook/handbook.toml", "title = \"T\"\n"),
            ("p/handbook/index.md", "# Home\n"),
            ("p/handbook/roles/a.md", "# A\n\n[x](nowhere.md)\n"),
            ("p/netlify.toml", ""),
            ("p/notes/index.md", "# Notes\n"),
            ("alone/handbook/handbook.toml", "title = \"T\"\n"),
            ("alone/handbook/index.md", "# Home\n"),
            ("book/book.toml", ""),
            ("book/src/SUMMARY.md", "- [A](a/a.md)\n"),
            ("book/src/a/a.md", "# A\n"),
        ],
    );
    let (code, said) = run(&root.join("p/handbook/roles"), &["check"]);
    assert!(code == Some(1) && said.contains("../roles/a.md:3:"), "{said}");
    write(root, &[("p/handbook/roles/a.md", "# A\n")]);
    builds(&root.join("p/handbook"), &["build"]);
    assert!(root.join("p/public/index.html").is_file() && !root.join("p/handbook/public").exists());
    // A folder next to the handbook isn't part of it, and a folder that the user names is taken as
    // it is.
    assert!(builds(&root.join("p/notes"), &["check"]).contains("1 chapter, "));
    builds(&root.join("p/handbook"), &["check", "roles"]);
    // Unless something shows that the parent folder is a project, the handbook is the project
    // itself.
    builds(&root.join("alone/handbook"), &["build"]);
    assert!(root.join("alone/handbook/public/index.html").is_file());
    builds(&root.join("book/src/a"), &["build"]);
    assert!(root.join("book/public/index.html").is_file());
}

#[test]
fn folders_of_other_generators_build_as_their_authors_intended() {
    let Some(cases) = shared("cases/formats") else { return };
    let out = tempfile::tempdir().unwrap();
    let build = |name: &str| {
        let place = out.path().join(name);
        let said = builds(&cases, &["build", name, "--out", place.to_str().unwrap()]);
        (said, files_below(&place))
    };
    let (said, files) = build("01-index-html");
    assert!(
        said.contains("warning[left-out]") && !String::from_utf8_lossy(&files["index.html"]).contains("landing"),
        "{said}"
    );
    let (said, files) = build("10-drafts");
    assert!(said.contains("4 drafts were left out"), "{said}");
    assert!(!files.values().any(|bytes| String::from_utf8_lossy(bytes).contains("Secret")));
    let (said, files) = build("17-node");
    assert!(
        said.contains("3 folders of dependencies, 2 files of settings or secrets and 1 file that nothing refers to"),
        "{said}"
    );
    assert!(!files.values().any(|bytes| String::from_utf8_lossy(bytes).contains("SECRET")));
}

/// A file that nothing refers to, and the way in which its name is mentioned.
#[derive(Clone, Debug)]
struct Stray {
    folder: usize,
    name: usize,
    referred: usize,
}

const FOLDERS: &[&str] =
    &["", "roles/", "a/b/", "static/", "public/", "_media/", "downloads/", "node_modules/x/", ".well-knownx/"];
const NAMES: &[&str] = &[
    "salaries.xlsx",
    "index.html",
    "notes.txt",
    "a.svg",
    "b.css",
    "config.env",
    "CODEOWNERS",
    "x.PDF",
    "google-x.html",
    "data.json",
    "app.js",
];
/// Ways in which a name can appear in a chapter without referring to a file.
const MENTIONS: &[&str] =
    &["", "`{}`", "<!-- ![x]({}) -->", "{}", "    [x]({})", "\\[x\\]({})", "::: {audience=managers}\n\n[x]({})\n\n:::"];

proptest! {
    #![proptest_config(ProptestConfig { cases: crate::support::asked("CASES").unwrap_or(24), ..ProptestConfig::default() })]

    #[test]
    fn no_unreferenced_file_reaches_the_output(
        strays in prop::collection::vec(
            (0..FOLDERS.len(), 0..NAMES.len(), 0..MENTIONS.len())
                .prop_map(|(folder, name, referred)| Stray { folder, name, referred }),
            1..12,
        ),
        audiences in any::<bool>(),
        reader in any::<bool>(),
    ) {
        let mut home = String::from("# Home\n\n");
        let mut files = std::collections::BTreeMap::new();
        for (n, stray) in strays.iter().enumerate() {
            let path = format!("{}{n}{}", FOLDERS[stray.folder], NAMES[stray.name]);
            // Skip audience blocks that this build shows, because their links would be real
            // references.
            let is_block = MENTIONS[stray.referred].starts_with(":::");
            if !(is_block && (!audiences || reader)) {
                home.push_str(&MENTIONS[stray.referred].replace("{}", &path));
                home.push_str("\n\n");
            }
            files.insert(path, format!("zqstray{n}"));
        }
        let toml = if audiences { "title = \"T\"\n[audiences.managers]\n" } else { "title = \"T\"\n" };
        files.insert("handbook.toml".to_owned(), toml.to_owned());
        files.insert("index.md".to_owned(), home);
        let sources = Sources {
            files: files.iter().map(|(path, text)| (SourcePath::new(path.as_str()), SourceFile::new(text.as_bytes()))).collect(),
            ..Sources::default()
        };
        let site = site_for(&sources, (audiences && reader).then_some("managers"));
        for url in site.urls() {
            let rendered = site.render(url).unwrap().unwrap();
            prop_assert!(!String::from_utf8_lossy(&rendered.bytes).contains("zqstray"), "{url}");
        }
    }
}

#[test]
fn pictures_outside_of_the_content_folder_are_published_only_where_a_page_shows_them() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    let home = "# Home\n\n{% image \"_img/a.png\" \"A\" %}\n\n![](/img/x.png)\n";
    write(
        root,
        &[
            (".eleventy.js", "module.exports = () => ({ dir: { input: \"pages\" } });"),
            ("pages/index.md", home),
            ("_img/a.png", "a"),
            ("_img/unused.png", "b"),
            ("_img/notes.txt", "SECRET"),
            ("_data/x.png", "SECRET"),
        ],
    );
    let elsewhere = tempfile::tempdir().unwrap();
    write(elsewhere.path(), &[("x.png", "SECRET")]);
    #[cfg(unix)]
    std::os::unix::fs::symlink(elsewhere.path(), root.join("img")).unwrap();
    let published = |out: &str| {
        let (_, said) = run(root, &["build", ".", "-o", out]);
        assert!(root.join(out).is_dir(), "{said}");
        let all = files_below(&root.join(out)).into_keys();
        all.filter(|name| name.contains(".png") || name.contains("notes") || name.contains("unused"))
            .collect::<Vec<_>>()
    };
    let found = published("out");
    assert!(matches!(found.as_slice(), [one] if one.starts_with("_img/a.")), "{found:?}");
    write(
        root,
        &[("pages/handbook.toml", "source = \"eleventy\"\n[check]\nmissing-file = \"warn\"\n[audiences.managers]\n")],
    );
    assert_eq!(published("other"), Vec::<String>::new());
}
