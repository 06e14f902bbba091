//! Builds one handbook for one audience after another, as the preview does, and checks that nothing
//! is left from the audience before.

use rolebook::command::pipeline::{Compiled, Pipeline};
use rolebook::model::compile::Choices;
use rolebook::past::history::Past;
use rolebook::site::urls::Site;
use rolebook::text::path::UrlPath;
use rolebook::text::source::Sources;
use rolebook::world::disk::Inputs;

use crate::support;

const CONFIG: &str = "title = \"T\"\n[audiences.managers]\ntitle = \"Managers\"\n";
const INDEX: (&str, &str) = ("index.md", "# Home\n\nHello.\n");

/// A preview without its server: one pipeline, and the last site.
#[derive(Default)]
struct Preview {
    pipeline: Pipeline,
    last: Option<Site>,
}

impl Preview {
    /// Returns all files of the site for an audience in one text, and what was compiled.
    fn show(&mut self, texts: &[(&str, &str)], audience: Option<&str>) -> (String, Compiled) {
        let inputs = Inputs { sources: Sources::from_texts(texts.iter().copied()), ..Inputs::default() };
        let audience = audience.map(str::to_owned);
        let choices = Choices { audience, drafts: true, keep_last_good: true, ..Choices::default() };
        let compiled = self.pipeline.compile(&inputs, &choices).unwrap();
        let site = compiled.site(Past::default(), self.last.as_ref()).unwrap();
        let mut all = String::new();
        for url in site.urls() {
            let bytes = site.render(url).unwrap().unwrap().bytes;
            all.push_str(&format!("\n=== {url}\n{}", String::from_utf8_lossy(&bytes)));
        }
        self.last = Some(site);
        (all, compiled)
    }
}

fn has(site: &Site, url: &str) -> bool {
    site.has(&UrlPath::new(url))
}

#[test]
fn a_chapter_that_cannot_be_read_does_not_keep_what_was_parsed_for_another_audience() {
    for (good, broken) in [
        (
            "---\nsummary: ok\n---\n# Pub\n\nOpen.\n\n::: {audience=managers}\n\nCANARY\n\n:::\n",
            "---\nsummary: [ok\n---\n# Pub\n\nOpen.\n\n::: {audience=managers}\n\nCANARY\n\n:::\n",
        ),
        ("---\naudience: managers\n---\n# Hid\n\nCANARY\n", "---\naudience: [managers\n---\n# Hid\n\nCANARY\n"),
    ] {
        let mut preview = Preview::default();
        let texts = |chapter| [("handbook.toml", CONFIG), INDEX, ("a.md", chapter)];
        assert!(preview.show(&texts(good), Some("managers")).0.contains("CANARY"));
        assert!(preview.show(&texts(broken), Some("managers")).0.contains("CANARY"), "the last good state stays");
        let (site, compiled) = preview.show(&texts(broken), None);
        assert!(!site.contains("CANARY"), "{site}");
        assert!(compiled.findings.iter().any(|finding| finding.code.name() == "bad-front-matter"));
    }
}

#[test]
fn a_configuration_that_cannot_be_read_does_not_keep_the_audience() {
    let hidden = ("a.md", "---\naudience: managers\n---\n# Hid\n\nCANARY\n");
    let mut preview = Preview::default();
    let broken = [("handbook.toml", "title = broken\n"), INDEX, hidden];
    assert!(preview.show(&[("handbook.toml", CONFIG), INDEX, hidden], Some("managers")).0.contains("CANARY"));
    assert!(preview.show(&broken, Some("managers")).0.contains("CANARY"));
    let (site, compiled) = preview.show(&broken, None);
    assert!(!site.contains("CANARY"), "{site}");
    assert_eq!(compiled.handbook.config.audience, None);
    assert_eq!(compiled.handbook.config.audiences.len(), 1);
    assert!(preview.show(&broken, Some("managers")).0.contains("CANARY"), "it can be chosen again");
}

#[test]
fn copies_of_a_chapter_that_cannot_be_read_are_those_of_its_last_good_state() {
    for broken in [
        "---\naudience: managers\nx: [\n---\n# Pub\n\nNew CANARY.\n",
        "---\naudience: [managers\n---\n# Pub\n\nNew CANARY.\n",
        "---\naudience: managers\nsummary: a: b\n---\n# Pub\n\nNew CANARY.\n",
    ] {
        let mut preview = Preview::default();
        let texts = |chapter| [("handbook.toml", CONFIG), INDEX, ("a.md", chapter)];
        let (before, _) = preview.show(&texts("# Pub\n\nOld.\n"), None);
        assert!(has(preview.last.as_ref().unwrap(), "a.md"));
        let (site, _) = preview.show(&texts(broken), None);
        assert!(!site.contains("CANARY"), "{site}");
        assert_eq!(site, before, "every file stays");
    }
}

