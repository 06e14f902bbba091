//! Checks that a build for an audience contains nothing that the audience must not see.
//!
//! Generates random handbooks and audiences. Each hidden chapter, section and block has a unique
//! word in every place where a word can be. No URL and no byte of the output may contain that word,
//! in any encoding that the output uses.

use proptest::prelude::*;
use rolebook::site::urls::Site;
use rolebook::text::path::SourcePath;
use rolebook::text::source::{SourceFile, Sources};

use crate::support;

const TOML: &str = "base_url = \"https://x.example/\"\n[audiences.managers]\n[audiences.board]\nincludes = [\"managers\"]\n\
                    [audiences.partners]\n[publish]\nhost = \"netlify\"\n[check]\nhidden-link = \"warn\"\ndead-link = \"warn\"\n\
                    dead-anchor = \"warn\"\nunknown-chapter = \"warn\"\nmissing-file = \"warn\"\n";
const AUDIENCES: &[&str] = &["", "managers", "board", "partners"];

/// Returns whether a build for `reader` shows what is for `audience`.
fn shows(reader: &str, audience: &str) -> bool {
    audience.is_empty() || audience == reader || (reader == "board" && audience == "managers")
}

/// A chapter with a unique word in every place where a word can be.
#[derive(Clone, Debug)]
struct Secretive {
    kind: usize,
    chapter: usize,
    section: usize,
    block: usize,
    fenced: bool,
}

const FOLDERS: &[&str] = &["roles", "competencies", "strategy", "paths", "guides"];

/// Returns the unique word of a part of chapter `n`.
fn word(n: usize, what: &str) -> String {
    format!("zq{what}é{n}")
}

impl Secretive {
    fn own_fields(&self, word: &str) -> String {
        match FOLDERS[self.kind] {
            "roles" => format!(
                "track: {word}\ngrade: {word}\nscope: {word}\nalso_called: [{word}]\nrank: 2\ncompetencies: {{open-skill: 3}}\n"
            ),
            "competencies" => format!("cluster: {word}\nfamily: {word}\n"),
            "strategy" => format!("horizon: {word}\nmeasures: [{word}]\nled_by: open-role\n"),
            "paths" => format!("for: {word}\nchapters: [open-role, open-skill]\n"),
            _ => String::new(),
        }
    }

    /// Returns the text of the chapter. Its section and its block have words of their own.
    fn text(&self, n: usize) -> String {
        let (whole, section, block) = (word(n, "whole"), word(n, "section"), word(n, "block"));
        let audience = |which: usize| AUDIENCES[which];
        let front = if self.chapter == 0 { String::new() } else { format!("audience: {}\n", audience(self.chapter)) };
        let attribute = if self.section == 0 {
            String::new()
        } else {
            format!(" {{level=2 track=\"{section}\" audience={}}}", audience(self.section))
        };
        let mut text = format!(
            "---\ntitle: {whole} title\nsummary: {whole}\nid: {whole}-id\naliases: [/old/{whole}, {whole} other]\ntags: [{whole}]\nowner: {whole}\n\
             ask: {whole}\nextra: {{note: {whole}}}\n{front}{}---\n\n{whole} text with ![{whole}](/assets/{whole}.svg).[^{whole}]\n\n\
             ## Levels\n\n### Owning\n\n- Does {whole} things. {{#{whole}-anchor}}\n\n## Responsibilities\n\n- Answers for {whole}. {{#{whole}-duty}}\n\n\
             ## Decisions\n\n### Whether {whole} {{scope={whole}}}\n- Accountable: [[open-role]]\n\n[^{whole}]: {whole}\n\n",
            self.own_fields(&whole)
        );
        text.push_str(&format!(
            "## {section} heading{attribute}\n\n{section} text, [{section}](https://{section}.example), `{section}`[^n{section}]\n\n\
             - Says {section}. {{#{section}-anchor}}\n\n### {section} below\n\n```{section}\n{section}\n```\n\n<p id=\"{section}\">{section}</p>\n\n\
             [^n{section}]: {section}\n\n## After\n\n"
        ));
        let (open, close) = match self.block {
            0 => (String::new(), ""),
            which => (format!("::: {{audience={}}}\n", audience(which)), ":::\n"),
        };
        let fence = if self.fenced { "```\n:::\n```\n\n" } else { "" };
        text.push_str(&format!("{open}\n{fence}{block} text [[{block}]] ![[{block}#x]]\n\n| {block} |\n|---|\n| {block} |\n\n{close}\nLast.\n"));
        text
    }

    fn hidden(&self, n: usize, reader: &str) -> Vec<String> {
        let seen = |which: usize| shows(reader, AUDIENCES[which]);
        let parts = [("whole", true), ("section", seen(self.section)), ("block", seen(self.block))];
        parts.iter().filter(|(_, shown)| !seen(self.chapter) || !shown).map(|(what, _)| word(n, what)).collect()
    }
}

/// Returns the forms in which a word can appear in the output.
fn encodings(word: &str) -> Vec<Vec<u8>> {
    let percent: String =
        word.bytes().map(|b| if b.is_ascii() { (b as char).to_string() } else { format!("%{b:02X}") }).collect();
    // Slugs and search keep letters. A stem or a folded form keeps the ASCII part before the
    // accent.
    let stem = word.split('é').next().unwrap_or_default();
    let number = word.rsplit('é').next().unwrap_or_default();
    let folded = format!("{stem}e{number}");
    let escaped = word.replace('é', "\\u00e9");
    let entity = word.replace('é', "&#233;");
    [word.to_owned(), percent.to_lowercase(), percent, folded, escaped, entity, word.to_uppercase()]
        .into_iter()
        .map(String::into_bytes)
        .collect()
}

