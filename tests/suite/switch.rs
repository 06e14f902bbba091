//! Builds one handbook for one audience after another, as the preview does, and checks that nothing
//! is left from the audience before.

use rolebook::command::pipeline::{Compiled, Pipeline};
use rolebook::model::compile::Choices;
use rolebook::past::history::Past;
use rolebook::site::urls::Site;
use rolebook::text::path::UrlPath;
use rolebook::text::source::Sources;
use rolebook::world::disk::Inputs;

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