#[test]
fn a_file_in_another_format_that_mentions_an_audience_and_may_be_an_index_hides_its_folder() {
    for name in ["index.rst", "README.org", "_index.adoc", "readme"] {
        let path = format!("secret/{name}");
        let texts = [
            ("handbook.toml", CONFIG),
            INDEX,
            ("secret/deep/kid.md", "# Kid\n\nCANARY\n"),
            (&*path, "---\naudience: managers\n---\n"),
        ];
        let (site, compiled) = Preview::default().show(&texts, None);
        assert!(!site.contains("CANARY"), "{name}: {site}");
        let found: Vec<_> = compiled.findings.iter().filter(|finding| finding.code.name() == "audience-mark").collect();
        assert_eq!(found.len(), 1, "{name}: {:?}", compiled.findings);
        let with_index = [&texts[..], &[("secret/index.md", "# S\n")]].concat();
        assert!(Preview::default().show(&with_index, None).0.contains("CANARY"), "{name}: the index was read");
        let open = [&texts[..3], &[(&*path, "---\ntitle: Open\n---\n")]].concat();
        assert!(Preview::default().show(&open, None).0.contains("CANARY"), "{name}: it mentions no audience");
        let no_audiences = [&[("handbook.toml", "title = \"T\"\n")], &texts[1..]].concat();
        assert!(Preview::default().show(&no_audiences, None).0.contains("CANARY"), "{name}");
    }
}

#[test]
fn an_index_with_any_extension_of_markdown_hides_its_folder() {
    for name in ["index.mdx", "README.mdx", "_index.markdown", "index.qmd", "README.MD"] {
        let path = format!("secret/{name}");
        let kid = ("secret/deep/kid.md", "# Kid\n\nCANARY\n");
        let texts = [("handbook.toml", CONFIG), INDEX, kid, (&*path, "---\naudience: managers\n---\n# S\n")];
        let (site, compiled) = Preview::default().show(&texts, None);
        assert!(!site.contains("CANARY"), "{name}: {site}");
        assert!(compiled.findings.iter().all(|finding| finding.code.name() != "audience-mark"), "{name}");
        // A second index doesn't open the folder.
        let with_index = [&texts[..], &[("secret/index.md", "# S\n")]].concat();
        assert!(!Preview::default().show(&with_index, None).0.contains("CANARY"), "{name}");
        assert!(Preview::default().show(&texts, Some("managers")).0.contains("CANARY"), "{name}");
    }
}

#[test]
fn whatever_another_generator_takes_for_an_index_hides_its_folder() {
    let foreign = format!("source = \"mkdocs\"\n{CONFIG}");
    for (config, name) in [
        (&*foreign, "secret.md"),
        (CONFIG, "secret/index.en.md"),
        (CONFIG, "secret/_index.fr.md"),
        (CONFIG, "secret/01-index.md"),
        (CONFIG, "secret/index.html"),
    ] {
        let kid = ("secret/kid.md", "# Kid\n\nCANARY\n");
        let texts = [("handbook.toml", config), INDEX, kid, (name, "---\naudience: managers\n---\n# S\n")];
        let (site, _) = Preview::default().show(&texts, None);
        assert!(!site.contains("CANARY"), "{name}: {site}");
    }
}

#[cfg(unix)]
#[test]
fn an_index_that_is_not_a_regular_file_hides_its_folder() {
    use std::os::unix::fs::symlink;
    use std::path::Path;

    type Make = fn(&Path);
    let ways: [(&str, Make); 4] = [
        ("link", |place| symlink("../hidden.md", place).unwrap()),
        ("broken link", |place| symlink("nowhere", place).unwrap()),
        ("socket", |place| drop(std::os::unix::net::UnixListener::bind(place).unwrap())),
        ("folder", |place| std::fs::create_dir(place).unwrap()),
    ];
    for (what, make) in ways {
        let folder = tempfile::tempdir().unwrap();
        let hidden = ("hidden.md", "---\naudience: managers\n---\n# Hidden\n");
        let kid = ("secret/kid.md", "# Kid\n\nCANARY\n");
        support::write(folder.path(), &[("handbook.toml", CONFIG), INDEX, hidden, kid]);
        let index = folder.path().join("secret/index.md");
        let served = crate::edit::serve_with(folder.path(), &[], &|_| ());
        assert!(served.get("/secret/kid/").contains("CANARY"), "{what}: nothing hides it yet");
        make(&index);
        assert!(served.waits_for("/secret/kid/", "HTTP/1.1 404"), "{what}: {}", served.get("/secret/kid/"));
        drop(served);
        let output = support::rolebook(folder.path(), &["build", "."]);
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(1), "{what}: {said}");
        assert!(said.contains("error[audience-mark]") && said.contains("secret/index.md"), "{what}: {said}");
        assert!(!folder.path().join("public/secret/kid/index.html").exists());
    }
}