fn sources(chapters: &[Secretive]) -> Sources {
    let mut list: Vec<(String, String)> = vec![
        ("handbook.toml".into(), TOML.into()),
        ("roles/open-role.md".into(), "---\nrank: 1\ncompetencies: {open-skill: 2}\n---\n# Open role\n".into()),
        ("competencies/open-skill.md".into(), "# Open skill\n\n### Owning\n\n- Says it. {#says}\n".into()),
    ];
    // Public text links to every chapter with each form of reference. Link texts are the author's
    // choice, so they don't contain the secret words.
    let mut links = String::from("# Home\n\n");
    let mut summary = String::new();
    for (n, chapter) in chapters.iter().enumerate() {
        let word = self::word(n, "whole");
        let path = format!("{}/{word}.md", FOLDERS[chapter.kind]);
        links.push_str(&format!("[[{word}-id]] [[{word} title]] [here]({path}) [[{word}-id|words]] <a href=\"{path}\">there</a>\n\n![[{word}-id]]\n\n"));
        summary.push_str(&format!("- [{word} listed]({path})\n"));
        list.push((
            format!("assets/{word}.svg"),
            format!("<svg xmlns=\"http://www.w3.org/2000/svg\"><title>{word}</title></svg>"),
        ));
        list.push((path, chapter.text(n)));
    }
    list.push(("index.md".into(), links));
    if chapters.len().is_multiple_of(2) {
        list.push(("SUMMARY.md".into(), summary));
    }
    let files = list.into_iter().map(|(path, text)| (SourcePath::new(path), SourceFile::new(text.into_bytes())));
    Sources { files: files.collect(), ..Sources::default() }
}

fn site_for(sources: &Sources, reader: &str) -> Site {
    support::site_for(sources, (!reader.is_empty()).then_some(reader))
}

fn secretive() -> impl Strategy<Value = Secretive> {
    let audience = 0..AUDIENCES.len();
    (0..FOLDERS.len(), audience.clone(), audience.clone(), audience, any::<bool>())
        .prop_map(|(kind, chapter, section, block, fenced)| Secretive { kind, chapter, section, block, fenced })
}

fn holds(bytes: &[u8], word: &[u8]) -> bool {
    bytes.windows(word.len()).any(|window| window == word)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_build_contains_nothing_that_is_hidden_from_its_audience(chapters in prop::collection::vec(secretive(), 1..6), reader in 0..AUDIENCES.len()) {
        let reader = AUDIENCES[reader];
        let sources = sources(&chapters);
        let site = site_for(&sources, reader);
        let hidden: Vec<(String, Vec<Vec<u8>>)> = chapters.iter().enumerate()
            .flat_map(|(n, chapter)| chapter.hidden(n, reader))
            .map(|word| { let forms = encodings(&word); (word, forms) })
            .collect();
        for url in site.urls() {
            let bytes = site.render(url).unwrap().unwrap().bytes;
            for (word, forms) in &hidden {
                for form in forms {
                    prop_assert!(!holds(url.as_str().as_bytes(), form), "the URL {url} contains {word}");
                    if holds(&bytes, form) {
                        let at = bytes.windows(form.len()).position(|window| window == form.as_slice()).unwrap();
                        let around = String::from_utf8_lossy(&bytes[at.saturating_sub(80)..(at + 60).min(bytes.len())]).into_owned();
                        prop_assert!(false, "{url} contains {word} for `{reader}`: {around}");
                    }
                }
            }
        }
    }
}

#[test]
fn the_page_of_findings_that_a_host_shows_quotes_only_what_everybody_may_read() {
    let folder = tempfile::tempdir().unwrap();
    support::write(
        folder.path(),
        &[
            ("handbook.toml", "title = \"T\"\n[audiences.managers]\n"),
            ("index.md", "# Home\n\n[[nowhere]]\n"),
            ("a.md", "# A\n\n## SECRET {audience = managers}\n"),
            ("b.md", "# B\n\nText.\n\n%% SECRET\n"),
            ("c.md", "# C\n\nSECRET {audience=nobody}\n"),
            ("d.md", "---\naudience: SECRET: SECRET\n---\n# D\n"),
            ("e.md", "# E\n\n::: {audience=managers} SECRET\n"),
        ],
    );
    for toml in ["title = \"T\"\n[audiences.managers]\n", "title = \"T\"\n"] {
        support::write(folder.path(), &[("handbook.toml", toml)]);
        let output = support::rolebook(folder.path(), &["check", "--format", "html"]);
        let page = String::from_utf8_lossy(&output.stdout);
        assert!(!page.contains("SECRET"), "{page}");
        assert!(page.contains("a.md:3:") && page.contains("b.md:5:1") && page.contains("[[nowhere]]"), "{page}");
    }
}

#[test]
fn a_build_contains_what_its_audience_may_see() {
    let chapter = Secretive { kind: 0, chapter: 1, section: 2, block: 3, fenced: true };
    let sources = sources(std::slice::from_ref(&chapter));
    let holds_word = |reader: &str, what: &str| {
        let site = site_for(&sources, reader);
        let word = self::word(0, what);
        site.urls().any(|url| holds(&site.render(url).unwrap().unwrap().bytes, word.as_bytes()))
    };
    assert_eq!(
        ["", "managers", "board", "partners"].map(|reader| holds_word(reader, "whole")),
        [false, true, true, false]
    );
    assert_eq!(
        ["", "managers", "board", "partners"].map(|reader| holds_word(reader, "section")),
        [false, false, true, false]
    );
    assert_eq!(["", "managers", "board", "partners"].map(|reader| holds_word(reader, "block")), [false; 4]);
}
